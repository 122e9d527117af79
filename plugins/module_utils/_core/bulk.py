# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep a whole set of things in one task.

List them once, then make only the calls that differ, several at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar, Generic, TypeVar

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import noting
from ansible_collections.registryops.alicloud.plugins.module_utils._core.operation import Operation
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import (
    REPLACE,
    UPDATE,
    VERBS,
    Extras,
    Plan,
    Resource,
    apply,
    plan,
    refuse,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task

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


class Bulk(Operation, Generic[S]):
    """Keep everything that one option lists; with `purge`, delete everything else.

    An item that fails does not stop the others. The task fails at the end, with what became of each.
    """

    option: ClassVar[str]

    def __init__(self, task: Task, resource: Resource[S]) -> None:
        super().__init__(task)
        self.resource = resource
        self.items: list[Item[S]] = [self._item(said) for said in task.params[self.option]]
        self.found: list[S] = []

    def prepare(self) -> None:
        # Two items of one name would undo each other in each run.
        names = Counter(item.name for item in self.items)
        twice = ", ".join(name for name, count in names.items() if count > 1)
        refuse(bool(twice), f"{self.option} names {twice} more than once", "Name each once.")
        self.found = self.resource.everything()
        for item in self.items:
            item.plan(self.found)
        if self.params["purge"]:
            wanted = set(chain.from_iterable(map(self.aliases, names)))
            self._purge([thing for thing in self.found if getattr(thing, "name", None) not in wanted], self.found)

    def aliases(self, name: str) -> list[str]:
        """Return all names that belong to one thing."""
        return [name]

    def needed(self) -> bool:
        return any(item.changes for item in self.items)

    def run(self) -> None:
        # Only items that differ make calls, so a run with nothing to do costs its listing alone.
        self.client.calls(Item.apply, [item for item in self.items if item.changes])
        torn = [item for item in self.items if item.error and item.torn]
        if torn:
            self._look_what_is_left(torn)

    def _look_what_is_left(self, torn: list[Item[S]]) -> None:
        try:
            found = self.resource.sibling(self.params).everything()
        except AcrError:
            for item in torn:
                # What is there now is not known. A handler that acts on a change must not miss one.
                item.written = True
            return
        for item in torn:
            item.look_what_is_left(found)

    def to_result(self) -> dict[str, Any]:
        key = self.resource.kind.replace(" ", "_")
        failed = [item for item in self.items if item.error]
        # The task's message shows the first failure in full.
        told = {item.error.advice() for item in failed[:1] if item.error}
        results = [item.to_result(key, told) for item in self.items]
        counts = Counter(item.action for item in self.items)
        result = {
            "changed": self.needed(),
            f"{key}s": results,
            "counts": {action: counts[action] for action in (*self._actions(), "failed")},
            "diff": self._diff(),
            **self.remarks(),
        }
        warnings = list(chain.from_iterable(map(Item.warnings, self.items)))
        if warnings:
            result["warnings"] = warnings
        if failed:
            raise _failure(failed, len(self.items), self.resource.kind, result)
        return result

    def _actions(self) -> list[str]:
        """Return the actions that an item can have; some kinds cannot be changed, only replaced."""
        attributes = self.resource.state_type.attributes().values()
        sent = [attribute.metadata for attribute in attributes if not attribute.metadata["read_only"]]
        can_change = any(not (metadata["fixed"] or metadata["write_only"]) for metadata in sent)
        return [verb for action, verb in VERBS.items() if can_change or action != UPDATE]

    def remarks(self) -> dict[str, Any]:
        """Return what a kind adds to the result."""
        return {}

    def _item(self, said: Mapping[str, Any]) -> Item[S]:
        # An option that an item leaves out is taken from the task, which may give it for all.
        common = {name: value for name, value in self.params.items() if name != self.option}
        own = {name: value for name, value in said.items() if value is not None or name not in common}
        return Item(said["name"], self.resource.sibling({**common, **own}))

    def _purge(self, unwanted: list[S], found: list[S]) -> None:
        """Plan to delete what is not wanted, or to replace it if a new thing takes its place."""
        seen: set[str] = set()
        for old in unwanted:
            name = str(getattr(old, "name", ""))
            # Duplicates and stand-ins of one name go with the first of them.
            if name in seen:
                continue
            seen.update(self.aliases(name))
            successor = next((item for item in self.items if self._succeeds(item, old)), None)
            if successor:
                successor.take_place_of(old)
            else:
                item = self._item({"name": name})
                item.resource.pick(old, found)
                item.planned = plan(item.resource, "absent", old, old)
                self.items.append(item)

    def _succeeds(self, item: Item[S], old: S) -> bool:
        new = item.planned
        if item.error or not new or not new.after:
            return False
        # A stand-in that was left behind counts as new: its rule does not exist under its own name yet.
        is_new = new.before is None or item.resource.is_temporary(new.before)
        return is_new and item.resource.succeeds(new.after, old)

    def _diff(self) -> dict[str, Any]:
        changed = [(item, item.planned) for item in self.items if item.planned and item.changes]
        lines: list[str] = []
        for item, planned in changed:
            lines += [] if item.error else item.resource.describe(planned)
        diff = {
            "before": {item.name: item.shown(planned.before) for item, planned in changed if planned.before},
            "after": {item.name: item.shown(item.after) for item, _planned in changed if item.after},
        }
        return {**diff, "prepared": "".join(f"{line}\n" for line in lines)} if lines else diff


def _failure(failed: list[Item[S]], total: int, kind: str, result: dict[str, Any]) -> AcrError:
    # One message names the first failure alone, since hundreds of rules often fail for one reason.
    first = failed[0]
    which = "" if len(failed) == 1 else "the first is "
    error = AcrError(f"{len(failed)} of {total} {kind}s failed; {which}{first.name}: {first.error}")
    error.hint = "" if len(failed) == 1 else f"Each one's msg is in the result's {kind.replace(' ', '_')}s."
    error.results = result
    return error
