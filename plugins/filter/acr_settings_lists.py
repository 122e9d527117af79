# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_settings_lists
short_description: Collect which settings the repositories of a destination should have
version_added: 1.0.0
description:
  - Takes what the role C(follow_settings) read of the sources in the same run. If that names nothing, it takes the
    lists that the role wrote in other runs.
positional: groups, instance_id, directory
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
    description: ID of the destination.
    type: str
    required: true
  directory:
    description: The folder with the lists. If empty or not there, no list is read.
    type: str
    default: ""
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show the repositories that a list is about
  ansible.builtin.debug:
    msg: "{{ hostvars | registryops.alicloud.acr_settings_lists(groups, acr_instance_id, '/srv/lists') }}"
"""

RETURN = r"""
_value:
  description:
    - The C(repositories) with their settings, each once, and whether a source or a list C(was_read) at all.
  type: dict
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleFilterError

Targets = list[dict[str, Any]]


def settings_lists(
    hosts: Mapping[str, Mapping[str, Any]], groups: Mapping[str, Sequence[str]], instance_id: str, directory: str = ""
) -> dict[str, Any]:
    """Return the repositories that a destination should have; see DOCUMENTATION."""
    wanted = [hosts[name].get("follow_settings_wanted") for name in groups.get("acr_source", ())]
    read = [found for found in wanted if found is not None]
    files = sorted(Path(directory).glob("*settings*.json")) if directory else []
    targets: Targets = []
    for found in read:
        targets += found.get("targets") or []
    # What was read in this run is newer than any file.
    if not targets:
        for file in files:
            targets += _written(file)
    repositories: list[Any] = []
    for target in targets:
        if target["target_instance_id"] == instance_id:
            # Two sources may bring one repository, with the same settings.
            repositories += [wanted for wanted in target["repositories"] if wanted not in repositories]
    return {"repositories": repositories, "was_read": bool(read or files)}


def _written(file: Path) -> Targets:
    try:
        found: Targets = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AnsibleFilterError(
            f"{file} is no list that the role follow_settings wrote ({error}). Nothing was changed. Have the source's"
            " team write it again, or take it out of follow_settings_directory."
        ) from error
    return found


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_settings_lists": settings_lists}
