# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_hosts_by_side
short_description: List the sources and the destinations of an inventory, whichever way the rules go now
version_added: 1.0.0
description:
  - Usually a host of the group C(acr_source) is a source, and a host of C(acr_destination) a destination. Where the
    source's C(acr_direction) is V(reversed), they have exchanged their parts, except for what
    C(acr_one_way_rules) names.
  - A host that is only prepared to become a destination is not listed. P(registryops.alicloud.acr_sides#filter) says of
    a single host what else it has to be ready for.
positional: groups
options:
  _input:
    description: Variables of each host by its name, such as C(hostvars).
    type: dict
    required: true
  groups:
    description: Names of the hosts of each group, such as C(groups). C(acr_source) and C(acr_destination) are read.
    type: dict
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show who sends to whom
  ansible.builtin.debug:
    msg: "{{ hostvars | registryops.alicloud.acr_hosts_by_side(groups) }}"
"""

RETURN = r"""
_value:
  description: The names of the hosts, as C(source) and C(destination).
  type: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import hosts_by_side
from ansible_collections.registryops.alicloud.plugins.plugin_utils._refusals import as_filter_errors


def by_side(hosts: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the hosts of each side; see DOCUMENTATION."""
    with as_filter_errors():
        return hosts_by_side(hosts, groups)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_hosts_by_side": by_side}
