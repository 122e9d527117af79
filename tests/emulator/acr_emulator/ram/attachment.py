"""Serve the attachments of policies to roles."""

from __future__ import annotations

from typing import Any

from ..actions import Answer, Call, action
from ..errors import ApiError
from ..identity import Attachment, Identity, Policy, Role
from ..ids import utc
from . import lookup
from .lookup import change, find_policy, find_role, policy_arn, role_and_policy_arns, role_arn
from .policy import holders

# Policies of a role, as RAM documents.
LIMITS = {"Custom": 5, "System": 20}


def _attachment(holder: Role | Identity, policy: Policy) -> Attachment | None:
    matching = (
        attachment
        for attachment in holder.policies
        if attachment.name == policy.name and attachment.type == policy.type
    )
    return next(matching, None)


@change("ram:AttachPolicyToRole", role_and_policy_arns)
def attach_policy_to_role(call: Call) -> Answer:
    kind = lookup.policy_type(call)
    role, policy = find_role(call), find_policy(call, kind)
    if _attachment(role, policy):
        message = f"The role {role.name} already has the policy {policy.name}."
        raise ApiError("EntityAlreadyExists.Role.Policy", 409, message)
    if sum(attachment.type == kind for attachment in role.policies) >= LIMITS[kind]:
        message = f"A role may have {LIMITS[kind]} policies of the type {kind}."
        raise ApiError("LimitExceeded.Role.Policy", 409, message)
    role.policies.append(Attachment(policy.name, policy.type))
    return {}


@change("ram:DetachPolicyFromRole", role_and_policy_arns)
def detach_policy_from_role(call: Call) -> Answer:
    role, policy = find_role(call), find_policy(call, lookup.policy_type(call))
    attachment = _attachment(role, policy)
    if attachment is None:
        message = f"The role {role.name} does not have the policy {policy.name}."
        raise ApiError("EntityNotExist.Role.Policy", 404, message)
    role.policies.remove(attachment)
    return {}


@action("ram:ListPoliciesForRole", role_arn)
def list_policies_for_role(call: Call) -> Answer:
    role = find_role(call)
    return {"Policies": {"Policy": [_attached(call, attachment) for attachment in role.policies]}}


def _attached(call: Call, attachment: Attachment) -> dict[str, Any]:
    policy = call.account.policy(attachment.type, attachment.name)
    return {
        "PolicyName": attachment.name,
        "PolicyType": attachment.type,
        "DefaultVersion": policy.default_version if policy else "",
        "Description": policy.description if policy else "",
        "AttachDate": utc(attachment.attach_time),
    }


@action("ram:ListEntitiesForPolicy", policy_arn)
def list_entities_for_policy(call: Call) -> Answer:
    """List who has a policy, in three lists; clients need each of them, even if it is empty."""
    policy = find_policy(call, lookup.policy_type(call))
    users, roles = holders(call, policy)
    return {
        "Users": {"User": [_user(user, policy) for user in users]},
        "Groups": {"Group": []},
        "Roles": {"Role": [_role(call, role, policy) for role in roles]},
    }


def _attach_date(holder: Role | Identity, policy: Policy) -> dict[str, str]:
    attachment = _attachment(holder, policy)
    return {"AttachDate": utc(attachment.attach_time)} if attachment else {}


def _user(user: Identity, policy: Policy) -> dict[str, Any]:
    return {"UserId": user.id, "UserName": user.name, "DisplayName": user.name} | _attach_date(user, policy)


def _role(call: Call, role: Role, policy: Policy) -> dict[str, Any]:
    return {
        "RoleId": role.id,
        "RoleName": role.name,
        "Arn": f"acs:ram::{call.account.uid}:role/{role.name}",
        "Description": role.description,
    } | _attach_date(role, policy)
