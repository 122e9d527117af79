# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sync rules: what an instance replicates where. The API can create, list and delete them, not change them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access.command import ask_for_grant
from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check_rule_name
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    ApiError,
    NoPermissionError,
    NotFoundError,
    attempt,
    preferring,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import (
    REPLACE,
    Extras,
    Plan,
    Resource,
    refuse,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.catch_up import catch_up

SCOPES = {"namespace": "NAMESPACE", "repository": "REPO", "instance": "INSTANCE"}
DIRECTIONS = {"outbound": "FROM", "inbound": "TO"}
TRIGGERS = {"automatic": "PASSIVE", "manual": "INITIATIVE"}

_CLOCK_MARGIN = 2000  # milliseconds

# The options of one rule.
RULE_OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "scope": {"type": "str", "choices": list(SCOPES)},
    "namespace": {"type": "str"},
    "repository": {"type": "str"},
    "namespace_filter": {"type": "str"},
    "repository_filter": {"type": "str"},
    "tag_filter": {"type": "str"},
    "trigger": {"type": "str", "choices": list(TRIGGERS)},
    "priority": {"type": "int"},
    "link_id": {"type": "str"},
    "to": {"type": "str"},
    "target_account_id": {"type": "str"},
    "target_region": {"type": "str"},
    "target_instance_id": {"type": "str"},
    "target_namespace": {"type": "str"},
    "target_repository": {"type": "str"},
    "catch_up": {"type": "bool", "default": True},
    "grant_timeout": {"type": "int", "default": 20},
}

# Which of the options that say what is replicated each scope has.
_SCOPED = {
    "instance": ("namespace_filter", "repository_filter"),
    "namespace": ("namespace", "target_namespace", "repository_filter"),
    "repository": ("namespace", "target_namespace", "repository", "target_repository"),
}
_ROUTE = (
    *("scope", "namespace", "repository", "namespace_filter"),
    *("target_region", "target_instance_id", "target_namespace", "target_repository"),
)
_ALL_SCOPED = sorted({name for names in _SCOPED.values() for name in names})


@dataclass(frozen=True)
class SyncRule(State):
    """One outbound rule; Local* in answers is always the instance that was asked."""

    name: str | None = attribute("SyncRuleName", fixed=True)
    instance_id: str | None = attribute("InstanceId", read_as="LocalInstanceId", fixed=True)
    scope: str | None = attribute("SyncScope", values=SCOPES, default="namespace", fixed=True)
    namespace: str | None = attribute("NamespaceName", read_as="LocalNamespaceName", fixed=True)
    repository: str | None = attribute("RepoName", read_as="LocalRepoName", fixed=True)
    namespace_filter: str | None = attribute("NamespaceNameFilter", fixed=True)
    repository_filter: str | None = attribute("RepoNameFilter", fixed=True)
    tag_filter: str | None = attribute("TagFilter", default=".*", fixed=True)
    trigger: str | None = attribute("SyncTrigger", values=TRIGGERS, default="automatic", fixed=True)
    priority: int | None = attribute("Priority", fixed=True)
    link_id: str | None = attribute("LinkId", fixed=True)
    target_region: str | None = attribute("TargetRegionId", fixed=True)
    target_instance_id: str | None = attribute("TargetInstanceId", fixed=True)
    target_namespace: str | None = attribute("TargetNamespaceName", fixed=True)
    target_repository: str | None = attribute("TargetRepoName", fixed=True)
    target_account_id: str | None = attribute("TargetUserId", write_only=True)
    cross_account: bool | None = attribute("CrossUser", fixed=True)
    sync_rule_id: str | None = attribute("SyncRuleId", read_only=True)
    direction: str | None = attribute("SyncDirection", values=DIRECTIONS, read_only=True)
    create_time: int | None = attribute("CreateTime", read_only=True)
    modified_time: int | None = attribute("ModifiedTime", read_only=True)

    def to_api(self) -> dict[str, Any]:
        request = super().to_api()
        # Said by naming the other account's UID, never by itself.
        request.pop("CrossUser", None)
        return request

    def scoped(self) -> SyncRule:
        """Itself without what its scope has no use for, and with the target named like the source unless said."""
        has = _SCOPED[str(self.scope)]
        rule = replace(self, **{name: None for name in _ALL_SCOPED if name not in has})
        if "target_namespace" in has:
            rule = replace(rule, target_namespace=rule.target_namespace or rule.namespace)
        if "target_repository" in has:
            rule = replace(rule, target_repository=rule.target_repository or rule.repository)
        return rule


