# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_account_of
short_description: Say which account an instance of the inventory belongs to
version_added: 1.0.0
description:
  - Looks for the instance among the sources and destinations of the inventory, and returns their C(acr_account_id). It
    fails if no host says the account, since the service does not tell it either.
positional: groups, instance_id, said
options:
  _input:
    description: Variables of each host, C(hostvars) in a playbook.
    type: dict
    required: true
  groups:
    description: The groups of the inventory, C(groups) in a playbook.
    type: dict
    required: true
  instance_id:
    description: ID of the instance.
    type: str
    required: true
  said:
    description: The account if somebody has said it, which is then returned. If empty, the inventory is asked.
    type: str
    default: ""
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show the account of a record's target
  ansible.builtin.debug:
    msg: "{{ hostvars | registryops.alicloud.acr_account_of(groups, 'cri-targettarget0001') }}"
"""

RETURN = r"""
_value:
  description: The UID of the account.
  type: str
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError


def account_of(
    hosts: Mapping[str, Mapping[str, Any]], groups: Mapping[str, Sequence[str]], instance_id: str, said: Any = ""
) -> str:
    """Return the UID of an instance's account; see DOCUMENTATION."""
    if said:
        return str(said)
    # A target is mostly a destination; it is a source where the rules are reversed.
    for name in (*groups.get("acr_destination", ()), *groups.get("acr_source", ())):
        host = hosts[name]
        if host.get("acr_instance_id") == instance_id and host.get("acr_account_id"):
            return str(host["acr_account_id"])
    raise AnsibleFilterError(
        f"No host of the inventory has acr_instance_id {instance_id} and an acr_account_id, so that it is not known"
        " which account the instance belongs to. Add the host, or say the account with -e acr_target_account_id=UID."
    )


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_account_of": account_of}
