# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep sync rules, which the API can create, list and delete, but not change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import (
    check_rule_name,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.plan import REPLACE, Plan
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Resource, refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.refusals import Refusals
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.rule_calls import RuleCalls
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.rule_checks import (
    check_options,
    check_rule,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.rule_replacement import (
    Replacement,
    SendLate,
    same_route,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.stand_in import (
    forgets_filter,
    is_placeholder,
    stand_in_names,
    stood_for,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import (
    DIRECTIONS,
    RULE_OPTIONS,
    SyncRule,
    follow,
    is_stand_in,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wide_filters import wide_filters

__all__ = ["DIRECTIONS", "RULE_OPTIONS", "SyncRule", "SyncRules"]


class SyncRules(Resource[SyncRule]):
    """The outbound rules of one instance; inbound rules belong to other instances, and are never changed.

    Args:
        client: the account's services.
        params: the task's options.
        send_late: sends what was pushed while no rule was in force. It is handed in, since sending is above this room.
        refusals: what was refused already, for all rules of a task. So a grant is waited for once.
    """

    kind = "sync rule"
    state_type = SyncRule
    replaceable = True

    def __init__(
        self,
        client: Client,
        params: Mapping[str, Any],
        send_late: SendLate | None = None,
        refusals: Refusals | None = None,
    ) -> None:
        super().__init__(client, params)
        self._send_late = send_late
        self._calls = RuleCalls(client, params, Refusals() if refusals is None else refusals)
        self._found: list[SyncRule] = []

    def sibling(self, params: Mapping[str, Any]) -> SyncRules:
        return SyncRules(self.client, params, self._send_late, self._calls.refusals)

    def desired(self) -> SyncRule:
        check_rule_name(self.params["name"])
        rule = super().desired()
        owner = self.params.get("target_account_id")
        if owner is not None and owner == self.params.get("account_id"):
            # It is not documented whether the service takes the UID of its own account, so none is sent.
            return replace(rule, target_account_id=None, cross_account=False)
        return replace(rule, cross_account=True if owner else None)

    def name(self, state: SyncRule) -> str:
        return f"sync rule {state.name} on {state.instance_id}"

    def find(self) -> Iterator[SyncRule]:
        wanted, direction = self.params.get("name"), self.params.get("direction")
        for rule in self._calls.rules():
            if wanted in (None, rule.name) and direction in (None, rule.direction):
                yield rule

    def everything(self) -> list[SyncRule]:
        return self._calls.outbound()

    def read(self, desired: SyncRule) -> SyncRule | None:
        return self.pick(desired, self.everything())

    def pick(self, desired: SyncRule, found: Iterable[SyncRule]) -> SyncRule | None:
        """Return the rule of the name, or the stand-in that a run has left which was cut short.

        It is not documented whether names are unique. Of several rules, one that is as wanted is kept, since that saves
        a replacement.
        """
        self._found = list(found)
        named = [rule for rule in self._found if rule.name == desired.name]
        same = [rule for rule in named if not rule.changes(follow(desired, rule))]
        stand_ins: list[SyncRule] = []
        for name in stand_in_names(str(desired.name)):
            stand_ins += [rule for rule in self._found if rule.name == name]
        return next(iter([*same, *named, *stand_ins]), None)

    def surplus(self, current: SyncRule, goal: SyncRule | None) -> tuple[SyncRule, ...]:
        """Return the duplicates and stand-ins of both rules."""
        own = {str(rule.name) for rule in (current, goal) if rule}
        names = own.union(*map(stand_in_names, own))
        return tuple(rule for rule in self._found if rule.name in names and rule.sync_rule_id != current.sync_rule_id)

    def is_temporary(self, state: SyncRule) -> bool:
        return is_stand_in(state.name)

    def succeeds(self, goal: SyncRule, current: SyncRule) -> bool:
        return same_route(goal, current)

    def present(self, desired: SyncRule, current: SyncRule | None) -> SyncRule:
        original = stood_for(current, str(desired.name)) if current else None
        scope = desired.scope or (original.scope if original else None) or "namespace"
        check_options(desired, scope)
        rule = follow(desired, original) if original else desired.with_defaults().scoped()
        check_rule(rule, scope, self.params.get("region"))
        if current:
            self._check_known(desired, current, rule)
        return rule

    def warnings(self, desired: SyncRule) -> list[str]:
        return [f"{wide.problem}. {wide.remedy}" for wide in wide_filters(desired.to_result())]

    def check_replacement(self, current: SyncRule, goal: SyncRule) -> None:
        refuse(
            bool(current.cross_account and not goal.target_account_id and goal.cross_account is not False),
            f"sync rule {current.name} ends in another account, and the service does not tell in which",
            "Say target_account_id, since the rule has to be made anew.",
        )

    def create(self, goal: SyncRule) -> Extras:
        self._calls.post(goal)
        return {}

    def update(self, current: SyncRule, goal: SyncRule) -> Extras:
        replacement = self._replacement(current, goal)
        sent = replacement.tidy()
        return {"caught_up": sent} if replacement.held and self._catches_up(goal) else {}

    def replace(self, current: SyncRule, goal: SyncRule) -> Extras:
        sent = self._replacement(current, goal).run()
        return {"caught_up": sent} if self._catches_up(goal) else {}

    def delete(self, current: SyncRule) -> Extras:
        self._calls.delete(current, *self.surplus(current, None))
        return {}

    def describe(self, plan: Plan[SyncRule]) -> list[str]:
        lines = super().describe(plan) if plan.changes or plan.before is None or plan.after is None else []
        if plan.action == REPLACE and self.params.get("catch_up"):
            lines = [f"{line}; pushes meanwhile are carried or synced afterwards" for line in lines]
        return [*lines, *map(self._described, plan.surplus)]

    def _described(self, rule: SyncRule) -> str:
        why = "it stood in for another rule" if is_stand_in(rule.name) else "a second rule of this name"
        return f"{self.name(rule)}: deleted, {why} ({rule.sync_rule_id})"

    def _check_known(self, desired: SyncRule, current: SyncRule, rule: SyncRule) -> None:
        """Refuse to finish an earlier replacement without its options."""
        refuse(
            forgets_filter(current) and desired.namespace_filter is None,
            f"a run was cut short while it replaced sync rule {desired.name}, and its namespace_filter is lost",
            "Say namespace_filter.",
        )
        if self._catches_up(rule) and any(map(is_placeholder, self.surplus(current, rule))):
            self.check_replacement(current, rule)

    def _catches_up(self, goal: SyncRule) -> bool:
        return bool(self.params.get("catch_up")) and goal.trigger != "manual"

    def _replacement(self, current: SyncRule, goal: SyncRule) -> Replacement:
        send_late = self._send_late if self._catches_up(goal) else None
        return Replacement(self._calls, current, goal, self.surplus(current, goal), send_late)


def outbound_rules(client: Client, instance_id: str) -> list[SyncRule]:
    """Return the rules by which an instance sends.

    Raises:
        AcrError: they cannot be listed.
    """
    with attempt(f"list the sync rules of {instance_id}"):
        return list(SyncRules(client, {"instance_id": instance_id, "direction": "outbound"}).find())
