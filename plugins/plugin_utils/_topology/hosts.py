# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what a run's variables say of each host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import ways
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.switching import (
    Survey,
    direction_sentences,
)


def known_hosts(
    hosts: Mapping[str, Any], sources: Sequence[str], destinations: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return what `topology` needs of each host that has an instance.

    Its rules are those that acr_sync_rule_info read into `report_sync_rules`, or otherwise those of verify_sync.
    """
    found = {}
    for name in dict.fromkeys((*sources, *destinations)):
        host = hosts[name]
        if host.get("acr_instance_id"):
            found[name] = {
                "instance_id": str(host["acr_instance_id"]),
                "region": host.get("acr_region"),
                "account_id": _text(host.get("acr_account_id")),
                "should_be_fed": name in destinations,
                "rules": _rules(host),
                "refused": _refused(host),
            }
    return found


def known_directions(hosts: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Return a sentence for each two hosts that can be exchanged: which direction holds, and which is wanted."""
    names = list(dict.fromkeys(names))
    found = ways(hosts, [name for name in names if hosts[name].get("acr_sync_rules")])
    known = {name: _rules(hosts[name]) for name in names}
    rules = {name: listed for name, listed in known.items() if listed is not None}
    instances = {name: str(hosts[name].get("acr_instance_id")) for name in names}
    return direction_sentences(found, Survey(rules, instances, {}))


def _rules(host: Mapping[str, Any]) -> list[Any] | None:
    read = _fact(host, "report_sync_rules", "sync_rules")
    if read is not None:
        return list(read)
    verified = _fact(host, "verify_sync_result", "rules")
    if verified is None:
        return None
    # Without any rule, it is not known whether there are others, which a verification does not look at.
    return [rule["sync_rule"] for rule in verified if rule["sync_rule"].get("sync_rule_id")] or None


def _refused(host: Mapping[str, Any]) -> list[str]:
    """Return whom the grant does not let in, by the audit: accounts, or for all the role or the instance."""
    findings = _fact(host, "audit_sync_result", "findings") or []
    return [finding["subject"] for finding in findings if finding["check"] == "missing_grant"]


def _fact(host: Mapping[str, Any], fact: str, key: str) -> Any:
    result = host.get(fact)
    return result.get(key) if isinstance(result, Mapping) else None


def _text(value: Any) -> str | None:
    return str(value) if value else None
