# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_play_hosts
short_description: Name the hosts of a play about sync
version_added: 1.0.0
description:
  - Returns a pattern for the C(hosts) of a play, which takes the hosts of C(acr_source) and C(acr_destination).
  - Where an inventory has none, the pattern takes every host and C(localhost), so that a task of the play can fail.
    Ansible ends well if a play has no hosts, for example because a group is misspelt.
options:
  _input:
    description: Names of the hosts of each group, such as C(groups).
    type: dict
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Look at both sides
  hosts: "{{ groups | registryops.alicloud.acr_play_hosts }}"
  gather_facts: false
  tasks:
    - name: Say what this host is
      ansible.builtin.debug:
        var: group_names
"""

RETURN = r"""
_value:
  description: The pattern.
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.mistakes import play_hosts


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_play_hosts": play_hosts}
