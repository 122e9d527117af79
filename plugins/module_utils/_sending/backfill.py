# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send existing images that are selected, or that an earlier run did not send."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRules
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wide_filters import wide_filter
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.collisions import check_collisions
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.earlier import retried
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.image_sync import ImageSync
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Selection, Shard
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.selector import Selector
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.shard import of_shard


class Backfill(ImageSync):
    """Send images that a list, `select`, a rule or an earlier run's result names.

    `where` is how the role calls the option select, in brackets.
    """

    where = ""

    def __init__(self, task: Task) -> None:
        params = task.params
        super().__init__(replace(task, params=retried(params)) if params.get("retry") else task)
        self.shard = Shard.from_params(params)
        self.selection = Selection.from_params(params.get("select") or {})
        self.rule_name: str | None = params.get("from_rule")
        # Refusals of names that the rule does not reach, if it reaches nothing else.
        self.unknown: list[AcrError] = []
        self.selects = self.rule_name is not None or params.get("select") is not None

    def find_images(self) -> None:
        if not self.selects:
            super().find_images()
            return
        rule = self._rule(self.rule_name) if self.rule_name else {}
        if rule:
            self.destination = self.destination.of_rule(rule)
        instance_id, attached = self.options.instance_id, self.options.attached
        selector = Selector(
            self.client, instance_id, self.destination, self.selection, rule, attached=attached, where=self.where
        )
        transfers = selector.transfers()
        if not transfers and not rule:
            self.warnings.append(f"No image of {instance_id} is selected. Correct the filters of select.")
        self.warnings += selector.warnings
        self.unknown = [] if transfers else selector.unknown
        for name, pattern in self.selection.filters.items():
            wide = wide_filter(pattern)
            if wide:
                self.warnings.append(f"{name} {pattern!r} {wide.problem}. {wide.remedy}")
        check_collisions(transfers)  # before the shares are taken, since two jobs may collide
        self.transfers = of_shard(transfers, self.shard)
        self.decide(self.transfers)

    def _rule(self, name: str) -> dict[str, Any]:
        """Return the rule as results show it."""
        instance_id = self.options.instance_id
        with attempt(f"find sync rule {name} on {instance_id}"):
            selected = {"instance_id": instance_id, "name": name, "direction": "outbound"}
            rule = next(SyncRules(self.client, selected).find(), None)
        if rule is None:
            raise AcrError(f"{instance_id} has no outbound sync rule {name!r}", "Correct from_rule.")
        refuse(
            bool(rule.cross_account and not self.params.get("target_account_id")),
            f"sync rule {name} ends in another account, and the service does not tell in which",
            "Say target_account_id.",
        )
        return rule.to_result()
