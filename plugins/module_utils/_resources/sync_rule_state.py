# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe a sync rule and its options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute

# The words of options, and those of the API. PASSIVE is a rule that a push starts.
SCOPES = {"namespace": "NAMESPACE", "repository": "REPO", "instance": "INSTANCE"}
DIRECTIONS = {"outbound": "FROM", "inbound": "TO"}
TRIGGERS = {"automatic": "PASSIVE", "manual": "INITIATIVE"}

# The options of one rule.
RULE_OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "scope": {"type": "str", "choices": list(SCOPES)},
    "namespace": {"type": "str"},
    "repository": {"type": "str"},
    "namespace_filter": {"type": "str"},
    "repository_filter": {"type": "str"},
    "tag_filter": {"type": "str"},
    "trigger": {"type": "str", "choices": list(TRIGGERS)},
    "priority": {"type": "int"},
    "link_id": {"type": "str"},
    "to": {"type": "str"},
    "target_account_id": {"type": "str"},
    "target_region": {"type": "str"},
    "target_instance_id": {"type": "str"},
    "target_namespace": {"type": "str"},
    "target_repository": {"type": "str"},
    "catch_up": {"type": "bool", "default": True},
    "grant_timeout": {"type": "int"},
}

# The options that each scope has, of those that say what is replicated.
SCOPED = {
    "instance": ("namespace_filter", "repository_filter"),
    "namespace": ("namespace", "target_namespace", "repository_filter"),
    "repository": ("namespace", "target_namespace", "repository", "target_repository"),
}
ALL_SCOPED = sorted(set(chain.from_iterable(SCOPED.values())))


# The end of a stand-in's name; a stand-in carries a rule's images while that rule is replaced.
SUFFIX = "-acr-stand-in"

# The end of a reversed rule's name, which goes from the destination to the source.
REVERSED = "-reversed"


def is_stand_in(name: str | None) -> bool:
    return bool(name) and str(name).endswith(SUFFIX)


@dataclass(frozen=True)
class SyncRule(State):
    """One sync rule; `Local...` in an answer is always the instance that was asked."""

    name: str | None = attribute("SyncRuleName", fixed=True)
    instance_id: str | None = attribute("InstanceId", read_as="LocalInstanceId", fixed=True)
    scope: str | None = attribute("SyncScope", values=SCOPES, default="namespace", fixed=True)
    namespace: str | None = attribute("NamespaceName", read_as="LocalNamespaceName", fixed=True)
    repository: str | None = attribute("RepoName", read_as="LocalRepoName", fixed=True)
    namespace_filter: str | None = attribute("NamespaceNameFilter", fixed=True)
    repository_filter: str | None = attribute("RepoNameFilter", fixed=True)
    tag_filter: str | None = attribute("TagFilter", default=".*", fixed=True)
    trigger: str | None = attribute("SyncTrigger", values=TRIGGERS, default="automatic", fixed=True)
    priority: int | None = attribute("Priority", fixed=True)
    link_id: str | None = attribute("LinkId", fixed=True)
    target_region: str | None = attribute("TargetRegionId", fixed=True)
    target_instance_id: str | None = attribute("TargetInstanceId", fixed=True)
    target_namespace: str | None = attribute("TargetNamespaceName", fixed=True)
    target_repository: str | None = attribute("TargetRepoName", fixed=True)
    target_account_id: str | None = attribute("TargetUserId", write_only=True)
    cross_account: bool | None = attribute("CrossUser", fixed=True)
    sync_rule_id: str | None = attribute("SyncRuleId", read_only=True)
    direction: str | None = attribute("SyncDirection", values=DIRECTIONS, read_only=True)
    create_time: int | None = attribute("CreateTime", read_only=True)
    modified_time: int | None = attribute("ModifiedTime", read_only=True)

    def to_api(self) -> dict[str, Any]:
        request = super().to_api()
        # A request names the other account's UID instead.
        request.pop("CrossUser", None)
        return request

    def to_result(self) -> dict[str, Any]:
        result = super().to_result()
        return {**result, "stand_in": True} if is_stand_in(self.name) else result

    def scoped(self) -> SyncRule:
        """Return a copy with only its scope's attributes; unset target names default to the source's."""
        has = SCOPED[str(self.scope)]
        rule = replace(self, **{name: None for name in ALL_SCOPED if name not in has})
        if "target_namespace" in has:
            rule = replace(rule, target_namespace=rule.target_namespace or rule.namespace)
        if "target_repository" in has:
            rule = replace(rule, target_repository=rule.target_repository or rule.repository)
        return rule


def follow(desired: SyncRule, current: SyncRule) -> SyncRule:
    """Return `desired`, completed by the existing rule; a target with its source's name keeps following it."""
    if current.target_namespace == current.namespace:
        current = replace(current, target_namespace=desired.target_namespace or desired.namespace or current.namespace)
    if current.target_repository == current.repository:
        current = replace(
            current, target_repository=desired.target_repository or desired.repository or current.repository
        )
    return desired.filled_from(current).scoped()
