# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_grant_request
short_description: Say what the role grant_access asks of acr_cross_account_role
version_added: 1.0.0
description:
  - Returns the accounts and instances to grant, or to revoke, from the options of the role
    P(registryops.alicloud.grant_access#role).
  - The module takes a missing list for everybody or everything. So a list is only left out where that is meant.
options:
  _input:
    description:
      - The role's C(state), C(source_account_ids), C(region), C(instance_id) and C(revoked_instance_id).
      - C(everybody) tells whether all accounts lose their access.
    type: dict
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show what a revocation of one account asks
  ansible.builtin.debug:
    msg: "{{ said | registryops.alicloud.acr_grant_request }}"
  vars:
    said:
      state: absent
      source_account_ids: ["1252879610640001"]
      revoked_instance_id: ""
      everybody: false
"""

RETURN = r"""
_value:
  description:
    - C(source_account_ids) and C(destination_instances) are those of the module. Each is missing where it is not to be
      said.
    - C(nobody) is the sentence for a revocation that finds nothing.
  type: dict
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean


def grant_request(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to ask of the module; see DOCUMENTATION."""
    # An empty list is refused by the module, and a missing one would be everybody.
    accounts = [] if said.get("source_account_ids") is None else said["source_account_ids"]
    if said.get("state") != "absent":
        return {"source_account_ids": accounts, **_instance(said, said.get("instance_id")), "nobody": ""}
    # For example one that was deleted. Its grant would be in force again for whoever gets such an ID.
    gone = said.get("revoked_instance_id")
    if gone:
        return {**_instance(said, gone), "nobody": f"No grant names {gone}, so nothing was stopped."}
    # With -e, everything is a text.
    if boolean(said.get("everybody") or False, strict=False):
        return {"nobody": "Nothing was granted, so nothing was stopped."}
    named = ", ".join([accounts] if isinstance(accounts, str) else map(str, accounts))
    return {"source_account_ids": accounts, "nobody": f"No access is granted to {named}, so nothing was stopped."}


def _instance(said: Mapping[str, Any], instance_id: Any) -> dict[str, Any]:
    """Return the instance without what nobody has said, which the module then asks for."""
    item = {"region": said.get("region"), "instance_id": instance_id}
    return {"destination_instances": [{name: value for name, value in item.items() if value}]}


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_grant_request": grant_request}
