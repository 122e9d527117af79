# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RAM policy documents, compared and changed by meaning. Pure functions of parsed documents.

A document is {"Version": "1", "Statement": [...]}; a single text and a list of one mean the same everywhere in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

Document = dict[str, Any]
Grant = tuple[str, str]  # region, instance ID

GRANT_ACTIONS = ("cr:CreateRepositorySync", "cr:CreateSyncRule")
MAX_LENGTH = 6144

_SERVICE = re.compile(r"(\d+)@cr\.aliyuncs\.com")
_RESOURCE = re.compile(r"acs:cr:([^:]*):([^:]*):instance/(.+)")


def parse(text: str | None) -> Document:
    """A document as the service returned it: plain JSON text, which nobody promises to be well kept."""
    try:
        document = json.loads(text or "{}")
    except ValueError:
        document = {}
    return document if isinstance(document, dict) else {}


def dump(document: Document) -> str:
    return json.dumps(document, separators=(",", ":"), sort_keys=True)


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def statements(document: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [one for one in as_list((document or {}).get("Statement")) if isinstance(one, dict)]


def meaning(document: Mapping[str, Any] | None) -> frozenset[str]:
    """Two documents with the same meaning have the same value here, however they are written."""
    return frozenset(json.dumps(_normal(one), sort_keys=True) for one in statements(document))


def _normal(statement: Mapping[str, Any]) -> dict[str, Any]:
    normal: dict[str, Any] = {"Effect": str(statement.get("Effect", "")).lower()}
    for key in ("Action", "NotAction"):
        if key in statement:
            normal[key] = sorted({str(one).lower() for one in as_list(statement[key])})
    for key in ("Resource", "NotResource"):
        if key in statement:
            normal[key] = sorted({str(one) for one in as_list(statement[key])})
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        normal["Principal"] = {kind: sorted({str(one) for one in as_list(who)}) for kind, who in principal.items()}
    elif principal is not None:
        normal["Principal"] = principal
    if statement.get("Condition"):
        normal["Condition"] = statement["Condition"]
    return normal


# Trust policies: who may have Container Registry act in this account.


def service(account_id: str) -> str:
    return f"{account_id}@cr.aliyuncs.com"


def service_account(principal: str) -> str | None:
    """The UID of the account whose Container Registry a principal is; None if it is something else."""
    match = _SERVICE.fullmatch(principal)
    return match.group(1) if match else None


def trusted_accounts(document: Mapping[str, Any] | None) -> list[str]:
    """UIDs of the accounts whose Container Registry is trusted."""
    found = {
        account
        for one in statements(document)
        if _trusts(one)
        for principal in _services(one)
        if (account := service_account(str(principal)))
    }
    return sorted(found)


def with_trust(document: Mapping[str, Any] | None, add: Iterable[str], remove: Iterable[str]) -> Document:
    """The document with some accounts trusted and others not; all else in it survives."""
    gone = {service(account) for account in remove}
    kept: list[dict[str, Any]] = []
    for one in statements(document):
        affected = _trusts(one) and gone & set(map(str, _services(one)))
        kept += _without_services(one, gone) if affected else [one]
    trusted = trusted_accounts({"Statement": kept})
    missing = [service(one) for one in dict.fromkeys(add) if one not in trusted]
    if not missing:
        return {"Version": "1", "Statement": kept}
    home = next((one for one in kept if _trusts(one) and _ours(one)), None)
    if home is None:
        kept.append(_trust_statement(missing))
    else:
        services = sorted([*map(str, _services(home)), *missing])
        kept[kept.index(home)] = {**home, "Principal": {"Service": services}}
    return {"Version": "1", "Statement": kept}


def _trust_statement(services: list[str]) -> dict[str, Any]:
    return {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": sorted(services)}}


def _trusts(statement: Mapping[str, Any]) -> bool:
    actions = {str(one).lower() for one in as_list(statement.get("Action"))}
    allowed = str(statement.get("Effect", "")).lower() == "allow"
    return allowed and "sts:assumerole" in actions and isinstance(statement.get("Principal"), Mapping)


def _ours(statement: Mapping[str, Any]) -> bool:
    """Whether a statement says nothing but that Container Registry of some accounts may act."""
    services = [str(one) for one in _services(statement)]
    return _normal(statement) == _normal(_trust_statement(services)) and all(map(_SERVICE.fullmatch, services))


def _services(statement: Mapping[str, Any]) -> list[Any]:
    return as_list(statement["Principal"].get("Service"))


def _without_services(statement: Mapping[str, Any], gone: set[str]) -> list[dict[str, Any]]:
    """The statement without some services; none at all if it then trusts nobody."""
    left = [one for one in _services(statement) if str(one) not in gone]
    principal = {kind: who for kind, who in statement["Principal"].items() if kind != "Service"}
    if left:
        principal["Service"] = left
    return [{**statement, "Principal": principal}] if principal else []


# Permission policies: which instances may be replicated into.


def resource(account_id: str, grant: Grant) -> str:
    """The ARN on which the grant must be given: instance/, although the caller's own permission is on repository/."""
    return f"acs:cr:{grant[0]}:{account_id}:instance/{grant[1]}"


def granted_instances(document: Mapping[str, Any] | None, account_id: str) -> list[Grant]:
    """Region and ID of each instance of the account that a document names and allows both actions on."""
    allowed: dict[str, set[Grant]] = {action: set() for action in GRANT_ACTIONS}
    for one in statements(document):
        if str(one.get("Effect", "")).lower() != "allow" or one.get("Condition"):
            continue
        for action in GRANT_ACTIONS:
            if {"cr:*", "*", action.lower()} & {str(name).lower() for name in as_list(one.get("Action"))}:
                allowed[action] |= _grants(one, account_id)
    return sorted(set.intersection(*allowed.values()))


def with_grants(
    document: Mapping[str, Any] | None, account_id: str, add: Iterable[Grant], remove: Iterable[Grant]
) -> Document:
    """The document with some instances granted and others not; statements of other purposes survive."""
    gone = set(remove)
    others = [one for one in statements(document) if not _is_grant(one, account_id)]
    ours: set[Grant] = set()
    for one in statements(document):
        if _is_grant(one, account_id):
            ours |= _grants(one, account_id)
    granted_elsewhere = set(granted_instances({"Statement": others}, account_id))
    ours = (ours - gone) | {grant for grant in add if grant not in granted_elsewhere}
    if not ours:
        return {"Version": "1", "Statement": others}
    resources = [resource(account_id, grant) for grant in sorted(ours)]
    grants = {"Action": list(GRANT_ACTIONS), "Effect": "Allow", "Resource": resources}
    return {"Version": "1", "Statement": [*others, grants]}


def _is_grant(statement: Mapping[str, Any], account_id: str) -> bool:
    """Whether a statement says nothing but that the two actions are allowed on instances of this account."""
    actions = {str(one).lower() for one in as_list(statement.get("Action"))}
    named = as_list(statement.get("Resource"))
    return (
        set(statement) <= {"Action", "Effect", "Resource"}
        and str(statement.get("Effect", "")).lower() == "allow"
        and actions == {action.lower() for action in GRANT_ACTIONS}
        and bool(named)
        and len(_grants(statement, account_id)) == len(set(map(str, named)))
    )


def _grants(statement: Mapping[str, Any], account_id: str) -> set[Grant]:
    matches = (_RESOURCE.fullmatch(str(one)) for one in as_list(statement.get("Resource")))
    return {(match.group(1), match.group(3)) for match in matches if match and match.group(2) == account_id}
