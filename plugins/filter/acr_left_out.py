# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_left_out
short_description: Name the instances of an account that a run leaves out
version_added: 1.0.0
description:
  - Returns the hosts of a group that have the same C(acr_account_id) as a host and are not in the run.
  - A grant is of a whole account. So whoever revokes it for some of an account's instances revokes it for all.
positional: group, host, played
options:
  _input:
    description: The C(hostvars).
    type: dict
    required: true
  group:
    description: Names of the group's hosts.
    type: list
    elements: str
    required: true
  host:
    description: Name of the host.
    type: str
    required: true
  played:
    description: Names of the hosts of the run, such as C(ansible_play_hosts_all).
    type: list
    elements: str
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show which instances of the account the limit leaves out
  ansible.builtin.debug:
    msg: >-
      {{ hostvars | registryops.alicloud.acr_left_out(
           groups['acr_destination'], inventory_hostname, ansible_play_hosts_all) }}
"""

RETURN = r"""
_value:
  description: The names of the hosts.
  type: list
  elements: str
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any


def left_out(hosts: Mapping[str, Any], group: Iterable[str], host: str, played: Collection[str]) -> list[str]:
    """Return the names of the hosts; see DOCUMENTATION."""
    account = hosts[host].get("acr_account_id")
    # Without a UID it is not known which instances belong together.
    if not account:
        return []
    # YAML reads a UID without quotes as a number.
    same = (name for name in group if str(hosts[name].get("acr_account_id")) == str(account))
    return [name for name in same if name not in played]


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_left_out": left_out}
