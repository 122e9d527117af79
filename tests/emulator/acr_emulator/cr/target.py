"""Check what sync rules and tasks demand of both instances."""

from __future__ import annotations

import re

from ..actions import Call
from ..catalogue import Instance
from ..errors import ApiError, BusinessError, invalid
from ..sync import ungranted

# The documented editions; the vendor's pages differ on Enterprise_Standard.
SOURCE_EDITIONS = ("Enterprise_Advanced",)
TARGET_EDITIONS = ("Enterprise_Basic", "Enterprise_Advanced")
_INDUSTRY = re.compile(r"finance|gov")


def target_account(call: Call) -> str:
    """Return the other account's UID; empty within one account."""
    uid = call.optional("TargetUserId")
    if uid and not (uid.isascii() and uid.isdigit()):
        raise invalid("TargetUserId", "it must be the UID of an Alibaba Cloud account")
    return "" if uid == call.account.uid else uid


def check_name(parameter: str, name: str, allowed: re.Pattern[str]) -> None:
    if name and not allowed.fullmatch(name):
        raise invalid(parameter, f"{name!r} cannot be such a name")


def check_target(call: Call, source: Instance) -> Instance:
    """Return the target instance if all documented prerequisites hold.

    The codes are guesses in the service's style. That of a missing grant is a setting of the behaviour.
    """
    if source.edition not in SOURCE_EDITIONS:
        raise BusinessError(
            "SOURCE_INSTANCE_SPEC_NOT_SUPPORT", f"{source.id} is {source.edition}, not {SOURCE_EDITIONS[0]}."
        )
    target = _find_target(call, target_account(call) or call.account.uid)
    if call.state.refuses(target):
        raise BusinessError("TARGET_INSTANCE_STATUS_NOT_SUPPORT", f"{target.id} is {target.status}.")
    if target is source:
        raise BusinessError("TARGET_INSTANCE_SAME_AS_SOURCE", "An instance cannot be replicated into itself.")
    if target.edition not in TARGET_EDITIONS:
        raise BusinessError("TARGET_INSTANCE_SPEC_NOT_SUPPORT", f"{target.id} is {target.edition}.")
    if bool(_INDUSTRY.search(target.region)) and not _INDUSTRY.search(source.region):
        raise BusinessError("TARGET_REGION_NOT_SUPPORT", f"{source.region} cannot replicate into {target.region}.")
    if target_account(call):
        _check_grant(call, source, target)
    return target


def _find_target(call: Call, uid: str) -> Instance:
    identifier, region = call.text("TargetInstanceId"), call.text("TargetRegionId")
    account = call.state.accounts.get(uid)
    target = account.instances.get(identifier) if account else None
    if target is None:
        raise BusinessError("TARGET_INSTANCE_NOT_EXIST", f"Account {uid} has no instance {identifier}.")
    if target.region != region:
        raise BusinessError("TARGET_REGION_NOT_MATCH", f"{identifier} is not in {region}.")
    return target


def _check_grant(call: Call, source: Instance, target: Instance) -> None:
    answer = call.state.behaviour.ungranted
    reason = ungranted(call.state, source.account_id, target) if answer.at == "create" else ""
    if not reason:
        return
    message = f"Access denied for this user: {reason}."
    raise BusinessError(answer.code, message) if answer.http == 200 else ApiError(answer.code, answer.http, message)
