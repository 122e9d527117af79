# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_compare_images
short_description: Compare both ends of sync rules by digest
version_added: 0.1.0
description:
  - For every image at the source that a rule covers, tells whether the rule's target has it.
positional: destinations
options:
  _input:
    description: Images at the source, as M(registryops.alicloud.acr_image_info) returns them.
    type: list
    elements: dict
    required: true
  destinations:
    description:
      - For the ID of each instance that could be looked into, its images likewise. For any other instance, the sync
        records alone are judged by.
    type: dict
    required: true
  rules:
    description: The rules, as M(registryops.alicloud.acr_sync_rule_info) returns them.
    type: list
    elements: dict
    required: true
  tasks:
    description: Sync records, as M(registryops.alicloud.acr_sync_task_info) returns them.
    type: list
    elements: dict
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show what has not arrived
  ansible.builtin.debug:
    msg: >-
      {{ source.images
         | registryops.alicloud.acr_compare_images(
             {'cri-targettarget0001': destination.images}, rules=found.sync_rules, tasks=records.sync_tasks)
         | rejectattr('state', 'equalto', 'same') }}
"""

RETURN = r"""
_value:
  description:
    - One entry for each rule and each image that it covers, with C(rule), C(source), C(target), C(digest),
      C(target_digest), C(state), C(issue), C(lag) and a C(sentence) that says it all.
    - C(lag) is the time in seconds from the newest push to its arrival, by the service's own times; null where a rule
      has not carried it, or not yet.
    - C(state) is V(same), V(carried) (by the records, where the destination could not be looked into), V(waiting) (a
      task is in flight), V(failed) (the newest task failed), V(missing), V(different) (the destination's tag points to
      another image) or V(older) (pushed before the rule was made, so never carried).
  type: list
  elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._coverage import covers

Row = Mapping[str, Any]

_WORDS = {
    "same": "is the same at",
    "carried": "was carried to",
    "waiting": "is on its way to",
    "failed": "failed on its way to",
    "missing": "is missing at",
    "different": "is another image at",
    "older": "is older than the rule and not at",
}


def compare_images(
    source: Sequence[Row], destinations: Mapping[str, Sequence[Row]], *, rules: Sequence[Row], tasks: Sequence[Row]
) -> list[dict[str, Any]]:
    """The state of each image of each rule; see DOCUMENTATION."""
    there = {
        (instance_id, one["namespace"], one["repository"], one["tag"]): one.get("digest")
        for instance_id, images in destinations.items()
        for one in images
    }
    newest = {_route(task): task for task in sorted(tasks, key=lambda one: one.get("create_time") or 0)}
    return [
        _compared(rule, image, there, newest, readable=rule["target_instance_id"] in destinations)
        for rule in rules
        for image in source
        if covers(rule, image)
    ]


def _route(task: Row) -> tuple[Any, ...]:
    names = (
        "namespace",
        "repository",
        "tag",
        "target_instance_id",
        "target_namespace",
        "target_repository",
        "target_tag",
    )
    return tuple(task.get(name) for name in names)


def _compared(
    rule: Row,
    image: Row,
    there: Mapping[tuple[Any, ...], Any],
    newest: Mapping[tuple[Any, ...], Row],
    *,
    readable: bool,
) -> dict[str, Any]:
    names = (image["namespace"], image["repository"], image["tag"])
    target = (
        rule["target_instance_id"],
        rule.get("target_namespace") or names[0],
        rule.get("target_repository") or names[1],
        names[2],
    )
    task = newest.get((*names, *target), {})
    arrived = there.get(target)
    state = _state(rule, image, task, arrived, readable=readable)
    source, destination = "{}/{}:{}".format(*names), "{}/{}/{}:{}".format(*target)
    issue = task.get("issue") if state == "failed" else None
    return {
        "rule": rule["name"],
        "source": source,
        "target": destination,
        "digest": image.get("digest"),
        "target_digest": arrived,
        "state": state,
        "issue": issue,
        "lag": _lag(image, task),
        "sentence": f"{source} {_WORDS[state]} {destination}" + (f" ({issue})" if issue else ""),
    }


def _state(rule: Row, image: Row, task: Row, arrived: str | None, *, readable: bool) -> str:
    pushed, status = image.get("update_time") or 0, task.get("status")
    current = (task.get("create_time") or 0) >= pushed
    if arrived is not None and arrived == image.get("digest"):
        return "same"
    if status in ("pending", "synchronizing"):
        return "waiting"
    if status == "error" and current:
        return "failed"
    if arrived is not None:
        return "different"
    if not readable and status == "success" and current:
        return "carried"
    return "missing" if pushed >= (rule.get("create_time") or 0) and rule.get("trigger") != "manual" else "older"


def _lag(image: Row, task: Row) -> float | None:
    """Seconds from the push to the arrival, where a rule carried it; what is sent by hand says nothing of rules."""
    pushed, ended = image.get("update_time"), task.get("modified_time")
    carried = task.get("status") == "success" and task.get("trigger") == "automatic"
    if not (carried and pushed and ended and (task.get("create_time") or 0) >= pushed):
        return None
    return float(ended - pushed) / 1000


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_compare_images": compare_images}
