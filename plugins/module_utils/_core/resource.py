# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what each kind of thing kept in the cloud has to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar, Generic

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    WaitTimeoutError,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.plan import (
    VERBS,
    Plan,
    S,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity, duration

Extras = Mapping[str, Any]


class Resource(Generic[S]):
    """One kind of thing kept in the cloud; a subclass says how it is read and written, and nothing else.

    Args:
        client: the account's services.
        params: the task's options.
    """

    kind: ClassVar[str]
    state_type: type[S]
    replaceable: ClassVar[bool] = False

    def __init__(self, client: Client, params: Mapping[str, Any]) -> None:
        self.client = client
        self.params = params

    def sibling(self, params: Mapping[str, Any]) -> Resource[S]:
        """Return another resource of this kind, in the same task."""
        return type(self)(self.client, params)

    def desired(self) -> S:
        return self.state_type.from_params(self.params)

    def name(self, state: S) -> str:
        """Return its name for users: 'namespace prod on cri-1'."""
        raise NotImplementedError

    def read(self, desired: S) -> S | None:
        raise NotImplementedError

    def find(self) -> Iterator[S]:
        """Yield all that the options select, for info modules."""
        raise NotImplementedError

    def everything(self) -> list[S]:
        """Return everything that a set module keeps, by one listing."""
        raise NotImplementedError

    def pick(self, desired: S, found: Iterable[S]) -> S | None:
        """Return the item of `found` that `desired` refers to."""
        raise NotImplementedError

    def surplus(self, current: S, goal: S | None) -> tuple[S, ...]:
        """Return duplicates, such as a second thing of its name."""
        return ()

    def is_temporary(self, state: S) -> bool:
        """Return whether it exists only during a replacement."""
        return False

    def check_replacement(self, current: S, goal: S) -> None:
        """Refuse a replacement that would leave nothing in place."""

    def succeeds(self, goal: S, current: S) -> bool:
        """Return whether `goal` replaces an existing thing of another name."""
        return False

    def present(self, desired: S, current: S | None) -> S:
        """Return the state to reach from the current one.

        Refusals are raised here, before anything is written.
        """
        return desired.filled_from(current) if current else desired.with_defaults()

    def absent(self, current: S) -> S | None:
        """Return what should be left, None for nothing, or raise a refusal."""
        return None

    def create(self, goal: S) -> Extras:
        raise NotImplementedError

    def update(self, current: S, goal: S) -> Extras:
        raise NotImplementedError

    def replace(self, current: S, goal: S) -> Extras:
        raise NotImplementedError

    def delete(self, current: S) -> Extras:
        raise NotImplementedError

    def alone(self) -> AbstractContextManager[bool]:
        """Keep other runs away while a plan is carried out; yield whether to read and plan again first."""
        return nullcontext(False)

    def describe(self, plan: Plan[S]) -> list[str]:
        """Describe the plan, a line for each change."""
        verb, state = VERBS[plan.action], plan.after or plan.before
        if not plan.changed or state is None:
            return []
        words = ", ".join(f"{name} {now!r} -> {wanted!r}" for name, (now, wanted) in plan.changes.items())
        return [f"{self.name(state)}: {verb}" + (f", {words}" if words else "")]

    def warnings(self, _desired: S) -> list[str]:
        """Return what may be a mistake in what is wanted."""
        return []


def wait_until(
    client: Client,
    done: Callable[[], bool],
    *,
    what: str,
    timeout: float,
    interval: float = 1.0,
) -> None:
    """Ask until done() holds; times are in seconds, counted by sleeps so that tests need not wait.

    Raises:
        WaitTimeoutError: it did not hold in time.
    """
    waited = 0.0
    while not done():
        if waited >= timeout:
            raise WaitTimeoutError(f"{what} is not done after {timeout:g} seconds", "It goes on; run the task again.")
        with activity.waiting(f"{duration(timeout - waited)} more at most"):
            client.sleep(interval)
        waited += interval
        # Growing pauses: a short wait ends soon, and a long one costs at most six calls a minute.
        interval = min(interval * 1.5, 10.0)


def refuse(condition: bool, reason: str, hint: str) -> None:
    if condition:
        raise AcrError(reason, hint)
