# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role by which an account lets other accounts replicate images into its instances.

The role serves all source accounts and all destination instances of the account, so it is always merged into, and
its name is not ours to choose: the service looks it up by exactly this name, typo included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy as policy
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import ApiError, NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Plan, Resource, refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute

ROLE_NAME = "aliyuncontainerregistrycrossaccoutsyncrole"
_DESCRIPTION = "Lets Container Registry of other accounts replicate images into this one. Kept by registryops.alicloud."


@dataclass(frozen=True)
class CrossAccountRole(State):
    """The role, one custom policy and the attachment, as one thing. A document of None: that part is not there."""

    account_id: str | None = attribute("", read_only=True)
    role_arn: str | None = attribute("", read_only=True)
    trust_policy: dict[str, Any] | None = attribute("")
    policy_name: str | None = attribute("", read_only=True)
    policy_document: dict[str, Any] | None = attribute("")
    attached: bool | None = attribute("")
    other_policies: tuple[str, ...] | None = attribute("", read_only=True)
    policy_users: tuple[str, ...] | None = attribute("", read_only=True)

    @property
    def source_account_ids(self) -> list[str]:
        return policy.trusted_accounts(self.trust_policy)

    @property
    def destinations(self) -> list[policy.Grant]:
        return policy.granted_instances(self.policy_document, self.account_id or "")

    def changes(self, target: CrossAccountRole) -> dict[str, tuple[Any, Any]]:
        changed: dict[str, tuple[Any, Any]] = {}
        for name in ("trust_policy", "policy_document"):
            now, wanted = getattr(self, name), getattr(target, name)
            if (now is None) != (wanted is None) or policy.meaning(now) != policy.meaning(wanted):
                changed[name] = (now, wanted)
        if bool(self.attached) != bool(target.attached):
            changed["attached"] = (bool(self.attached), bool(target.attached))
        return changed

    def to_result(self) -> dict[str, Any]:
        return {
            "role_name": ROLE_NAME,
            "role_arn": self.role_arn or f"acs:ram::{self.account_id}:role/{ROLE_NAME}",
            "exists": self.trust_policy is not None,
            "account_id": self.account_id,
            "source_account_ids": self.source_account_ids,
            "destination_instances": [{"region": region, "instance_id": one} for region, one in self.destinations],
            "policy_name": self.policy_name,
            "policy_attached": bool(self.attached),
            "other_policies": list(self.other_policies or ()),
            "trust_policy": self.trust_policy or {},
            "policy_document": self.policy_document or {},
        }


