# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep each image's newest sync record, in little memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Origin
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    IN_FLIGHT,
    SyncTask,
    each_task,
    issue_kind,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import TargetRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.failure import Record
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.watcher import Nobody, Watcher


class KeptRecords:
    """Keep one instance's records about certain targets.

    Args:
        client: the services of the instance's account.
        instance_id: the instance that the images come from.
        targets: IDs of the instances that are looked at.
        watcher: is shown each record.
    """

    def __init__(
        self, client: Client, instance_id: str, targets: Collection[str], watcher: Watcher | None = None
    ) -> None:
        self._watcher = watcher or Nobody()
        self._client = client
        self._instance_id = instance_id
        self._targets = targets
        self._newest: dict[tuple[Origin, TargetRepository], dict[str, Record]] = {}
        self._lost: dict[Origin, dict[str, Record]] = {}
        # When the newest that arrived at an instance was sent, and the newest that has ended there.
        self._reached: dict[str, int] = {}
        self._ended: dict[str, Record] = {}
        self.count = 0

    def read(self, namespace: str | None = None, tell: Callable[[int], object] = bool) -> None:
        """Read all records, or those of one namespace; `tell` takes their number so far."""
        with attempt(f"list the sync records of {self._instance_id}"):
            for task in each_task(self._client, self._instance_id, {"namespace": namespace}):
                self._add(task)
                self.count += 1
                tell(self.count)

    def refresh(self, origins: Iterable[Origin]) -> None:
        """Read some repositories' records again, several at a time."""
        self._client.calls(self.read_again, sorted(origins))

    def read_again(self, origin: Origin) -> None:
        """Read the records of one repository again."""
        selected = {"namespace": origin[0], "repository": origin[1]}
        with attempt(f"list the sync records of {'/'.join(origin)} on {self._instance_id}"):
            for task in each_task(self._client, self._instance_id, selected):
                self._add(task)

    def in_flight(self) -> dict[Origin, int]:
        """Return each repository's number of images in flight."""
        found: dict[Origin, int] = {}
        for (origin, _target), records in self._newest.items():
            count = sum(record.status in IN_FLIGHT for record in records.values())
            if count:
                found[origin] = found.get(origin, 0) + count
        return found

    def of(self, origin: Origin, target: TargetRepository) -> dict[str, Record]:
        """Return each tag's newest record from a repository to a target."""
        return self._newest.get((origin, target), {})

    def lost(self, origin: Origin) -> dict[str, Record]:
        """Return each tag's newest record to an instance that no rule ends at any more."""
        return self._lost.get(origin, {})

    def reached(self, instance_id: str) -> int:
        """Return when the newest that arrived at an instance was sent; 0 if nothing did."""
        return self._reached.get(instance_id, 0)

    def refused(self, instance_id: str) -> Record | None:
        """Return the record that refused all of an instance, if it is the newest that ended there."""
        ended = self._ended.get(instance_id)
        return ended if ended and ended.status == "error" and issue_kind(ended.issue) else None

    def _add(self, task: SyncTask) -> None:
        self._watcher.record(task)
        self._keep_ended(task)
        if task.tag != task.target_tag:
            return  # sent by hand under another tag; rules keep the tag
        origin = (str(task.namespace), str(task.repository))
        if task.target_instance_id in self._targets:
            names = (str(task.target_instance_id), str(task.target_namespace), str(task.target_repository))
            _keep(self._newest.setdefault((origin, TargetRepository(*names)), {}), task)
        else:
            # A failure on the way to an instance that a rule has left may be why the image never arrived.
            _keep(self._lost.setdefault(origin, {}), task)

    def _keep_ended(self, task: SyncTask) -> None:
        target, created = str(task.target_instance_id), task.create_time or 0
        if task.status == "success":
            self._reached[target] = max(self._reached.get(target, 0), created)
        if task.status in ("success", "error"):
            known = self._ended.get(target)
            if known is None or created >= known.created:
                self._ended[target] = _record(task)


def _keep(records: dict[str, Record], task: SyncTask) -> None:
    """Keep a record unless a newer one is known."""
    tag, created = str(task.tag), task.create_time or 0
    known = records.get(tag)
    if known is None or created >= known.created:
        records[tag] = _record(task)


def _record(task: SyncTask) -> Record:
    automatic, created = task.trigger == "automatic", task.create_time or 0
    failed = task.sync_task_id if task.status == "error" else None
    return Record(task.status, task.issue, created, task.modified_time, automatic, task.target_instance_id, failed)
