# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_resolve_rules
short_description: Turn the C(to) of sync rules into their targets
version_added: 0.1.0
description:
  - A sync rule in an inventory may name a host in C(to) instead of C(target_region), C(target_instance_id) and
    C(target_account_id). This filter takes them from that host's C(acr_region), C(acr_instance_id) and
    C(acr_account_id). Targets that the rule gives itself are kept.
positional: hosts
options:
  _input:
    description: The rules, with the options of M(registryops.alicloud.acr_sync_rule) and C(to).
    type: list
    elements: dict
    required: true
  hosts:
    description: Variables of each host by its name, such as C(hostvars).
    type: dict
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show where the rules of this host go
  ansible.builtin.debug:
    msg: "{{ acr_sync_rules | registryops.alicloud.acr_resolve_rules(hostvars) }}"
"""

RETURN = r"""
_value:
  description: The rules, each with its target.
  type: list
  elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.peers import with_target
from ansible_collections.registryops.alicloud.plugins.plugin_utils._refusals import as_filter_errors


def resolve_rules(rules: Sequence[Mapping[str, Any]], hosts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules without `to`; see DOCUMENTATION."""
    with as_filter_errors():
        return [with_target(rule, hosts, f"Sync rule {rule.get('name')}") for rule in rules]


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_resolve_rules": resolve_rules}
