"""Share what RAM's actions need: checks of names and documents, finding, ARNs, pages and tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from ..actions import Answer, Call, action
from ..errors import ApiError, invalid
from ..identity import Policy, Role

T = TypeVar("T")

ROLE_NAME = re.compile(r"[A-Za-z0-9.@-]+")
POLICY_NAME = re.compile(r"[A-Za-z0-9-]+")
# Characters, as RAM documents.
DOCUMENT_LIMIT = 6144
DESCRIPTION_LIMIT = 1024


def role_name(call: Call) -> str:
    return _name(call, "RoleName", ROLE_NAME, 64)  # characters, as RAM documents


def policy_name(call: Call) -> str:
    return _name(call, "PolicyName", POLICY_NAME, 128)


def _name(call: Call, parameter: str, allowed: re.Pattern[str], limit: int) -> str:
    name = call.text(parameter)
    if len(name) > limit:
        raise invalid(parameter, f"it may have {limit} characters", f"InvalidParameter.{parameter}.Length")
    if not allowed.fullmatch(name):
        raise invalid(parameter, "it has other characters than it may", f"InvalidParameter.{parameter}.InvalidChars")
    return name


def policy_type(call: Call) -> str:
    kind = call.text("PolicyType")
    if kind not in ("System", "Custom"):
        raise invalid("PolicyType", "it must be System or Custom", "InvalidParameter.PolicyType")
    return kind


def document(call: Call, parameter: str) -> str:
    text = call.text(parameter)
    if len(text) > DOCUMENT_LIMIT:
        raise invalid(parameter, f"it may have {DOCUMENT_LIMIT} characters", f"InvalidParameter.{parameter}.Length")
    return text


def description(call: Call, parameter: str, default: str = "") -> str:
    text = call.parameters.get(parameter, default)
    if len(text) > DESCRIPTION_LIMIT:
        reason = f"it may have {DESCRIPTION_LIMIT} characters"
        raise invalid(parameter, reason, "InvalidParameter.Description.Length")
    return text


def malformed(error: ValueError) -> ApiError:
    return ApiError("MalformedPolicyDocument", 400, f"The policy document is malformed: {error}.")


def check_new(kind: str, name: str, there: Collection[str], limit: int, plural: str) -> None:
    """Refuse a name that is taken, and what is more than an account may have."""
    if name in there:
        raise ApiError(f"EntityAlreadyExists.{kind}", 409, f"The {kind.lower()} already exists: {name}.")
    if len(there) >= limit:
        raise ApiError(f"LimitExceeded.{kind}", 409, f"An account may have {limit} {plural}.")


def find_role(call: Call) -> Role:
    """Return the role of exactly this name; it is not documented whether RAM ignores case."""
    name = role_name(call)
    if name not in call.account.roles:
        raise ApiError("EntityNotExist.Role", 404, f"The role does not exist: {name}.")
    return call.account.roles[name]


def find_policy(call: Call, kind: str = "Custom") -> Policy:
    name = policy_name(call)
    policy = call.account.policy(kind, name)
    if policy is None:
        raise ApiError("EntityNotExist.Policy", 404, f"The policy does not exist: {name}.")
    return policy


# The region of a RAM ARN is left empty: patterns written `acs:ram:*:…` and `acs:ram::…` both match that.
def role_arn(call: Call) -> tuple[str, ...]:
    return (f"acs:ram::{call.account.uid}:role/{call.text('RoleName')}",)


def any_role_arn(call: Call) -> tuple[str, ...]:
    return (f"acs:ram::{call.account.uid}:role/*",)


def policy_arn(call: Call) -> tuple[str, ...]:
    # System policies belong to Alibaba Cloud, not to the account.
    owner = "system" if call.optional("PolicyType") == "System" else call.account.uid
    return (f"acs:ram::{owner}:policy/{call.text('PolicyName')}",)


def any_policy_arn(call: Call) -> tuple[str, ...]:
    return (f"acs:ram::{call.account.uid}:policy/*",)


def role_and_policy_arns(call: Call) -> tuple[str, ...]:
    return role_arn(call) + policy_arn(call)


def change(
    name: str, resources: Callable[[Call], tuple[str, ...]]
) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Register an action that changes RAM's state, which CR may see later."""

    def register(function: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        def changing(call: Call) -> Answer:
            answer = function(call)
            # Container Registry decides by the old state for so long.
            call.account.ram_changed(call.state.propagation_ms)
            return answer

        action(name, resources)(changing)
        return function

    return register


def marked_page(call: Call, items: Sequence[T]) -> tuple[list[T], dict[str, Any]]:
    """Return a page by Marker and MaxItems; the answer has a Marker only if there is more."""
    size = call.integer("MaxItems", 100, 1, 1000)
    marker = call.optional("Marker", "0")
    if not re.fullmatch(r"[0-9]{1,9}", marker):
        raise invalid("Marker", "it is none that this service gave out", "InvalidParameter.Marker")
    end = int(marker) + size
    more = end < len(items)
    return list(items[int(marker) : end]), {"IsTruncated": more} | ({"Marker": str(end)} if more else {})


def read_tags(call: Call) -> dict[str, str]:
    return {str(tag.get("Key", "")): str(tag.get("Value", "")) for tag in call.objects("Tag") if tag.get("Key")}


def has_tags(tags: dict[str, str], wanted: dict[str, str]) -> bool:
    return all(key in tags and value in ("", tags[key]) for key, value in wanted.items())


def shown_tags(tags: dict[str, str]) -> dict[str, Any]:
    return {"Tag": [{"TagKey": key, "TagValue": value} for key, value in tags.items()]}
