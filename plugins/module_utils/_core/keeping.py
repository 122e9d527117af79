# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring one thing to a state and check the result.

What is read back is compared with the plan; a failure tells what was done.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from ansible_collections.registryops.alicloud.plugins.module_utils._core.engine import apply, plan
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import noting
from ansible_collections.registryops.alicloud.plugins.module_utils._core.journal import Journal
from ansible_collections.registryops.alicloud.plugins.module_utils._core.plan import DELETE, UPDATE, VERBS, Plan
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Resource
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task

S = TypeVar("S", bound=State)

# Seconds between looks: what was written may be read late, which takes a few seconds at the most.
_PAUSES = (1.0, 2.0, 4.0)


class Keeping(Generic[S]):
    """One thing on its way to the wanted state."""

    def __init__(self, task: Task, resource: Resource[S]) -> None:
        self.task = task
        self.resource = resource
        self.desired = resource.desired()

    def run(self) -> dict[str, Any]:
        """Return the task's result."""
        planned = self._look_and_plan()
        after = planned.after
        extras: dict[str, Any] = {}
        if planned.changed:
            self.task.client.check_account()
            if not self.task.check_mode:
                planned, after, extras = self._alone(planned)
        shown = self._result(planned.before, after, self.resource.describe(planned))
        return {**shown, "changed": planned.changed, **extras}

    def _alone(self, planned: Plan[S]) -> tuple[Plan[S], S | None, dict[str, Any]]:
        """Carry out a plan while other runs are kept away.

        Return the plan that was carried out, and its result.
        """
        done: dict[str, Any] = {}
        try:
            with self.resource.alone() as look_again:
                planned = self._look_and_plan() if look_again else planned
                after, extras = self._carry_out(planned)
                done = {**self._result(planned.before, after), "changed": planned.changed, **extras}
        except AcrError as error:
            # Letting other runs in again may fail, too, after all was done.
            error.results = {**done, **error.results}
            raise
        return planned, after, extras

    def _look_and_plan(self) -> Plan[S]:
        name = self.resource.name(self.desired)
        with attempt(f"look up {name}"):
            current = self.resource.read(self.desired)
        with attempt(f"{'delete' if self._state == 'absent' else 'plan'} {name}"):
            return self._plan(current)

    @property
    def _state(self) -> str:
        return str(self.task.params["state"])

    def _plan(self, current: S | None) -> Plan[S]:
        return plan(self.resource, self._state, self.desired, current)

    def _carry_out(self, planned: Plan[S]) -> tuple[S | None, dict[str, Any]]:
        if not planned.changed:  # another run has done it meanwhile
            return planned.after, {}
        with noting() as journal:
            try:
                extras = apply(self.resource, planned)
            except AcrError as error:
                self._tell_what_was_done(error, planned.before, journal)
                raise
        try:
            return self._settled(planned), dict(extras)
        except AcrError as error:
            error.hint = f"The change was made. {error.hint}".strip()
            error.results = {**self._result(planned.before, planned.after), "changed": True, **extras, **error.results}
            raise

    def _settled(self, planned: Plan[S]) -> S | None:
        """Return the state once it is as planned.

        An attribute that stays different is written once more.

        Raises:
            AcrError: it is still different.
        """
        if planned.action == DELETE:
            return None  # a deletion has waited itself, where it takes time, until the thing was gone
        found, left = self._read_back()
        if left.action == UPDATE:
            apply(self.resource, left)
            found, left = self._read_back()
        if not left.changed:
            return found
        with attempt(f"{planned.action} {self.resource.name(self.desired)}"):
            words = "; ".join(self.resource.describe(left)).strip() or VERBS[left.action]
            raise AcrError(
                f"it was {VERBS[planned.action]}, but the service shows something else. Still to do: {words}",
                "Something else may write it at the same time. Run it again; ActionTrail shows who calls.",
            )

    def _read_back(self) -> tuple[S | None, Plan[S]]:
        """Return the state, and what is left to do.

        It returns as soon as nothing is left.
        """
        try:
            found = self.resource.read(self.desired)
            for pause in _PAUSES:
                if not self._plan(found).changed:
                    break
                self.task.client.sleep(pause)
                found = self._look_anew()
            return found, self._plan(found)
        except AcrError as error:
            error.attempted = f"read back {self.resource.name(self.desired)}"
            raise

    def _look_anew(self) -> S | None:
        """Read it without anything that was read before."""
        return self.resource.sibling(self.task.params).read(self.desired)

    def _tell_what_was_done(self, error: AcrError, before: S | None, journal: Journal) -> None:
        """Add to an error what was written before it."""
        if not journal:
            return
        try:
            found = self._look_anew()
        except AcrError:
            error.add(f"These calls were made: {journal}. What is there now could not be looked up. Run it again.")
            # Whoever acts on a change must not miss one that nobody can see.
            error.results = {"changed": True, **error.results}
            return
        if found != before:
            error.add(f"It is done in part: {journal}. Run it again to go on.")
            error.results = {**self._result(before, found), "changed": True, **error.results}

    def _result(self, before: S | None, after: S | None, lines: list[str] | None = None) -> dict[str, Any]:
        before, after = self._shown(before), self._shown(after)
        diff: dict[str, Any] = {
            "before": before.to_result() if before else {},
            "after": after.to_result() if after else {},
        }
        if lines:
            diff["prepared"] = "".join(f"{line}\n" for line in lines)
        result = {"changed": before != after, "diff": diff, self.resource.kind.replace(" ", "_"): diff["after"]}
        warnings = self.resource.warnings(self.desired) if self._state != "absent" else []
        return {**result, "warnings": warnings} if warnings else result

    def _shown(self, state: S | None) -> S | None:
        # What cannot be read back is taken from the options, so that the diff does not show it as changed.
        return state.echo(self.desired) if state else None
