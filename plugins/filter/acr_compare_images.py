# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_compare_images
short_description: Compare both ends of sync rules by digest
version_added: 0.1.0
description:
  - For every image at the source that a rule covers, tells whether the rule's target has it. For every image at the
    target that a rule would have put there, tells whether the source has it.
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
    - One entry for each rule and each image that it covers, with C(rule), C(source) and its C(namespace),
      C(repository), C(tag), C(size) and C(digest), C(target) and its C(target_instance_id) and C(target_digest),
      C(state), C(reason) (in words), C(issue) (the service's), C(pushed) and C(arrived) (epoch milliseconds), C(lag)
      and a C(sentence) that says it all.
    - C(lag) is the time in seconds from the newest push to its arrival, by the service's own times; null where a rule
      has not carried it, or not yet.
    - C(state) is V(same), V(carried) (by the records, where the destination could not be looked into), V(waiting) (a
      task is in flight), V(failed) (the newest task failed), V(missing), V(different) (the destination's tag points to
      another image), V(older) (pushed before the rule was made, so never carried) or V(extra) (at the destination
      alone; C(source) is where it would have come from, and its digest is null).
  type: list
  elements: dict
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import covers

Row = Mapping[str, Any]

_WORDS = {
    "same": "is the same at",
    "carried": "was carried to",
    "waiting": "is on its way to",
    "failed": "failed on its way to",
    "missing": "is missing at",
    "different": "is another image at",
    "older": "is older than the rule and not at",
    "extra": "is not there, but is at",
}


def compare_images(
    source: Sequence[Row], destinations: Mapping[str, Sequence[Row]], *, rules: Sequence[Row], tasks: Sequence[Row]
) -> list[dict[str, Any]]:
    """The state of each image of each rule; see DOCUMENTATION."""
    there = {
        (instance_id, one["namespace"], one["repository"], one["tag"]): one
        for instance_id, images in destinations.items()
        for one in images
    }
    newest = {_route(task): task for task in sorted(tasks, key=lambda one: one.get("create_time") or 0)}
    rows = [
        _compared(rule, image, there, newest, readable=rule["target_instance_id"] in destinations)
        for rule in rules
        for image in source
        if covers(rule, image)
    ]
    reached = {row["target"] for row in rows}
    return rows + [row for row in _extra(rules, there.items()) if row["target"] not in reached]


def _extra(rules: Sequence[Row], there: Iterable[tuple[tuple[str, ...], Row]]) -> Iterator[dict[str, Any]]:
    """Each image that is where a rule puts images, for the first such rule, as if it were at the destination alone."""
    for (instance_id, namespace, repository, tag), image in there:
        for rule in rules:
            came_from = {
                "namespace": rule["namespace"] if rule.get("target_namespace") == namespace else namespace,
                "repository": rule["repository"] if rule.get("target_repository") == repository else repository,
                "tag": tag,
            }
            target = _target(rule, came_from)
            if target == (instance_id, namespace, repository, tag) and covers(rule, came_from):
                arrived = {"digest": None, "size": image.get("size"), "target_digest": image.get("digest")}
                yield _row(rule, came_from, target, "extra", "the source has no such image") | arrived
                break


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
    target = _target(rule, image)
    task = newest.get((image["namespace"], image["repository"], image["tag"], *target), {})
    arrived = there.get(target, {}).get("digest")
    state = _state(rule, image, task, arrived, readable=readable)
    row = _row(rule, image, target, state, _reason(state, rule, image, task))
    done = task.get("status") == "success" and _is_current(task, image)
    return row | {
        "target_digest": arrived,
        "issue": task.get("issue") if state == "failed" else None,
        "arrived": task.get("modified_time") if done else None,
        "lag": _lag(image, task) if done else None,
    }


def _target(rule: Row, image: Row) -> tuple[str, str, str, str]:
    return (
        rule["target_instance_id"],
        rule.get("target_namespace") or image["namespace"],
        rule.get("target_repository") or image["repository"],
        image["tag"],
    )


def _row(rule: Row, image: Row, target: tuple[str, ...], state: str, reason: str) -> dict[str, Any]:
    source, destination = "{namespace}/{repository}:{tag}".format(**image), "{}/{}/{}:{}".format(*target)
    return {
        "rule": rule["name"],
        "source": source,
        **{name: image.get(name) for name in ("namespace", "repository", "tag", "size", "digest")},
        "target": destination,
        "target_instance_id": target[0],
        "target_digest": None,
        "state": state,
        "reason": reason,
        "issue": None,
        "pushed": image.get("update_time"),
        "arrived": None,
        "lag": None,
        "sentence": f"{source} {_WORDS[state]} {destination}" + (f" ({reason})" if reason else ""),
    }


def _is_current(task: Row, image: Row) -> bool:
    """Whether a task was for the newest push, rather than for an earlier one of the same tag."""
    return bool(task) and (task.get("create_time") or 0) >= (image.get("update_time") or 0)


def _reason(state: str, rule: Row, image: Row, task: Row) -> str:
    """Why an image is in such a state, as far as the records tell."""
    if state == "failed":
        return task.get("issue") or "the service says no reason"
    if state == "older":
        return "the rule is manual" if rule.get("trigger") == "manual" else "pushed before the rule was made"
    if state not in ("missing", "different"):
        return ""
    if not (_is_current(task, image) and task.get("status") == "success"):
        return "no record of a task for the newest push"
    if state == "missing":
        return "had arrived, so it was deleted there since"
    return "had arrived, or was skipped; the tag is another image now"


def _state(rule: Row, image: Row, task: Row, arrived: str | None, *, readable: bool) -> str:
    pushed, status = image.get("update_time") or 0, task.get("status")
    current = _is_current(task, image)
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
    if not (task.get("trigger") == "automatic" and pushed and ended):
        return None
    return float(ended - pushed) / 1000


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_compare_images": compare_images}
