# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_shares
short_description: Make hosts that each stand for a share of a source's images
version_added: 1.0.0
description:
  - Returns several hosts for each source. Each host stands for a share of the source's images, by
    C(backfill_images_shard_index) and C(backfill_images_shard_count). Job slices of AWX and Automation Platform divide
    the hosts of an inventory, so each slice sends its own shares.
  - A slice knows only its own hosts, so C(to) of a rule is replaced by the rule's target.
positional: destinations, count
options:
  _input:
    description: Variables of each source by its name.
    type: dict
    required: true
  destinations:
    description: Variables of each destination by its name, which C(to) of a rule may name.
    type: dict
    required: true
  count:
    description: How many shares each source has.
    type: int
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show the hosts of an inventory of shares
  ansible.builtin.debug:
    msg: "{{ sources | registryops.alicloud.acr_shares(destinations, 4) }}"
  vars:
    sources:
      prod-sh:
        acr_instance_id: cri-sourcesource0001
        acr_sync_rules:
          - name: releases-to-eu
            namespace: prod
            to: prod-eu
    destinations:
      prod-eu:
        acr_instance_id: cri-targettarget0001
        acr_region: eu-central-1
"""

RETURN = r"""
_value:
  description: The hosts, each with its C(name) and C(variables).
  type: list
  elements: dict
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.peers import with_target
from ansible_collections.registryops.alicloud.plugins.plugin_utils._refusals import as_filter_errors

Hosts = Mapping[str, Mapping[str, Any]]


def shares(sources: Hosts, destinations: Hosts, count: int) -> list[dict[str, Any]]:
    """Return a host for each share; see DOCUMENTATION."""
    if count < 1:
        raise AnsibleFilterError(f"There are to be {count} shares; a source has at least one.")
    found = []
    for name, variables in sources.items():
        resolved = _resolved(variables, destinations)
        for index in range(count):
            share = {"backfill_images_shard_index": index, "backfill_images_shard_count": count}
            found.append({"name": f"{name}-{index}", "variables": {**resolved, **share}})
    return found


def _resolved(variables: Mapping[str, Any], destinations: Hosts) -> dict[str, Any]:
    """Return the variables of a source, whose rules do without other hosts."""
    # A share stands without the other hosts, in which acr_direction would look for the way back.
    if variables.get("acr_direction") == "forward":
        variables = {name: value for name, value in variables.items() if name != "acr_direction"}
    if not variables.get("acr_sync_rules"):
        return dict(variables)
    with as_filter_errors():
        rules = [
            with_target(rule, destinations, f"Sync rule {rule.get('name')}") for rule in variables["acr_sync_rules"]
        ]
    return {**variables, "acr_sync_rules": rules}


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_shares": shares}