class CrossAccountRoles(Resource[CrossAccountRole]):
    """Reads and writes the role through RAM; see CrossAccountRole for what belongs to it."""

    kind = "cross account role"
    state_type = CrossAccountRole

    def desired(self) -> CrossAccountRole:
        return CrossAccountRole(policy_name=self.params["policy_name"])

    def name(self, state: CrossAccountRole) -> str:
        return f"role {ROLE_NAME}" + (f" in account {state.account_id}" if state.account_id else "")

    def find(self) -> Iterator[CrossAccountRole]:
        found = self.read(self.desired())
        if found is not None:
            yield found

    def read(self, desired: CrossAccountRole) -> CrossAccountRole | None:
        role = self._get("GetRole", {"RoleName": ROLE_NAME}, "Role")
        name = desired.policy_name
        version = self._get("GetPolicy", {"PolicyName": name, "PolicyType": "Custom"}, "DefaultPolicyVersion")
        if role is None and version is None:
            return None
        attached = self._attached() if role is not None else []
        return CrossAccountRole(
            account_id=self.account_id(),
            role_arn=role.get("Arn") if role else None,
            trust_policy=policy.parse(role.get("AssumeRolePolicyDocument")) if role is not None else None,
            policy_name=name,
            policy_document=policy.parse(version.get("PolicyDocument")) if version is not None else None,
            attached=("Custom", name) in attached,
            other_policies=tuple(sorted(one for kind, one in attached if (kind, one) != ("Custom", name))),
        )

    def granting(self) -> tuple[policy.Document | None, dict[str, policy.Document | None]]:
        """The trust policy, None if there is no role, and each attached policy by its name.

        A policy of the service's own is None: what it allows is documented, and reading it takes rights of its own.
        """
        role = self._get("GetRole", {"RoleName": ROLE_NAME}, "Role")
        if role is None:
            return None, {}
        attached: dict[str, policy.Document | None] = {}
        for kind, name in self._attached():
            named = {"PolicyName": name, "PolicyType": kind}
            version = self._get("GetPolicy", named, "DefaultPolicyVersion") if kind == "Custom" else None
            attached[name] = policy.parse((version or {}).get("PolicyDocument")) if kind == "Custom" else None
        return policy.parse(role.get("AssumeRolePolicyDocument")), attached

    def present(self, desired: CrossAccountRole, current: CrossAccountRole | None) -> CrossAccountRole:
        current = current or CrossAccountRole(account_id=self.account_id(), policy_name=desired.policy_name)
        accounts, instances = self._accounts(), self._instances()
        refuse(not accounts, "source_account_ids is empty", "Name the accounts that may replicate into this one.")
        refuse(not instances, "destination_instances is empty", "Name the instances that may be replicated into.")
        purged_accounts = (
            set(current.source_account_ids) - set(accounts) if self.params["purge_source_accounts"] else ()
        )
        purged = set(current.destinations) - set(instances) if self.params["purge_destination_instances"] else ()
        target = replace(
            current,
            trust_policy=policy.with_trust(current.trust_policy, accounts, purged_accounts),
            policy_document=policy.with_grants(current.policy_document, str(current.account_id), instances, purged),
            attached=True,
        )
        for document in (target.trust_policy, target.policy_document):
            length = len(policy.dump(document or {}))
            refuse(
                length > policy.MAX_LENGTH,
                f"the policy document would have {length} characters, and RAM allows {policy.MAX_LENGTH}",
                "Nothing was changed. Grant some of the instances by another policy_name, or purge what is not needed.",
            )
        return target

    def absent(self, current: CrossAccountRole) -> CrossAccountRole | None:
        accounts, instances = self._accounts(), self._instances()
        trust, document = current.trust_policy, current.policy_document
        if trust is not None and (accounts or not instances):
            trust = policy.with_trust(trust, (), accounts or current.source_account_ids)
        # Instances stay granted for as long as an account is left that may use them.
        gone: Sequence[policy.Grant] = () if accounts else instances
        if not policy.trusted_accounts(trust):
            gone = current.destinations
        if document is not None:
            document = policy.with_grants(document, str(current.account_id), (), gone)
        return self._tidied(current, trust, document)

    def _tidied(
        self, current: CrossAccountRole, trust: policy.Document | None, document: policy.Document | None
    ) -> CrossAccountRole | None:
        """What is left once the parts that nobody uses any more are gone; None for nothing."""
        attached = current.attached
        users: tuple[str, ...] = ()
        if document is not None and not policy.statements(document):
            users, attached = self._policy_users(current), False
            document = current.policy_document if users else None
        if trust is not None and not policy.statements(trust):
            trust = _own_account_only(current) if attached or current.other_policies else None
        if trust is None and document is None:
            return None
        return replace(current, trust_policy=trust, policy_document=document, attached=attached, policy_users=users)

    def create(self, target: CrossAccountRole) -> Extras:
        self._converge(CrossAccountRole(account_id=target.account_id), target)
        return {}

    def update(self, current: CrossAccountRole, target: CrossAccountRole) -> Extras:
        self._converge(current, target)
        return {"kept": _kept(target)} if self.params["state"] == "absent" else {}

    def delete(self, current: CrossAccountRole) -> Extras:
        nothing = replace(current, trust_policy=None, policy_document=None, attached=False)
        self._converge(current, nothing)
        return {"kept": []}

    def describe(self, plan: Plan[CrossAccountRole]) -> list[str]:
        before, after = _pairs(plan.before), _pairs(plan.after)
        lines = [f"+ {who} may replicate into {one} ({region})" for who, region, one in sorted(after - before)]
        lines += [
            f"- {who} may no longer replicate into {one} ({region})" for who, region, one in sorted(before - after)
        ]
        return lines or super().describe(replace(plan, changes={}))

    def _converge(self, current: CrossAccountRole, target: CrossAccountRole) -> None:
        changed = current.changes(target)
        trust, document, name = target.trust_policy, target.policy_document, target.policy_name or current.policy_name
        attachment = {"PolicyName": name, "PolicyType": "Custom", "RoleName": ROLE_NAME}
        if "trust_policy" in changed and trust is not None:
            self._write_role(trust, exists=current.trust_policy is not None)
        if "policy_document" in changed and document is not None:
            self._write_policy(str(name), document, exists=current.policy_document is not None)
        if "attached" in changed:
            self._attach(attachment, wanted=bool(target.attached))
        if "policy_document" in changed and document is None:
            self._settle("DeletePolicy", {"PolicyName": name, "CascadingDelete": True}, "EntityNotExist")
        if "trust_policy" in changed and trust is None:
            self._settle("DeleteRole", {"RoleName": ROLE_NAME}, "EntityNotExist")

    def _attach(self, attachment: Mapping[str, Any], *, wanted: bool) -> None:
        if wanted:
            self._settle("AttachPolicyToRole", attachment, "EntityAlreadyExists")
        else:
            self._settle("DetachPolicyFromRole", attachment, "EntityNotExist")

    def _write_role(self, trust: policy.Document, *, exists: bool) -> None:
        text = policy.dump(trust)
        if exists:
            self.client.call("ram", "UpdateRole", {"RoleName": ROLE_NAME, "NewAssumeRolePolicyDocument": text})
            return
        role = {"RoleName": ROLE_NAME, "AssumeRolePolicyDocument": text, "Description": _DESCRIPTION}
        self.client.call("ram", "CreateRole", role)

    def _write_policy(self, name: str, document: policy.Document, *, exists: bool) -> None:
        written = {"PolicyName": name, "PolicyDocument": policy.dump(document)}
        if not exists:
            self.client.call("ram", "CreatePolicy", {**written, "Description": _DESCRIPTION})
            return
        # RAM keeps five versions; the oldest that is not in force makes room.
        rotation = {"SetAsDefault": True, "RotateStrategy": "DeleteOldestNonDefaultVersionWhenLimitExceeded"}
        self.client.call("ram", "CreatePolicyVersion", {**written, **rotation})

    def _settle(self, action: str, parameters: Mapping[str, Any], settled: str) -> None:
        """Calls, and takes 'is so already' for success; a detachment may need a moment to be seen."""
        for pause in (1, 2, 4, 0):
            try:
                self.client.call("ram", action, parameters)
                return
            except ApiError as error:
                if settled in error.code:
                    return
                if not (error.code.startswith("DeleteConflict") and pause):
                    raise
                self.client.sleep(pause)

    def _get(self, action: str, parameters: Mapping[str, Any], part: str) -> dict[str, Any] | None:
        try:
            return dict(self.client.call("ram", action, parameters).get(part) or {})
        except NotFoundError:
            return None

    def _attached(self) -> list[tuple[str, str]]:
        answer = self.client.call("ram", "ListPoliciesForRole", {"RoleName": ROLE_NAME})
        found = (answer.get("Policies") or {}).get("Policy") or []
        return [(str(one.get("PolicyType")), str(one.get("PolicyName"))) for one in found]

    def _policy_users(self, state: CrossAccountRole) -> tuple[str, ...]:
        """Who else the policy is attached to, such as 'role other'."""
        if state.policy_document is None:
            return ()
        named = {"PolicyName": state.policy_name, "PolicyType": "Custom"}
        answer = self.client.call("ram", "ListEntitiesForPolicy", named)
        users = [f"role {one['RoleName']}" for one in (answer.get("Roles") or {}).get("Role") or []]
        users += [f"user {one['UserName']}" for one in (answer.get("Users") or {}).get("User") or []]
        users += [f"group {one['GroupName']}" for one in (answer.get("Groups") or {}).get("Group") or []]
        return tuple(one for one in users if one != f"role {ROLE_NAME}")

    def account_id(self) -> str:
        """The UID of the account that grants."""
        return str(self.params.get("account_id") or self.client.caller()["AccountId"])

    def _accounts(self) -> list[str]:
        return list(self.params.get("source_account_ids") or [])

    def _instances(self) -> list[policy.Grant]:
        return [(one["region"], one["instance_id"]) for one in self.params.get("destination_instances") or []]


