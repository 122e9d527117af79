# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_sync_report
short_description: Put together what verify_sync and audit_sync found
version_added: 0.1.0
description:
  - Makes one report of the facts C(verify_sync_result) and C(audit_sync_result) of several hosts, which the roles
    P(registryops.alicloud.verify_sync#role) and P(registryops.alicloud.audit_sync#role) leave behind.
  - The role P(registryops.alicloud.report_sync#role) writes it to files.
positional: sources, destinations
options:
  _input:
    description: Variables of each host by its name, such as C(hostvars).
    type: dict
    required: true
  sources:
    description: Names of the hosts whose images are replicated.
    type: list
    elements: str
    required: true
  destinations:
    description: Names of the hosts that they are replicated to.
    type: list
    elements: str
    required: true
  made_at:
    description: The time of the report, as ISO 8601.
    type: str
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show in one sentence how sync is
  ansible.builtin.debug:
    msg: "{{ report.verdict.sentence }}"
  vars:
    report: >-
      {{ hostvars | registryops.alicloud.acr_sync_report(
           groups['acr_source'] | default([]), groups['acr_destination'] | default([]),
           made_at=now(utc=true, fmt='%Y-%m-%dT%H:%M:%SZ')) }}
"""

RETURN = r"""
_value:
  description:
    - C(made_at); C(verdict) with C(state) (V(good), V(warning) or V(bad)) and C(sentence); C(first), a
      sentence on what to see to first, empty if nothing is wrong with the set-up; C(sources) and C(destinations) that
      were looked at, and C(not_looked_at), each with C(host) and C(reason).
    - C(total), how many images there are of each state in C(states), how many rules want there in C(wanted), and how
      many of them C(arrived) or are C(bad); C(counts), the number of C(images) and C(bytes) by state. An image counts
      once for each repository that rules bring it to.
    - C(lags), for each source the lag in seconds with C(count), C(median), C(p95), C(worst) and C(over_time), by the
      time of the push; and C(lag), that of the slowest source.
    - C(coverage), the states of each namespace's images, and C(uncovered), the namespaces that no rule covers;
      C(troubles), what should be there and is not, by repository and reason; C(reasons), why, the most frequent first;
      C(others), what is on the way, older than its rule, or at the destination alone, by namespace.
    - C(traffic), how many bytes are not there yet by pair of regions, as
      RV(registryops.alicloud.acr_sync_verify#module:traffic) of all sources together.
    - C(settings), those of repositories that differ from their source's, as
      RV(registryops.alicloud.acr_sync_verify#module:settings) has them, each with its C(host) and C(target_host).
    - C(by_records), the destinations whose images were judged by the records of a source alone, as
      RV(registryops.alicloud.acr_sync_verify#module:by_records) has them, each with its C(host) and C(target).
    - C(topology), which instance feeds which, as P(registryops.alicloud.acr_topology#filter) returns it.
    - C(rules), C(grants) and C(findings), how sync is set up; and C(images), those that are not as they should be, as
      M(registryops.alicloud.acr_sync_verify) returns them, each with its C(host). C(files) are the names of those that
      hold every image.
  type: dict
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.registryops.alicloud.plugins.filter.acr_topology import whole
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.values import names_of
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report import images as of_images
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report import set_up
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.verdict import first_thing, verdict

_REQUEST = re.compile(r", request [^\]]*")
_NO_LAG: dict[str, Any] = {"host": None, "count": 0, "median": None, "p95": None, "worst": None, "over_time": []}


def sync_report(
    hosts: Mapping[str, Any], sources: Sequence[str], destinations: Sequence[str], *, made_at: str
) -> dict[str, Any]:
    """Return one report on several hosts; see DOCUMENTATION."""
    sources, destinations = names_of(sources), names_of(destinations)
    every = list(dict.fromkeys((*sources, *destinations)))
    verified = _results(hosts, sources, "verify_sync_result", "counts")
    audited = _results(hosts, every, "audit_sync_result", "findings")
    # Results have the IDs of instances, and people know the names of hosts.
    names = {hosts[name].get("acr_instance_id"): name for name in every}
    topology = whole(hosts, sources, destinations)
    found = set_up.beside_topology(set_up.findings(verified, audited), topology)
    report: dict[str, Any] = {
        "made_at": made_at,
        "sources": list(verified),
        "destinations": [name for name in destinations if name in audited],
        "not_looked_at": _not_looked_at(hosts, verified, audited, sources, every),
        **_about_images(verified, names),
        "rules": set_up.rules(verified, audited, names),
        "grants": set_up.grants(audited, verified, hosts),
        "findings": found,
        "topology": set_up.without_repeats(topology, found),
        "images": of_images.images(verified),
        "files": [Path(found["images_file"]).name for found in verified.values() if found.get("images_file")],
    }
    return {"verdict": verdict(report), "first": first_thing(report), **report}


def _about_images(verified: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return how many images arrived, when, and what became of the others."""
    counts, lags = of_images.counts(verified), of_images.lags(verified)
    return {
        "total": of_images.by_state({state: count["images"] for state, count in counts.items()}),
        "counts": counts,
        "lag": lags[0] if lags else _NO_LAG,
        "lags": lags,
        "by_records": of_images.by_records(verified, names),
        "coverage": of_images.coverage(verified, names),
        "uncovered": of_images.uncovered(verified),
        "troubles": of_images.troubles(verified, names),
        "reasons": of_images.reasons(verified),
        "others": of_images.others(verified, names),
        "traffic": of_images.not_there(verified),
        "settings": of_images.settings(verified, names),
    }


def _results(hosts: Mapping[str, Any], names: Sequence[str], fact: str, key: str) -> dict[str, Any]:
    """Return the results that a role left behind, by host; none where it failed or did not run."""
    found = {}
    for name in names:
        result = hosts[name].get(fact)
        if isinstance(result, Mapping) and key in result:
            found[name] = result
    return found


def _not_looked_at(
    hosts: Mapping[str, Any],
    verified: Mapping[str, Any],
    audited: Mapping[str, Any],
    sources: Sequence[str],
    every: Sequence[str],
) -> list[dict[str, str]]:
    reasons: dict[str, list[str]] = {}
    for role, found, names in (("verify_sync", verified, sources), ("audit_sync", audited, every)):
        for name in names:
            if name not in found:
                reasons.setdefault(name, []).append(_reason(hosts[name], role))
    for result in verified.values():
        for peer in result["unreadable"]:
            reasons.setdefault(peer["host"], []).append(peer["reason"])
    told: list[dict[str, str]] = []
    for name, several in reasons.items():
        # The same refusal has another request ID each time, and should be told once.
        distinct = {_REQUEST.sub("", reason): reason.rstrip(". ") for reason in several}
        told += [{"host": name, "reason": reason} for reason in distinct.values()]
    return told


def _reason(host: Mapping[str, Any], role: str) -> str:
    """Return why a role did not end, in its own words if the playbook kept them."""
    kept = host.get("report_sync_failures")
    if isinstance(kept, Mapping) and kept.get(role):
        return str(kept[role])
    return f"{role} did not end for it; see the failed task of the run"


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_sync_report": sync_report}
