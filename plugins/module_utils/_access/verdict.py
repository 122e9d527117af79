# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide by the statements of policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ansible_collections.registryops.alicloud.plugins.module_utils._access.policy import (
    Document,
    Grant,
    statements,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._access.statement import (
    Statement,
    allows,
    in_words,
    matches,
    texts,
)


@dataclass(frozen=True)
class Clause:
    """A statement and its place: 'statement 2 of policy Other'."""

    where: str
    statement: Statement

    @property
    def conditional(self) -> bool:
        return bool(self.statement.get("Condition"))


def clauses_of(where: str, document: Document | None) -> list[Clause]:
    found = enumerate(statements(document), 1)
    return [Clause(f"statement {number} of {where}", statement) for number, statement in found]


def permits(about: Iterable[Clause], certain: bool) -> bool:
    """Return whether statements allow access: a Deny wins over Allows, and without an Allow the answer is no."""
    # Of those with a Condition, certain access counts each Deny, and possible access each Allow.
    counted = [clause for clause in about if not clause.conditional or allows(clause.statement) != certain]
    return bool(counted) and all(allows(clause.statement) for clause in counted)


def missing(about: list[Clause], nothing: str) -> Iterator[str]:
    """Yield why access is not certain; `nothing` is the reason if no statement is about it."""
    denials = [clause for clause in about if not allows(clause.statement)]
    for clause in denials:
        condition = " on a condition, and nothing shows whether sync meets it" if clause.conditional else ""
        yield f"{clause.where} denies {in_words(clause.statement)}{condition}"
    if denials:
        return
    # Without a denial, each statement left allows it on a Condition; otherwise nobody would ask what is missing.
    for clause in about:
        yield f"{clause.where} has a Condition, and nothing shows whether sync meets it"
    if not about:
        yield nothing


def places_of(statement: Statement, account_id: str) -> Iterator[Grant]:
    # NotResource opens everything but what it names, so every instance may be open.
    if "NotResource" in statement:
        yield "*", "*"
    for key in ("Resource", "NotResource"):
        for pattern in texts(statement, key):
            place = _place(pattern, account_id)
            if place:
                yield place


def _place(pattern: str, account_id: str) -> Grant | None:
    """Return the region and instance of a resource, as they are written; None for another kind of resource."""
    # acs:cr:<region>:<account>:instance/<ID>; the last part may hold colons.
    parts = pattern.split(":", 4)
    if len(parts) < 5 and not pattern.endswith("*"):
        return None
    # A * at the end stands for all that follows.
    _acs, _product, region, account, rest = [*parts, "*", "*", "*", "*"][:5]
    kind, _slash, instance = rest.partition("/")
    if not matches(account, account_id) or not (kind == "instance" or "*" in kind):
        return None
    return region, instance if kind == "instance" and instance else "*"
