# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_switch_over_plan
short_description: Plan the exchange of source and destination
version_added: 1.0.0
description:
  - Compares the direction that an inventory wants (C(acr_direction) of its sources) with the rules that the instances
    have, and says what each host has to do. The role P(registryops.alicloud.switch_over#role) does it.
  - What was looked at is taken from the variables C(switch_over_rules) and C(switch_over_failure) of each host.
positional: groups, host, stopped
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
    description: Name of the host whose part is returned.
    type: str
    required: true
  stopped:
    description: Names of hosts that are not looked at and whose rules are known to be gone.
    type: list
    elements: str
    default: []
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Say what is to be done
  ansible.builtin.debug:
    msg: "{{ (hostvars | registryops.alicloud.acr_switch_over_plan(groups, inventory_hostname)).steps }}"
"""

RETURN = r"""
_value:
  description:
    - C(directions), a sentence for each two hosts on which direction holds and which is wanted, and one for each host
      that cannot be looked at.
    - C(steps), a sentence for each step; C(refusals), why nothing can be done; C(remaining), what is still to be done;
      C(write_down), what to set in the inventory where the direction holds.
    - C(holds) is V(forward), V(reversed), V(both), V(neither), V(partly) or V(unknown). It is null if the inventory
      says no direction.
    - What follows is the host's own part. C(involved) tells whether it has any. C(prepare) tells whether it becomes a
      destination, C(send) are the rules whose images it sends, C(stop) the rules that it deletes, C(left) those that it
      has without them, and C(keep) those that it gets. C(waits_for) says why it does not get them yet, and C(lacks)
      what it lacks in the end. C(advice) is what to do if it cannot send since its grant was revoked.
  type: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import ways
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.switch_steps import (
    remaining,
    step_sentences,
    to_write_down,
    without_grant,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.switching import (
    Survey,
    direction_sentences,
    holding,
    host_plan,
    refusals,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.values import names_of
from ansible_collections.registryops.alicloud.plugins.plugin_utils._refusals import as_filter_errors


def switch_over_plan(
    hosts: Mapping[str, Any], groups: Mapping[str, Sequence[str]], host: str, stopped: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what is to be done; see DOCUMENTATION."""
    with as_filter_errors():
        found = ways(hosts, groups.get("acr_source") or [])
    names = {way.source for way in found} | {way.destination for way in found}
    # Reading a host's variables renders their templates, so only those of these hosts are read.
    seen = _seen({name: hosts[name] for name in names}, stopped)
    return {
        "holds": holding(found, seen) if found else None,
        "directions": [*direction_sentences(found, seen), *map(seen.reason, seen.failures)],
        "steps": step_sentences(found, seen) if found else [],
        "refusals": refusals(found, seen) if found else [_nothing(groups)],
        "remaining": remaining(found, seen),
        "write_down": to_write_down(found, seen),
        "lacks": remaining([way for way in found if way.begin(way.direction) == host], seen),
        **host_plan(found, seen, host),
        "advice": without_grant(found, host),
    }


def _nothing(groups: Mapping[str, Sequence[str]]) -> str:
    """Say why there is nothing to exchange."""
    if not groups.get("acr_source"):
        return (
            "no host is in the group acr_source, where rules and acr_direction are written. Add the inventory of"
            " Account A, as in -i inventories/account_a; without its keys, limit the run to the own side, as in"
            " --limit acr_destination"
        )
    return "no host of acr_source that has rules says acr_direction; set it to reversed, or to forward to go back"


def _seen(hosts: Mapping[str, Any], stopped: Sequence[str]) -> Survey:
    return Survey(
        {name: host["switch_over_rules"] for name, host in hosts.items() if host.get("switch_over_rules") is not None},
        {name: str(host.get("acr_instance_id")) for name, host in hosts.items()},
        {name: str(host["switch_over_failure"]) for name, host in hosts.items() if host.get("switch_over_failure")},
        frozenset(names_of(stopped)),
    )


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_switch_over_plan": switch_over_plan}
