"""Policies. Their documents change by versions only; see policy_version."""

from __future__ import annotations

from typing import Any

from ..actions import Answer, Call, action
from ..errors import ApiError
from ..identity import Identity, Policy, Role
from ..ids import now_ms, utc
from ..policy import MalformedPolicyError
from ..system_policies import SYSTEM_POLICIES
from . import lookup
from .lookup import any_policy_arn, change, find_policy, policy_arn
from .policy_version import shown_version

# RAM's documented quota of an account.
POLICY_LIMIT = 1500


def holders(call: Call, policy: Policy) -> tuple[list[Identity], list[Role]]:
    """Return the users and roles with a policy."""

    def holds(holder: Identity | Role) -> bool:
        return any(attachment.name == policy.name and attachment.type == policy.type for attachment in holder.policies)

    users = [user for user in call.account.identities.values() if holds(user)]
    return users, [role for role in call.account.roles.values() if holds(role)]


def _created(policy: Policy) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyType": policy.type,
        "DefaultVersion": policy.default_version,
        "Description": policy.description,
        "CreateDate": utc(policy.create_time),
    }


def _shown(call: Call, policy: Policy) -> dict[str, Any]:
    count = sum(len(kind) for kind in holders(call, policy))
    return _created(policy) | {"AttachmentCount": count, "UpdateDate": utc(policy.update_time)}


@change("ram:CreatePolicy", any_policy_arn)
def create_policy(call: Call) -> Answer:
    name = lookup.policy_name(call)
    text = lookup.document(call, "PolicyDocument")
    description = lookup.description(call, "Description")
    lookup.check_new("Policy", name, call.account.policies, POLICY_LIMIT, "custom policies")
    try:
        policy = Policy(name, document=text, description=description, tags=lookup.read_tags(call))
    except MalformedPolicyError as error:
        raise lookup.malformed(error) from error
    call.account.policies[name] = policy
    return {"Policy": _created(policy)}


@action("ram:GetPolicy", policy_arn)
def get_policy(call: Call) -> Answer:
    """Return the policy.

    Its document is in DefaultPolicyVersion; Policy.PolicyDocument is a relic that says N/A.
    """
    policy = find_policy(call, lookup.policy_type(call))
    version = shown_version(policy, policy.default)
    return {"Policy": _shown(call, policy) | {"PolicyDocument": "N/A"}, "DefaultPolicyVersion": version}


@action("ram:ListPolicies", any_policy_arn)
def list_policies(call: Call) -> Answer:
    kind = lookup.policy_type(call) if call.optional("PolicyType") else ""
    wanted = lookup.read_tags(call)
    every = (*call.account.policies.values(), *SYSTEM_POLICIES.values())
    found = [policy for policy in every if kind in ("", policy.type) and lookup.has_tags(policy.tags, wanted)]
    chosen, fields = lookup.marked_page(call, found)
    shown = [_shown(call, policy) | {"Tags": lookup.shown_tags(policy.tags)} for policy in chosen]
    return fields | {"Policies": {"Policy": shown}}


@change("ram:UpdatePolicyDescription", policy_arn)
def update_policy_description(call: Call) -> Answer:
    policy = find_policy(call)
    call.given("NewDescription")
    policy.description = lookup.description(call, "NewDescription")
    policy.update_time = now_ms()
    return {"Policy": _created(policy) | {"UpdateDate": utc(policy.update_time)}}


@change("ram:DeletePolicy", policy_arn)
def delete_policy(call: Call) -> Answer:
    """Delete a policy.

    CascadingDelete takes the versions along, never the attachments.
    """
    policy = find_policy(call)
    users, roles = holders(call, policy)
    if users:
        raise _conflict("DeleteConflict.Policy.User", f"It is attached to the user {users[0].name}.")
    if roles:
        raise _conflict("DeleteConflict.Role.Policy", f"It is attached to the role {roles[0].name}.")
    if len(policy.versions) > 1 and not call.flag("CascadingDelete"):
        raise _conflict("DeleteConflict.Policy.Version", "It has versions besides the default one.")
    del call.account.policies[policy.name]
    return {}


def _conflict(code: str, reason: str) -> ApiError:
    return ApiError(code, 409, f"The policy cannot be deleted. {reason}")
