"""Versions of a policy's document, at most five."""

from __future__ import annotations

import re
from typing import Any

from ..actions import Answer, Call, action
from ..errors import ApiError, invalid
from ..identity import Policy, PolicyVersion
from ..ids import now_ms, utc
from ..policy import MalformedPolicyError
from . import lookup
from .lookup import change, find_policy, policy_arn

# RAM keeps five versions of a policy, and refuses a sixth.
VERSION_LIMIT = 5
ROTATE = "DeleteOldestNonDefaultVersionWhenLimitExceeded"


def _listed(policy: Policy, version: PolicyVersion) -> dict[str, Any]:
    return {
        "VersionId": version.id,
        "IsDefaultVersion": version.id == policy.default_version,
        "CreateDate": utc(version.create_time),
    }


def shown_version(policy: Policy, version: PolicyVersion) -> dict[str, Any]:
    return _listed(policy, version) | {"PolicyDocument": version.document}


def _find_version(call: Call, policy: Policy) -> PolicyVersion:
    identifier = call.text("VersionId")
    if not re.fullmatch(r"v[0-9]+", identifier):
        raise invalid("VersionId", "it must be v and a number", "InvalidParameter.VersionId.Format")
    if identifier not in policy.versions:
        raise ApiError("EntityNotExist.Policy.Version", 404, f"The policy version does not exist: {identifier}.")
    return policy.versions[identifier]


@change("ram:CreatePolicyVersion", policy_arn)
def create_policy_version(call: Call) -> Answer:
    policy = find_policy(call)
    rotate = call.choice("RotateStrategy", "None", ROTATE, default="None") == ROTATE
    default = call.flag("SetAsDefault")
    try:
        version = PolicyVersion(f"v{policy.last_version + 1}", lookup.document(call, "PolicyDocument"))
    except MalformedPolicyError as error:
        raise lookup.malformed(error) from error
    if len(policy.versions) >= VERSION_LIMIT:
        if not rotate:
            raise ApiError("LimitExceeded.Policy.Version", 409, f"A policy may have {VERSION_LIMIT} versions.")
        del policy.versions[next(identifier for identifier in policy.versions if identifier != policy.default_version)]
    policy.versions[version.id] = version
    policy.last_version += 1
    if default:
        policy.default_version = version.id
    policy.update_time = now_ms()
    return {"PolicyVersion": shown_version(policy, version)}


@action("ram:GetPolicyVersion", policy_arn)
def get_policy_version(call: Call) -> Answer:
    policy = find_policy(call, lookup.policy_type(call))
    return {"PolicyVersion": shown_version(policy, _find_version(call, policy))}


@action("ram:ListPolicyVersions", policy_arn)
def list_policy_versions(call: Call) -> Answer:
    policy = find_policy(call, lookup.policy_type(call))
    shown = [shown_version(policy, version) for version in policy.versions.values()]
    return {"PolicyVersions": {"PolicyVersion": shown}}


@change("ram:SetDefaultPolicyVersion", policy_arn)
def set_default_policy_version(call: Call) -> Answer:
    policy = find_policy(call)
    policy.default_version = _find_version(call, policy).id
    policy.update_time = now_ms()
    return {}


@change("ram:DeletePolicyVersion", policy_arn)
def delete_policy_version(call: Call) -> Answer:
    policy = find_policy(call)
    version = _find_version(call, policy)
    if version.id == policy.default_version:
        raise ApiError("DeleteConflict.Policy.Version.Default", 409, f"{version.id} is the default version.")
    del policy.versions[version.id]
    return {}
