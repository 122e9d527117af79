# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare and change RAM policies by their meaning.

A document is {"Version": "1", "Statement": [...]}. Everywhere in it, a text means the same as a list with that text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access.statement import (
    ASSUME_ROLE,
    Statement,
    allows,
    as_list,
    is_about,
    is_pattern,
    matches,
    names_account,
    service,
    service_account,
    texts,
)

Document = dict[str, Any]
Grant = tuple[str, str]  # region, instance ID

GRANT_ACTIONS = ("cr:CreateRepositorySync", "cr:CreateSyncRule")
# RAM's limit, in characters of a document.
MAX_LENGTH = 6144

# How this collection writes resources. Another form was written by somebody else.
_RESOURCE = re.compile(r"acs:cr:([^:]*):([^:]*):instance/(.+)")


def parse(text: str | None) -> Document:
    """Return the document of a JSON text; empty if the text is no JSON."""
    try:
        document = json.loads(text or "{}")
    except ValueError:
        document = {}
    return document if isinstance(document, dict) else {}


def dump(document: Document) -> str:
    # Without spaces, since RAM counts every character against its limit.
    return json.dumps(document, separators=(",", ":"), sort_keys=True)


def statements(document: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return a document's statements as a list."""
    return [entry for entry in as_list((document or {}).get("Statement")) if isinstance(entry, dict)]


def meaning(document: Mapping[str, Any] | None) -> frozenset[str]:
    """Return a value that two documents share if they mean the same, however they are written."""
    return frozenset(json.dumps(_normal(statement), sort_keys=True) for statement in statements(document))


def _normal(statement: Mapping[str, Any]) -> dict[str, Any]:
    # RAM ignores the case of effects and actions, and reads a text like a list with that text.
    normal: dict[str, Any] = {"Effect": str(statement.get("Effect", "")).lower()}
    for key in ("Action", "NotAction"):
        if key in statement:
            normal[key] = sorted({str(action).lower() for action in as_list(statement[key])})
    for key in ("Resource", "NotResource"):
        if key in statement:
            normal[key] = sorted({str(name) for name in as_list(statement[key])})
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        normal["Principal"] = {kind: sorted(set(map(str, as_list(who)))) for kind, who in principal.items()}
    elif principal is not None:
        normal["Principal"] = principal
    if statement.get("Condition"):
        normal["Condition"] = statement["Condition"]
    return normal


# Trust policies: who may have Container Registry act in this account.


def with_trust(document: Mapping[str, Any] | None, add: Iterable[str], remove: Iterable[str]) -> Document:
    """Return the document with some accounts trusted and others not; everything else in it stays."""
    gone = list(remove)
    kept: list[dict[str, Any]] = []
    for statement in statements(document):
        kept += [statement] if not _is_trust(statement, gone) else _without_services(statement, gone)
    missing: list[str] = []
    for account in dict.fromkeys(add):
        if not any(_trusts_plainly(statement, account) for statement in kept):
            missing.append(account)
    if not missing:
        return {"Version": "1", "Statement": kept}
    # One statement for all accounts keeps the document short, and a person sees at a glance whom it trusts.
    home = next((statement for statement in kept if _is_ours(statement)), None)
    if home is None:
        kept.append(_trust_statement(map(service, missing)))
    else:
        kept[kept.index(home)] = {**home, **_trust_statement([*_services(home), *map(service, missing)])}
    return {"Version": "1", "Statement": kept}


def _trust_statement(services: Iterable[str]) -> dict[str, Any]:
    return {"Action": ASSUME_ROLE, "Effect": "Allow", "Principal": {"Service": sorted(services)}}


def _is_trust(statement: Statement, accounts: Iterable[str]) -> bool:
    """Return whether the statement lets any of the accounts act."""
    about = allows(statement) and is_about(statement, ASSUME_ROLE)
    return about and any(names_account(statement, account) for account in accounts)


def _trusts_plainly(statement: Statement, account: str) -> bool:
    return _is_trust(statement, [account]) and not statement.get("Condition")


def _is_ours(statement: Statement) -> bool:
    """Return whether the statement only trusts accounts' Container Registry."""
    services = _services(statement)
    plain = bool(services) and _normal(statement) == _normal(_trust_statement(services))
    return plain and all(service_account(name) for name in services)


def _services(statement: Statement) -> list[str]:
    principal = statement.get("Principal")
    return texts(principal, "Service") if isinstance(principal, Mapping) else []


def _without_services(statement: dict[str, Any], accounts: Iterable[str]) -> list[dict[str, Any]]:
    """Return the statement without some accounts; nothing is left if it then trusts nobody."""
    gone = set(map(service, accounts))
    left = [name for name in _services(statement) if name not in gone]
    principal = {kind: names for kind, names in statement["Principal"].items() if kind != "Service"}
    if left:
        principal["Service"] = left
    return [{**statement, "Principal": principal}] if principal else []


# Permission policies: which instances may be replicated into.


def resource(account_id: str, grant: Grant) -> str:
    """Return the ARN to grant on, which has instance/, although the caller's permission is on repository/."""
    return f"acs:cr:{grant[0]}:{account_id}:instance/{grant[1]}"


def with_grants(
    document: Mapping[str, Any] | None, account_id: str, add: Iterable[Grant], remove: Iterable[Grant]
) -> Document:
    """Return the document with some instances granted and others not.

    The two actions are taken off an instance in every statement that names both; its other actions and instances stay.
    A statement with a pattern, such as cr:*, cannot be taken apart and stays as it is.
    """
    gone = list(remove)
    others: list[dict[str, Any]] = []
    ours: set[Grant] = set()
    for statement in statements(document):
        if is_grant(statement, account_id):
            ours |= _grants(statement, account_id)
        else:
            others += _without_grants(statement, account_id, gone)
    for place in gone:
        ours = {grant for grant in ours if not _covers(resource(account_id, grant), account_id, place)}
    ours |= set(add)
    if not ours:
        return {"Version": "1", "Statement": others}
    resources = [resource(account_id, grant) for grant in sorted(ours)]
    grants = {"Action": list(GRANT_ACTIONS), "Effect": "Allow", "Resource": resources}
    return {"Version": "1", "Statement": [*others, grants]}


def without_any_grant(document: Mapping[str, Any], account_id: str) -> Document:
    """Return the document without statements that only grant."""
    others = [statement for statement in statements(document) if not is_grant(statement, account_id)]
    return {"Version": "1", "Statement": others}


def is_grant(statement: Statement, account_id: str) -> bool:
    """Return whether the statement only grants instances of this account."""
    resources = texts(statement, "Resource")
    return (
        set(statement) <= {"Action", "Effect", "Resource"}
        and allows(statement)
        and {action.lower() for action in texts(statement, "Action")} == _grant_actions()
        and bool(resources)
        and len(_grants(statement, account_id)) == len(set(resources))
    )


def _without_grants(statement: dict[str, Any], account_id: str, gone: Iterable[Grant]) -> list[dict[str, Any]]:
    """Return what is left of a statement after some instances are taken off; that may need two statements."""
    actions, resources = texts(statement, "Action"), texts(statement, "Resource")
    affected = [text for text in resources if any(_covers(text, account_id, grant) for grant in gone)]
    granting = [action for action in actions if action.lower() in _grant_actions()]
    if not (allows(statement) and affected and granting) or any(map(is_pattern, actions)):
        return [statement]
    left = [text for text in resources if text not in affected]
    more = [action for action in actions if action not in granting]
    parts = [{**statement, "Resource": left}] if left else []
    return [*parts, {**statement, "Action": more, "Resource": affected}] if more else parts


def _covers(text: str, account_id: str, grant: Grant) -> bool:
    """Return whether a resource is this instance alone; its region and account may be patterns."""
    match = _RESOURCE.fullmatch(text)
    if match is None or match.group(3) != grant[1]:
        return False
    return matches(match.group(2), account_id) and matches(match.group(1), grant[0])


def _grants(statement: Statement, account_id: str) -> set[Grant]:
    found = (_RESOURCE.fullmatch(text) for text in texts(statement, "Resource"))
    return {(match.group(1), match.group(3)) for match in found if match and match.group(2) == account_id}


def _grant_actions() -> set[str]:
    return {action.lower() for action in GRANT_ACTIONS}
