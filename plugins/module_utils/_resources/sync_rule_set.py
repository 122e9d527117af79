# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All outbound sync rules of one instance, kept at once."""

from __future__ import annotations

from ansible_collections.registryops.alicloud.plugins.module_utils._core.bulk import Bulk
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.rule_replacement import SendLate
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.stand_in import stand_in_name
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule, SyncRules


class SyncRuleSet(Bulk[SyncRule]):
    option = "rules"

    def __init__(self, task: Task, send_late: SendLate | None = None) -> None:
        super().__init__(task, SyncRules(task.client, task.params, send_late))

    def aliases(self, name: str) -> list[str]:
        return [name, stand_in_name(name)]
