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
    C(target_account_id). This filter looks them up in that host's C(acr_region), C(acr_instance_id) and
    C(acr_account_id). What a rule says itself is left as it is.
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

from ansible.errors import AnsibleFilterError

_FROM_HOST = {
    "target_region": "acr_region",
    "target_instance_id": "acr_instance_id",
    "target_account_id": "acr_account_id",
}


def resolve_rules(rules: Sequence[Mapping[str, Any]], hosts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rules without `to`; see DOCUMENTATION."""
    return [_resolved(rule, hosts) for rule in rules]


def _resolved(rule: Mapping[str, Any], hosts: Mapping[str, Any]) -> dict[str, Any]:
    resolved = {option: value for option, value in rule.items() if option != "to"}
    if "to" not in rule:
        return resolved
    if rule["to"] not in hosts:
        raise AnsibleFilterError(
            f"Sync rule {rule.get('name')} goes to {rule['to']}, which is not a host of the inventory. Name a host of"
            " acr_destination, or give target_region, target_instance_id and target_account_id."
        )
    host = hosts[rule["to"]]
    for option, variable in _FROM_HOST.items():
        if option not in resolved and host.get(variable) is not None:
            resolved[option] = host[variable]
    missing = [_FROM_HOST[one] for one in ("target_region", "target_instance_id") if not resolved.get(one)]
    if missing:
        raise AnsibleFilterError(
            f"Sync rule {rule.get('name')} goes to {rule['to']}, which has no {' and no '.join(missing)}. Set it there."
        )
    return resolved


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_resolve_rules": resolve_rules}
