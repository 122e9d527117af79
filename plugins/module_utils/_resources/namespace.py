# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep namespaces of an instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check_namespace
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Resource
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.deletion import (
    await_gone,
    delete,
    look_up,
    refuse_with_images,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import count_images
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository import Repositories

TYPES = {"private": "PRIVATE", "public": "PUBLIC"}
NAMESPACE_OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "auto_create_repositories": {"type": "bool"},
    "repository_type": {"type": "str", "choices": list(TYPES)},
    "tag_immutability": {"type": "bool"},
}


@dataclass(frozen=True)
class Namespace(State):
    instance_id: str | None = attribute("InstanceId", fixed=True)
    name: str | None = attribute("NamespaceName", fixed=True)
    auto_create_repositories: bool | None = attribute("AutoCreateRepo", default=False)
    repository_type: str | None = attribute("DefaultRepoType", values=TYPES, default="private")
    tag_immutability: bool | None = attribute("DefaultRepoConfiguration.TagImmutability")
    namespace_id: str | None = attribute("NamespaceId", read_only=True)

    def to_api(self) -> dict[str, Any]:
        request = super().to_api()
        if "DefaultRepoConfiguration" in request:
            # The configuration is written as a whole, and has the type in it a second time.
            request["DefaultRepoConfiguration"]["RepoType"] = request.get("DefaultRepoType")
        return request


class Namespaces(Resource[Namespace]):
    kind = "namespace"
    state_type = Namespace
    # Whether the namespace that was read last is being deleted, so that its name is not free yet.
    _being_deleted = False

    def desired(self) -> Namespace:
        check_namespace(self.params["name"], "name")
        return super().desired()

    def name(self, state: Namespace) -> str:
        return f"namespace {state.name} on {state.instance_id}"

    def read(self, desired: Namespace) -> Namespace | None:
        found = self._get(desired)
        self._being_deleted = found is not None and found.get("NamespaceStatus") == "DELETING"
        return None if found is None or self._being_deleted else self._state(found)

    def find(self) -> Iterator[Namespace]:
        wanted = self.params.get("name")
        selected = {"InstanceId": self.params["instance_id"], "NamespaceName": wanted}
        for found in self.client.pages("cr", "ListNamespace", selected, "Namespaces"):
            # It is not documented whether the service's filter is exact or finds parts of names.
            if wanted in (None, found.get("NamespaceName")):
                yield self._state(found)

    def absent(self, current: Namespace) -> None:
        if self.params["force"]:
            return
        # The service deletes images without a question. It counts them nowhere, so each repository is asked.
        repositories = Repositories(self.client, {"instance_id": current.instance_id, "namespace": current.name})
        for repository in repositories.find():
            images = count_images(self.client, str(current.instance_id), str(repository.repository_id))
            refuse_with_images(images, f" in {repository.name}")

    def create(self, goal: Namespace) -> Extras:
        if self._being_deleted:
            self._await_gone(goal)
        self.client.call("cr", "CreateNamespace", goal.to_api())
        return {}

    def update(self, current: Namespace, goal: Namespace) -> Extras:
        self.client.call("cr", "UpdateNamespace", goal.to_api())
        return {}

    def delete(self, current: Namespace) -> Extras:
        delete(self.client, "DeleteNamespace", self._named(current), partial(self._await_gone, current))
        return {}

    def _await_gone(self, state: Namespace) -> None:
        look, timeout = partial(self._get, state), self.params["wait_timeout"]
        await_gone(self.client, look, "NamespaceStatus", self.name(state), timeout)

    def _get(self, state: Namespace) -> Mapping[str, Any] | None:
        return look_up(self.client, "GetNamespace", self._named(state))

    @staticmethod
    def _named(state: Namespace) -> dict[str, Any]:
        return {"InstanceId": state.instance_id, "NamespaceName": state.name}

    def _state(self, found: Mapping[str, Any]) -> Namespace:
        return Namespace.from_api({**found, "InstanceId": self.params["instance_id"]})


def namespace_names(client: Client, instance_id: str) -> frozenset[str]:
    """Return the namespaces of an instance."""
    return frozenset(str(namespace.name) for namespace in Namespaces(client, {"instance_id": instance_id}).find())
