# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_source_accounts
short_description: List the accounts whose sync rules end at a host
version_added: 1.0.0
description:
  - Returns the accounts that need a grant to replicate into a destination, as far as the inventory shows. They are the
    C(acr_account_id) of the hosts whose C(acr_sync_rules) end at the destination, without the destination's own.
positional: sources, destination
options:
  _input:
    description: Variables of each host by its name, such as C(hostvars).
    type: dict
    required: true
  sources:
    description: Names of the hosts whose rules are looked at.
    type: list
    elements: str
    required: true
  destination:
    description: Name of the host that rules end at.
    type: str
    required: true
  beside:
    description: Names of hosts; what ends at those that have the destination's C(acr_account_id) counts too.
    type: list
    elements: str
    default: []
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show who may replicate into this host
  ansible.builtin.debug:
    msg: "{{ hostvars | registryops.alicloud.acr_source_accounts(groups['acr_source'], inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: The UIDs of the accounts.
  type: list
  elements: str
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.filter.acr_inbound_rules import inbound_rules


def source_accounts(
    hosts: Mapping[str, Any], sources: Sequence[str], destination: str, beside: Sequence[str] = ()
) -> list[str]:
    """Return the accounts whose rules end at a host; see DOCUMENTATION."""
    own = hosts[destination].get("acr_account_id")
    # One role of an account serves all its instances, so that all of them are asked about.
    others = [name for name in beside if own is not None and str(hosts[name].get("acr_account_id")) == str(own)]
    rules = inbound_rules(hosts, sources, [destination, *others])
    accounts = dict.fromkeys(rule["account_id"] for rule in rules if rule["account_id"])
    return [account for account in accounts if account != str(own)]


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_source_accounts": source_accounts}
