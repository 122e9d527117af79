# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe changes of the role in words."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy
from ansible_collections.registryops.alicloud.plugins.module_utils._access.statement import (
    allows,
    in_words,
    is_about,
    principals,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_calls import ROLE_NAME
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_state import CrossAccountRole


def changes_in_words(before: CrossAccountRole | None, after: CrossAccountRole | None) -> list[str]:
    """Return a line for each access or right that changes."""
    nothing = CrossAccountRole()
    before, after = before or nothing, after or nothing
    # Both sides are asked about the same places. Otherwise access by a wildcard would seem new once it is named.
    places = before.access.named_places | after.access.named_places
    had, has = before.access.pairs(places), after.access.pairs(places)
    lines = [f"+ {who} may replicate into {instance} ({region})" for who, region, instance in sorted(has - had)]
    lines += [
        f"- {who} may no longer replicate into {instance} ({region})" for who, region, instance in sorted(had - has)
    ]
    rights, gone = set(_rights(after)), set(_rights(before))
    lines += [f"+ whoever acts as the role may {right}" for right in sorted(rights - gone)]
    lines += [f"- whoever acts as the role may no longer {right}" for right in sorted(gone - rights)]
    return [*lines, *_openings(before, after)]


def kept(state: CrossAccountRole) -> list[str]:
    """Return what a revocation leaves, and for whom."""
    found = []
    accounts = sorted(state.access.named_accounts)
    if state.trust_policy is not None:
        uses = [f"account {account}" for account in accounts]
        uses += [f"policy {other.name}" for other in state.others or ()]
        if state.attached and not accounts:
            uses.append(f"policy {state.policy_name}")
        found.append(f"role {ROLE_NAME}, used by {', '.join(uses or ['other principals'])}")
    if state.policy_document is not None and (state.is_kept_here or state.policy_users):
        users = [f"account {account}" for account in accounts] or ["statements of another purpose"]
        found.append(f"policy {state.policy_name}, used by {', '.join(state.policy_users or users)}")
    return found


def _rights(state: CrossAccountRole) -> Iterator[str]:
    """Describe the attached policy's rights beyond replication."""
    if state.attached:
        for statement in policy.statements(state.policy_document):
            if allows(statement) and not policy.is_grant(statement, str(state.account_id)):
                yield f"use {in_words(statement)} (policy {state.policy_name})"


def _openings(before: CrossAccountRole, after: CrossAccountRole) -> Iterator[str]:
    """Yield who else may act as the role afterwards: the account's own users, and whom no revocation reaches."""
    own = ("RAM", after.own_users)
    if _trusts(after, own) and not _trusts(before, own):
        carried = [other.name for other in after.others or ()] + ([str(after.policy_name)] if after.attached else [])
        yield (
            f"+ users of account {after.account_id} who may assume roles may act as the role, which is kept for"
            f" policy {', '.join(carried)} and cannot trust nobody"
        )
    if before.access.named_accounts - after.access.named_accounts:
        for where in after.access.open_trusts():
            yield f"! {where} may still trust every account, and is not changed"


def _trusts(state: CrossAccountRole, principal: tuple[str, str]) -> bool:
    for statement in filter(allows, policy.statements(state.trust_policy)):
        if is_about(statement, "sts:AssumeRole") and principal in principals(statement):
            return True
    return False
