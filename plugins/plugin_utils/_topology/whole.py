# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together the instances, the ways between them, and the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.estate import Estate, EstateInstance
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.flows import Flow, flows
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.graph import layers
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.judging import judge

Host = Mapping[str, Any]
# Circles and chains depend on this.
UNKNOWN = "Whether what arrives by replication fires the destination's own rules is not documented."


def topology(hosts: Mapping[str, Host]) -> dict[str, Any]:
    """Return instances, ways and findings.

    Args:
        hosts: by name, each with `instance_id`, `region`, `account_id`, and whether it `should_be_fed`. `rules` are as
            acr_sync_rule_info returns them, None if they could not be read. `refused` are the subjects of the audit's
            findings of check missing_grant.
    """
    found = flows({name: host["rules"] for name, host in hosts.items() if host["rules"] is not None})
    estate = Estate(_instances(hosts, found), found)
    findings = judge(estate)
    wrong: set[tuple[Any, str]] = set()
    for finding in findings:
        wrong |= {(way, finding["severity"]) for way in finding.pop("ways")}
    ways = _ways(found, wrong)
    of_layer = layers([(way["source"], way["target"]) for way in ways], _first(estate))
    return {
        "instances": [
            {**instance.shown(), "layer": of_layer[instance.instance_id]} for instance in estate.instances.values()
        ],
        "ways": ways,
        "findings": findings,
        "unknown": UNKNOWN if any(finding["hangs_on_replication"] for finding in findings) else None,
    }


def _instances(hosts: Mapping[str, Host], found: Iterable[Flow]) -> dict[str, EstateInstance]:
    """Return the instances of the inventory, and those that rules name beside them."""
    instances: dict[str, EstateInstance] = {}
    for name, host in hosts.items():
        identity = str(host["instance_id"])
        instances.setdefault(
            identity,
            EstateInstance(
                identity,
                name,
                host.get("region"),
                host.get("account_id"),
                host["rules"] is not None,
                True,
                bool(host.get("should_be_fed")),
                frozenset(host.get("refused") or ()),
            ),
        )
    for flow in found:
        for identity, region in ((flow.source.instance_id, None), (flow.target.instance_id, flow.region)):
            # Hosts of the inventory are there already, with more that is known of them.
            instances.setdefault(
                identity, EstateInstance(identity, identity, region, None, False, False, False, frozenset())
            )
    return instances


def _first(estate: Estate) -> dict[str, int]:
    """Return how far to the left each instance should be: first sources, then what feeds most."""
    feeds = Counter(flow.source.instance_id for flow in estate.flows)
    # More than any instance feeds, so that every source comes before the destinations.
    most = max(feeds.values(), default=0) + 1
    return {
        identity: feeds[identity] + (0 if instance.should_be_fed else most)
        for identity, instance in estate.instances.items()
    }


def _ways(found: Iterable[Flow], wrong: set[tuple[tuple[str, str], str]]) -> list[dict[str, Any]]:
    """Return each pair of instances with the rules between them."""
    pairs: dict[tuple[str, str], list[Flow]] = {}
    for flow in found:
        pairs.setdefault((flow.source.instance_id, flow.target.instance_id), []).append(flow)
    return [
        {
            "source": source,
            "target": target,
            "rules": [_shown(flow) for flow in several],
            "state": "bad" if ((source, target), "error") in wrong else _doubt((source, target), wrong),
        }
        for (source, target), several in sorted(pairs.items())
    ]


def _doubt(way: tuple[str, str], wrong: set[tuple[tuple[str, str], str]]) -> str:
    return "warning" if (way, "warning") in wrong else "good"


def _shown(flow: Flow) -> dict[str, Any]:
    return {
        "name": flow.name,
        "takes": str(flow.source),
        "arrives_in": str(flow.target),
        "trigger": "automatic" if flow.automatic else "manual",
        "link_id": flow.link_id,
    }
