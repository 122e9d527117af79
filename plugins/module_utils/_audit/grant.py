# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the grant of a destination's account, which may be missing, unused or too broad."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy
from ansible_collections.registryops.alicloud.plugins.module_utils._access.breadth import Trust, excess, trust_of
from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import SYSTEM, Access
from ansible_collections.registryops.alicloud.plugins.module_utils._access.statement import is_pattern
from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import (
    POLICY_NAME,
    forget_command,
    grant_command,
    revoke_command,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import NoPermissionError, NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_calls import ROLE_NAME

_ROLE = f"role {ROLE_NAME}"
_MAY_BE_USED = (
    "A rule that left the inventory, or that nobody told of, may still use it; registryops.alicloud.audit_sync of the"
    " source names such rules."
)
_NARROW = f"Allow {' and '.join(policy.GRANT_ACTIONS)} alone, on the instances that are replicated into."


@dataclass(frozen=True)
class Expected:
    """What is known of the other side; None means that nobody told it."""

    account_id: str
    instance_id: str
    region: str | None
    from_accounts: frozenset[str]
    trusted: frozenset[str] | None
    rules_are_said: bool
    others_rules_are_listed: bool
    all_accounts_are_known: bool

    @property
    def to_trust(self) -> frozenset[str]:
        """Return the accounts to trust, as far as known."""
        return self.from_accounts | (self.trusted or frozenset())

    def grant(self, account: str = "") -> str:
        """Return the remedy that grants one account, or all."""
        accounts = {account} if account else self.to_trust
        if not accounts:
            return "Run registryops.alicloud.grant_access with their UIDs in acr_source_account_ids."
        return f"Run {grant_command(accounts, self.instance_id, self.region)}."


def judge_grant(task: Task, access: Access, expected: Expected) -> Iterator[Finding]:
    if access.trust is None:
        yield from _no_role(expected)
        return
    trust = trust_of(access.trust)
    yield from _trust(trust, access, expected)
    yield from _policies(access)
    yield from _gone(task, access, expected)
    instance, region = expected.instance_id, task.params.get("region")
    reached = access.reaches((region, instance)) if region else access.reaches_anywhere(instance)
    # Trust without a reachable instance lets nobody in, so unused trust is only told where the instance may be open.
    # A policy that may not be read may open it, too.
    if reached or any(policy.document is None for policy in access.policies):
        yield from _unused(trust, access, expected)
    else:
        yield from _unreached(access, expected, region or "*")


def _no_role(expected: Expected) -> Iterator[Finding]:
    if expected.to_trust or expected.others_rules_are_listed:
        problem = f"account {expected.account_id} has no {_ROLE}, so that nobody can replicate into its instances"
        yield error("missing_grant", _ROLE, problem, expected.grant())


def _trust(trust: Trust, access: Access, expected: Expected) -> Iterator[Finding]:
    yield from _too_little_trust(trust, access, expected)
    yield from _doubtful_trust(trust, expected)
    yield from _too_much_trust(trust, expected)


def _too_little_trust(trust: Trust, access: Access, expected: Expected) -> Iterator[Finding]:
    for account in sorted(expected.to_trust - trust.accounts - trust.on_condition):
        # A deny wins over every allow, so that granting once more would not help.
        denied = "; ".join(access.denials(account))
        problem = f"{_ROLE} does not trust account {account}, which is to replicate into account {expected.account_id}"
        remedy = (
            "Remove that statement from the role's trust policy, in the RAM console."
            if denied
            else expected.grant(account)
        )
        yield error("missing_grant", f"account {account}", problem + (f": {denied}" if denied else ""), remedy)
    if expected.others_rules_are_listed and not (expected.to_trust or trust.accounts or trust.on_condition):
        problem = f"{_ROLE} trusts no other account, although rules of others end at {expected.instance_id}"
        yield error("missing_grant", _ROLE, problem, expected.grant())


def _doubtful_trust(trust: Trust, expected: Expected) -> Iterator[Finding]:
    for account in sorted(trust.on_condition):
        problem = (
            f"{_ROLE} trusts account {account} only on a condition, and nobody can tell if sync meets that condition"
        )
        say = error if account in expected.to_trust else warning
        remedy = (
            f"Remove the Condition from the role's trust policy in the RAM console. Then: {expected.grant(account)}"
        )
        yield say("conditional_trust", f"account {account}", problem, remedy)


def _too_much_trust(trust: Trust, expected: Expected) -> Iterator[Finding]:
    for account in sorted(trust.accounts - expected.to_trust - {expected.account_id}):
        if expected.trusted is not None:
            problem = f"{_ROLE} trusts account {account}, which is not one of those that should be trusted"
            remedy = f"Run {revoke_command([account])}."
            if not expected.trusted:
                problem += ", since source_account_ids names no other account"
                remedy = (
                    "If the account should be trusted, add it to source_account_ids, or leave the list out if nobody"
                    f" knows which accounts should be. If it should not be trusted, run {revoke_command([account])}."
                )
            yield error("trust_too_broad", f"account {account}", problem, remedy)
    for other in trust.others:
        # The console puts the account's own users into each role that it creates, so that may be intended.
        own = other == f"RAM acs:ram::{expected.account_id}:root"
        problem = f"{_ROLE} trusts {other}, which cross-account sync does not need"
        remedy = "Remove that principal from the role's trust policy, in the RAM console."
        yield (warning if own else error)("trust_too_broad", other, problem, remedy)


def _unused(trust: Trust, access: Access, expected: Expected) -> Iterator[Finding]:
    if not expected.rules_are_said:
        return
    # The trust may serve rules whose account is unknown, or that end at other instances.
    here_alone = {instance for _region, instance in access.places()} == {expected.instance_id}
    certain = here_alone and expected.all_accounts_are_known
    # An account that should not be trusted has a finding already.
    candidates = trust.accounts if expected.trusted is None else trust.accounts & expected.trusted
    for account in sorted(candidates - expected.from_accounts - {expected.account_id}):
        problem = f"account {account} may replicate into {expected.instance_id}, but no known rule of it ends there"
        remedy = f"{_MAY_BE_USED} If nothing needs it any more, run {revoke_command([account])}."
        yield (error if certain else warning)("grant_without_rule", f"account {account}", problem, remedy)


def _policies(access: Access) -> Iterator[Finding]:
    for attached in access.policies:
        subject = f"policy {attached.name}"
        if attached.kind == SYSTEM:
            problem = f"{_ROLE} has system {subject}, which allows more than cross-account sync needs"
            # No system policy is known that allows replication alone.
            yield error("policy_too_broad", subject, problem, "Detach it from the role in the RAM console.")
            continue
        for beyond in excess(attached.document or {}):
            yield error("policy_too_broad", subject, f"{subject} of {_ROLE} allows {beyond}", _NARROW)


def _unreached(access: Access, expected: Expected, region: str) -> Iterator[Finding]:
    anybody = expected.trusted and not expected.rules_are_said
    if expected.from_accounts or expected.others_rules_are_listed or anybody:
        resource = policy.resource(expected.account_id, (region, expected.instance_id))
        denied = "; ".join(access.refusals((region, expected.instance_id)))
        problem = f"no policy of {_ROLE} allows {' and '.join(policy.GRANT_ACTIONS)} on {resource}"
        remedy = (
            "Remove the statement that stands against it from the policy, in the RAM console."
            if denied
            else expected.grant()
        )
        yield error("missing_grant", f"instance {expected.instance_id}", f"{denied or problem}", remedy)


def _gone(task: Task, access: Access, expected: Expected) -> Iterator[Finding]:
    """Yield a finding for each grant on an instance that is not in its region."""
    region = task.params.get("region")
    for place in sorted(access.places()):
        named, instance = place
        subject = f"instance {instance}"
        # RAM takes a grant of any region. In a wrong one it opens nothing.
        if instance == expected.instance_id and region and named not in (region, "*"):
            problem = f"{_ROLE} lets others replicate into {instance} in {named}, but it is in {region}"
            yield error("grant_without_instance", subject, problem, f"{_forget(access, place)} {expected.grant()}")
        # Only instances of this region can be asked for, since an endpoint knows no others.
        elif _is_elsewhere(place, region, expected) and _is_gone(task, instance):
            problem = f"{_ROLE} lets others replicate into {instance} in {region}, which does not exist"
            yield error("grant_without_instance", subject, problem, _forget(access, place))


def _forget(access: Access, place: policy.Grant) -> str:
    """Return the command that takes an instance out of the policy that opens it."""
    opening = [attached.name for attached in access.policies if replace(access, policies=(attached,)).reaches(place)]
    region, instance = place
    # Where several policies open it together, the first one is as good as any to begin with.
    return f"Run {forget_command(instance, region, opening[0] if opening else POLICY_NAME)}."


def _is_elsewhere(place: policy.Grant, region: str | None, expected: Expected) -> bool:
    named, instance = place
    return instance != expected.instance_id and named == region and not is_pattern(instance)


def _is_gone(task: Task, instance_id: str) -> bool:
    """Return whether an instance certainly does not exist; without the right to ask, it may exist."""
    try:
        task.client.call("cr", "GetInstance", {"InstanceId": instance_id})
    except NotFoundError:
        return True
    except NoPermissionError:
        pass
    return False
