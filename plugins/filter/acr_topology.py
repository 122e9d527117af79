# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_topology
short_description: Find out which instance feeds which, and what is wrong with that
version_added: 1.0.0
description:
  - Puts together the sync rules of all instances that an inventory reaches, whoever owns them. The report of
    P(registryops.alicloud.report_sync#role) draws it.
  - Rules are taken from the variable C(report_sync_rules) of each host, which the playbook C(report_sync) fills by
    M(registryops.alicloud.acr_sync_rule_info), and from C(verify_sync_result) where that is lacking. What grants
    lack is taken from C(audit_sync_result). A rule that only its destination lists is known too.
  - Tag filters are not compared. So the rules of a circle, or of a place with two sources, may in fact carry different
    tags.
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
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Read the rules of each instance
  registryops.alicloud.acr_sync_rule_info:
    instance_id: "{{ acr_instance_id }}"
  register: report_sync_rules

- name: Show what goes round
  ansible.builtin.debug:
    msg: "{{ whole.findings | selectattr('check', 'eq', 'circle') | map(attribute='problem') }}"
  vars:
    whole: >-
      {{ hostvars | registryops.alicloud.acr_topology(
           groups['acr_source'] | default([]), groups['acr_destination'] | default([])) }}
"""

RETURN = r"""
_value:
  description:
    - C(instances), each with C(instance_id), C(name) (that of its host, or its ID), C(region), C(account_id), whether
      it was C(looked_at), and C(layer), which is 0 for one that nothing feeds and grows with each step from there.
    - C(ways), each from a C(source) to a C(target) with its C(rules) and its C(state), V(good), V(warning) or V(bad).
    - C(findings), errors first, as M(registryops.alicloud.acr_sync_audit) returns them, each with
      C(hangs_on_replication), whether it holds only if what arrives by replication fires the destination's own rules.
      The service does not document that.
    - C(check) is V(circle) where images can come back to where they began; V(chain) where one instance can pass on what
      another one brings it, and V(chain_ends) where it feeds others and passes nothing of that on; V(two_sources) where
      two instances write one place; V(nobody_may_write) where no grant lets anybody replicate into a destination that
      rules end at; V(nothing_feeds) for a destination that no rule feeds; V(region) for a rule whose region is not its
      target's or cannot be replicated to; V(link) for one without a custom link where others between the same regions
      have one.
    - C(directions), a sentence for each two hosts that can be exchanged, on which direction holds and which is wanted
      (C(acr_direction)).
    - C(unknown), what findings hang on, in a sentence; null if none does.
  type: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.hosts import known_directions, known_hosts
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.whole import topology


def whole(hosts: Mapping[str, Any], sources: Sequence[str], destinations: Sequence[str]) -> dict[str, Any]:
    """Return which instance feeds which; see DOCUMENTATION."""
    found = topology(known_hosts(hosts, sources, destinations))
    return {**found, "directions": known_directions(hosts, [*sources, *destinations])}


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_topology": whole}
