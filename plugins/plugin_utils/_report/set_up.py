# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says of the set-up: rules, grants, and what an audit found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.images import Row, by_state, grouped

AS_WANTED, UNKNOWN = "as in the inventory", "not in the inventory"
# What acr_sync_rules would do in check mode, as what is wrong.
_STANDING = {
    "unchanged": AS_WANTED,
    "created": "missing",
    "changed": "not as in the inventory",
    "replaced": "not as in the inventory",
    "failed": "cannot be made",
}


def rules(verified: Mapping[str, Row], images: Iterable[Row], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The inventory's rules as they stand, and those that are there without it; the worst first."""
    carried = grouped(images, lambda one: (one["host"], one["rule"]))
    found = []
    for host, one in verified.items():
        there = {rule["name"]: rule for rule in one["rules"]}
        wanted = {rule["name"]: rule for rule in one["wanted"]}
        for name in {**wanted, **there}:
            rule = there.get(name) or wanted[name].get("sync_rule") or {}
            standing = _STANDING[wanted[name]["action"]] if name in wanted else UNKNOWN
            shown = _rule(rule, names) | by_state(carried.get((host, name), ()))
            found.append({"host": host, "name": name, "standing": standing, "ok": standing == AS_WANTED, **shown})
    return sorted(found, key=lambda one: (one["ok"], -one["bad"]))


def _rule(rule: Row, names: Mapping[str, str]) -> dict[str, Any]:
    target = str(rule.get("target_instance_id"))
    as_it_is = {name: rule.get(name) for name in ("tag_filter", "trigger", "priority")}
    return {"covers": _covers(rule), "target": names.get(target, target), **as_it_is}


def _covers(rule: Row) -> str:
    """What a rule replicates, in words: its scope, or the filters in its place."""
    if rule.get("scope") == "repository":
        return f"{rule.get('namespace')}/{rule.get('repository')}"
    if rule.get("scope") == "namespace":
        return f"{rule.get('namespace')}/" + (rule.get("repository_filter") or "*")
    return "{}/{}".format(rule.get("namespace_filter") or "*", rule.get("repository_filter") or "*")


def grants(audited: Mapping[str, Row], accounts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The grant of each account, once, however many of its instances there are."""
    found: dict[str, dict[str, Any]] = {}
    for host, one in audited.items():
        for grant in one["grants"]:
            found.setdefault(grant["account_id"], _grant(grant, accounts))["hosts"].append(host)
    return list(found.values())


def _grant(grant: Row, accounts: Mapping[str, str]) -> dict[str, Any]:
    as_it_is = ("account_id", "exists", "policy_name", "policy_attached", "other_policies", "destination_instances")
    trusts = [{"account_id": uid, "host": accounts.get(uid)} for uid in grant["source_account_ids"]]
    return {**{name: grant[name] for name in as_it_is}, "trusts": trusts, "hosts": []}


def findings(audited: Mapping[str, Row]) -> list[dict[str, Any]]:
    """What is set up wrong, errors first."""
    found = [{"host": host, **finding} for host, one in audited.items() for finding in one["findings"]]
    return sorted(found, key=lambda one: one["severity"] != "error")
