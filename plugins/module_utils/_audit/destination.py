# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of a destination: what inbound rules lack there, and a grant that is missing, unused or too broad."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy as policy
from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import (
    Trust,
    excess,
    reaches,
    trust_of,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.preflight import missing_places
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
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
    """What is known of the other side: where rules come from, and who should be trusted (None: not said)."""

    account_id: str
    instance_id: str
    from_accounts: frozenset[str]
    trusted: frozenset[str] | None
    rules_are_said: bool
    others_rules_are_listed: bool
    all_accounts_are_known: bool

    @property
    def needed(self) -> frozenset[str]:
        """The accounts that have to be trusted, as far as they are known."""
        return self.from_accounts | (self.trusted or frozenset())


def audit_destination(task: Task) -> list[Finding]:
    params, said = task.params, task.params["inbound_rules"] or []
    selected = {"instance_id": params["instance_id"], "direction": "inbound"}
    listed = [rule.to_result() for rule in SyncRules(task.client, selected).find()]
    known = {_need(rule) for rule in said}
    unsaid = [rule for rule in listed if _need(rule) not in known]
    roles = CrossAccountRoles(task.client, params)
    expected = _expect(params, roles.account_id(), listed, unsaid)
    return [*_places(task, [*said, *unsaid]), *_grant(roles, expected, params.get("region"))]


def _expect(
    params: Mapping[str, Any], own: str, listed: list[dict[str, Any]], unsaid: list[dict[str, Any]]
) -> _Expected:
    said, trusted = params["inbound_rules"] or [], params["source_account_ids"]
    return _Expected(
        own,
        params["instance_id"],
        frozenset(str(rule["account_id"]) for rule in said if rule["account_id"]) - {own},
        None if trusted is None else frozenset(trusted) - {own},
        params["inbound_rules"] is not None,
        any(rule.get("cross_account") for rule in listed),
        all(rule["account_id"] for rule in said) and not any(rule.get("cross_account") for rule in unsaid),
    )


def _grant(roles: CrossAccountRoles, expected: _Expected, region: str | None) -> Iterator[Finding]:
    document, policies = roles.granting()
    if document is None:
        yield from _no_role(expected)
        return
    trust = trust_of(document)
    yield from _trust(trust, expected)
    yield from _policies(policies)
    resource = policy.resource(expected.account_id, (region or "*", expected.instance_id))
    # A system policy, which is not read, may allow it too.
    if None in policies.values() or reaches([one for one in policies.values() if one], resource):
        yield from _unused(trust, policies, expected)
    else:
        yield from _unreached(resource, expected)


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
    if expected.needed or expected.others_rules_are_listed:
        problem = f"account {expected.account_id} has no {_ROLE}, so that nobody can replicate into its instances"
        yield error("missing_grant", _ROLE, problem, f"{_GRANT}.")


def _trust(trust: Trust, expected: _Expected) -> Iterator[Finding]:
    for account in sorted(expected.needed - trust.accounts - trust.on_condition):
        problem = f"{_ROLE} does not trust account {account}, which is to replicate into account {expected.account_id}"
        yield error("missing_grant", f"account {account}", problem, f"{_GRANT} with acr_source_account_ids.")
    if expected.others_rules_are_listed and not (expected.needed or trust.accounts or trust.on_condition):
        problem = f"{_ROLE} trusts no other account, although rules of others end at {expected.instance_id}"
        yield error("missing_grant", _ROLE, problem, f"{_GRANT} with acr_source_account_ids.")
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
    # Rules of nobody knows which account, or into other instances, may be what the trust is for.
    here_alone = {instance for _region, instance in granted} == {expected.instance_id}
    sure = here_alone and expected.all_accounts_are_known
    # Any that should not be trusted is found to be one too many already.
    candidates = trust.accounts if expected.trusted is None else trust.accounts & expected.trusted
    for account in sorted(candidates - expected.from_accounts - {expected.account_id}):
        problem = f"account {account} may replicate into {expected.instance_id}, but no known rule of it ends there"
        remedy = "Unless it is needed, revoke it with registryops.alicloud.revoke_access and acr_revoked_account_ids."
        yield (error if sure else warning)("grant_without_rule", f"account {account}", problem, remedy)


def _policies(policies: Mapping[str, policy.Document | None]) -> Iterator[Finding]:
    for name, document in sorted(policies.items()):
        subject = f"policy {name}"
        if document is None:
            problem = f"{_ROLE} has system {subject}, which allows more than cross-account sync needs"
            yield error("policy_too_broad", subject, problem, "Detach it from the role.")
        for beyond in excess(document or {}):
            yield error("policy_too_broad", subject, f"{subject} of {_ROLE} allows {beyond}", _NARROW)


def _unreached(resource: str, expected: _Expected) -> Iterator[Finding]:
    anybody = expected.trusted and not expected.rules_are_said
    if expected.from_accounts or expected.others_rules_are_listed or anybody:
        problem = f"no policy of {_ROLE} allows {' and '.join(policy.GRANT_ACTIONS)} on {resource}"
        yield error("missing_grant", f"instance {expected.instance_id}", problem, f"{_GRANT}.")
