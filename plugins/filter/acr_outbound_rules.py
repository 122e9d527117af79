# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_outbound_rules
short_description: List the sync rules that are to be kept at a host, whichever way they go now
version_added: 1.0.0
description:
  - The rules of an inventory are written at the host that is usually the source. Where that host's C(acr_direction) is
    V(reversed), they are kept the other way at the hosts that they end at. This filter returns what a host has to keep.
  - A rule that goes the other way now is returned with C(state=absent), so that the task that keeps the rules deletes
    it.
  - The rule the other way is called C(NAME-reversed). Source and target are exchanged, with their namespaces and
    repositories; filters, trigger and priority stay. C(acr_reversed_rules) of the source, a dictionary by the rules'
    names, can give it further options. Rules that C(acr_one_way_rules) names are never reversed.
  - As soon as C(acr_direction) is set, rules that cannot be reversed are refused by their names. These are rules that
    write the same place from different ones, and rules that take the same images to different hosts. The others are
    rules with a custom link, unless C(acr_reversed_rules) gives the link of the other way; rules without a namespace or
    repository that their scope needs; and rules that end at no host of the inventory.
positional: hosts, groups, host
options:
  _input:
    description: The rules that are written at the host, with the options of M(registryops.alicloud.acr_sync_rule).
    type: list
    elements: dict
    required: true
  hosts:
    description: Variables of each host by its name, such as C(hostvars).
    type: dict
    required: true
  groups:
    description: Names of the hosts of each group, such as C(groups). C(acr_source) and C(acr_destination) are read.
    type: dict
    required: true
  host:
    description: Name of the host.
    type: str
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show what this host has to keep
  ansible.builtin.debug:
    msg: >-
      {{ acr_sync_rules | default([])
         | registryops.alicloud.acr_outbound_rules(hostvars, groups, inventory_hostname) }}
"""

RETURN = r"""
_value:
  description: The rules. Without C(acr_direction) they are those that were given.
  type: list
  elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import outbound_rules
from ansible_collections.registryops.alicloud.plugins.plugin_utils._refusals import as_filter_errors


def outbound(
    rules: Sequence[dict[str, Any]], hosts: Mapping[str, Any], groups: Mapping[str, Sequence[str]], host: str
) -> list[dict[str, Any]]:
    """Return the rules to keep at a host; see DOCUMENTATION."""
    with as_filter_errors():
        return outbound_rules(rules, hosts, groups, host)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_outbound_rules": outbound}
