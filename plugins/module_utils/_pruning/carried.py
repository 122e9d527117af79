# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what rules carried and their source no longer has.

Only the source is asked: for its rules, its images and its sync records.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_check import PLAIN_FILTER, UNCLEAR
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.whole import all_tags
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule, is_readable
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Origin
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import outbound_rules
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    IN_FLIGHT,
    SyncTask,
    each_task,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import TargetRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Routes, Select
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.side import Side


class Carry(NamedTuple):
    """One task that carried an image; times are in epoch milliseconds.

    `by_rule` is false if somebody or a backfill made the task.
    """

    namespace: str
    repository: str
    by_rule: bool
    began: int
    ended: int


@dataclass
class Carried:
    """What one source tells.

    Attributes:
        instance_id: the source instance.
        listed: when its images were listed, in epoch milliseconds.
        rules: its rules that end at the destinations in question, as results show them.
        images: the tags that it has, of each repository that those rules cover.
        carries: the tasks that carried what it no longer has, by target and tag.
        under_way: targets and tags that a task is writing.
        oldest: when the oldest record was made; None if there is none.
    """

    instance_id: str
    listed: int
    rules: Sequence[Rule] = ()
    images: dict[Origin, frozenset[str]] = field(default_factory=dict)
    carries: dict[tuple[TargetRepository, str], list[Carry]] = field(default_factory=dict)
    under_way: set[tuple[TargetRepository, str]] = field(default_factory=set)
    oldest: int | None = None

    def __post_init__(self) -> None:
        self.routes = Routes(self.rules, Select())

    def has(self, origin: Origin, tag: str) -> bool:
        return tag in self.images.get(origin, ())


class SourceLook:
    """Looks into one source.

    Args:
        client: the services of the source's account; nothing is written.
        instance_id: the source instance.
    """

    def __init__(self, client: Client, instance_id: str) -> None:
        self._client = client
        self._read = 0
        # Taken before anything is listed, so that the list is never older than it says.
        self._found = Carried(instance_id, int(time.time() * 1000))

    def run(self, targets: Collection[str] | None = None) -> Carried:
        """Return what the source tells of its rules, or of those that end at some instances.

        Raises:
            AcrError: it could not be listed whole, or nobody knows what one of the rules covers.
        """
        instance_id, listed = self._found.instance_id, self._found.listed
        with activity.doing(lambda: f"{self._read:,} sync records of {instance_id} read"):
            rules = [rule for rule in self._rules() if targets is None or rule["target_instance_id"] in targets]
            self._found = Carried(instance_id, listed, rules)
            if rules:
                self._list()
                self._read_records()
                self._list_again()
        return self._found

    def _rules(self) -> Iterator[Rule]:
        with attempt(f"list the sync rules of {self._found.instance_id}"):
            for rule in [state.to_result() for state in outbound_rules(self._client, self._found.instance_id)]:
                # Deleting by a guess would be worse than deleting nothing.
                if not is_readable(rule):
                    raise AcrError(
                        f"sync rule {rule['name']} {UNCLEAR}",
                        PLAIN_FILTER,
                    )
                yield rule

    def _list(self) -> None:
        side = Side(self._client, self._found.instance_id)
        side.read(None)
        covered = sorted(origin for origin in side.places if self._found.routes.of(*origin))
        for origin, images in side.each(covered):
            self._found.images[origin] = frozenset(images)

    def _read_records(self) -> None:
        covered: dict[Origin, Collection[TargetRepository]] = {}
        for record in each_task(self._client, self._found.instance_id, {}):
            self._read += 1
            # Older records may have been removed. What they carried cannot be proven any more, and is kept.
            if record.create_time:
                self._found.oldest = min(self._found.oldest or record.create_time, record.create_time)
            origin = (str(record.namespace), str(record.repository))
            target = TargetRepository(
                str(record.target_instance_id), str(record.target_namespace), str(record.target_repository)
            )
            # There may be a million records and few repositories, so rules are tried once for each repository.
            if origin not in covered:
                covered[origin] = self._found.routes.of(*origin)
            # A rule keeps the tag; a task with another tag at the target was made by hand.
            if record.tag == record.target_tag and target in covered[origin]:
                self._add(record, origin, target)

    def _add(self, record: SyncTask, origin: Origin, target: TargetRepository) -> None:
        tag = str(record.tag)
        if record.status in IN_FLIGHT:
            self._found.under_way.add((target, tag))
        # What the source still has is no candidate, so its records need no memory.
        elif record.status == "success" and not self._found.has(origin, tag):
            by_rule = bool(record.sync_rule_id) or record.trigger == "automatic"
            carry = Carry(*origin, by_rule, record.create_time or 0, record.modified_time or 0)
            self._found.carries.setdefault((target, tag), []).append(carry)

    def _list_again(self) -> None:
        """List the repositories again whose images seem to be gone.

        An image may have been pushed after its repository was listed and before its record was read. The first list
        may also have been cut short.
        """
        origins: set[Origin] = set()
        for carries in self._found.carries.values():
            origins.update((carry.namespace, carry.repository) for carry in carries)
        listed = sorted(origins)
        found = self._client.calls(lambda origin: all_tags(self._client, self._found.instance_id, *origin), listed)
        self._found.images.update(zip(listed, found, strict=True))
        for (target, tag), carries in [*self._found.carries.items()]:
            left = [carry for carry in carries if not self._found.has((carry.namespace, carry.repository), tag)]
            self._found.carries[target, tag] = left
            if not left:
                del self._found.carries[target, tag]
