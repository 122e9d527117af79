# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which settings each destination's repositories should have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import is_readable
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import ListedRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.names import (
    check_namespaces,
    check_repositories,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository import Repository
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository_settings import (
    Name,
    read_settings,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import outbound_rules
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import TargetRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Routes, Select


def wanted_settings(task: Task) -> dict[str, Any]:
    """Return the source's settings by target, and which of them contradict each other.

    Only the source's account is asked, so that another team can keep the settings in the destination's account.
    """
    instance_id = str(task.params["instance_id"])
    select = Select.of(task.params["select"])
    rules = _rules(task, instance_id, select)
    readable = [rule for rule in rules if is_readable(rule)]
    routes = Routes(readable, select)
    source = _source(task, instance_id, select, routes)
    targets, conflicts = _divided(source, routes, task.params["settings"])
    regions = {str(rule["target_instance_id"]): rule.get("target_region") for rule in rules}
    found = [
        {"target_instance_id": instance, "target_region": regions[instance], "repositories": targets[instance]}
        for instance in sorted(targets)
    ]
    result = {"changed": False, "instance_id": instance_id, "targets": found, "conflicts": conflicts}
    warnings = [conflict["sentence"] for conflict in conflicts]
    warnings += [
        f"sync rule {rule['name']} has a filter that engines read differently, so its repositories are left out"
        for rule in rules
        if rule not in readable
    ]
    return {**result, "warnings": warnings} if warnings else result


def _divided(
    source: Mapping[Name, Repository], routes: Routes, settings: list[str]
) -> tuple[dict[str, list[dict[str, Any]]], list[dict[str, Any]]]:
    """Return each instance's repositories with their settings, and the repositories that cannot follow."""
    by_target: dict[TargetRepository, list[Name]] = {}
    for origin in source:
        for target in routes.of(*origin):
            by_target.setdefault(target, []).append(origin)
    targets: dict[str, list[dict[str, Any]]] = {}
    conflicts: list[dict[str, Any]] = []
    for target, origins in sorted(by_target.items()):
        several = [_settings(source[origin], settings) for origin in origins]
        # One repository cannot have two settings. Which source is meant is for people to say.
        if any(other != several[0] for other in several):
            conflicts.append(_conflict(target, origins))
        else:
            repository = {"namespace": target.namespace, "name": target.repository, **several[0]}
            targets.setdefault(target.instance_id, []).append(repository)
    return targets, conflicts


def _source(task: Task, instance_id: str, select: Select, routes: Routes) -> dict[Name, Repository]:
    """Return the settings of the repositories that rules cover.

    Raises:
        AcrError: a name that is selected is nowhere.
    """
    places: list[ListedRepository] = []

    # Noted on the way, so that names can be checked without another list.
    def is_covered(name: Name) -> bool:
        places.append(ListedRepository(*name, ""))
        return bool(routes.of(*name))

    described = "description" in task.params["settings"]
    source = read_settings(task.client, instance_id, select.namespaces, is_covered, described=described)
    there = {place.namespace for place in places}
    where = "(follow_settings_select in the role)"
    check_namespaces(task.client, instance_id, select.namespaces or (), there, f"select.namespaces {where}")
    check_repositories(select.repositories or (), places, instance_id, f"select.repositories {where}")
    return source


def _rules(task: Task, instance_id: str, select: Select) -> list[dict[str, Any]]:
    rules = [rule.to_result() for rule in outbound_rules(task.client, instance_id)]
    lacking = sorted(set(select.rules or ()) - {str(rule["name"]) for rule in rules})
    if lacking:
        raise AcrError(
            f"{instance_id} has no outbound sync rule {' and no '.join(lacking)}",
            "Correct select.rules (follow_settings_select in the role).",
        )
    return [rule for rule in rules if select.concerns(rule)]


def _settings(repository: Repository, settings: list[str]) -> dict[str, Any]:
    """Return the settings that a repository has; those that it lacks are removed at the target."""
    values = {name: getattr(repository, name) for name in settings}
    return {name: value for name, value in values.items() if value is not None}


def _conflict(target: TargetRepository, origins: list[Name]) -> dict[str, Any]:
    sources = ["/".join(origin) for origin in sorted(origins)]
    where = f"{target.instance_id}/{target.namespace}/{target.repository}"
    sentence = f"{where} gets images of {' and '.join(sources)}, whose settings differ, so that none is followed"
    return {"target": where, "sources": sources, "sentence": sentence}
