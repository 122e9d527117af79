# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read one statement of a RAM document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]

ASSUME_ROLE = "sts:AssumeRole"
_SERVICE = re.compile(r"(\d+)@cr\.aliyuncs\.com")


def as_list(value: Any) -> list[Any]:
    """Return a field's values: none, one or several."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def texts(statement: Statement, key: str) -> list[str]:
    """Return a field's values as texts."""
    return [str(value) for value in as_list(statement.get(key))]


def allows(statement: Statement) -> bool:
    """Return whether it is an Allow; RAM has only Allow and Deny."""
    return str(statement.get("Effect", "")).lower() == "allow"


def is_about(statement: Statement, action: str) -> bool:
    """Return whether it covers an action, by Action or by NotAction."""
    key = "NotAction" if "NotAction" in statement else "Action"
    covered = any(matches(named.lower(), action.lower()) for named in texts(statement, key))
    return covered != (key == "NotAction")


def is_on(statement: Statement, resource: str) -> bool:
    """Return whether it covers a resource, by Resource or by NotResource."""
    key = "NotResource" if "NotResource" in statement else "Resource"
    covered = any(matches(named, resource) for named in texts(statement, key))
    return covered != (key == "NotResource")


def matches(pattern: str, text: str) -> bool:
    """Return whether a pattern matches a text; RAM knows * and ?, but no sets in brackets."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def is_pattern(text: str) -> bool:
    """Return whether a text is a pattern."""
    return "*" in text or "?" in text


def service(account_id: str) -> str:
    """Return the principal of an account's Container Registry."""
    return f"{account_id}@cr.aliyuncs.com"


def service_account(principal: str) -> str | None:
    """Return the account whose Container Registry is the principal; None for any other principal."""
    match = _SERVICE.fullmatch(principal)
    return match.group(1) if match else None


def principals(statement: Statement) -> list[tuple[str, str]]:
    """Return each principal's kind and name: ("Service", "ecs.aliyuncs.com")."""
    principal = statement.get("Principal")
    if not isinstance(principal, Mapping):
        return [("everybody", str(name)) for name in as_list(principal)]
    found = []
    for kind, names in principal.items():
        found += [(str(kind), str(name)) for name in as_list(names)]
    return found


def names_account(statement: Statement, account_id: str) -> bool:
    """Return whether it names an account's Container Registry."""
    return ("Service", service(account_id)) in principals(statement)


def names_all_accounts(statement: Statement) -> bool:
    """Return whether a principal may stand for any account.

    It is not documented whether RAM reads a * in a service's name. So nothing relies on it in either way.
    """
    return any(
        kind == "everybody" or (kind == "Service" and "*" in name and name.endswith(("@cr.aliyuncs.com", "*")))
        for kind, name in principals(statement)
    )


def in_words(statement: Statement) -> str:
    """Return actions with resources, or with a trust's principals, in words: 'cr:* on *'."""
    actions, resources = (", ".join(named(statement, key)) for key in ("Action", "Resource"))
    if resources:
        return f"{actions} on {resources}"
    return f"{actions} to {', '.join(name for _kind, name in principals(statement))}"


def named(statement: Statement, key: str) -> list[str]:
    """Return a field's values, and its opposite's as exceptions."""
    return [*texts(statement, key), *(f"all but {name}" for name in texts(statement, f"Not{key}"))]
