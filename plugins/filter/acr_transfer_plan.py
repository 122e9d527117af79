# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_transfer_plan
short_description: Say what a step of the role transfer_by_storage lacks, and whether anything is left to transfer
version_added: 1.0.0
description:
  - Looks at what a step of the role P(registryops.alicloud.transfer_by_storage#role) takes from the inventory, and at
    the images that were listed on both sides.
positional: groups, host, step, said
options:
  _input:
    description: The C(hostvars).
    type: dict
    required: true
  groups:
    description: The C(groups) of the inventory.
    type: dict
    required: true
  host:
    description: Name of the host, which is taken for a side that has no group.
    type: str
    required: true
  step:
    description: The step.
    type: str
    required: true
  said:
    description: What the role's options say of both sides, by their names without C(transfer_by_storage_).
    type: dict
    required: true
  images:
    description: Names of the images to transfer. If unset, those that were listed at the source.
    type: list
    elements: str
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show what the step lacks
  ansible.builtin.debug:
    msg: >-
      {{ (hostvars | registryops.alicloud.acr_transfer_plan(groups, inventory_hostname, 'grant', said)).lacks }}
  vars:
    said:
      destination_bucket: acr-target
      source_account_id: ""
"""

RETURN = r"""
_value:
  description:
    - C(lacks) is a sentence on what nobody has said, or empty. C(finished) tells whether the step has nothing to do,
      since the destination has all images already. C(images) are the images to transfer.
  type: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

# What each step takes from the hosts.
_NEEDS: Mapping[str, Sequence[str]] = {
    "grant": ("destination_bucket", "source_account_id"),
    "replicate": (
        *("source_bucket", "destination_bucket", "destination_region"),
        *("destination_account_id", "destination_instance_id"),
    ),
    "arrive": ("destination_instance_id",),
    "end": ("source_bucket", "destination_bucket"),
    "revoke": ("destination_bucket", "source_account_id"),
}
# The steps that have nothing to do for a transfer that is finished. The others clean up after it.
_BEGINNING = ("grant", "replicate")


def transfer_plan(
    hosts: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, Sequence[str]],
    host: str,
    step: str,
    said: Mapping[str, Any],
    images: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return what the step lacks and transfers; see DOCUMENTATION."""
    source, destination = (hosts[(groups.get(f"acr_{side}") or [host])[0]] for side in ("source", "destination"))
    found, there = source.get("transfer_by_storage_found") or [], destination.get("transfer_by_storage_found")
    # Only where both sides were looked at. An empty list of one side alone says nothing.
    is_done = bool(found) and there is not None and set(found) <= set(there)
    if images is None:
        images = source.get("transfer_by_storage_images") or found
    return {"lacks": _lacks(step, said), "finished": is_done and step in _BEGINNING, "images": list(images)}


def _lacks(step: str, said: Mapping[str, Any]) -> str:
    """Return a sentence on what nobody has said; empty if nothing lacks."""
    lacking = [name for name in _NEEDS.get(step, ()) if not said.get(name)]
    if not lacking:
        return ""
    places = []
    for name in lacking:
        side, _mark, variable = name.partition("_")
        places.append(f"acr_{variable} of the first host of acr_{side}")
    options = " and ".join(f"transfer_by_storage_{name}" for name in lacking)
    return f"The step {step} needs {' and '.join(places)}. Set it there in the inventory, or set {options}."


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_transfer_plan": transfer_plan}
