# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_outcome
short_description: Say in a few lines what a role has done, or would do
version_added: 1.0.0
description:
  - Takes what a module returned, and says what changed, a line for each, and in a last sentence what holds now. Roles
    print it at their end. In check mode it says what would be done.
  - More than 20 changes are counted.
positional: about, said, check_mode, next_step
options:
  _input:
    description: The registered result of the task.
    type: dict
    required: true
  about:
    description:
      - What the task did.
      - V(access) and V(revocation) are for M(registryops.alicloud.acr_cross_account_role), V(rules) for
        M(registryops.alicloud.acr_sync_rules), V(places) for loops of M(registryops.alicloud.acr_namespace) and
        M(registryops.alicloud.acr_repository), V(settings) for M(registryops.alicloud.acr_repository_settings),
        V(read_settings) for M(registryops.alicloud.acr_repository_settings_info), V(image) for
        M(registryops.alicloud.acr_image_wait), and V(step) for any other module that keeps something.
    type: str
    choices: [access, revocation, rules, places, settings, read_settings, image, step]
    required: true
  said:
    description:
      - What the task was asked for, by names that depend on O(about).
      - V(access) takes C(host), C(instance_id), C(region) and C(source_account_ids).
      - V(revocation) takes the sentence C(nobody), for accounts that had no access, and C(source_account_ids).
      - V(rules) takes C(host) and C(places), results of the loops before.
      - V(places) takes C(host), C(results), C(namespaces), C(repositories) and C(inbound_rules).
      - V(settings) takes C(host), and V(read_settings) C(host) and C(list_file).
      - V(image) takes C(image).
      - V(step) takes C(results) and the sentence C(done).
    type: dict
    required: true
  check_mode:
    description: Whether nothing was written.
    type: bool
    default: false
  next_step:
    description: What to do next. It is the last line, except in check mode.
    type: str
    default: ""
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Keep the sync rules
  registryops.alicloud.acr_sync_rules:
    instance_id: cri-sourcesource0001
    rules: "{{ acr_sync_rules }}"
  register: kept

- name: Say what was done
  ansible.builtin.debug:
    msg: "{{ kept | registryops.alicloud.acr_outcome('rules', {'host': inventory_hostname}, ansible_check_mode) }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._outcome.access import granted, revoked
from ansible_collections.registryops.alicloud.plugins.plugin_utils._outcome.images import (
    followed,
    read_settings,
    waited_for,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._outcome.lines import Outcome
from ansible_collections.registryops.alicloud.plugins.plugin_utils._outcome.places import place_lines, prepared_places
from ansible_collections.registryops.alicloud.plugins.plugin_utils._outcome.rules import kept_rules

Said = Mapping[str, Any]

# What a role tells, by the word in its last task.
_TELLERS: dict[str, Callable[[Mapping[str, Any], Said], Outcome]] = {
    "access": lambda result, said: granted(result, said["host"], said),
    "revocation": lambda result, said: revoked(result, said["nobody"], said.get("source_account_ids", ())),
    "rules": lambda result, said: kept_rules(result, said["host"], said.get("places") or ()),
    "places": lambda _result, said: prepared_places(said["results"], said["host"], said, said["inbound_rules"]),
    "settings": lambda result, said: followed(result, said["host"]),
    "read_settings": lambda result, said: read_settings(result, said["host"], said["list_file"]),
    "step": lambda _result, said: Outcome(place_lines(said["results"]), said["done"]),
    "image": lambda result, said: waited_for(result, said["image"], left_out=bool(said.get("left_out"))),
}


def outcome(
    result: Mapping[str, Any], about: str, said: Said, check_mode: bool = False, next_step: str = ""
) -> list[str]:
    """Return the lines; see DOCUMENTATION."""
    return _TELLERS[about](result, said).lines(next_step, check_mode=check_mode)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_outcome": outcome}
