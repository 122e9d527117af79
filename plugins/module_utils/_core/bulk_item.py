# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan one thing of a set, carry the plan out, and keep its outcome."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check
from ansible_collections.registryops.alicloud.plugins.module_utils._core.engine import apply, plan
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import noting
from ansible_collections.registryops.alicloud.plugins.module_utils._core.plan import REPLACE, UPDATE, VERBS, Plan
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Resource
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State

S = TypeVar("S", bound=State)


@dataclass
class Item(Generic[S]):
    """One thing of the set, with its plan and its outcome."""

    name: str
    resource: Resource[S]
    desired: S | None = None
    planned: Plan[S] | None = None
    extras: Extras | None = None
    error: AcrError | None = None
    # These three are for an item that failed: whether a call of it may have been carried out, whether the thing
    # has certainly changed, and its state by now.
    torn: bool = False
    written: bool = False
    left: S | None = None

    @property
    def changes(self) -> bool:
        if self.error:
            return self.written
        return self.planned is not None and self.planned.changed

    @property
    def after(self) -> S | None:
        """Return the state afterwards; in check mode, the planned one."""
        if self.error:
            return self.left
        return self.planned.after if self.planned else None

    @property
    def action(self) -> str:
        if self.error or not self.planned:
            return "failed"
        # Nothing differs, but other things of its kind go: they are replaced by this one.
        only_surplus = self.planned.action == UPDATE and not self.planned.changes
        return VERBS[REPLACE if only_surplus else self.planned.action]

    def goal_of(self, *actions: str) -> S | None:
        """Return the state that one of some actions is to reach; None if the item's plan is another or has failed."""
        planned = self.planned
        return planned.after if planned and planned.action in actions and not self.error else None

    def plan(self, found: list[S]) -> None:
        try:
            check(self.resource.params)
            self.desired = self.resource.desired()
            with attempt(f"plan {self.resource.name(self.desired)}"):
                current = self.resource.pick(self.desired, found)
                self.planned = plan(self.resource, self.resource.params["state"], self.desired, current)
        except AcrError as error:
            self.error = error

    def take_place_of(self, old: S) -> None:
        """Plan to replace another existing thing.

        If the replacement is refused, the other thing is left as it is.
        """
        if self.planned is None or self.planned.after is None:
            return
        goal = self.planned.after
        try:
            with attempt(f"replace {self.resource.name(old)}"):
                self.resource.check_replacement(old, goal)
        except AcrError as error:
            self.error = error
            return
        self.planned = Plan(REPLACE, old, goal, old.changes(goal), self.resource.surplus(old, goal))

    def apply(self) -> None:
        # The journal tells afterwards whether a failure came before or after a write.
        with noting() as journal:
            try:
                self.extras = apply(self.resource, self.planned) if self.planned else None
            except AcrError as error:
                self.error = error
                self.written = journal.is_certain
                self.torn = bool(journal)
                if journal:
                    error.add(f"These calls were made for it: {journal}.")

    def warnings(self) -> list[str]:
        """Return what may be a mistake in the wanted state."""
        # A thing that is deleted needs no warning about how it is set up.
        if self.desired is None or self.resource.params["state"] == "absent":
            return []
        return self.resource.warnings(self.desired)

    def look_what_is_left(self, found: list[S]) -> None:
        """Read the state after a failure, and note whether it changed."""
        wanted = self.desired or (self.planned.before if self.planned else None)
        if wanted is not None and self.planned is not None:
            with suppress(AcrError):  # several things may fit
                self.left = self.resource.pick(wanted, found)
                self.written = self.left != self.planned.before

    def to_result(self, key: str, told: set[str]) -> dict[str, Any]:
        """Return what became of the item.

        A remedy in `told` is left out, since hundreds of rules may lack one grant.
        """
        result = {"name": self.name, "action": self.action, "changed": self.changes}
        if self.error:
            left = {key: self.shown(self.left)} if self.written else {}
            msg = self.error.brief() if self.error.advice() in told else str(self.error)
            told.add(self.error.advice())
            return {**result, "msg": msg, **left, **self.error.details()}
        return {**result, key: self.shown(self.after), **(self.extras or {})}

    def shown(self, state: S | None) -> dict[str, Any]:
        if state is None:
            return {}
        return (state.echo(self.desired) if self.desired else state).to_result()
