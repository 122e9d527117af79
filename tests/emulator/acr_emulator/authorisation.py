"""Decide whether a caller may act, and refuse."""

from __future__ import annotations

from collections.abc import Sequence

from .account import Account
from .actions import Action, Call
from .errors import ApiError
from .identity import Caller
from .ids import now_ms
from .policy import Decision, Document, decide, parse


def authorise(call: Call, action: Action) -> None:
    """Raise NoPrivilege (CR) or NoPermission (RAM and STS) if policies do not allow a call."""
    # The root of an account may do everything within it.
    if call.caller.is_root or not action.authority:
        return
    # RAM knows its own changes at once; CR hears of them later.
    delay = call.state.propagation_ms if action.product == "cr" else 0
    layers = caller_policies(call.account, call.caller, now_ms() - delay)
    for resource in action.resources(call):
        for layer, documents in layers:
            decision = decide(documents, action.authority, resource)
            if decision is not Decision.ALLOW:
                raise _denied(action, resource, call.caller, decision, layer)


def caller_policies(account: Account, caller: Caller, moment: int) -> list[tuple[str, Sequence[Document]]]:
    """Return the layers of policies that decide what a caller may do at `moment`.

    Each layer must allow it.
    """
    if caller.identity:
        return [("AccountLevelIdentityBasedPolicy", account.documents(caller.identity.policies))]
    session = caller.session
    assert session is not None
    # An open session loses its rights together with its role.
    role = account.role_as_of(session.role, moment)
    layers: list[tuple[str, Sequence[Document]]] = [
        ("AccountLevelIdentityBasedPolicy", role.policies if role else ()),
    ]
    if session.policy:
        layers.append(("SessionPolicy", (parse(session.policy),)))
    return layers


def refusal(action: Action, caller: Caller) -> ApiError:
    """Return the refusal for insufficient policies."""
    return _denied(action, "*", caller, Decision.IMPLICIT_DENY, "AccountLevelIdentityBasedPolicy")


def _denied(action: Action, resource: str, caller: Caller, decision: Decision, layer: str) -> ApiError:
    detail = {
        "PolicyType": layer,
        "AuthAction": action.authority,
        "AuthPrincipalOwnerId": caller.account_id,
        "AuthPrincipalType": "SubUser" if caller.identity else "AssumedRoleUser",
        "AuthPrincipalDisplayName": caller.name,
        "NoPermissionType": decision.value,
    }
    message = f"You are not authorized to do this action. Action: {action.authority}, resource: {resource}"
    if action.product == "cr":
        return ApiError("NoPrivilege", 403, f"Access denied for this user. {message}", {"AccessDeniedDetail": detail})
    return ApiError("NoPermission", 403, message, {"AccessDeniedDetail": detail})
