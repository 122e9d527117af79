# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report on the set-up: rules, grants and findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import described
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.images import Row, by_state

# How a rule stands, in the report's words.
_STANDINGS = {
    "as wanted": "as in the inventory",
    "missing": "missing",
    "different": "not as in the inventory",
    "refused": "cannot be made",
    "unwanted": "should be gone",
    "unlisted": "not in the inventory, still replicates",
}
# What an audit found of a rule, in addition to how it stands.
_FAULTS = {
    "dead_rule": "carries nothing",
    "failing_rule": "fails",
    "rule_without_grant": "is not granted",
    "shadowed_rule": "carries nothing of its own",
    "unknown_scope": "has a filter that cannot be read",
}
# Findings that the report tells with the images.
_OF_IMAGES = ("failing_rule",)
# What a verification found of the grants that rules need.
_OF_GRANTS = ("missing_grant", "doubtful_grant")
# A whole command in a remedy, to be pasted.
_COMMAND = re.compile(r"`(.+?)`")
_BELOW = "the command that the set-up below has for it"
# The instance that a command grants.
_GRANTED = re.compile(r"registryops\.alicloud\.grant_access\b.*? -e acr_instance_id=([\w-]+)")
# Findings with one remedy that have a row each; more become one.
_ROWS_EACH = 3


