# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of a destination: what inbound rules lack there, and a grant that is missing, unused or too broad."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils import _policy as policy
from ansible_collections.registryops.alicloud.plugins.module_utils._finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._module import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._operations.audit_grant import (
    Trust,
    excess,
    reaches,
    trust_of,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._operations.preflight import missing_places
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.cross_account_role import (
    ROLE_NAME,
    CrossAccountRoles,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRules

_ROLE = f"role {ROLE_NAME}"
_GRANT = "Run registryops.alicloud.grant_access"
_NARROW = f"Allow {' and '.join(policy.GRANT_ACTIONS)} alone, on the instances that are replicated into."


@dataclass(frozen=True)
class _Expected:
    """Which accounts rules come from, which should be trusted (None: not said), and whether all rules are known."""

    account_id: str
    instance_id: str
    from_accounts: frozenset[str]
    trusted: frozenset[str] | None
    rules_are_said: bool
    rules_of_unknown_account: bool

    @property
    def needed(self) -> frozenset[str]:
        return self.from_accounts | (self.trusted or frozenset())


def audit_destination(task: Task) -> list[Finding]:
    instance_id, said = task.params["instance_id"], task.params["inbound_rules"] or []
    selected = {"instance_id": instance_id, "direction": "inbound"}
    listed = [rule.to_result() for rule in SyncRules(task.client, selected).find()]
    known = {_need(rule) for rule in said}
    unsaid = [rule for rule in listed if _need(rule) not in known]
    roles = CrossAccountRoles(task.client, task.params)
    own, trusted = roles.account_id(), task.params["trusted_accounts"]
    expected = _Expected(
        own,
        instance_id,
        frozenset(str(rule["account_id"]) for rule in said if rule.get("account_id")) - {own},
        None if trusted is None else frozenset(trusted) - {own},
        task.params["inbound_rules"] is not None,
        any(rule.get("cross_account") for rule in unsaid) or any(not rule.get("account_id") for rule in said),
    )
    findings = _places(task, [*said, *unsaid])
    document, policies = roles.granting()
    if document is None:
        return [*findings, *_no_role(expected)]
    trust = trust_of(document)
    findings += [*_trust(trust, expected), *_unused(trust, policies, expected)]
    return [*findings, *_policies(policies), *_reach(policies, expected, task.params.get("region"))]


def _need(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(rule.get(name) or None for name in ("name", "namespace", "repository"))


def _places(task: Task, rules: list[dict[str, Any]]) -> list[Finding]:
    """What rules need and do not find. What a rule for a whole instance needs, only its source knows."""
    params = {"instance_id": task.params["instance_id"], "side": "destination", "will_exist": None}
    return [
        error(one["check"], f"sync rule {rule['name']}", one["problem"], one["remedy"])
        for rule, found in missing_places(task.client, rules, params)
        for one in found
    ]


def _no_role(expected: _Expected) -> Iterator[Finding]:
    if expected.needed or expected.rules_of_unknown_account:
        problem = f"account {expected.account_id} has no {_ROLE}, so that nobody can replicate into its instances"
        yield error("missing_grant", _ROLE, problem, f"{_GRANT}.")


def _trust(trust: Trust, expected: _Expected) -> Iterator[Finding]:
    for account in sorted(expected.needed - trust.accounts - trust.on_condition):
        problem = f"{_ROLE} does not trust account {account}, which is to replicate into {expected.instance_id}"
        yield error("missing_grant", f"account {account}", problem, f"{_GRANT} with acr_source_account_ids.")
    for account in sorted(trust.on_condition):
        problem = f"{_ROLE} trusts account {account} on a condition only, and nothing shows whether sync meets it"
        say = error if account in expected.needed else warning
        yield say("conditional_trust", f"account {account}", problem, f"Remove the Condition, or the trust. {_GRANT}.")
    for account in sorted(trust.accounts - expected.needed - {expected.account_id}):
        if expected.trusted is not None:
            problem = f"{_ROLE} trusts account {account}, which is not one of those that should be trusted"
            remedy = "Revoke it with registryops.alicloud.revoke_access and acr_revoked_account_ids."
            yield error("trust_too_broad", f"account {account}", problem, remedy)
    for other in trust.others:
        own = other == f"RAM acs:ram::{expected.account_id}:root"
        problem = f"{_ROLE} trusts {other}, which cross-account sync does not need"
        remedy = "Remove that principal from the role's trust policy."
        yield (warning if own else error)("trust_too_broad", other, problem, remedy)


def _unused(trust: Trust, policies: Mapping[str, policy.Document | None], expected: _Expected) -> Iterator[Finding]:
    if not expected.rules_are_said:
        return
    granted = [one for document in policies.values() for one in policy.granted_instances(document, expected.account_id)]
    # Other instances of the account, and rules of accounts that nobody knows, may be what the trust is for.
    sure = {instance for _region, instance in granted} <= {
        expected.instance_id
    } and not expected.rules_of_unknown_account
    candidates = trust.accounts | trust.on_condition
    if expected.trusted is not None:
        candidates &= expected.trusted  # any other one is found to be too many already
    for account in sorted(candidates - expected.from_accounts - {expected.account_id}):
        problem = f"{_ROLE} trusts account {account}, from which no known rule ends at {expected.instance_id}"
        remedy = "Revoke it with registryops.alicloud.revoke_access and acr_revoked_account_ids, or make the rule."
        yield (error if sure else warning)("grant_without_rule", f"account {account}", problem, remedy)


def _policies(policies: Mapping[str, policy.Document | None]) -> Iterator[Finding]:
    for name, document in sorted(policies.items()):
        subject = f"policy {name}"
        if document is None:
            problem = f"{_ROLE} has system {subject}, which allows more than cross-account sync needs"
            yield error("policy_too_broad", subject, problem, "Detach it from the role.")
        for beyond in excess(document or {}):
            yield error("policy_too_broad", subject, f"{subject} of {_ROLE} allows {beyond}", _NARROW)


def _reach(
    policies: Mapping[str, policy.Document | None], expected: _Expected, region: str | None
) -> Iterator[Finding]:
    documents = [one for one in policies.values() if one is not None]
    if len(documents) < len(policies) or not (expected.needed or expected.rules_of_unknown_account):
        return  # a system policy, which was not read, may allow it
    resource = policy.resource(expected.account_id, (region or "*", expected.instance_id))
    if not reaches(documents, resource):
        problem = f"no policy of {_ROLE} allows {' and '.join(policy.GRANT_ACTIONS)} on {resource}"
        yield error("missing_grant", f"instance {expected.instance_id}", problem, f"{_GRANT}.")
