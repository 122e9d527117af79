# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_misspelt
short_description: Find variables that are nearly those which a playbook reads
version_added: 1.0.0
description:
  - Returns a sentence for each variable that nothing reads and whose name is nearly one of the given names.
  - A playbook that deletes or revokes refuses such a variable. Otherwise more would go than was meant.
positional: names
options:
  _input:
    description: The variables of a host, as in C(hostvars[inventory_hostname]).
    type: dict
    required: true
  names:
    description: Names of variables that the playbook reads, or how they begin.
    type: list
    elements: str
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Stop before anything is deleted if what limits it is misspelt
  ansible.builtin.assert:
    that: misspelt | length == 0
    fail_msg: "{{ misspelt | join(' ') }}"
  vars:
    misspelt: "{{ hostvars[inventory_hostname] | registryops.alicloud.acr_misspelt(['prune_destination_']) }}"
"""

RETURN = r"""
_value:
  description: The sentences; none if all is well.
  type: list
  elements: str
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.spelling import misspelt


def misspelt_names(variables: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Return the sentences; see DOCUMENTATION."""
    # A filter does not know the user's own tasks, so `str` stands for them as an empty text.
    return list(misspelt(variables, str, tuple(names)))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_misspelt": misspelt_names}
