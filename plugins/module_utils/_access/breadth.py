# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether a grant allows more than sync needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import Access
from ansible_collections.registryops.alicloud.plugins.module_utils._access.policy import (
    GRANT_ACTIONS,
    Document,
    statements,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._access.statement import (
    ASSUME_ROLE,
    allows,
    is_about,
    named,
    principals,
    service_account,
)

_ONE_INSTANCE = re.compile(r"acs:cr:[^:]*:[^:]*:instance/[^*?]+")


@dataclass(frozen=True)
class Trust:
    """The accounts that a role trusts, those that it trusts on a condition only, and whoever else it trusts."""

    accounts: frozenset[str]
    on_condition: frozenset[str]
    others: tuple[str, ...]


def trust_of(document: Document | None) -> Trust:
    """Return whom a trust policy lets act."""
    access = Access("", document, ())
    others = set()
    for statement in statements(document):
        if allows(statement) and is_about(statement, ASSUME_ROLE):
            found = principals(statement)
            others |= {f"{kind} {name}" for kind, name in found if kind != "Service" or not service_account(name)}
    certain = access.accounts()
    return Trust(certain, access.accounts(certain=False) - certain, tuple(sorted(others)))


def excess(document: Document) -> Iterator[str]:
    """Say what a policy allows beyond replication: 'cr:* on *'."""
    granting = {action.lower() for action in GRANT_ACTIONS}
    for statement in filter(allows, statements(document)):
        actions, resources = named(statement, "Action"), named(statement, "Resource")
        beyond = [action for action in actions if action.lower() not in granting]
        wide = [text for text in resources if not _ONE_INSTANCE.fullmatch(text)]
        if beyond or wide:
            yield f"{', '.join(beyond or actions)} on {', '.join(resources if beyond else wide)}"
