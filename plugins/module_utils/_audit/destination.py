# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit a destination: what rules lack there, and whether its grant is missing, unused or too broad."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.grant import Expected, judge_grant
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.missing import missing_places
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.several_sources import several_sources
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.cross_account_role import (
    CrossAccountRoles,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRules


def audit_destination(task: Task) -> list[Finding]:
    params, said = task.params, task.params["inbound_rules"] or []
    # It is not documented whether an instance lists rules of other accounts. Those that it lists are judged, too.
    selected = {"instance_id": params["instance_id"], "direction": "inbound"}
    listed = [rule.to_result() for rule in SyncRules(task.client, selected).find()]
    known = {_need(rule) for rule in said}
    # A rule that both sides know is counted once.
    unsaid = [rule for rule in listed if _need(rule) not in known]
    roles = CrossAccountRoles(task.client, params)
    expected = _expect(params, roles.account_id(), listed, unsaid)
    meeting = several_sources(str(params["instance_id"]), said, listed)
    return [*_places(task, [*said, *unsaid]), *meeting, *judge_grant(task, roles.access(), expected)]


def _expect(
    params: Mapping[str, Any], own: str, listed: list[dict[str, Any]], unsaid: list[dict[str, Any]]
) -> Expected:
    said, trusted = params["inbound_rules"] or [], params["source_account_ids"]
    return Expected(
        own,
        params["instance_id"],
        params.get("region"),
        # Rules within one account need no grant.
        frozenset(str(rule["account_id"]) for rule in said if rule["account_id"]) - {own},
        None if trusted is None else frozenset(trusted) - {own},
        params["inbound_rules"] is not None,
        any(rule.get("cross_account") for rule in listed),
        all(rule["account_id"] for rule in said) and not any(rule.get("cross_account") for rule in unsaid),
    )


def _need(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(rule.get(name) or None for name in ("name", "namespace", "repository"))


def _places(task: Task, rules: list[dict[str, Any]]) -> list[Finding]:
    """Return what rules lack here; only the source knows what a rule of a whole instance needs."""
    # An audit looks at what is there now, so nothing is about to be made.
    params = {"instance_id": task.params["instance_id"], "side": "destination", "will_exist": None}
    return [*chain.from_iterable(missing for _rule, missing in missing_places(task.client, rules, params))]
