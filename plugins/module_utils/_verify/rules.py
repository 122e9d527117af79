# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare an instance's sync rules with the wanted ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.bulk_item import Item
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_check import PLAIN_FILTER, UNCLEAR
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.plan import VERBS
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import is_readable
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.names import check_rules
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_set import SyncRuleSet
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import (
    CONFIGURE,
    Unlisted,
    described,
    missing_rule,
    unlisted_rules,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Select

# How a rule stands, by what keeping it would do.
_STANDINGS = {
    "unchanged": "as wanted",
    "created": "missing",
    "changed": "different",
    "replaced": "different",
    "deleted": "unwanted",
    "failed": "refused",
}
AS_WANTED, UNLISTED, UNWANTED = "as wanted", "unlisted", "unwanted"


@dataclass(frozen=True)
class Standing:
    """A rule as it is, or as it should be.

    Attributes:
        name: what it is called.
        standing: one of the values of _STANDINGS, or UNLISTED.
        rule: the rule as acr_sync_rule_info returns it.
        why: what differs, or why the rule is refused.
        unlisted: its finding if the inventory does not list it.
        coming: the rule as a run would make it.
        beside: all rules of the instance.
    """

    name: str
    standing: str
    rule: Mapping[str, Any]
    why: str = ""
    unlisted: Unlisted | None = None
    coming: Mapping[str, Any] | None = None
    beside: Sequence[Mapping[str, Any]] = ()

    @property
    def moves(self) -> bool:
        """Return whether a run would point the rule at another instance."""
        there = self.coming or self.rule
        return bool(there.get("target_instance_id") != self.rule.get("target_instance_id"))

    @property
    def followed(self) -> bool:
        """Return whether the rule exists and is wanted, so that its images are compared."""
        return self.standing in ("as wanted", "different", "refused") and bool(self.rule.get("sync_rule_id"))

    def finding(self, preview: bool = False) -> Finding | None:
        """Return what is wrong with the rule; in a preview, what the run would mend is a warning."""
        subject = f"sync rule {self.name}"
        told = self._to_come() if preview else ""
        if told:
            return warning("to_verify", subject, f"{subject} {told}", "Run it without check mode.")
        if self.unlisted:
            return warning("unlisted_rule", subject, self.unlisted.problem, self.unlisted.remedy)
        if self.standing == "missing":
            return missing_rule(self.beside, self.rule)
        if self.standing == "different":
            problem = f"{subject} differs from the inventory ({self.why})"
            return error("different_rule", subject, problem, f"{CONFIGURE}, or correct the inventory.")
        if self.standing == "unwanted":
            problem = f"{subject} is there, although the inventory says state: absent; it covers {described(self.rule)}"
            return error("unwanted_rule", subject, problem, f"{CONFIGURE}, which deletes it.")
        if self.standing == "refused":
            return error("refused_rule", subject, self.why, "Correct the rule in the inventory.")
        if self.followed and not is_readable(self.rule):
            problem = f"{subject} {UNCLEAR}"
            return warning("unknown_scope", subject, problem, PLAIN_FILTER)
        return None

    def _to_come(self) -> str:
        """Return what a run would do before it verifies.

        It is empty if nothing.
        """
        rule = self.coming or self.rule
        carries = f"verifies then whether {described(rule)} arrived at {rule.get('target_instance_id')}"
        return {
            "missing": f"is not there yet; the run makes it, and {carries}",
            "different": f"differs from the inventory ({self.why}); the run replaces it, and {carries}",
            "unwanted": "is there, although the inventory says state: absent; the run deletes it",
        }.get(self.standing, "")


def standings(task: Task, select: Select) -> list[Standing]:
    """Return how each wanted, unwanted and unlisted rule stands.

    Raises:
        AcrError: a rule that is selected by name does not exist.
    """
    # Planned as configure_sync would plan it, so that both always agree on what differs.
    wanted = SyncRuleSet(Task(task.client, {**task.params, "purge": False}, check_mode=True))
    wanted.prepare()
    # Inbound ones too, since one of them tells why a rule is missing.
    found = [rule.to_result() for rule in wanted.resource.find()]
    kept = [_standing(item, found) for item in wanted.items]
    every = [*filter(None, kept), *_unlisted(found, task.params["rules"])]
    known = {standing.name for standing in every}
    option = "select.rules (verify_sync_select in the role)"
    check_rules(select.rules or (), known, ", neither in rules nor on the instance", option)
    return [standing for standing in every if select.concerns({**standing.rule, "name": standing.name})]


def _standing(item: Item[SyncRule], found: Sequence[Mapping[str, Any]]) -> Standing | None:
    planned = item.planned
    if item.error or planned is None:
        return Standing(item.name, "refused", {"name": item.name}, item.error.reason if item.error else "")
    rule = planned.before or planned.after
    if rule is None:
        return None  # it should be gone, and it is
    differences = [f"{name} is {now!r}, not {wanted!r}" for name, (now, wanted) in planned.changes.items()]
    differences += [f"there is {other.name} ({other.sync_rule_id}) beside it" for other in planned.surplus]
    why = ", ".join(differences)
    coming = planned.after.to_result() if planned.after else None
    return Standing(item.name, _STANDINGS[VERBS[planned.action]], rule.to_result(), why, coming=coming, beside=found)


def _unlisted(found: list[dict[str, Any]], listed: list[Mapping[str, Any]]) -> Iterator[Standing]:
    for unlisted in unlisted_rules(found, listed):
        yield Standing(str(unlisted.rule["name"]), UNLISTED, unlisted.rule, unlisted=unlisted)
