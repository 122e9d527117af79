# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_inbound_places
short_description: List the namespaces and repositories that inbound rules need beside those of an inventory
version_added: 1.0.0
description:
  - A rule for a whole namespace needs a namespace that creates repositories automatically, a rule for a repository
    needs that repository. This filter adds what is missing to an inventory's own lists, and
    C(auto_create_repositories) to those of its namespaces that need it. Others are left as they are.
positional: namespaces, repositories
options:
  _input:
    description: The rules, as P(registryops.alicloud.acr_inbound_rules#filter) returns them.
    type: list
    elements: dict
    required: true
  namespaces:
    description: The inventory's namespaces, with the options of M(registryops.alicloud.acr_namespace).
    type: list
    elements: dict
    required: true
  repositories:
    description: The inventory's repositories, with the options of M(registryops.alicloud.acr_repository).
    type: list
    elements: dict
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show what this host has to keep
  ansible.builtin.debug:
    msg: >-
      {{ hostvars | registryops.alicloud.acr_inbound_rules(groups['acr_source'], inventory_hostname)
         | registryops.alicloud.acr_inbound_places(acr_namespaces | default([]), acr_repositories | default([])) }}
"""

RETURN = r"""
_value:
  description:
    - C(namespaces) and C(repositories), each a list of all that is to be kept, and C(rules), the rules that need
      some of them as M(registryops.alicloud.acr_sync_preflight) takes them.
  type: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Place = Mapping[str, Any]


def inbound_places(
    rules: Sequence[Place], namespaces: Sequence[Place], repositories: Sequence[Place]
) -> dict[str, list[dict[str, Any]]]:
    """Return what to keep at the destination; see DOCUMENTATION."""
    needing = [rule for rule in rules if rule.get("namespace")]
    whole = {rule["namespace"] for rule in needing if not rule.get("repository")}
    listed = {namespace.get("name") for namespace in namespaces}
    known = {(repository.get("namespace"), repository.get("name")) for repository in repositories}
    kept = [
        {**namespace, "auto_create_repositories": True} if namespace.get("name") in whole else dict(namespace)
        for namespace in namespaces
    ]
    for name in dict.fromkeys(rule["namespace"] for rule in needing):
        if name not in listed:
            kept.append({"name": name, **({"auto_create_repositories": True} if name in whole else {})})
    # A dictionary keeps the order of the rules, and each place once.
    places = dict.fromkeys((rule["namespace"], rule["repository"]) for rule in needing if rule.get("repository"))
    more = [{"namespace": namespace, "name": name} for namespace, name in places if (namespace, name) not in known]
    needs = [_need(rule) for rule in needing]
    return {"namespaces": kept, "repositories": [*map(dict, repositories), *more], "rules": needs}


def _need(rule: Place) -> dict[str, Any]:
    scope = "repository" if rule.get("repository") else "namespace"
    return {"scope": scope, **{name: rule.get(name) for name in ("name", "namespace", "repository")}}


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_inbound_places": inbound_places}