def _own_account_only(state: CrossAccountRole) -> policy.Document:
    """A role cannot trust nobody; this is what the console gives a new one."""
    principal = {"RAM": [f"acs:ram::{state.account_id}:root"]}
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principal}
    return {"Version": "1", "Statement": [statement]}


def _pairs(state: CrossAccountRole | None) -> set[tuple[str, str, str]]:
    """Who may replicate where: each account with each instance, once the policy is attached."""
    if state is None or not state.attached:
        return set()
    return {(who, region, one) for who in state.source_account_ids for region, one in state.destinations}


def _kept(state: CrossAccountRole) -> list[str]:
    """What is left after a revocation, and for whose sake."""
    kept = []
    others = state.source_account_ids
    if state.trust_policy is not None:
        uses = [f"account {one}" for one in others] + [f"policy {one}" for one in state.other_policies or ()]
        if state.attached and not others:
            uses.append(f"policy {state.policy_name}")
        foreign = [] if uses else ["other principals"]
        kept.append(f"role {ROLE_NAME}, used by {', '.join(uses + foreign)}")
    if state.policy_document is not None:
        users = list(state.policy_users or ()) or (
            [f"account {one}" for one in others] or ["statements of another purpose"]
        )
        kept.append(f"policy {state.policy_name}, used by {', '.join(users)}")
    return kept
