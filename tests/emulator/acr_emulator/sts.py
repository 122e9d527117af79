"""Serve the Security Token Service, version 2015-04-01."""

from __future__ import annotations

import re
import secrets

from .account import Account
from .actions import Answer, Call, action
from .errors import ApiError, invalid
from .identity import Role, Session
from .ids import now_ms, utc
from .policy import MalformedPolicyError, parse, trusts

ROLE_ARN = re.compile(r"acs:ram::([0-9]+):role/([A-Za-z0-9.@_-]+)")
EXTERNAL_ID = re.compile(r"[A-Za-z0-9=,.@:/_-]{2,1224}")
SESSION_NAME = re.compile(r"[A-Za-z0-9.@_-]{2,64}")


@action("sts:GetCallerIdentity", authority="")
def get_caller_identity(call: Call) -> Answer:
    """Return the caller; AccountId is always the account's UID."""
    uid, caller = call.account.uid, call.caller
    if caller.session:
        role = call.account.roles.get(caller.session.role)
        role_id = role.id if role else ""
        arn = f"acs:ram::{uid}:assumed-role/{caller.session.role}/{caller.session.name}"
        principal = f"{role_id}:{caller.session.name}"
        kind, more = "AssumedRoleUser", {"RoleId": role_id}
    elif caller.is_root or caller.identity is None:
        arn, principal, kind, more = f"acs:ram::{uid}:root", uid, "Account", {"UserId": uid}
    else:
        identifier = caller.identity.id
        arn, principal = f"acs:ram::{uid}:user/{caller.name}", identifier
        kind, more = "RAMUser", {"UserId": identifier}
    return {"AccountId": uid, "Arn": arn, "PrincipalId": principal, "IdentityType": kind} | more


def _role_resource(call: Call) -> tuple[str, ...]:
    return (call.text("RoleArn"),)


@action("sts:AssumeRole", _role_resource)
def assume_role(call: Call) -> Answer:
    """Return a role's session.

    Root keys may not assume a role, and nobody may assume one that only trusts a service.
    """
    account, role = _find_role(call)
    name, seconds, policy = call.text("RoleSessionName"), _duration(call, role), _session_policy(call)
    if not SESSION_NAME.fullmatch(name):
        raise invalid(
            "RoleSessionName", "it must be 2 to 64 letters, digits and .@-_", "InvalidParameter.RoleSessionName"
        )
    if call.caller.is_root or not trusts(role.trust, "RAM", _principal_names(call), _external_id(call)):
        reason = "Roles may not be assumed by root accounts." if call.caller.is_root else "The role does not trust you."
        raise ApiError("NoPermission", 403, f"You are not authorized to do this action. {reason}")
    session = _new_session(role, name, seconds, policy)
    account.sessions[session.access_key_id] = session
    call.state.add_session(account, session)
    return {
        "AssumedRoleUser": {
            "Arn": f"acs:ram::{account.uid}:role/{role.name}/{name}",
            "AssumedRoleId": f"{role.id}:{name}",
        },
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "AccessKeySecret": session.access_key_secret,
            "SecurityToken": session.security_token,
            "Expiration": utc(session.expire_time),
        },
    }


def _new_session(role: Role, name: str, seconds: int, policy: str | None) -> Session:
    keys = (f"STS.{secrets.token_hex(12)}", secrets.token_hex(22), secrets.token_hex(64))
    return Session(*keys, role=role.name, name=name, expire_time=now_ms() + seconds * 1000, policy=policy)


def _find_role(call: Call) -> tuple[Account, Role]:
    matched = ROLE_ARN.fullmatch(call.text("RoleArn"))
    if not matched:
        raise invalid("RoleArn", "it must be acs:ram::<uid>:role/<name>", "InvalidParameter.RoleArn")
    account = call.state.accounts.get(matched[1])
    role = account.roles.get(matched[2]) if account else None
    if account is None or role is None:
        raise ApiError("EntityNotExist.Role", 404, f"The role does not exist: {matched[0]}.")
    return account, role


def _duration(call: Call, role: Role) -> int:
    # An hour is the default, 900 seconds the least, as STS documents.
    seconds = call.integer("DurationSeconds", min(3600, role.max_session_duration), 0, 10**9)
    if not 900 <= seconds <= role.max_session_duration:
        reason = f"it must be 900 to {role.max_session_duration} seconds"
        raise invalid("DurationSeconds", reason, "InvalidParameter.DurationSeconds")
    return seconds


def _session_policy(call: Call) -> str | None:
    text = call.optional("Policy")
    # Characters, as STS documents.
    if len(text) > 2048:
        raise invalid("Policy", "it may have 2048 characters", "InvalidParameter.PolicySize")
    try:
        if text:
            parse(text)
    except MalformedPolicyError as error:
        raise invalid("Policy", str(error), "InvalidParameter.PolicyGrammar") from error
    return text or None


def _external_id(call: Call) -> str:
    """Return the external ID, by which a role's owner recognises the customer."""
    value = call.optional("ExternalId")
    if value and not EXTERNAL_ID.fullmatch(value):
        raise invalid("ExternalId", "it must be 2 to 1224 letters, digits and =,.@:/-_", "InvalidParameter.ExternalId")
    return value


def _principal_names(call: Call) -> list[str]:
    """Return the caller's names in trust policies: that of its whole account, and that of the user or role."""
    prefix = f"acs:ram::{call.account.uid}:"
    caller = call.caller
    own = f"role/{caller.session.role}" if caller.session else f"user/{caller.name}"
    return [f"{prefix}root", f"{prefix}{own}"]
