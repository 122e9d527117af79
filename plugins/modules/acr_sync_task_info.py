#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_sync_task_info
version_added: 0.1.0
short_description: List the sync records of an instance
description:
  - Reads the sync tasks of a Container Registry Enterprise Edition instance, which the console calls Sync Records, the
    newest first.
options:
  instance_id:
    description:
      - ID of the instance, which begins with C(cri-).
    type: str
    required: true
  namespace:
    description:
      - Namespace of the source image. If unset, the tasks of all namespaces are returned.
    type: str
  repository:
    description:
      - Repository of the source image, without the namespace. If unset, the tasks of all repositories are returned.
    type: str
  tag:
    description:
      - Tag of the source image. If unset, the tasks of all tags are returned.
    type: str
  status:
    description:
      - Statuses to return. If unset, all.
    type: list
    elements: str
    choices: [pending, synchronizing, success, error, canceled]
  rule:
    description:
      - Name or ID of the rule that started the tasks. If unset, all tasks are returned, also those that no rule
        started.
    type: str
  since:
    description:
      - Return only tasks that were created since this time, such as V(2026-01-31T12:00:00Z), epoch seconds, or an age
        such as V(90m), V(24h) or V(7d). If unset, all tasks are returned.
    type: str
  sync_record_id:
    description:
      - ID that the tasks of one push share. If unset, the tasks of all pushes are returned.
    type: str
  target_instance_id:
    description:
      - ID of the target instance. If unset, the tasks of all target instances are returned.
    type: str
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_image_sync
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: List what failed in the last day
  registryops.alicloud.acr_sync_task_info:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    status: [error]
    since: 24h
"""

RETURN = r"""
sync_tasks:
  description: The tasks, the newest first; an empty list if none fits.
  type: list
  elements: dict
  returned: success
  contains:
    sync_task_id:
      description: ID of the task.
      type: str
      returned: always
      sample: rst-abcdefgh12345678
    status:
      description: Status of the task, one of the choices of O(status).
      type: str
      returned: always
      sample: success
    issue:
      description: Why it failed, in the service's words.
      type: str
      returned: when it failed
    trigger:
      description: V(automatic) by a push, or V(manual).
      type: str
      returned: always
    sync_rule_id:
      description: ID of the rule that started it.
      type: str
      returned: when a rule did
    sync_record_id:
      description: ID that the tasks of one push share.
      type: str
      returned: always
    cross_account:
      description: Whether the image goes to another account.
      type: bool
      returned: always
    priority:
      description: Priority of the task.
      type: int
      returned: always
    namespace:
      description: Namespace of the source image.
      type: str
      returned: always
    repository:
      description: Repository of the source image.
      type: str
      returned: always
    tag:
      description: Tag of the source image.
      type: str
      returned: always
    source_instance_id:
      description: ID of the instance that the image comes from.
      type: str
      returned: always
    target_region:
      description: Region that the image goes to.
      type: str
      returned: always
    target_instance_id:
      description: ID of the instance that the image goes to.
      type: str
      returned: always
    target_namespace:
      description: Namespace at the target.
      type: str
      returned: always
    target_repository:
      description: Repository at the target.
      type: str
      returned: always
    target_tag:
      description: Tag at the target.
      type: str
      returned: always
    create_time:
      description: When it was created, in epoch milliseconds.
      type: int
      returned: when it exists
    create_time_iso:
      description: The same time in ISO 8601 format.
      type: str
      returned: when it exists
    modified_time:
      description: When it was last changed, in epoch milliseconds.
      type: int
      returned: when it exists
    modified_time_iso:
      description: The same time in ISO 8601 format.
      type: str
      returned: when it exists
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, inform
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import STATUSES, SyncTasks

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "namespace": {"type": "str"},
        "repository": {"type": "str"},
        "tag": {"type": "str"},
        "status": {"type": "list", "elements": "str", "choices": list(STATUSES)},
        # A name, or the ID of a rule that is gone by now.
        "rule": {"type": "str"},
        "since": {"type": "str"},
        "sync_record_id": {"type": "str"},
        "target_instance_id": {"type": "str"},
    },
    work=inform(SyncTasks, "sync_tasks"),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
