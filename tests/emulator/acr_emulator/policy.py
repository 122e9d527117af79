"""Read RAM policy documents and decide by them, with pure functions.

The rules are those of RAM. An explicit Deny wins, then any Allow; otherwise access is denied. Actions ignore case,
resources do not; ``*`` stands for any characters, ``?`` for one. Only a trust policy's external ID is evaluated of
Conditions, since the emulator does not have what others ask for. With another Condition, an Allow grants nothing, and a
Deny denies.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

ASSUME_ROLE = "sts:AssumeRole"


class MalformedPolicyError(ValueError):
    """A document that RAM would refuse with MalformedPolicyDocument."""


class Decision(Enum):
    ALLOW = "Allow"
    EXPLICIT_DENY = "ExplicitDeny"
    IMPLICIT_DENY = "ImplicitDeny"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, with tuples for texts and lists.

    `principals` is keyed by type: RAM, Service, Federated. A caller must name one of `external_ids` to assume the role,
    unless there are none.
    """

    allow: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: Mapping[str, tuple[str, ...]]
    conditional: bool
    external_ids: tuple[str, ...] = ()
    except_actions: bool = False
    except_resources: bool = False

    def matches(self, action: str, resource: str) -> bool:
        # It is not known here whether a Condition is met, so an Allow with one allows nothing.
        if self.conditional and self.allow:
            return False
        return self.matches_action(action) and (
            any(match(pattern, resource) for pattern in self.resources) != self.except_resources
        )

    def matches_action(self, action: str) -> bool:
        # RAM ignores the case of actions, but not that of resources.
        wanted = action.lower()
        return any(match(pattern.lower(), wanted) for pattern in self.actions) != self.except_actions


Document = tuple[Statement, ...]


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    # fnmatch's expressions never take exponential time. "[" is no wildcard in RAM.
    return re.compile(fnmatch.translate(pattern.replace("[", "[[]")))


def match(pattern: str, text: str) -> bool:
    """Return whether `text` matches a RAM pattern as a whole."""
    return pattern == "*" or _compiled(pattern).match(text) is not None


def decide(documents: Iterable[Document], action: str, resource: str) -> Decision:
    decision = Decision.IMPLICIT_DENY
    for document in documents:
        for statement in document:
            if statement.matches(action, resource):
                # A Deny wins over every Allow, wherever it stands.
                if not statement.allow:
                    return Decision.EXPLICIT_DENY
                decision = Decision.ALLOW
    return decision


def trusts(document: Document, principal_type: str, names: Iterable[str], external_id: str = "") -> bool:
    """Return whether a trust policy lets a principal with one of `names` call sts:AssumeRole."""
    wanted = set(names)
    trusted = False
    for statement in document:
        named = wanted.intersection(statement.principals.get(principal_type, ()))
        known = not statement.external_ids or external_id in statement.external_ids
        if named and known and statement.matches_action(ASSUME_ROLE):
            if not statement.allow:
                return False
            trusted = trusted or not statement.conditional
    return trusted


def parse(text: str, *, trust: bool = False) -> Document:
    """Read a policy document; with `trust` a role's trust policy, which has principals and no resources."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedPolicyError(f"the policy document is not JSON: {error}") from error
    # "1" is the only version that RAM knows.
    if not isinstance(data, dict) or data.get("Version") != "1":
        raise MalformedPolicyError('the policy document must be an object with Version "1"')
    statements = data.get("Statement")
    if not isinstance(statements, list) or not statements:
        raise MalformedPolicyError("the policy document has no Statement list")
    return tuple(_statement(item, trust) for item in statements)


def _statement(data: Any, trust: bool) -> Statement:
    if not isinstance(data, dict):
        raise MalformedPolicyError("a Statement is not an object")
    if data.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicyError("Effect must be Allow or Deny")
    actions = _one_of(data, "Action", "NotAction")
    # A trust policy has no Resource: it is about its own role.
    resources = ("*",) if trust else _one_of(data, "Resource", "NotResource")
    external_ids = _external_ids(data.get("Condition")) if trust else ()
    return Statement(
        allow=data["Effect"] == "Allow",
        actions=actions,
        resources=resources,
        principals=_principals(data.get("Principal")) if trust else {},
        conditional=bool(data.get("Condition")) and not external_ids,
        external_ids=external_ids,
        except_actions="NotAction" in data,
        except_resources="NotResource" in data,
    )


def _one_of(data: Mapping[str, Any], name: str, opposite: str) -> tuple[str, ...]:
    # Both are wrong, and so is neither.
    if (name in data) == (opposite in data):
        raise MalformedPolicyError(f"a Statement needs either {name} or {opposite}")
    return _strings(data.get(name, data.get(opposite)), name)


def _principals(data: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(data, dict) or not data:
        raise MalformedPolicyError("a trust policy's Statement needs a Principal")
    unknown = set(data) - {"RAM", "Service", "Federated"}
    if unknown:
        raise MalformedPolicyError(f"unknown Principal type {sorted(unknown)[0]}")
    return {name: _strings(value, f"Principal.{name}") for name, value in data.items()}


def _external_ids(condition: Any) -> tuple[str, ...]:
    """Return the values that sts:ExternalId must equal, if the Condition says nothing else."""
    match condition:
        case {"StringEquals": {"sts:ExternalId": value, **others}, **more} if not others and not more:
            return _strings(value, "sts:ExternalId")
    return ()


def _strings(value: Any, name: str) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values or not all(isinstance(value, str) and value for value in values):
        raise MalformedPolicyError(f"{name} must be a string or a list of strings")
    return tuple(values)
