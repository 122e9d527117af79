# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep all outbound sync rules of one instance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.bulk import Bulk
from ansible_collections.registryops.alicloud.plugins.module_utils._core.bulk_item import Item
from ansible_collections.registryops.alicloud.plugins.module_utils._core.plan import CREATE, REPLACE
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.readiness import Readiness
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.refusals import Refusals, target_of
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.rule_replacement import SendLate
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.stand_in import stand_in_names
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule, SyncRules
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import unlisted_rules


class SyncRuleSet(Bulk[SyncRule]):
    """Keep the rules that a task lists.

    Args:
        task: with the rules.
        send_late: sends what was pushed while no rule was in force.
        readiness: looks into destinations before rules to them are made; None if the rules are only compared.
    """

    option = "rules"

    def __init__(self, task: Task, send_late: SendLate | None = None, readiness: Readiness | None = None) -> None:
        self._refusals = Refusals()
        super().__init__(task, SyncRules(task.client, task.params, send_late, self._refusals))
        self._readiness = readiness

    def prepare(self) -> None:
        super().prepare()
        if self._readiness is None:
            return
        # A rule that is there already does what it can; verification and audit tell what it lacks.
        made = [(item, new) for item in self.items if (new := item.goal_of(CREATE, REPLACE))]
        for (item, new), obstacle in zip(made, self._readiness.obstacles([new for _item, new in made]), strict=True):
            if obstacle:
                obstacle.attempted = f"{item.planned.action if item.planned else CREATE} {self.resource.name(new)}"
                item.error = obstacle

    def waves(self, items: list[Item[SyncRule]]) -> Iterator[list[Item[SyncRule]]]:
        """Yield the first new rule of each target, then the others that are not refused for the same reason."""
        first: dict[Any, Item[SyncRule]] = {}
        for item in items:
            new = item.goal_of(CREATE)
            if new:
                first.setdefault(target_of(new), item)
        yield [*first.values()]
        names = {item.name for item in first.values()}
        yield [item for item in items if item.name not in names and not self._is_refused(item)]

    def _is_refused(self, item: Item[SyncRule]) -> bool:
        """Return whether a new rule would be refused as one before it; its error says so."""
        new = item.goal_of(CREATE)
        refusal = self._refusals.of(new) if new else None
        if new and refusal:
            refusal.attempted = f"create {self.resource.name(new)}"
            item.error = refusal
        return refusal is not None

    def aliases(self, name: str) -> list[str]:
        return [name, *stand_in_names(name)]

    def remarks(self) -> dict[str, Any]:
        """Return the unlisted rules, unless they are being purged."""
        if self.params["purge"]:
            return {"unlisted": []}
        # A stand-in belongs to the rule that it stands in for.
        own = set(chain.from_iterable(self.aliases(item.name) for item in self.items))
        others = [rule.to_result() for rule in self.found if rule.name not in own]
        unlisted = unlisted_rules(others, self.params["rules"])
        return {
            "unlisted": [
                {"name": rule.rule["name"], "renamed_to": rule.renamed_to, "sentence": f"{rule.problem}. {rule.remedy}"}
                for rule in unlisted
            ]
        }
