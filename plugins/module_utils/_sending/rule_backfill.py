# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide what to send of what one rule has not carried."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule, SyncRules
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import MAKE_RULE
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.backfill import Backfill
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import SEND, Transfer


class RuleBackfill(Backfill):
    """Decides what to send of one rule.

    Args:
        task: the task, which is about all rules.
        wanted: the rule as the inventory has it, with its target.
        present: the outbound rules of the instance by their names.
        destination: the destination's services, if they can be read.

    Attributes:
        aside: how many images are not at the destination and are left alone, since only what failed is sent.
    """

    where = " (backfill_images_select in the role)"

    def __init__(self, task: Task, wanted: Rule, present: Mapping[str, SyncRule], destination: Client | None) -> None:
        check(wanted)
        self.name = str(wanted["name"])
        self._wanted = wanted
        self._present = present
        self.aside = 0
        params = {
            **{name: value for name, value in task.params.items() if name not in ("rules", "retry")},
            "from_rule": self.name,
            "target_account_id": wanted.get("target_account_id"),
        }
        others = {"destination_auth": destination} if destination else {}
        super().__init__(replace(task, params=params, others=others))
        self._only_failed = task.params.get("retry") == "failed"

    @property
    def prepared(self) -> bool:
        # Check mode has not made what an earlier step of such a run makes.
        return not (self.task.check_mode and self.params["assume_rules"])

    def prepare(self) -> None:
        super().prepare()
        if self._only_failed:
            self.aside = sum(map(_is_aside, self.transfers))
            self.transfers = [transfer for transfer in self.transfers if not _is_aside(transfer)]

    def _rule(self, name: str) -> dict[str, Any]:
        found = self._present.get(name)
        rule: Rule | None = found.to_result() if found else None
        if rule is None and self.params["assume_rules"]:
            rule = self._assumed()
        if rule is None:
            raise AcrError(
                f"sync rule {name} is not on {self.options.instance_id}",
                MAKE_RULE,
            )
        there, wanted = rule.get("target_instance_id"), self._wanted.get("target_instance_id")
        # Images would go where the inventory does not say any more, such as after the destination was rebuilt.
        refuse(
            bool(wanted and there != wanted),
            f"sync rule {name} ends at {there} on {self.options.instance_id}, and at {wanted} in the inventory",
            "Run registryops.alicloud.configure_sync, which moves it, or correct the inventory.",
        )
        refuse(
            bool(rule.get("cross_account") and not self.params.get("target_account_id")),
            f"sync rule {name} ends in another account, and the service does not tell in which",
            "Set acr_account_id at the host that the rule names in to, or target_account_id in the rule.",
        )
        if found:
            self._compare(found)
        return dict(rule)

    def _compare(self, found: SyncRule) -> None:
        """Warn of a rule that is not as the inventory has it, since images are chosen by the rule as it is."""
        rules = self._wanted_rules()
        # What configure_sync refuses of the inventory's rule, it says itself.
        with suppress(AcrError):
            changes = found.changes(rules.present(rules.desired(), found))
            words = ", ".join(f"{name} is {now!r}, not {wanted!r}" for name, (now, wanted) in changes.items())
            if words:
                self.warnings.append(
                    f"sync rule {self.name} differs from the inventory ({words}), and images are chosen by the rule as"
                    " it is. Run registryops.alicloud.configure_sync before, or correct the inventory."
                )

    def _wanted_rules(self) -> SyncRules:
        return SyncRules(self.client, {**self.params, **self._wanted, "instance_id": self.options.instance_id})

    def _assumed(self) -> Rule:
        """Return the rule as it would be made."""
        rules = self._wanted_rules()
        return rules.present(rules.desired(), None).to_result()


def _is_aside(transfer: Transfer) -> bool:
    """Return whether an image would be sent although it has not failed before."""
    return transfer.action == SEND and not transfer.failed_before
