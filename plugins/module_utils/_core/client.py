# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call the services.

Nothing else reads Code and IsSuccess, and nothing else retries.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any, TypeVar

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    ApiError,
    NoPermissionError,
    NotFoundError,
    ThrottledError,
    api_error,
    attempt,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import PARALLEL, Guard, note, pool
from ansible_collections.registryops.alicloud.plugins.module_utils._core.nearby import nearby
from ansible_collections.registryops.alicloud.plugins.module_utils._core.pace import Pace
from ansible_collections.registryops.alicloud.plugins.module_utils._core.paging import pages
from ansible_collections.registryops.alicloud.plugins.module_utils._core.permissions import resources
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._core.remedies import remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._core.repeating import (
    may_repeat,
    reads,
    waits_by_kind,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.transport import PRODUCTS, Transport

T = TypeVar("T")
R = TypeVar("R")

# CR answers `success`, or 200 to some actions; RAM and STS give no code at all.
_GOOD_CODES = frozenset(("", "success", "ok", "200", "0"))


class Client:
    """One account's services.

    Args:
        send: the transport.
        account_id: the only account that may be written to; None for any.
        origin: where the credentials are from, in words; empty if nobody knows.
        read_only: refuse to send anything that writes; a guard against our own mistakes in check mode.
        region: where the instances are, as far as the task says.
        any_region: whether the endpoint was given, so that it may know instances of other regions than the task's.
        rate_limit: calls a second that each service gets at most; None for as many as it takes.
        retries: how often a failed call that may be repeated is repeated.
        sleep: takes seconds; the guard's own by default, which wakes up when the task is over.
        clock: tells seconds.
        guard: knows when the calls should end; by default, when the run that asks for them was killed.
    """

    def __init__(
        self,
        send: Transport,
        *,
        account_id: str | None = None,
        origin: str = "",
        read_only: bool = False,
        rate_limit: float | None = None,
        region: str | None = None,
        any_region: bool = False,
        # Pauses of up to 1, 2, 4, 8 and 10 seconds, which outlive a short outage.
        retries: int = 5,
        sleep: Callable[[float], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        guard: Guard | None = None,
    ) -> None:
        self._send = send
        self.region = region
        self.any_region = any_region
        self._account_id = account_id
        self._origin = origin
        self._read_only = read_only
        self._retries = retries
        self._guard = guard or Guard()
        self.sleep = sleep or self._guard.sleep
        # A pace for each service, since each limits calls on its own.
        self._paces = {product: Pace(rate_limit, self.sleep, clock) for product in PRODUCTS}
        self._caller: dict[str, Any] | None = None
        # The permissions behind the calls, each with a resource; None if nobody asks for them.
        self.permissions: set[tuple[str, str]] | None = None
        self.clock = clock

    def call(self, product: str, action: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the answer of one call.

        Raises:
            ApiError: the service refused, or did not answer; what may be repeated has been.
            OverError: the task is over, so that nothing more is sent.
        """
        if not reads(action):
            if self._read_only:
                raise RuntimeError(f"{action} in check mode")
            self.check_account()
        self.needs(action, parameters or {})
        pace = self._paces[product]
        waits = waits_by_kind(self._retries)
        while True:
            pace.wait()
            # Looked at just before each call, since waiting for a turn or for a retry takes time.
            self._guard.check()
            try:
                answer = self._once(product, action, parameters or {})
            except ApiError as error:
                # Noted even if a retry succeeds, since the first attempt may have worked as well.
                if error.uncertain and not reads(action):
                    note(action, certain=False)
                kind = next(kind for kind in waits if isinstance(error, kind))
                wait = next(waits[kind], None) if may_repeat(action, error) else None
                if wait is None:
                    raise self._advised(error, parameters or {}) from error.__cause__
                self._pause(error, wait, pace)
            else:
                if not reads(action):
                    note(action, certain=True)
                return answer

    def _pause(self, error: ApiError, wait: float, pace: Pace) -> None:
        """Wait before a call is repeated; a refusal of too many calls slows down all calls to the service."""
        if isinstance(error, ThrottledError):
            pace.throttled(error.retry_after or wait)
            return
        with activity.waiting(f"since {error.action} failed ({error.code or 'no answer'}) and is tried again"):
            self.sleep(max(error.retry_after, wait))

    def needs(self, action: str, parameters: Mapping[str, Any]) -> None:
        """Note the permissions of an action, if somebody asks for them."""
        if self.permissions is not None:
            self.permissions.update(resources(action, parameters))

    def without(self, action: str) -> None:
        """Leave an action out of the permissions, since a run does as well without it."""
        if self.permissions is not None:
            self.permissions -= set(resources(action, {}))

    def pages(
        self,
        product: str,
        action: str,
        parameters: Mapping[str, Any],
        items: str,
        size: int = 50,
        at_once: int = PARALLEL,
    ) -> Iterator[dict[str, Any]]:
        """Yield every item of a paged list.

        `items` is the field of the answer that holds them, such as SyncRules.

        Pages are asked for as they are read, `at_once` at a time; give a small number to stop early. If an item is
        added in front meanwhile, another may come twice, but none is missed.
        """
        return pages(self.call, self.calls, product, action, parameters, items, size, at_once)

    def calls(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Return work's result for each item, in the items' order; several are worked on at a time."""
        with pool() as threads:
            return list(threads.map(work, items))

    def finishing(self) -> AbstractContextManager[None]:
        """Let the block's calls through even if the run is killed.

        This holds from the first call on; see Guard.finishing. It is for deeds that do harm when half done, such as
        deleting a thing in order to make it anew. A deed that may stop between any two calls needs none: the next run
        takes it up.
        """
        return self._guard.finishing()

    def caller(self) -> dict[str, Any]:
        """Return AccountId, Arn and IdentityType of the credentials' owner.

        The service is asked once.
        """
        if self._caller is None:
            with attempt("find out whose credentials these are"):
                self._caller = self.call("sts", "GetCallerIdentity")
        return self._caller

    def callers_account(self) -> str:
        """Return the UID of the credentials' owner, for a sentence; empty if it cannot be found out."""
        with suppress(AcrError):
            return str(self.caller().get("AccountId") or "")
        return ""

    def check_account(self) -> None:
        """Refuse any account other than account_id."""
        other = self._other_account()
        if other:
            raise other

    def _other_account(self) -> AcrError | None:
        """Return the complaint if the credentials belong to another account."""
        if self._account_id is None:
            return None
        # Only STS tells whose keys are used.
        found = str(self.caller().get("AccountId"))
        if found == self._account_id:
            return None
        source = f" They are from {self._origin}." if self._origin else ""
        return AcrError(
            f"these credentials belong to account {found}, but account_id is {self._account_id}",
            f"This task changed nothing.{source} Use credentials of account {self._account_id}, or correct account_id"
            " (of a host, acr_account_id).",
        )

    def _once(self, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in parameters.items() if value is not None}
        answer = self._send(product, action, given)
        code = str(answer.get("Code") or "")
        if answer.get("IsSuccess") is False or code.lower() not in _GOOD_CODES:
            raise api_error(
                action,
                code,
                str(answer.get("Message") or ""),
                request_id=str(answer.get("RequestId") or ""),
                status=200,
            )
        return answer

    def _advised(self, error: ApiError, parameters: Mapping[str, Any]) -> AcrError:
        """Return the error with advice for the person on call."""
        if isinstance(error, (NotFoundError, NoPermissionError)) and error.action != "GetCallerIdentity":
            # In the wrong account nothing is found. Then the wrong account is what to tell.
            with suppress(AcrError):
                other = self._other_account()
                if other:
                    return other
        if not error.hint:
            caller = None if error.denied.get("AuthAction") else self.callers_account
            error.hint = remedy(error.action, error.code, parameters, error.status, caller)
        if error.key:
            error.add(error.key)
        if error.reason == error.code:
            error.reason = _words(error.code)
        error.nearby = partial(nearby, self.pages, error.code, parameters)
        return error


def _words(code: str) -> str:
    """Return a Container Registry code in words.

    The service sends no message; the words are like 'namespace does not exist'.
    """
    return code.replace("_", " ").lower().replace(" not exist", " does not exist") if "_" in code else code
