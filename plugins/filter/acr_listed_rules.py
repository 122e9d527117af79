# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_listed_rules
short_description: Return the rules that an inventory lists for an instance, as far as it knows them
version_added: 1.0.0
description:
  - Returns the rules to keep at a host, like P(registryops.alicloud.acr_outbound_rules#filter), for an audit to compare
    with.
  - Where no source of the inventory lists any rule, the inventory does not know the rules, and no rule of the instance
    is one too many. Where other sources list some, a source without may have lost its last one, so that its list is
    empty.
positional: hosts, groups, host, unknown
options:
  _input:
    description: The C(acr_sync_rules) of the host; null if it has none.
    type: list
    elements: dict
    required: true
  hosts:
    description: The C(hostvars).
    type: dict
    required: true
  groups:
    description: The C(groups) of the inventory.
    type: dict
    required: true
  host:
    description: Name of the host.
    type: str
    required: true
  unknown:
    description: What is returned if the inventory does not know the rules.
    type: raw
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Audit a source beside its inventory
  registryops.alicloud.acr_sync_audit:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    sides: [source]
    rules: >-
      {{ acr_sync_rules | default(none)
         | registryops.alicloud.acr_listed_rules(hostvars, groups, inventory_hostname, omit) }}
"""

RETURN = r"""
_value:
  description: The rules, or what O(unknown) is.
  type: raw
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import outbound_rules
from ansible_collections.registryops.alicloud.plugins.plugin_utils._refusals import as_filter_errors


def listed_rules(
    own: Sequence[dict[str, Any]] | None,
    hosts: Mapping[str, Any],
    groups: Mapping[str, Sequence[str]],
    host: str,
    unknown: Any = None,
) -> Any:
    """Return the rules, or `unknown`; see DOCUMENTATION."""
    with as_filter_errors():
        kept = outbound_rules(own or [], hosts, groups, host)
    sources = groups.get("acr_source") or ()
    is_known = own is not None or kept or any("acr_sync_rules" in hosts[source] for source in sources)
    return kept if is_known else unknown


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_listed_rules": listed_rules}
