# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List, create and delete an instance's sync rules, and find out what became of each call."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import ask_for_grant
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    ApiError,
    NoPermissionError,
    NotFoundError,
    attempt,
    preferring,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.refusals import Refusals
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import (
    SUFFIX,
    SyncRule,
)

# Seconds between attempts. The service sees a new grant within a few seconds.
_GRANT_INTERVAL = 2.0


class RuleCalls:
    """The calls about one instance's rules.

    Args:
        client: the account's services.
        params: the task's options.
        refusals: what was refused already, for all rules of a task. So a grant is waited for once.
    """

    def __init__(self, client: Client, params: Mapping[str, Any], refusals: Refusals) -> None:
        self.client = client
        self.params = params
        self.refusals = refusals
        # What was listed, until something is written.
        self._listed: list[SyncRule] | None = None

    def rules(self) -> list[SyncRule]:
        """Return the rules of both directions."""
        if self._listed is None:
            named = {"InstanceId": self.params["instance_id"]}
            with attempt(f"list the sync rules of {self.params['instance_id']}"):
                found = self.client.pages("cr", "ListRepoSyncRule", named, "SyncRules")
                # A new rule moves others to later pages, so that one may come twice.
                rules = {rule["SyncRuleId"]: SyncRule.from_api(rule) for rule in found}
                self._listed = list(rules.values())
        return self._listed

    def outbound(self) -> list[SyncRule]:
        """Return the instance's own rules; inbound rules belong to other instances, and are never changed."""
        return [rule for rule in self.rules() if rule.direction != "inbound"]

    def post(self, rule: SyncRule) -> SyncRule:
        """Create a rule, and return it with its ID; wait for a grant that the service does not see yet."""
        waited, failures = 0.0, 0
        with ExitStack() as waiting:
            while True:
                self._listed = None
                try:
                    answer = self.client.call("cr", "CreateRepoSyncRule", rule.to_api())
                    return self._identified(rule, answer.get("SyncRuleId"))
                except ApiError as error:
                    if error.uncertain:
                        failures += 1
                        with preferring(error, "whether it was made all the same"):
                            found = self.find(rule)
                        if found:
                            return found
                        # Three attempts, after one and two seconds: an outage that lasts longer is told.
                        if failures < 3:
                            self.client.sleep(float(failures))
                            continue
                    try:
                        left = self._time_for_grant(error, rule, waited)
                    except ApiError as refusal:
                        self.refusals.note(rule, refusal)
                        raise
                    if not waited:
                        words = partial(self._waiting, rule, self.client.clock() + left)
                        waiting.enter_context(activity.doing(words))
                    self.client.sleep(_GRANT_INTERVAL)
                    waited += _GRANT_INTERVAL

    def _time_for_grant(self, error: ApiError, rule: SyncRule, waited: float) -> float:
        """Return the seconds left to wait for a grant.

        Raises:
            ApiError: waiting does not help, or its time is over.
        """
        refused = isinstance(error, NoPermissionError) and not _is_callers(error)
        if not rule.target_account_id or error.uncertain:
            raise error
        left = float(self.params.get("grant_timeout") or 0) - waited
        if not refused or left <= 0 or self.refusals.of(rule):
            raise self._unpermitted(error, rule, certain=refused) from error
        return left

    def _waiting(self, rule: SyncRule, ends: float) -> str:
        left = max(ends - self.client.clock(), 1)
        # A stand-in is nothing that people have written.
        name = str(rule.name).removesuffix(SUFFIX)
        return (
            f"waiting for account {rule.target_account_id} to grant access to {rule.target_instance_id}, without which"
            f" sync rule {name} is refused; {left:.0f} s more at most"
        )

    def find(self, rule: SyncRule) -> SyncRule | None:
        """Return the listed rule of the same name and content."""
        return next((found for found in self.outbound() if found.name == rule.name and not found.changes(rule)), None)

    def delete(self, *rules: SyncRule) -> None:
        for rule in rules:
            self._delete(rule)

    def _delete(self, rule: SyncRule) -> None:
        named = {"InstanceId": rule.instance_id, "SyncRuleId": rule.sync_rule_id}
        self._listed = None
        try:
            self.client.call("cr", "DeleteRepoSyncRule", named)
        except NotFoundError:
            return
        except ApiError as error:
            # The code for a rule that is gone already is not documented.
            with preferring(error, "whether it is gone all the same"):
                there = any(found.sync_rule_id == rule.sync_rule_id for found in self.rules())
            if there:
                raise

    def _identified(self, rule: SyncRule, identity: Any) -> SyncRule:
        if identity:
            return replace(rule, sync_rule_id=str(identity))
        return self.find(rule) or rule

    def _unpermitted(self, error: ApiError, rule: SyncRule, *, certain: bool) -> ApiError:
        """Return the error with the most likely reason; as it is, if the caller lacks a right."""
        if isinstance(error, NoPermissionError) and not certain:
            return error
        caller = self._caller()
        who = f"account {caller}" if caller else "the account of these credentials"
        team = f"the team of account {rule.target_account_id}"
        ask = ask_for_grant(caller, rule.target_instance_id, rule.target_region, team)
        if certain:
            error.reason = f"account {rule.target_account_id} has not granted {who}"
            error.hint = (
                f"If account {rule.target_account_id} has granted access already, give the user of these credentials"
                f" the right cr:CreateSyncRule on acs:cr:*:{caller or '*'}:repository/{rule.instance_id}. Otherwise"
                f" {ask[0].lower()}{ask[1:]}."
            )
        elif not error.hint and not is_duplicate(error):
            error.hint = f"If account {rule.target_account_id} has not granted {who}: {ask[0].lower()}{ask[1:]}."
        return error

    def _caller(self) -> str:
        """Return the caller's account; empty if it is not known, since that must not hide another error."""
        try:
            return str(self.client.caller().get("AccountId") or "")
        except AcrError:
            return str(self.params.get("account_id") or "")


def is_duplicate(error: ApiError) -> bool:
    """Return whether a refusal seems to say that the rule exists; its code is not documented."""
    words = error.code.lower()
    return not isinstance(error, NotFoundError) and any(word in words for word in ("exist", "duplicat", "conflict"))


def _is_callers(error: ApiError) -> bool:
    """Return whether a refusal is about the caller's policies."""
    return bool(error.denied.get("AuthAction"))
