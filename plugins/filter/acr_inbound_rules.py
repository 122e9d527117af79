# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_inbound_rules
short_description: Find the sync rules of other hosts that end at one host or at several
version_added: 0.1.0
description:
  - Reads the C(acr_sync_rules) of hosts, and selects the rules that end at one host or at several. It returns what
    these rules need there, and the account that they come from.
  - If a source sets C(acr_direction), the rules of the other way are returned as well, so that the source is prepared
    for them. While the rules are reversed, only those are returned. See
    P(registryops.alicloud.acr_outbound_rules#filter).
positional: sources, destination
options:
  _input:
    description: Variables of each host by its name, such as C(hostvars).
    type: dict
    required: true
  sources:
    description: Names of the hosts to go through.
    type: list
    elements: str
    required: true
  destination:
    description: Name of the host that the rules end at, or a list of such names.
    type: raw
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show what is replicated to this host
  ansible.builtin.debug:
    msg: "{{ hostvars | registryops.alicloud.acr_inbound_rules(groups['acr_source'], inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description:
    - The rules, each with C(name), C(source), C(account_id) (none if the source's C(acr_account_id) is not set),
      C(scope), and the C(namespace) and C(repository) that it needs at the destination.
  type: list
  elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import kept_inbound
from ansible_collections.registryops.alicloud.plugins.plugin_utils._refusals import as_filter_errors


def inbound_rules(
    hosts: Mapping[str, Any], sources: Sequence[str], destination: str | Sequence[str]
) -> list[dict[str, Any]]:
    """Return what source rules need here; see DOCUMENTATION."""
    names = [destination] if isinstance(destination, str) else destination
    # Without the hosts that have none, since a rule may lack its target as well.
    instance_ids = {hosts[name].get("acr_instance_id") for name in names} - {None, ""}
    needs = []
    with as_filter_errors():
        for source, _end, rule in kept_inbound(hosts, sources):
            if rule.get("to") in names or rule.get("target_instance_id") in instance_ids:
                needs.append(_needs(rule, source, hosts[source]))
    return needs


def _needs(rule: Mapping[str, Any], source: str, host: Mapping[str, Any]) -> dict[str, Any]:
    scope = rule.get("scope") or "namespace"
    return {
        "name": rule.get("name"),
        "source": source,
        # YAML reads a UID without quotes as a number.
        "account_id": None if host.get("acr_account_id") is None else str(host["acr_account_id"]),
        "scope": scope,
        "namespace": None if scope == "instance" else rule.get("target_namespace") or rule.get("namespace"),
        "repository": rule.get("target_repository") or rule.get("repository") if scope == "repository" else None,
    }


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_inbound_rules": inbound_rules}
