# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell Event-Driven Ansible of each sync task that ends."""

from __future__ import annotations

DOCUMENTATION = r"""
short_description: Make an event of each sync task that ends
version_added: 1.0.0
description:
  - Reads the sync records of an instance at intervals, and makes an event of each task that succeeded, failed or was
    canceled.
  - An event has C(instance_id), C(region) and C(sync_task). The task is as M(registryops.alicloud.acr_sync_task_info)
    returns it.
  - With O(cursor_file), a restart continues where the last run ended. No event comes twice and none is left out, in
    whatever order the service lists the records. There is one exception. If a process is killed after an event and
    before its line in the file, the event comes again, with the same task ID.
  - Without it, and at the very first start, tasks that ended before are no events, unless O(since) is set.
  - A problem that may pass, such as an outage, is logged, and the next look reports what happened in the meantime.
    Wrong keys and missing rights end the source. The caller needs C(cr:GetRepositorySync).
options:
  instance_id:
    description: ID of the source instance, which begins with C(cri-).
    type: str
    required: true
  namespace:
    description: Namespace of the source images. If unset, all namespaces.
    type: str
  repository:
    description: Repository of the source images, without the namespace. If unset, all repositories.
    type: str
  status:
    description: Statuses to make events of.
    type: list
    elements: str
    choices: [success, error, canceled]
    default: [success, error, canceled]
  since:
    description:
      - Also make events of tasks that were created since this time, if the O(cursor_file) does not exist yet. A time
        such as V(2026-01-31T12:00:00Z), epoch seconds, or an age such as V(90m), V(24h) or V(7d).
    type: str
  interval:
    description: Seconds between two looks.
    type: float
    default: 30
  cursor_file:
    description:
      - File that remembers which events were sent. Each source needs its own file. If unset, each start begins anew.
    type: path
extends_documentation_fragment:
  - registryops.alicloud.connection.plugin
"""

EXAMPLES = r"""
- name: Watch what is replicated
  hosts: all
  sources:
    - registryops.alicloud.acr_sync_tasks:
        profile: account-a
        region: cn-hangzhou
        instance_id: cri-sourcesource0001
        status: [error]
        cursor_file: /var/lib/acr/sync_tasks.jsonl
  rules:
    - name: Show what failed
      condition: event.sync_task.status == "error"
      action:
        debug:
          msg: "{{ event.sync_task.issue }}"
"""

import sys
from pathlib import Path
from typing import Any

try:
    from ansible_collections.registryops.alicloud.plugins.plugin_utils._events.source import tell_ends
except ImportError:
    # ansible-rulebook does not look for collections. Ansible's own finder would keep it from reading its other plugins.
    COLLECTIONS = Path(__file__).parents[6]
    sys.path.append(str(COLLECTIONS.parent))
    import ansible_collections

    # Where the package ansible is installed, it has a folder of that name to itself.
    ansible_collections.__path__ = [*ansible_collections.__path__, str(COLLECTIONS)]
    from ansible_collections.registryops.alicloud.plugins.plugin_utils._events.source import tell_ends


async def main(queue: Any, args: dict[str, Any]) -> None:
    """Put events into the queue until the rulebook ends."""
    await tell_ends(queue, args)
