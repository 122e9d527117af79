# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep namespaces of an instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check_namespace
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Resource, wait_until
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute
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
            if images:
                raise AcrError(
                    f"it holds images ({images} in {repository.name}), which would go with it",
                    "Nothing was changed. Say force: true to delete them all, for good.",
                )

    def create(self, goal: Namespace) -> Extras:
        if self._being_deleted:
            self._await_gone(goal)
        self.client.call("cr", "CreateNamespace", goal.to_api())
        return {}

    def update(self, current: Namespace, goal: Namespace) -> Extras:
        self.client.call("cr", "UpdateNamespace", goal.to_api())
        return {}

    def delete(self, current: Namespace) -> Extras:
        named = {"InstanceId": current.instance_id, "NamespaceName": current.name}
        try:
            self.client.call("cr", "DeleteNamespace", named)
        except NotFoundError:
            return {}
        self._await_gone(current)
        return {}

    def _await_gone(self, state: Namespace) -> None:
        """Wait until a deletion is over, which goes on after the call and blocks the name."""

        def gone() -> bool:
            found = self._get(state)
            return found is None or found.get("NamespaceStatus") != "DELETING"

        wait_until(self.client, gone, what=f"the deletion of {self.name(state)}", timeout=self.params["wait_timeout"])

    def _get(self, state: Namespace) -> Mapping[str, Any] | None:
        named = {"InstanceId": state.instance_id, "NamespaceName": state.name}
        try:
            return self.client.call("cr", "GetNamespace", named)
        except NotFoundError as error:
            # A missing instance is a mistake in the options, not a missing namespace.
            if "INSTANCE" in error.code:
                raise
            return None

    def _state(self, found: Mapping[str, Any]) -> Namespace:
        return Namespace.from_api({**found, "InstanceId": self.params["instance_id"]})