class SyncRules(Resource[SyncRule]):
    """The outbound rules of one instance. Inbound ones are another instance's, and never touched."""

    kind = "sync rule"
    state_type = SyncRule
    replaceable = True

    def __init__(self, client: Client, params: Mapping[str, Any], ungranted: set[str | None] | None = None) -> None:
        super().__init__(client, params)
        # What was listed, until something is written.
        self._listed: list[SyncRule] | None = None
        # Targets whose grant was waited for in vain, which is done once for all rules of a task.
        self._ungranted_targets: set[str | None] = set() if ungranted is None else ungranted

    def sibling(self, params: Mapping[str, Any]) -> SyncRules:
        return SyncRules(self.client, params, self._ungranted_targets)

    def desired(self) -> SyncRule:
        check_rule_name(self.params["name"])
        rule = super().desired()
        target = self.params.get("target_account_id")
        if target is not None and target == self.params.get("account_id"):
            # Within one account no UID is sent; whether the service would accept its own is not documented.
            return replace(rule, target_account_id=None, cross_account=False)
        return replace(rule, cross_account=True if target else None)

    def name(self, state: SyncRule) -> str:
        return f"sync rule {state.name} on {state.instance_id}"

    def find(self) -> Iterator[SyncRule]:
        wanted, direction = self.params.get("name"), self.params.get("direction")
        for rule in self._rules():
            if wanted in (None, rule.name) and direction in (None, rule.direction):
                yield rule

    def everything(self) -> list[SyncRule]:
        return [rule for rule in self._rules() if rule.direction != "inbound"]

    def read(self, desired: SyncRule) -> SyncRule | None:
        return self.pick(desired, self.everything())

    def pick(self, desired: SyncRule, found: Iterable[SyncRule]) -> SyncRule | None:
        named = [rule for rule in found if rule.name == desired.name]
        # Names may or may not be unique; of several, the one that is as wanted is meant.
        same = [rule for rule in named if not rule.changes(_follow(desired, rule))]
        if len(named) > 1 and not same:
            raise AcrError(
                f"{desired.instance_id} has {len(named)} sync rules named {desired.name}"
                f" ({', '.join(str(rule.sync_rule_id) for rule in named)})",
                "Which one is meant is not certain; delete all but one in the console.",
            )
        return next(iter(same or named), None)

    def succeeds(self, target: SyncRule, current: SyncRule) -> bool:
        # Whether the service has two rules for one route is not documented, so the new one waits for the old one to go.
        return all(getattr(target, name) == getattr(current, name) for name in _ROUTE)

    def present(self, desired: SyncRule, current: SyncRule | None) -> SyncRule:
        scope = desired.scope or (current.scope if current else None) or "namespace"
        for name in _ALL_SCOPED:
            refuse(
                getattr(desired, name) is not None and name not in _SCOPED[scope],
                f"{name} has no meaning for a rule of scope {scope}",
                f"Leave it out; such a rule takes {', '.join(_SCOPED[scope])}.",
            )
        rule = _follow(desired, current) if current else desired.with_defaults().scoped()
        needed = [name for name in ("namespace", "repository") if name in _SCOPED[scope]]
        missing = [one for one in (*needed, "target_region", "target_instance_id") if getattr(rule, one) is None]
        refuse(bool(missing), f"a rule of scope {scope} needs {' and '.join(missing)}", "Add what is missing.")
        refuse(
            rule.target_instance_id == rule.instance_id,
            "the rule's target is its own instance",
            "Name another instance in target_instance_id.",
        )
        return rule

    def create(self, target: SyncRule) -> Extras:
        self._post(target)
        return {}

    def replace(self, current: SyncRule, target: SyncRule) -> Extras:
        started = time.monotonic()
        with self.client.finishing():
            self._exchange(current, target)
        if not self.params.get("catch_up") or target.trigger == "manual":
            return {}
        gap = int((time.monotonic() - started) * 1000)
        rule = self.read(target)
        # The service's clock is the only one that images and rules share; what is older than the old rule was never
        # its to carry.
        created_time = (rule.create_time if rule else None) or int(time.time() * 1000)
        since = max(created_time - gap - _CLOCK_MARGIN, current.create_time or 0)
        return {"caught_up": catch_up(self.client, target, since)}

    def _exchange(self, current: SyncRule, target: SyncRule) -> None:
        self._delete(current)
        created = False
        try:
            self._post(target)
            created = True
        except AcrError as error:
            error.results["rolled_back"] = self._put_back(current, target, error)
            created = True
            raise
        finally:
            if not created:
                # Interrupted, or our own bug: leave nothing half-done, whatever it was.
                self._post(replace(current, target_account_id=target.target_account_id))

    def delete(self, current: SyncRule) -> Extras:
        self._delete(current)
        return {}

    def describe(self, plan: Plan[SyncRule]) -> list[str]:
        lines = super().describe(plan)
        late = plan.action == REPLACE and self.params.get("catch_up")
        return [f"{line}; pushes meanwhile are synced afterwards" if late else line for line in lines]

    def _put_back(self, current: SyncRule, target: SyncRule, error: AcrError) -> bool:
        """Creates the old rule again after its successor was refused, and says in the error how that went."""
        try:
            # Its account could not be read; the new rule's is the best there is.
            self._post(replace(current, target_account_id=target.target_account_id if current.cross_account else None))
        except AcrError as second:
            error.hint += (
                f" The old rule is deleted and could not be put back ({second.sentence()} {second.reference()})."
                " Nothing is replicated by it until the task succeeds."
            )
            return False
        error.hint += " The old rule was put back as it was; pushes meanwhile were not replicated by it."
        return True

    def _post(self, rule: SyncRule) -> None:
        """Creates a rule; a grant that was just made may need a moment to reach Container Registry."""
        waited, failures = 0.0, 0
        while True:
            self._listed = None
            try:
                self.client.call("cr", "CreateRepoSyncRule", rule.to_api())
                return
            except ApiError as error:
                if error.uncertain:
                    failures += 1
                    with preferring(error, "whether it was made all the same"):
                        if self._is_there(rule):
                            return
                    if failures < 3:
                        self.client.sleep(float(failures))
                        continue
                refused = isinstance(error, NoPermissionError) and not _is_callers(error)
                if not rule.target_account_id or error.uncertain:
                    raise
                given_up = rule.target_instance_id in self._ungranted_targets
                if not refused or given_up or waited >= self.params.get("grant_timeout", 0):
                    self._ungranted_targets.add(rule.target_instance_id)
                    raise self._ungranted(error, rule, sure=refused) from error
                self.client.sleep(2.0)
                waited += 2.0

    def _is_there(self, rule: SyncRule) -> bool:
        found = self.read(rule)
        return found is not None and not found.changes(rule)

    def _ungranted(self, error: ApiError, rule: SyncRule, *, sure: bool) -> ApiError:
        """The error, with the most likely reason where it is not the caller's own rights."""
        if isinstance(error, NoPermissionError) and not sure:
            return error
        caller = self._caller()
        ask = ask_for_grant(caller, rule.target_instance_id, rule.target_region)
        if sure:
            error.reason = f"account {rule.target_account_id} has not granted account {caller}"
            error.hint = (
                f"{ask}. If it has, the caller may lack cr:CreateSyncRule on"
                f" acs:cr:*:{caller}:repository/{rule.instance_id}."
            )
        elif not error.hint:
            error.hint = (
                f"If account {rule.target_account_id} has not granted account {caller}: {ask[0].lower()}{ask[1:]}."
            )
        return error

    def _caller(self) -> str:
        """Return the caller's account for a sentence; that it cannot be found out must not hide another error."""
        try:
            return str(self.client.caller().get("AccountId"))
        except AcrError:
            return str(self.params.get("account_id") or "of these credentials")

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
                there = any(found.sync_rule_id == rule.sync_rule_id for found in self._rules())
            if there:
                raise

    def _rules(self) -> list[SyncRule]:
        if self._listed is None:
            named = {"InstanceId": self.params["instance_id"]}
            with attempt(f"list the sync rules of {self.params['instance_id']}"):
                found = self.client.pages("cr", "ListRepoSyncRule", named, "SyncRules")
                self._listed = [SyncRule.from_api(one) for one in found]
        return self._listed


def _follow(desired: SyncRule, current: SyncRule) -> SyncRule:
    """What is wanted, and for the rest what is; a target that bore its source's name goes on doing so."""
    if current.target_namespace == current.namespace:
        current = replace(current, target_namespace=desired.target_namespace or desired.namespace or current.namespace)
    if current.target_repository == current.repository:
        current = replace(
            current, target_repository=desired.target_repository or desired.repository or current.repository
        )
    return desired.filled_from(current).scoped()


def _is_callers(error: ApiError) -> bool:
    """Whether the refusal is known to be about the caller's own policies."""
    return bool(error.denied.get("AuthAction"))
