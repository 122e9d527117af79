# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List what rules carried and the source no longer has."""

from __future__ import annotations

from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.carried import Carried, SourceLook
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.list_file import write


def list_gone(task: Task) -> dict[str, Any]:
    """Return what is gone, and write it for the other account if the options name a file."""
    instance_id, targets = str(task.params["instance_id"]), task.params["target_instance_ids"]
    found = SourceLook(task.client, instance_id).run(targets)
    path = None if task.check_mode else task.params["list_file"]
    return {
        "changed": False,
        "instance_id": instance_id,
        "gone_images": _shown(found)[: task.params["max_images"]],
        "count": len(found.carries),
        "rules": [str(rule["name"]) for rule in found.rules],
        "oldest_record": found.oldest,
        "list_file": write(path, found) if path else None,
    }


def _shown(found: Carried) -> list[dict[str, Any]]:
    shown = []
    for (target, tag), carries in sorted(found.carries.items()):
        # One line for a tag, however often it was carried.
        last = max(carries, key=lambda carry: carry.ended)
        shown.append(
            {
                "source": f"{last.namespace}/{last.repository}:{tag}",
                "target": f"{target.instance_id}/{target.namespace}/{target.repository}:{tag}",
                "target_instance_id": target.instance_id,
                "by_rule": any(carry.by_rule for carry in carries),
                "carried": last.ended,
                "under_way": (target, tag) in found.under_way,
            }
        )
    return shown
