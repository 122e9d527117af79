# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find rules that would write one place, before they are made; the instance is looked at only if some could."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.selected import meeting
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import NotFoundError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import is_readable
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    Place,
    list_images,
    list_repositories,
)

Rule = Mapping[str, Any]


def meeting_rules(client: Client, instance_id: str, rules: Sequence[Rule]) -> list[dict[str, str]]:
    """Return what is found about rules of one instance, in the form of preflight's findings."""
    candidates = _candidates([rule for rule in rules if is_readable(rule)])
    if not candidates:
        return []
    with attempt(f"look whether sync rules of {instance_id} meet"):
        lists = [_repositories(client, instance_id, name) for name in _namespaces(candidates)]

        def images(place: Place) -> list[dict[str, Any]]:
            named = {"namespace": place.namespace, "repository": place.repository}
            return [{**image.to_result(), **named} for image in list_images(client, instance_id, place.repository_id)]

        found = list(chain.from_iterable(client.calls(images, chain.from_iterable(lists))))
    names = ("check", "problem", "remedy")
    return [{name: finding[name] for name in names} for finding in meeting(candidates, found)]


def _candidates(rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules that share the target namespace with a rule from another namespace or repository."""
    by_target: dict[tuple[Any, Any], list[Rule]] = {}
    for rule in rules:
        if rule.get("namespace"):
            target = (rule.get("target_instance_id"), rule.get("target_namespace") or rule["namespace"])
            by_target.setdefault(target, []).append(rule)
    shared = [group for group in by_target.values() if len({_source(rule) for rule in group}) > 1]
    return list(chain.from_iterable(shared))


def _source(rule: Rule) -> tuple[Any, Any]:
    return rule["namespace"], rule.get("repository")


def _namespaces(rules: Sequence[Rule]) -> list[str]:
    return sorted({str(rule["namespace"]) for rule in rules})


def _repositories(client: Client, instance_id: str, namespace: str) -> list[Place]:
    try:
        return list(list_repositories(client, instance_id, namespace))
    except NotFoundError:
        return []  # a namespace that is about to be created has none
