# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read sync rules as flows between instances, which may go on in other flows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule, selects
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import is_stand_in


@dataclass(frozen=True)
class Place:
    """Where images are; a namespace or a repository of None stands for all."""

    instance_id: str
    namespace: str | None
    repository: str | None

    def __str__(self) -> str:
        if self.namespace is None:
            return "all namespaces"
        return self.namespace if self.repository is None else f"{self.namespace}/{self.repository}"

    def meets(self, other: Place) -> bool:
        """Return whether an image can be in both places."""
        return (
            self.instance_id == other.instance_id
            and _meet(self.namespace, other.namespace)
            and _meet(self.repository, other.repository)
        )


@dataclass(frozen=True)
class Flow:
    """One sync rule; `host` is the host of the inventory where it was read."""

    name: str
    host: str
    source: Place
    target: Place
    automatic: bool
    region: str | None
    link_id: str | None
    namespace_filter: str | None
    repository_filter: str | None

    def goes_on_in(self, other: Flow) -> bool:
        """Return whether another rule covers what this one brings, apart from tag filters."""
        return (
            self.target.meets(other.source)
            and _takes(other.namespace_filter, self.target.namespace)
            and _takes(other.repository_filter, self.target.repository)
        )


def flows(rules_of: Mapping[str, Iterable[Rule]]) -> list[Flow]:
    """Return the flows of all rules, each once, although both ends of a rule may list it.

    Args:
        rules_of: rules by host, as acr_sync_rule_info returns them.
    """
    found: dict[tuple[str, str, str], Flow] = {}
    # Outbound rules come first, since the source knows more of a rule than its destination.
    for inbound in (False, True):
        for host, rules in rules_of.items():
            for rule in rules:
                if (rule.get("direction") == "inbound") is inbound and not is_stand_in(str(rule.get("name"))):
                    flow = _flow(host, rule, inbound)
                    found.setdefault((flow.name, flow.source.instance_id, flow.target.instance_id), flow)
    return list(found.values())


def _flow(host: str, rule: Rule, inbound: bool) -> Flow:
    """Return the flow of a rule; an inbound rule names the instance that listed it first, which is its target."""
    near = Place(str(rule.get("instance_id")), rule.get("namespace") or None, rule.get("repository") or None)
    far = Place(
        str(rule.get("target_instance_id")),
        rule.get("target_namespace") or near.namespace,
        rule.get("target_repository") or near.repository,
    )
    return Flow(
        name=str(rule.get("name")),
        host=host,
        source=far if inbound else near,
        target=near if inbound else far,
        automatic=rule.get("trigger") != "manual",
        region=None if inbound else rule.get("target_region"),
        link_id=rule.get("link_id"),
        namespace_filter=rule.get("namespace_filter"),
        repository_filter=rule.get("repository_filter"),
    )


def _meet(name: str | None, other: str | None) -> bool:
    # None stands for all, so it meets every name.
    return name is None or other is None or name == other


def _takes(pattern: str | None, name: str | None) -> bool:
    """Return whether a filter may select a name; a filter that cannot be read may."""
    if name is None:
        return True
    try:
        return selects(pattern, name)
    except AcrError:
        return True
