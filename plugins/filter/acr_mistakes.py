# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_mistakes
short_description: Say what is wrong with an inventory, each with its remedy
version_added: 1.0.0
description:
  - Returns a sentence for each mistake that keeps a host from its part in sync, such as a misspelt group or option, an
    inventory that was not given, or a rule that ends elsewhere. The playbooks of this collection fail with them.
  - It reads variables alone, and asks no service.
positional: groups, name, side, accounts, played
options:
  _input:
    description: Variables of each host by its name, such as C(hostvars).
    type: dict
    required: true
  groups:
    description: Names of the hosts of each group, such as C(groups).
    type: dict
    required: true
  name:
    description: Name of the host. If empty, only the groups are looked at.
    type: str
    default: ""
  side:
    description: The side that a run needs a host of, or V(both). If empty, either will do.
    type: str
    choices: ["", source, destination, both]
    default: ""
  accounts:
    description:
      - UIDs of the accounts that may replicate into the host.
      - If it is an empty list, a sentence says why it is not known who may. If unset, nothing is said of that.
    type: list
    elements: str
  played:
    description:
      - Names of the hosts that the run goes over, such as C(ansible_play_hosts_all).
      - If none of them is on the O(side), a sentence says that a limit leaves it out. If unset, nothing says so.
    type: list
    elements: str
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Know that the inventory has all that is needed
  ansible.builtin.fail:
    msg: "{{ mistakes | join(' ') }}"
  when: mistakes | length > 0
  vars:
    mistakes: "{{ hostvars | registryops.alicloud.acr_mistakes(groups, inventory_hostname, 'source') }}"
"""

RETURN = r"""
_value:
  description: The sentences; none if all is well.
  type: list
  elements: str
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.mistakes import mistakes


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_mistakes": mistakes}
