# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the role that lets other accounts replicate here.

An account has one such role, for all source accounts and all destination instances. So grants are always merged into
it. Its name cannot be chosen: the service looks for exactly this name, with its spelling mistake.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy
from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import CUSTOM, SYSTEM, Access
from ansible_collections.registryops.alicloud.plugins.module_utils._core.engine import plan
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, ApiError, NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import pool
from ansible_collections.registryops.alicloud.plugins.module_utils._core.plan import DELETE, NOTHING, Plan
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Resource, refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._resources import role_checks
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_calls import (
    DESCRIPTION,
    ROLE_NAME,
    RoleCalls,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_lock import RoleLock
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_state import CrossAccountRole
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_words import changes_in_words, kept


class CrossAccountRoles(Resource[CrossAccountRole]):
    """Read and write the role through RAM; CrossAccountRole says what belongs to it."""

    kind = "cross account role"
    state_type = CrossAccountRole

    def __init__(self, client: Any, params: Any) -> None:
        super().__init__(client, params)
        self.calls = RoleCalls(client)
        self.lock = RoleLock(self.calls)
        # What was read back after writing, so that the result needs no further calls; used once.
        self._read_back: list[CrossAccountRole | None] = []

    def desired(self) -> CrossAccountRole:
        if self.params.get("state") == "absent":
            self._refuse_to_revoke_everybody()
        return CrossAccountRole(policy_name=self.params["policy_name"])

    def name(self, state: CrossAccountRole) -> str:
        return f"role {ROLE_NAME}" + (f" in account {state.account_id}" if state.account_id else "")

    def find(self) -> Iterator[CrossAccountRole]:
        found = self.read(self.desired())
        if found is not None:
            yield found

    def read(self, desired: CrossAccountRole) -> CrossAccountRole | None:
        return self._read_back.pop() if self._read_back else self._read(desired)

    def _read(self, desired: CrossAccountRole) -> CrossAccountRole | None:
        name = str(desired.policy_name)
        # At the same time, although a role that is not there has no policies to ask for: it is there in most runs.
        with pool() as threads:
            own_role = threads.submit(self.calls.role)
            named = threads.submit(self.calls.named_policy, name)
            attachments = threads.submit(self.calls.attached)
            role, found, attached = own_role.result(), named.result(), attachments.result()
        if role is None and found is None:
            return None
        # A revocation must not fail for lack of a right to read.
        unread = (CUSTOM, SYSTEM) if self.params.get("state") == "absent" else ()
        others = [
            self.calls.attached_policy(*entry, or_unread=unread)
            for entry in sorted(attached)
            if entry != (CUSTOM, name)
        ]
        return CrossAccountRole(
            account_id=self.account_id(),
            role_arn=role.get("Arn") if role else None,
            trust_policy=policy.parse(role.get("AssumeRolePolicyDocument")) if role is not None else None,
            policy_name=name,
            policy_document=found[0] if found else None,
            policy_is_ours=found is not None and found[1].get("Description") == DESCRIPTION,
            attached=(CUSTOM, name) in attached,
            others=tuple(others),
        )

    def access(self, or_unread: Collection[str] = (SYSTEM,)) -> Access:
        """Return who may replicate where, by all policies of the role.

        Args:
            or_unread: kinds of policy that the caller need not be allowed to read.
        """
        # At the same time, although a role that is not there has no policies to ask for: it is there in most runs.
        with pool() as threads:
            own_role, attachments = threads.submit(self.calls.role), threads.submit(self.calls.attached)
            role, attached = own_role.result(), attachments.result()
        if role is None:
            return Access(str(self.params.get("account_id") or ""), None, ())
        # Reading a system policy takes a right on another resource, which an audit should not need.
        policies = self.client.calls(lambda entry: self.calls.attached_policy(*entry, or_unread=or_unread), attached)
        # RAM writes all times alike, so the last one in the alphabet is the newest.
        changed = max([str(role.get("UpdateDate") or ""), *attached.values(), *(found.updated for found in policies)])
        trust = policy.parse(role.get("AssumeRolePolicyDocument"))
        # Its ARN, acs:ram::UID:role/NAME, saves asking STS for the account.
        _acs, _ram, _region, account, _name = str(role.get("Arn")).split(":", maxsplit=4)
        return Access(account, trust, tuple(sorted(policies, key=lambda found: found.name)), changed)

    def present(self, desired: CrossAccountRole, current: CrossAccountRole | None) -> CrossAccountRole:
        current = current or CrossAccountRole(account_id=self.account_id(), policy_name=desired.policy_name)
        accounts, instances = self._accounts(), self._instances()
        refuse(not accounts, "source_account_ids is empty", "Name the accounts that may replicate into this one.")
        refuse(not instances, "destination_instances is empty", "Name the instances that may be replicated into.")
        role_checks.refuse_foreign_policy(current, adopt=self.params["adopt_policy"])
        # The policy will be attached, which opens all that it names already.
        access = replace(current, attached=True).access
        surplus: Iterable[policy.Grant] = ()
        if self.params["purge_destination_instances"]:
            surplus = [place for place in access.named_places - set(instances) if access.reaches(place, certain=False)]
        revoked = access.named_accounts - set(accounts) if self.params["purge_source_accounts"] else ()
        goal = replace(
            current,
            trust_policy=policy.with_trust(current.trust_policy, accounts, revoked),
            policy_document=_granting(current, instances, surplus),
            attached=True,
        )
        role_checks.refuse_oversize(goal)
        role_checks.refuse_obstacles(goal, accounts, instances)
        role_checks.refuse_openings(current, goal, surplus)
        return goal

    def _refuse_to_revoke_everybody(self) -> None:
        """Refuse an empty list, even if nothing is granted now, since the next run may find something."""
        for option in ("source_account_ids", "destination_instances"):
            refuse(
                self.params.get(option) == [],
                f"{option} is empty, which would revoke the grants of everybody",
                "Name what to revoke. Leave the option out if all is meant.",
            )

    def absent(self, current: CrossAccountRole) -> CrossAccountRole | None:
        accounts, instances = self._accounts(), self._instances()
        trust, document = current.trust_policy, current.policy_document
        role_checks.refuse_misspelt(accounts, current.access.named_accounts)
        # With instances alone, the accounts keep what else they may reach.
        if trust is not None and (accounts or not instances):
            trust = policy.with_trust(trust, (), accounts or current.access.named_accounts)
        if document is not None and current.is_kept_here:
            # Instances stay granted as long as an account is left that may use them.
            if instances and not accounts:
                document = policy.with_grants(document, str(current.account_id), (), instances)
            if not replace(current, trust_policy=trust).access.named_accounts:
                document = policy.without_any_grant(document, str(current.account_id))
        goal = self._tidied(current, trust, document)
        if goal is not None and instances and not accounts:
            role_checks.refuse_openings(current, goal, instances)
        return goal

    def _tidied(
        self, current: CrossAccountRole, trust: policy.Document | None, document: policy.Document | None
    ) -> CrossAccountRole | None:
        """Return what is left without its unused parts; None if nothing is left."""
        attached = current.attached
        users: tuple[str, ...] = ()
        if document is not None and not policy.statements(document):
            # RAM deletes no policy that anybody has. Then its document stays as it is.
            users, attached = self.calls.policy_users(current.policy_name), False
            document = current.policy_document if users else None
        if trust is not None and not policy.statements(trust):
            trust = _own_account_only(current) if attached or current.others else None
        if trust is None and document is None:
            return None
        return replace(current, trust_policy=trust, policy_document=document, attached=attached, policy_users=users)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the role's lock, and have the role read again, which may have changed before the lock was held."""
        with self.lock.held():
            yield True

    def create(self, goal: CrossAccountRole) -> Extras:
        self._converge(CrossAccountRole(account_id=goal.account_id), goal)
        return {}

    def update(self, current: CrossAccountRole, goal: CrossAccountRole) -> Extras:
        self._converge(current, goal)
        return {"kept": kept(goal)} if self.params["state"] == "absent" else {}

    def delete(self, current: CrossAccountRole) -> Extras:
        self._converge(current, _nothing(current))
        return {"kept": []}

    def describe(self, plan: Plan[CrossAccountRole]) -> list[str]:
        lines = changes_in_words(plan.before, plan.after)
        return lines or super().describe(replace(plan, changes={}))

    def _converge(self, current: CrossAccountRole, goal: CrossAccountRole) -> None:
        """Write until what is read back is as planned, since the console and other tools do not know the lock."""
        # Three rounds. Whoever writes again and again at the same time has to be found by a person.
        for attempts_left in (2, 1, 0):
            try:
                self._write(current, goal)
            except ApiError as error:
                # Both mean that the role has changed since it was read, so reading it again can help.
                raced = isinstance(error, NotFoundError) or "EntityAlreadyExists" in error.code
                if not (raced and attempts_left):
                    raise
            found = self._read(self.desired())
            planned = plan(self, self.params["state"], self.desired(), found)
            if planned.action == NOTHING:
                self._read_back.append(found)
                return
            current = planned.before or CrossAccountRole(account_id=goal.account_id)
            goal = planned.after or _nothing(current)
            if planned.action == DELETE:
                goal = _nothing(current)
        raise AcrError(
            "what was written is not what is read back, since something else changes the role at the same time",
            "Find out in ActionTrail who calls UpdateRole and CreatePolicyVersion, and run it again.",
        )

    def _write(self, current: CrossAccountRole, goal: CrossAccountRole) -> None:
        changed = current.changes(goal)
        trust, document, name = (
            goal.trust_policy,
            goal.policy_document,
            str(goal.policy_name or current.policy_name),
        )
        if "trust_policy" in changed and trust is not None:
            # A write may take seconds, and a lock that is not renewed is taken over.
            self.lock.renew()
            self.calls.write_role(trust, exists=current.trust_policy is not None)
        if "policy_document" in changed and document is not None:
            self.lock.renew()
            self.calls.write_policy(name, document, exists=current.policy_document is not None)
        # The attachment comes after trust and policy, so that a new grant is in force when all of it is written.
        if "attached" in changed:
            self.lock.renew()
            self.calls.attach(name, wanted=bool(goal.attached))
        # Deletions come last and in the reverse order, since RAM refuses to delete what is in use.
        if "policy_document" in changed and document is None:
            self.lock.renew()
            self.calls.delete_policy(name)
        if "trust_policy" in changed and trust is None:
            self.lock.renew()
            self.calls.delete_role()

    def account_id(self) -> str:
        """Return the UID of the account that grants."""
        return str(self.params.get("account_id") or self.client.caller()["AccountId"])

    def _accounts(self) -> list[str]:
        return list(self.params.get("source_account_ids") or [])

    def _instances(self) -> list[policy.Grant]:
        named = self.params.get("destination_instances") or []
        return [(instance["region"], instance["instance_id"]) for instance in named]


def _granting(
    current: CrossAccountRole, instances: Iterable[policy.Grant], surplus: Iterable[policy.Grant]
) -> policy.Document:
    """Return the policy's document with the missing grants added."""
    account = str(current.account_id)
    # Surplus grants go first, since a wildcard among them may hide that a grant is missing.
    left = policy.with_grants(current.policy_document, account, (), surplus)
    granted = replace(current, policy_document=left).own_places(also=instances)
    return policy.with_grants(left, account, [place for place in instances if place not in granted], ())


def _nothing(current: CrossAccountRole) -> CrossAccountRole:
    return replace(current, trust_policy=None, policy_document=None, attached=False)


def _own_account_only(state: CrossAccountRole) -> policy.Document:
    """Return the trust policy that the console creates, for a role that must trust somebody."""
    principal = {"RAM": [state.own_users]}
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principal}
    return {"Version": "1", "Statement": [statement]}
