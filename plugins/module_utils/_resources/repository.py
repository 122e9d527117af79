# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep repositories of an instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check_repository
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Resource
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.deletion import (
    await_gone,
    delete,
    look_up,
    refuse_with_images,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import count_images

TYPES = {"private": "PRIVATE", "public": "PUBLIC"}
REPOSITORY_OPTIONS: dict[str, dict[str, Any]] = {
    "namespace": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "repository_type": {"type": "str", "choices": list(TYPES)},
    "summary": {"type": "str"},
    "description": {"type": "str"},
    "tag_immutability": {"type": "bool"},
}


@dataclass(frozen=True)
class Repository(State):
    instance_id: str | None = attribute("InstanceId", fixed=True)
    namespace: str | None = attribute("RepoNamespaceName", fixed=True)
    name: str | None = attribute("RepoName", fixed=True)
    repository_type: str | None = attribute("RepoType", values=TYPES, default="private")
    summary: str | None = attribute("Summary")
    description: str | None = attribute("Detail")
    tag_immutability: bool | None = attribute("TagImmutability", default=False)
    repository_id: str | None = attribute("RepoId", read_only=True)
    create_time: int | None = attribute("CreateTime", read_only=True)
    modified_time: int | None = attribute("ModifiedTime", read_only=True)


class Repositories(Resource[Repository]):
    kind = "repository"
    state_type = Repository
    # Whether the repository that was read last is being deleted, so that its name is not free yet.
    _being_deleted = False

    def desired(self) -> Repository:
        check_repository(self.params["name"], "name")
        return super().desired()

    def name(self, state: Repository) -> str:
        return f"repository {state.namespace}/{state.name} on {state.instance_id}"

    def read(self, desired: Repository) -> Repository | None:
        found = self._get(desired)
        self._being_deleted = found is not None and found.get("RepoStatus") == "DELETING"
        return None if found is None or found.get("RepoStatus") in ("DELETING", "DELETED") else self._state(found)

    def find(self) -> Iterator[Repository]:
        wanted, namespace = self.params.get("name"), self.params.get("namespace")
        if wanted and namespace:
            # Only GetRepository tells the description; the list has none.
            found = self.read(Repository.from_params(self.params))
            yield from [found] if found else []
            return
        selected = {
            "InstanceId": self.params["instance_id"],
            "RepoNamespaceName": namespace,
            "RepoName": wanted,
            # What the service lists without a status is not documented.
            "RepoStatus": "ALL",
        }
        for answer in self.client.pages("cr", "ListRepository", selected, "Repositories", size=100):
            gone = answer.get("RepoStatus") in ("DELETING", "DELETED")
            if not gone and wanted in (None, answer["RepoName"]) and namespace in (None, answer["RepoNamespaceName"]):
                yield self._state(answer)

    def present(self, desired: Repository, current: Repository | None) -> Repository:
        goal = super().present(desired, current)
        # The service demands a summary, and the name says enough.
        return goal if goal.summary else replace(goal, summary=goal.name)

    def absent(self, current: Repository) -> None:
        if self.params["force"]:
            return
        refuse_with_images(count_images(self.client, str(current.instance_id), str(current.repository_id)))

    def create(self, goal: Repository) -> Extras:
        if self._being_deleted:
            self._await_gone(goal)
        self.client.call("cr", "CreateRepository", goal.to_api())
        return {}

    def update(self, current: Repository, goal: Repository) -> Extras:
        self.client.call("cr", "UpdateRepository", {**goal.to_api(), "RepoId": current.repository_id})
        return {}

    def delete(self, current: Repository) -> Extras:
        delete(self.client, "DeleteRepository", self._named(current), partial(self._await_gone, current))
        return {}

    def _await_gone(self, state: Repository) -> None:
        look, timeout = partial(self._get, state), self.params["wait_timeout"]
        await_gone(self.client, look, "RepoStatus", self.name(state), timeout)

    def _get(self, state: Repository) -> Mapping[str, Any] | None:
        return look_up(self.client, "GetRepository", self._named(state))

    @staticmethod
    def _named(state: Repository) -> dict[str, Any]:
        return {"InstanceId": state.instance_id, "RepoNamespaceName": state.namespace, "RepoName": state.name}

    def _state(self, found: Mapping[str, Any]) -> Repository:
        return Repository.from_api({**found, "InstanceId": self.params["instance_id"]})
