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
    - C(made_at); C(verdict) with C(state) (V(good), V(warning) or V(bad)) and C(sentence); C(sources) and
      C(destinations) that were looked at, and C(not_looked_at), each with C(host) and C(reason).
    - C(total), how many images there are of each state in C(states), how many rules want there in C(wanted), and how
      many of them C(arrived) or are C(bad); C(counts), the number of C(images) and C(bytes) by state; C(lag) in seconds
      with C(count), C(median), C(p95), C(worst) and C(over_time), by the time of the push.
    - C(coverage), the states of each namespace's images; C(troubles), what should be there and is not, by repository
      and reason; C(reasons), why, the most frequent first; C(others), what is on the way, older than its rule, or at
      the destination alone, by namespace.
    - C(rules), C(grants) and C(findings), how sync is set up; and C(images), as the filter
      P(registryops.alicloud.acr_compare_images#filter) returns them, each with its C(host).
  type: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._report import images as of_images
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report import set_up
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.lag import lag
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.verdict import verdict


def sync_report(
    hosts: Mapping[str, Any], sources: Sequence[str], destinations: Sequence[str], *, made_at: str
) -> dict[str, Any]:
    """One report of what was found on several hosts; see DOCUMENTATION."""
    every = list(dict.fromkeys((*sources, *destinations)))
    verified = {name: found for name in sources if (found := hosts[name].get("verify_sync_result"))}
    audited = {name: found for name in every if (found := hosts[name].get("audit_sync_result"))}
    names = {hosts[name].get("acr_instance_id"): name for name in every}
    accounts = {hosts[name].get("acr_account_id"): name for name in sources}
    images = [{"host": host, **row} for host, found in verified.items() for row in found["images"]]
    report: dict[str, Any] = {
        "made_at": made_at,
        "sources": list(verified),
        "destinations": [name for name in destinations if name in audited],
        "not_looked_at": _not_looked_at(verified, audited, sources, every),
        "total": of_images.by_state(images),
        "counts": of_images.counts(images),
        "lag": lag(images),
        "coverage": of_images.coverage(images, verified, names),
        "troubles": of_images.troubles(images, names),
        "reasons": of_images.reasons(images),
        "others": of_images.others(images, names),
        "rules": set_up.rules(verified, images, names),
        "grants": set_up.grants(audited, accounts),
        "findings": set_up.findings(audited),
        "images": images,
    }
    return {"verdict": verdict(report), **report}


def _not_looked_at(
    verified: Mapping[str, Any], audited: Mapping[str, Any], sources: Sequence[str], every: Sequence[str]
) -> list[dict[str, str]]:
    ended = "did not end for it; see the failed task of the run"
    unreadable = {one["host"]: one["reason"] for found in verified.values() for one in found["unreadable"]}
    return [
        *({"host": name, "reason": f"verify_sync {ended}"} for name in sources if name not in verified),
        *({"host": name, "reason": f"audit_sync {ended}"} for name in every if name not in audited),
        *({"host": name, "reason": reason} for name, reason in unreadable.items()),
    ]


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_sync_report": sync_report}
