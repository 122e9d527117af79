# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a grant lets replicate, into what, and what else it allows. Pure functions of parsed RAM documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy as policy

_ONE_INSTANCE = re.compile(r"acs:cr:[^:]*:[^:]*:instance/[^*?]+")
_REGION = re.compile(r"^(acs:cr):[^:]*")


@dataclass(frozen=True)
class Trust:
    """UIDs of the accounts that are trusted, and of those that are only on a condition; and who else, in words."""

    accounts: frozenset[str]
    on_condition: frozenset[str]
    others: tuple[str, ...]


def trust_of(document: Mapping[str, Any] | None) -> Trust:
    """Whom a trust policy lets act. A Deny wins, whatever its condition."""
    found: dict[str, set[str]] = {"always": set(), "on condition": set(), "never": set(), "others": set()}
    for statement in policy.statements(document):
        kept = "never" if not _allows(statement) else "on condition" if statement.get("Condition") else "always"
        for kind, who in _principals(statement) if _is_about(statement, "sts:AssumeRole") else ():
            account = policy.service_account(who) if kind == "Service" else None
            if account:
                found[kept].add(account)
            elif kept != "never":
                found["others"].add(f"{kind} {who}")
    always = found["always"] - found["never"]
    on_condition = found["on condition"] - found["never"] - always
    return Trust(frozenset(always), frozenset(on_condition), tuple(sorted(found["others"])))


def excess(document: Mapping[str, Any]) -> Iterator[str]:
    """What a policy allows beyond replication into instances that it names: 'cr:* on *'."""
    needed = {action.lower() for action in policy.GRANT_ACTIONS}
    for statement in filter(_allows, policy.statements(document)):
        actions, resources = (_named(statement, key) for key in ("Action", "Resource"))
        beyond = [one for one in actions if one.lower() not in needed]
        wide = [one for one in resources if not _ONE_INSTANCE.fullmatch(one)]
        if beyond or wide:
            yield f"{', '.join(beyond or actions)} on {', '.join(resources if beyond else wide)}"


def reaches(documents: Iterable[Mapping[str, Any]], resource: str) -> bool:
    """Whether policies together allow replication into an instance, without a condition. A Deny wins.

    A resource of region * is of a region that is not known, and is then on every one that is named.
    """
    statements = [one for document in documents for one in policy.statements(document)]

    def is_allowed(action: str) -> bool:
        about = [one for one in statements if _is_about(one, action) and _is_on(one, resource)]
        return all(map(_allows, about)) and any(not one.get("Condition") for one in about)

    return all(map(is_allowed, policy.GRANT_ACTIONS))


def _allows(statement: Mapping[str, Any]) -> bool:
    return str(statement.get("Effect", "")).lower() == "allow"


def _is_about(statement: Mapping[str, Any], action: str) -> bool:
    named = policy.as_list(statement.get("NotAction", statement.get("Action")))
    return any(_matches(str(one).lower(), action.lower()) for one in named) != ("NotAction" in statement)


def _is_on(statement: Mapping[str, Any], resource: str) -> bool:
    named = [str(one) for one in policy.as_list(statement.get("NotResource", statement.get("Resource")))]
    if resource.startswith("acs:cr:*:"):
        named = [_REGION.sub(r"\1:*", one) for one in named]
    return any(_matches(one, resource) for one in named) != ("NotResource" in statement)


def _matches(pattern: str, text: str) -> bool:
    """RAM knows * and ?, and no brackets."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _named(statement: Mapping[str, Any], key: str) -> list[str]:
    named = [str(one) for one in policy.as_list(statement.get(key))]
    return [*named, *(f"all but {one}" for one in policy.as_list(statement.get(f"Not{key}")))]


def _principals(statement: Mapping[str, Any]) -> list[tuple[str, str]]:
    principal = statement.get("Principal")
    if not isinstance(principal, Mapping):
        return [("everybody", str(one)) for one in policy.as_list(principal)]
    return [(str(kind), str(one)) for kind, who in principal.items() for one in policy.as_list(who)]
