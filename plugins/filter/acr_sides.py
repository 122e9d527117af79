# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_sides
short_description: Say whether a host is a source, a destination or both, whichever way the rules go now
version_added: 1.0.0
description:
  - Usually a host of the group C(acr_source) is a source, and a host of C(acr_destination) a destination. Where the
    source's C(acr_direction) is V(reversed), they have exchanged their parts, except for what
    C(acr_one_way_rules) names.
  - A source with the C(acr_direction) V(forward) is prepared for the exchange, so it is a destination, too. It grants
    access, and has the namespaces.
positional: groups, host
options:
  _input:
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
- name: Say what this host is
  ansible.builtin.debug:
    msg: "{{ hostvars | registryops.alicloud.acr_sides(groups, inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: V(destination), V(source), both in this order, or none.
  type: list
  elements: str
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import sides
from ansible_collections.registryops.alicloud.plugins.plugin_utils._refusals import as_filter_errors


def sides_of(hosts: Mapping[str, Any], groups: Mapping[str, Sequence[str]], host: str) -> list[str]:
    """Return the sides that a host is on; see DOCUMENTATION."""
    with as_filter_errors():
        return sides(hosts, groups, host)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_sides": sides_of}
