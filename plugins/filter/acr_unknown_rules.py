# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_unknown_rules
short_description: Say which names of sync rules no host of a play has
version_added: 1.0.0
description:
  - A playbook that is run for a rule by its name leaves out the hosts that have no such rule. If no host of the play
    has it, the name is wrong. This filter says so in a sentence, with the names that there are.
positional: rules, hosts, play_hosts, groups
options:
  _input:
    description: The name of a rule, several of them with commas between, or a list of them.
    type: raw
    required: true
  rules:
    description: The rules of the host itself, with the options of M(registryops.alicloud.acr_sync_rule).
    type: list
    elements: dict
    required: true
  hosts:
    description: Variables of each host by its name, such as C(hostvars), of which C(acr_sync_rules) is read.
    type: dict
    required: true
  play_hosts:
    description: Names of the hosts of the play, such as C(ansible_play_hosts_all).
    type: list
    elements: str
    required: true
  groups:
    description:
      - Names of the hosts of each group, such as C(groups), for rules that go the other way now. If unset, only the
        rules are known that are written at the hosts.
    type: dict
    default: {}
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Refuse a name that no host has
  ansible.builtin.fail:
    msg: "{{ problem }}"
  when: problem | length > 0
  vars:
    problem: >-
      {{ acr_rule
         | registryops.alicloud.acr_unknown_rules(acr_sync_rules | default([]), hostvars, ansible_play_hosts_all) }}
"""

RETURN = r"""
_value:
  description: A sentence; empty if each name is that of a rule.
  type: str
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import there_are
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import wanted_rules
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import outbound_rules
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.values import rules_of


def unknown_rules(
    names: str | Sequence[str],
    rules: Sequence[Rule],
    hosts: Mapping[str, Any],
    play_hosts: Sequence[str],
    groups: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Return a sentence about unknown names; see DOCUMENTATION."""
    given = names.split(",") if isinstance(names, str) else list(names)
    known = _names(rules)
    unknown = [name for name in given if name and name not in known]
    if not unknown:
        return ""
    for host in play_hosts:
        known |= _names(outbound_rules(rules_of(hosts[host]), hosts, groups or {}, host))
    unknown = [name for name in unknown if name not in known]
    if not unknown:
        return ""
    there = there_are(unknown[0], known) if known else "No host has rules in acr_sync_rules."
    return f"No host of the play has the sync rule {' or '.join(unknown)}. {there}"


def _names(rules: Sequence[Rule]) -> dict[str, None]:
    return {str(rule.get("name")): None for rule in wanted_rules(rules)}


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_unknown_rules": unknown_rules}
