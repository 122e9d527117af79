# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the settings of many repositories, and keep them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.bulk import Bulk
from ansible_collections.registryops.alicloud.plugins.module_utils._core.bulk_item import Item
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import NotFoundError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.plan import NOTHING, UPDATE, VERBS
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, wait_until
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository import Repositories, Repository

SETTINGS = ("repository_type", "tag_immutability", "summary", "description")
# Seconds to wait until a change can be read; where reads come late, they are a few seconds late.
_SETTLED = 10

Name = tuple[str, str]


def read_settings(
    client: Client,
    instance_id: str,
    namespaces: Iterable[str] | None,
    wanted: Callable[[Name], bool],
    *,
    described: bool,
) -> dict[Name, Repository]:
    """Return the wanted repositories that exist.

    A namespace that does not exist has none. Descriptions are in no list. If `described`, each repository is asked
    for, several at a time.
    """
    found: dict[Name, Repository] = {}
    with attempt(f"read the settings of repositories on {instance_id}"):
        for namespace in [None] if namespaces is None else namespaces:
            resource = Repositories(client, {"instance_id": instance_id, "namespace": namespace})
            try:
                for repository in resource.find():
                    found[str(repository.namespace), str(repository.name)] = repository
            except NotFoundError as error:
                if namespace is None or "NAMESPACE" not in error.code:
                    raise
        chosen = {name: found[name] for name in found if wanted(name)}
        if not described:
            return chosen
        reader = Repositories(client, {"instance_id": instance_id})
        read = client.calls(reader.read, chosen.values())
        return {name: repository for name, repository in zip(chosen, read, strict=True) if repository}


class FollowedRepositories(Repositories):
    """Repositories whose settings alone are kept."""

    kind = "repository setting"

    def desired(self) -> Repository:
        """Return what is wanted of the settings that are kept.

        A description that is kept and not given is removed.
        """
        said, kept = super().desired(), self.params["settings"]
        goal = replace(said, **{name: None for name in SETTINGS if name not in kept})
        removed = "description" in kept and said.description is None
        return replace(goal, description="") if removed else goal

    def pick(self, desired: Repository, found: Iterable[Repository]) -> Repository | None:
        same = (repository for repository in found if named(repository) == named(desired))
        return next(same, None)

    def everything(self) -> list[Repository]:
        """Return the listed repositories that are there."""
        wanted = {(item["namespace"], item["name"]) for item in self.params["repositories"]}
        namespaces = sorted({namespace for namespace, _name in wanted})
        described = "description" in self.params["settings"]
        instance_id = str(self.params["instance_id"])
        read = read_settings(self.client, instance_id, namespaces, lambda name: name in wanted, described=described)
        return list(read.values())

    def update(self, current: Repository, goal: Repository) -> Extras:
        """Send all settings at once, and wait until they can be read.

        It is not documented whether the service keeps a description that a call leaves out. So it is read first, and
        sent again.
        """
        if current.description is None and goal.description is None:
            read = self.read(current)
            goal = replace(goal, description=read.description if read else None)
        super().update(current, goal)

        def settled() -> bool:
            read = self.read(goal)
            return read is not None and not read.changes(goal)

        what = f"the change of {self.name(goal)}"
        wait_until(self.client, settled, what=what, timeout=_SETTLED)
        return {}


class RepositorySettings(Bulk[Repository]):
    """Keep the settings of listed repositories, and create none."""

    option = "repositories"

    def __init__(self, task: Task) -> None:
        # Repositories that are not listed are left alone.
        params = {**task.params, "purge": False, "state": "present"}
        super().__init__(replace(task, params=params), FollowedRepositories(task.client, params))
        self.missing: list[str] = []

    def prepare(self) -> None:
        super().prepare()
        # A repository that is not there yet gets its settings in a later run, once an image has made it.
        there = {named(repository) for repository in self.found}
        self.missing = [item.name for item in self.items if not item.error and _name_of(item) not in there]
        self.items = [item for item in self.items if item.name not in self.missing]

    def remarks(self) -> dict[str, Any]:
        """Return the repositories that are not there."""
        return {"missing": self.missing}

    def _actions(self) -> list[str]:
        """Return what can happen to a repository that exists."""
        return [VERBS[NOTHING], VERBS[UPDATE]]

    def _item(self, said: Mapping[str, Any]) -> Item[Repository]:
        return Item(f"{said['namespace']}/{said['name']}", self.resource.sibling({**self.resource.params, **said}))


def named(repository: Repository) -> Name:
    return str(repository.namespace), str(repository.name)


def _name_of(item: Item[Repository]) -> Name:
    return str(item.resource.params["namespace"]), str(item.resource.params["name"])
