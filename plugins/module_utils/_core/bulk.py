# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep a whole set of things in one task.

List them once, then make only the calls that differ, several at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, ClassVar, Generic

from ansible_collections.registryops.alicloud.plugins.module_utils._core.bulk_item import Item, S
from ansible_collections.registryops.alicloud.plugins.module_utils._core.engine import plan
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.operation import Operation
from ansible_collections.registryops.alicloud.plugins.module_utils._core.plan import UPDATE, VERBS
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Resource, refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import first_of


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
        for items in self.waves([item for item in self.items if item.changes]):
            self.client.calls(Item.apply, items)
        torn = [item for item in self.items if item.error and item.torn]
        if torn:
            self._look_what_is_left(torn)

    def waves(self, items: list[Item[S]]) -> Iterator[list[Item[S]]]:
        """Yield the items that are worked on side by side, one wave after the other."""
        yield items

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
    if total == 1 and first.error:
        error = AcrError(first.error.sentence(), f"{first.error.advice()} {first.error.reference()}".strip())
        error.results = result
        return error
    failures = f"{len(failed)} of {total} {kind}s failed"
    if len(failed) == 1:
        error = AcrError(f"{failures}; {first.name}: {first.error}")
    elif len({item.error.reason for item in failed if item.error}) == 1:
        error = AcrError(f"{failures}, {first_of([item.name for item in failed])}, all for one reason. {first.error}")
    else:
        hint = f"Each one's msg is in the result's {kind.replace(' ', '_')}s."
        error = AcrError(f"{failures}; the first is {first.name}: {first.error}", hint)
    error.results = result
    return error