def rules(verified: Mapping[str, Row], audited: Mapping[str, Row], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rules as they stand, the worst first."""
    found = []
    for host, result in verified.items():
        faults = {
            finding["subject"].removeprefix("sync rule "): _FAULTS[finding["check"]]
            for finding in audited.get(host, {}).get("findings", [])
            if finding["check"] in _FAULTS
        }
        ungranted = set(_GRANTED.findall(" ".join(_remedies(result, "missing_grant"))))
        for rule in result["rules"]:
            fault = faults.get(rule["name"])
            if str(rule["sync_rule"].get("target_instance_id")) in ungranted:
                fault = fault or _FAULTS["rule_without_grant"]
            found.append({"host": host, **_rule(rule, fault, names)})
    return sorted(found, key=lambda row: (row["ok"], -row["bad"], row["host"], row["name"]))


def _remedies(result: Row, check: str) -> list[str]:
    return [finding["remedy"] for finding in result["findings"] if finding["check"] == check]


def _rule(rule: Row, fault: str | None, names: Mapping[str, str]) -> dict[str, Any]:
    there, target = rule["sync_rule"], str(rule["sync_rule"].get("target_instance_id"))
    standing = _STANDINGS[rule["standing"]]
    if rule["standing"] == "unlisted" and there.get("trigger") == "manual":
        standing = "not in the inventory, sends only what it is told to"
    standing += f", but {fault}" if fault else ""
    return {
        "name": rule["name"],
        "standing": standing,
        "kind": rule["standing"],
        "ok": rule["standing"] == "as wanted" and not fault,
        "covers": described({**there, "tag_filter": None}) if there.get("target_instance_id") else "–",
        "target": names.get(target, target) if there.get("target_instance_id") else "–",
        **{name: there.get(name) for name in ("tag_filter", "trigger", "priority")},
        **by_state(rule["states"]),
    }


def grants(audited: Mapping[str, Row], verified: Mapping[str, Row], hosts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each account's grant once, although it may have many instances."""
    found: dict[str, dict[str, Any]] = {}
    for host, result in audited.items():
        for grant in result["grants"]:
            found.setdefault(grant["account_id"], {**_grant(grant), "hosts": []})["hosts"].append(host)
    for grant in found.values():
        into = {hosts[host].get("acr_instance_id") for host in grant["hosts"]}
        for trust in grant["trusts"]:
            trust["hosts"] = _senders(trust["account_id"], into, verified, hosts)
    return list(found.values())


def _senders(account_id: str, into: set[Any], verified: Mapping[str, Row], hosts: Mapping[str, Any]) -> list[str]:
    """Return an account's hosts with a rule that ends at one of some instances."""
    found = []
    for host, result in verified.items():
        targets = {rule["sync_rule"].get("target_instance_id") for rule in result["rules"]}
        if str(hosts[host].get("acr_account_id")) == str(account_id) and targets & into:
            found.append(host)
    return found


def _grant(grant: Row) -> dict[str, Any]:
    as_it_is = ("account_id", "exists", "policy_name", "policy_attached", "other_policies", "destination_instances")
    trusts = [{"account_id": uid} for uid in grant["source_account_ids"]]
    return {**{name: grant[name] for name in as_it_is}, "trusts": trusts}


def findings(verified: Mapping[str, Row], audited: Mapping[str, Row]) -> list[dict[str, Any]]:
    """Return the findings about the set-up, each once, errors first."""
    every: dict[tuple[str, ...], dict[str, Any]] = {}
    for host, result in verified.items():
        for finding in result["findings"]:
            if finding["check"].endswith(("_rule", "_settings")) or finding["check"] == "gone_destination":
                every[host, finding["subject"], finding["check"]] = {"host": host, **finding, "count": 1}
    for host, result in audited.items():
        for finding in result["findings"]:
            if finding["check"] not in _OF_IMAGES:
                # If both found it, the verification's words are kept.
                every.setdefault((host, finding["subject"], finding["check"]), {"host": host, **finding, "count": 1})
    single = _with_one_command([*every.values(), *_of_grants(verified, every.values())])
    return sorted(_collapsed(single), key=lambda finding: finding["severity"])


def without_repeats(topology: Mapping[str, Any], told: Iterable[Row]) -> dict[str, Any]:
    """Return a topology whose remedies point to a command of the set-up instead of repeating it."""
    commands = set(_COMMAND.findall(" ".join(finding["remedy"] for finding in told)))

    def remedy(words: str) -> str:
        return _COMMAND.sub(lambda found: _BELOW if found[1] in commands else found[0], words)

    findings = [{**finding, "remedy": remedy(finding["remedy"])} for finding in topology["findings"]]
    return {**topology, "findings": findings}


def beside_topology(found: Iterable[Row], topology: Mapping[str, Any]) -> list[Row]:
    """Return findings without the sources that meet where the topology, which knows all rules, tells of them."""
    met = {finding["subject"] for finding in topology["findings"] if finding["check"] == "two_sources"}
    return [
        finding for finding in found if finding["check"] != "sources_meet" or f"instance {finding['host']}" not in met
    ]


def _of_grants(verified: Mapping[str, Row], told: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield what verifications found of grants, unless an audit with the destination's keys tells more of it."""
    audited = set(_GRANTED.findall(" ".join(finding["remedy"] for finding in told)))
    for host, result in verified.items():
        for finding in result["findings"]:
            if finding["check"] in _OF_GRANTS and audited.isdisjoint(_GRANTED.findall(finding["remedy"])):
                yield {"host": host, **finding, "count": 1}


def _with_one_command(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return findings that one command mends as one, at the host whose account runs it."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for number, finding in enumerate(found):
        commands = _COMMAND.findall(finding["remedy"])
        groups.setdefault(commands[0] if commands else str(number), []).append(finding)
    rows = []
    for alike in groups.values():
        places = dict.fromkeys(finding["host"] for finding in alike)
        if len(places) == 1:
            rows += alike
            continue
        # One account is told to run it, and the others to ask for that.
        kept = next((finding for finding in alike if finding["remedy"].startswith("Run ")), alike[0])
        others = [finding for finding in alike if finding is not kept]
        told = "".join(f". On {finding['host']}: {finding['problem']}" for finding in others)
        severity = min(finding["severity"] for finding in alike)  # an error before a warning
        rows.append({**kept, "severity": severity, "problem": f"{kept['problem']}{told}"})
    return rows


def _collapsed(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return findings, of which many with the same remedy share a row."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for finding in found:
        key = tuple(finding[name] for name in ("host", "severity", "check"))
        # Remedies that only differ in the rule's name are the same.
        remedy = finding["remedy"].replace(finding["subject"].removeprefix("sync rule "), "…")
        groups.setdefault((*key, remedy), []).append(finding)
    rows = []
    for alike in groups.values():
        if len(alike) <= _ROWS_EACH:
            rows += alike
        else:
            more = f"{alike[0]['problem']}; and {len(alike) - 1:,} more like it"
            rows.append({**alike[0], "problem": more, "count": len(alike)})
    return rows
