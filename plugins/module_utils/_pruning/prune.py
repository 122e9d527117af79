# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delete from a destination what rules carried and no source has any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.operation import Operation
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import connection_of
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.caps import check_caps
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.carried import Carried, SourceLook
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.choice import Kept, PruneOptions
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.deletion import Deletion
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.extra import (
    DELETED,
    TO_DELETE,
    Extra,
    found_in,
    origins_of,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.list_file import read
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.names import check_names
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.outcome import result, so_far
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import ListedRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import TargetRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Select
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.side import Side


class Prune(Operation):
    """Deletes images from one destination, after a look at every source that the task names."""

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self._instance_id = str(task.params["instance_id"])
        self._choice = PruneOptions(
            self._instance_id,
            Select.of(task.params["select"]),
            Kept.of(task.params["keep"]),
            by_task=task.params["carried_by"] == "task",
            immutable=task.params["immutable"],
        )
        self._clients: dict[str, Client] = {}
        self._sources: list[Carried] = []
        self._extras: list[Extra] = []

    def prepare(self) -> None:
        self._sources = [*self._listed(), *map(self._look, self.params["sources"])]
        if not self._sources:
            raise AcrError(
                "no source can be looked into, and there is no list of one",
                "Give sources with credentials, or lists that Account A has written (prune_destination_lists in the"
                " role).",
            )
        by_rule = self._find()
        try:
            check_caps(self._going(), by_rule, self.params["max_deletions"], self.params["max_share"])
        except AcrError as refusal:
            # With the whole list, so that people can see what they would have allowed.
            refusal.results = {**self.to_result(), "changed": False}
            raise

    def needed(self) -> bool:
        return bool(self._going())

    def run(self) -> None:
        going = self._going()
        deletion = Deletion(self.client, self._instance_id, self._clients)

        def words() -> str:
            return f"{sum(extra.state == DELETED for extra in going):,} of {len(going):,} images deleted"

        try:
            with activity.doing(words), activity.leaving(lambda: f"ended early: {so_far(going)}"):
                deletion.run(going)
        except AcrError as error:
            error.results = {**error.details(), **self.to_result()}
            error.add(so_far(going)[:1].upper() + so_far(going)[1:])
            raise

    def _listed(self) -> list[Carried]:
        return [read(path, self.params["list_max_age"]) for path in self.params["lists"]]

    def _look(self, given: Mapping[str, Any]) -> Carried:
        instance_id = str(given["instance_id"])
        with attempt(f"look into the source {given['name'] or instance_id}"):
            client = self._clients[instance_id] = self.task.reach(connection_of(given))
            return SourceLook(client, instance_id).run([self._instance_id])

    def _find(self) -> Counter[str]:
        """Decide about each repository that rules bring images to, and return each rule's number of images."""
        side = Side(self.client, self._instance_id)
        # All of it, since keep may name a repository in any namespace.
        side.read(None)
        check_names(self.client, self._choice, self._sources, side.places.values())
        places = {place: origins_of(self._sources, self._target(place)) for place in side.places.values()}
        covered = sorted(place for place, origins in places.items() if origins)
        listed: list[ListedRepository] = []

        def decide(place: ListedRepository) -> tuple[Counter[str], list[Extra]]:
            with attempt(f"list the images of {place.namespace}/{place.repository} on {self._instance_id}"):
                held = side.images(place.namespace, place.repository)
            found = found_in(self._instance_id, place, held, places[place])
            listed.append(place)
            return found.by_rule, self._choice.choose(found)

        by_rule: Counter[str] = Counter()
        with activity.doing(lambda: f"listed {len(listed):,} of {len(covered):,} repositories"):
            for counted, extras in self.client.calls(decide, covered):
                by_rule.update(counted)
                self._extras += sorted(extras, key=lambda extra: extra.path)
        return by_rule

    def _target(self, place: ListedRepository) -> TargetRepository:
        return TargetRepository(self._instance_id, place.namespace, place.repository)

    def _going(self) -> list[Extra]:
        return [extra for extra in self._extras if extra.state == TO_DELETE]

    def to_result(self) -> dict[str, Any]:
        sources = [source.instance_id for source in self._sources]
        return result(self._instance_id, sources, self._extras, self.params["max_images"])
