# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace a sync rule so that no push is lost, wherever the run is cut short.

The new rule is made under a stand-in's name. Then the old rule is deleted, the new rule is made under its own name, and
the stand-in is deleted. At every moment one of them carries what both rules cover. After any call, the next run can go
on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    ApiError,
    CredentialsError,
    NoPermissionError,
    NotFoundError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.namespace import Namespaces
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.rule_calls import RuleCalls, is_duplicate
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.stand_in import (
    is_placeholder,
    placeholder,
    stand_in,
    stand_in_name,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import (
    SyncRule,
    is_stand_in,
)

# Sends what a rule covers and was pushed since a time in epoch milliseconds, and returns what became of each image.
SendLate = Callable[[Client, SyncRule, int], list[dict[str, Any]]]

# In milliseconds. Images and rules may be dated by different machines of the service, whose clocks differ by less.
_CLOCK_MARGIN = 2000
_NOT_ABOUT_THE_RULE = (ThrottledError, CredentialsError, NoPermissionError, UnreachableError)
_ROUTE = (
    *("scope", "namespace", "repository", "namespace_filter"),
    *("target_region", "target_instance_id", "target_namespace", "target_repository"),
)


def same_route(rule: SyncRule, other: SyncRule) -> bool:
    return all(getattr(rule, name) == getattr(other, name) for name in _ROUTE)


class Replacement:
    """One replacement.

    Args:
        calls: the instance's rules.
        current: the old rule, or the stand-in that an earlier run has left.
        goal: the rule that should be there.
        beside: other rules that have the name of one of these two, or stand in for one of them.
        send_late: sends what no rule carried; None if that is not wanted.
    """

    def __init__(
        self,
        calls: RuleCalls,
        current: SyncRule,
        goal: SyncRule,
        beside: Sequence[SyncRule],
        send_late: SendLate | None,
    ) -> None:
        self.calls = calls
        self.current = current
        self.goal = goal
        self.stand_ins = [rule for rule in beside if is_stand_in(rule.name)]
        self.doubles = [rule for rule in beside if not is_stand_in(rule.name)]
        self.held = next(filter(is_placeholder, [current, *self.stand_ins]), None)
        self.send_late = send_late
        # When the old rule was made, in epoch milliseconds; 0 if it is gone.
        self.oldest = 0
        self.written = False
        self.stood_in = False

    def run(self) -> list[dict[str, Any]]:
        """Replace the rule, and return what was sent since no rule had carried it."""
        if is_stand_in(self.current.name):
            return self._finish()
        if self.held:
            return self._delete_first()
        try:
            return self._make_first()
        except ApiError as error:
            if self.stood_in or not self._may_be_in_the_way(error):
                raise
            return self._delete_first()

    def tidy(self) -> list[dict[str, Any]]:
        """Delete the duplicates and stand-ins of a good rule."""
        with self._saying(f"Sync rule {self.goal.name} is in force; run the task again to delete what is beside it."):
            self._delete(*self.doubles)
        return self._end()

    def _make_first(self) -> list[dict[str, Any]]:
        name, renamed = self.goal.name, self.current.name != self.goal.name
        first = self.goal if renamed else stand_in(self.goal)
        with self._saying(f"The old rule {self.current.name} is in force as it was."):
            made = self._only(first)
        self.stood_in = True
        both = f"No push is lost: {first.name} carries what the new rule covers. Run the task again to finish."
        with self._saying(both):
            self._delete(self.current, *self.doubles)
        # The new rule was made under its own name at once, so no stand-in is left.
        if renamed:
            return []
        self.current = made
        with self._saying(f"The old rule is deleted. {both}"):
            if not self._posted():
                return self._delete_first()
        with self._saying(f"The new rule {name} is in force, and so is {first.name}: run the task again to delete it."):
            self._delete(made)
        return []

    def _posted(self) -> bool:
        """Create the new rule beside its stand-in; return False if the service refuses a second rule of a route."""
        try:
            self._post(self.goal)
        except ApiError as error:
            if is_placeholder(self.current) or not self._may_be_in_the_way(error):
                raise
            return False
        return True

    def _only(self, rule: SyncRule) -> SyncRule:
        """Return the right stand-in, and delete any other, which an earlier run may have left."""
        kept = [left for left in self.stand_ins if left.name == rule.name and not left.changes(rule)][:1]
        self._delete(*(left for left in self.stand_ins if left not in kept))
        return kept[0] if kept else self._post(rule)

    def _finish(self) -> list[dict[str, Any]]:
        """Continue after the old rule was deleted, while its stand-in is in force."""
        remembered = "remembers what to send then" if self.held else "carries pushes meanwhile"
        left = f"The old rule was deleted by an earlier run; {self.current.name} {remembered}. Run the task again."
        with self._saying(left):
            if not self._posted():
                return self._delete_first()
        return self._end(self.current)

    def _end(self, *left: SyncRule) -> list[dict[str, Any]]:
        """Send what no rule carried, then delete the placeholder, which remembers since when."""
        sent = []
        with self._saying(f"Sync rule {self.goal.name} is in force; run the task again to finish."):
            if self.held:
                sent = self._caught_up((self.held.create_time or _now()) - _CLOCK_MARGIN)
            self._delete(*left, *self.stand_ins)
        return sent

    def _may_be_in_the_way(self, error: ApiError) -> bool:
        """Return whether the old rule's route caused the refusal."""
        if error.uncertain or isinstance(error, (*_NOT_ABOUT_THE_RULE, NotFoundError)):
            return False
        if self.current.target_instance_id != self.goal.target_instance_id:
            return False
        others = [rule for rule in self.calls.outbound() if rule.sync_rule_id != self.current.sync_rule_id]
        if is_duplicate(error) and not any(same_route(rule, self.goal) for rule in others):
            return True
        if not error.hint:
            error.hint = (
                "If the service takes no second rule of one route, delete the old one with state: absent first."
            )
        return False

    def _delete_first(self) -> list[dict[str, Any]]:
        """Replace the rule by deleting the old one first, since the service takes no second rule of its route."""
        # An earlier run may have made the old rule again. Then its placeholder knows the time, and the rule does not.
        self.oldest = 0 if self.held else self.current.create_time or 0
        with self._saying(f"The old rule {self.current.name} is in force as it was."):
            self.held = self.held or self._hold()
        started = time.monotonic()
        with self.calls.client.finishing():
            self._exchange()
        if self.held:
            return self._end(*([] if self.held in self.stand_ins else [self.held]))
        gap = int((time.monotonic() - started) * 1000)
        rule = self.calls.find(self.goal)
        created = (rule.create_time if rule else None) or _now()
        with self._saying(f"Sync rule {self.goal.name} is in force."):
            return self._caught_up(created - gap - _CLOCK_MARGIN)

    def _hold(self) -> SyncRule | None:
        """Create the placeholder; return None if it is not needed, or refused."""
        # A manual rule carries nothing by itself, so nothing can be lost.
        if self.goal.trigger == "manual":
            return None
        namespace = None
        if self.goal.scope == "instance":
            with suppress(NoPermissionError):
                found = Namespaces(self.calls.client, {"instance_id": self.goal.instance_id}).find()
                namespace = next((found.name for found in found), None)
            if namespace is None:
                return None
        held = placeholder(self.goal, namespace)
        if held.name == self.current.name:
            held = replace(held, name=stand_in_name(str(held.name)))
        try:
            made = self._post(held)
        except ApiError as error:
            if error.uncertain or isinstance(error, _NOT_ABOUT_THE_RULE):
                raise
            return None
        return self.calls.find(held) or made

    def _exchange(self) -> None:
        left = "Run the task again to finish; it sends what was pushed meanwhile." if self.held else ""
        with self._saying(f"Whether the old rule is still there is not certain. {left}"):
            self._delete(self.current, *self.doubles)
        settled = self.held is not None
        try:
            self._post(self.goal)
            settled = True
        except AcrError as error:
            settled = True
            error.results["rolled_back"] = self._put_back(error)
            error.results["changed"] = True
            raise
        finally:
            if not settled:
                # The run was interrupted, and no placeholder remembers the old rule. So it is put back.
                self._post(self._old())

    def _old(self) -> SyncRule:
        # The service does not tell its account; the new rule, which goes to the same instance, has it.
        account = self.goal.target_account_id if self.current.cross_account else None
        return replace(self.current, target_account_id=account)

    def _put_back(self, error: AcrError) -> bool:
        """Create the old rule again after a refusal, and say in the error how that went."""
        later = "The next run sends what was pushed meanwhile." if self.held else ""
        try:
            self._post(self._old())
        except AcrError as second:
            told = f"The old rule is deleted and could not be put back ({second.sentence()} {second.reference()})."
            error.add(f"{told} Nothing is replicated by it until the task succeeds. {later}")
            return False
        lost = later or "What was pushed meanwhile was not replicated by it."
        error.add(f"The old rule was put back as it was. {lost}")
        return True

    def _caught_up(self, since: int) -> list[dict[str, Any]]:
        if self.send_late is None or self.goal.trigger == "manual":
            return []
        # Times are the service's, which dates both images and rules. The old rule never had to carry what is older
        # than itself.
        return self.send_late(self.calls.client, self.goal, max(since, self.oldest))

    def _post(self, rule: SyncRule) -> SyncRule:
        made = self.calls.post(rule)
        self.written = True
        return made

    def _delete(self, *rules: SyncRule) -> None:
        for rule in rules:
            self.calls.delete(rule)
            self.written = True

    @contextmanager
    def _saying(self, state: str) -> Iterator[None]:
        """Add the rules' present state to any error inside."""
        try:
            yield
        except AcrError as error:
            error.add(state)
            if self.written:
                error.results["changed"] = True
            raise


def _now() -> int:
    return int(time.time() * 1000)
