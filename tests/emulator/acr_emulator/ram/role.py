"""Roles."""

from __future__ import annotations

from typing import Any

from ..actions import Answer, Call, action
from ..errors import ApiError, invalid
from ..identity import Role
from ..ids import now_ms, utc
from ..policy import MalformedPolicyError
from . import lookup
from .lookup import any_role_arn, change, find_role, role_arn

# RAM's documented quota of an account.
# RAM's documented quota of an account.
ROLE_LIMIT = 1000


def _listed(call: Call, role: Role) -> dict[str, Any]:
    return {
        "RoleId": role.id,
        "RoleName": role.name,
        "Arn": f"acs:ram::{call.account.uid}:role/{role.name}",
        "Description": role.description,
        "MaxSessionDuration": role.max_session_duration,
        "AllowConsoleLogin": role.allow_console_login,
        "CreateDate": utc(role.create_time),
    }


def _created(call: Call, role: Role) -> dict[str, Any]:
    return _listed(call, role) | {"AssumeRolePolicyDocument": role.trust_policy}


def _updated(call: Call, role: Role) -> dict[str, Any]:
    return _created(call, role) | {"UpdateDate": utc(role.update_time)}


@change("ram:CreateRole", any_role_arn)
def create_role(call: Call) -> Answer:
    name = lookup.role_name(call)
    trust = lookup.document(call, "AssumeRolePolicyDocument")
    description = lookup.description(call, "Description")
    lookup.check_new("Role", name, call.account.roles, ROLE_LIMIT, "roles")
    duration, login = _duration(call, "MaxSessionDuration", 3600), call.flag("AllowConsoleLogin")
    try:
        role = Role(name, trust, description=description, max_session_duration=duration, allow_console_login=login)
    except MalformedPolicyError as error:
        raise lookup.malformed(error) from error
    role.tags = lookup.read_tags(call)
    call.account.roles[name] = role
    return {"Role": _created(call, role)}


def _duration(call: Call, parameter: str, default: int) -> int:
    seconds = call.integer(parameter, default, 0, 10**9)
    # One hour to twelve, as RAM documents it.
    if not 3600 <= seconds <= 43200:
        raise invalid(parameter, "it must be 3600 to 43200 seconds", f"InvalidParameter.{parameter}")
    return seconds


@action("ram:GetRole", role_arn)
def get_role(call: Call) -> Answer:
    role = find_role(call)
    principal = f"{role.name}@role.{call.account.uid}.onaliyunservice.com"
    more = {"IsServiceLinkedRole": False, "RolePrincipalName": principal, "LatestDeletionTask": {}}
    return {"Role": _updated(call, role) | more}


@action("ram:ListRoles", any_role_arn)
def list_roles(call: Call) -> Answer:
    """List the roles, without their trust policies."""
    wanted = lookup.read_tags(call)
    found = [role for role in call.account.roles.values() if lookup.has_tags(role.tags, wanted)]
    chosen, fields = lookup.marked_page(call, found)
    shown = [
        _listed(call, role) | {"UpdateDate": utc(role.update_time), "Tags": lookup.shown_tags(role.tags)}
        for role in chosen
    ]
    return fields | {"Roles": {"Role": shown}}


@change("ram:UpdateRole", role_arn)
def update_role(call: Call) -> Answer:
    role = find_role(call)
    description = lookup.description(call, "NewDescription", role.description)
    duration = _duration(call, "NewMaxSessionDuration", role.max_session_duration)
    if call.optional("NewAssumeRolePolicyDocument"):
        try:
            role.set_trust_policy(lookup.document(call, "NewAssumeRolePolicyDocument"))
        except MalformedPolicyError as error:
            raise lookup.malformed(error) from error
    role.description = description
    role.max_session_duration = duration
    role.allow_console_login = call.flag("NewAllowConsoleLogin", role.allow_console_login)
    role.update_time = now_ms()
    return {"Role": _updated(call, role)}


@change("ram:DeleteRole", role_arn)
def delete_role(call: Call) -> Answer:
    role = find_role(call)
    # RAM deletes no role that still has policies, so that nobody loses one unseen.
    if role.policies:
        message = f"The role still has the policy {role.policies[0].name}; detach it first."
        raise ApiError("DeleteConflict.Role.Policy", 409, message)
    del call.account.roles[role.name]
    return {}
