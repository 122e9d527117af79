# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse changes of the role that would fail halfway, before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy
from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import CUSTOM
from ansible_collections.registryops.alicloud.plugins.module_utils._access.statement import allows, in_words
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import UIDS_ALIKE, nearest
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_calls import ROLE_NAME
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_state import CrossAccountRole

# RAM's limit for custom policies of one role.
_MAX_POLICIES = 5
# Reasons in a message. With more of them, nobody reads it to the end.
_SHOWN = 3


def refuse_foreign_policy(current: CrossAccountRole, *, adopt: bool) -> None:
    """Refuse to attach somebody else's policy unless asked to, since all that it holds would be granted."""
    if current.attached or current.policy_document is None or adopt:
        return
    account = str(current.account_id)
    allowed = filter(allows, policy.statements(current.policy_document))
    rights = [statement for statement in allowed if not policy.is_grant(statement, account)]
    whose = "holds more than grants" if current.policy_is_ours else "was not made by this module"
    held = f": {_join(map(in_words, rights))}" if rights else ""
    refuse(
        bool(rights) or not current.policy_is_ours,
        f"policy {current.policy_name} is there already, is not attached to the role and {whose}{held}",
        "Nothing was changed. Attaching it would give the role all that it holds: give another policy_name, or"
        " adopt_policy: true if that is meant.",
    )


def refuse_oversize(goal: CrossAccountRole) -> None:
    """Refuse what RAM would refuse halfway."""
    for document in (goal.trust_policy, goal.policy_document):
        length = len(policy.dump(document or {}))
        refuse(
            length > policy.MAX_LENGTH,
            f"the policy document would have {length} characters, and RAM allows {policy.MAX_LENGTH}",
            "Nothing was changed. Grant some of the instances by another policy_name, or purge what is not needed.",
        )
    custom = [other.name for other in goal.others or () if other.kind == CUSTOM]
    refuse(
        len(custom) >= _MAX_POLICIES,
        f"role {ROLE_NAME} has {len(custom)} other custom policies, of which RAM allows {_MAX_POLICIES} in all:"
        f" {', '.join(custom)}",
        "Nothing was changed. Detach one of them, or give its name as policy_name.",
    )


def refuse_obstacles(goal: CrossAccountRole, accounts: Iterable[str], places: Iterable[policy.Grant]) -> None:
    """Refuse a grant that something else would block."""
    found: list[str] = []
    void: list[str] = []
    for account in accounts:
        for place in places:
            obstacles = list(goal.access.obstacles(account, place))
            found += obstacles
            void += [f"{account} into {place[1]} ({place[0]})"] if obstacles else []
    refuse(
        bool(found),
        f"the grant would not be in force for {_join(void)}: {_join(found, '; ')}",
        f"Nothing was changed. Remove what stands against it from role {ROLE_NAME}, and run it again.",
    )


def refuse_misspelt(accounts: Collection[str], trusted: Collection[str]) -> None:
    """Refuse to revoke a UID that lacks a digit, or has one too many, while the one that was meant keeps its access.

    One of the same length may be another account, from which access was taken before.
    """
    staying = [account for account in trusted if account not in accounts]
    for account in accounts:
        meant = nearest(account, staying, UIDS_ALIKE)
        refuse(
            account not in trusted and meant is not None and len(meant) != len(account),
            f"account {account} has no access, and {meant} has, whose UID has {len(meant or '')} digits and not"
            f" {len(account)}",
            f"Nothing was stopped. Correct the UID to {meant} if that account is meant.",
        )


def refuse_openings(current: CrossAccountRole, goal: CrossAccountRole, places: Iterable[policy.Grant]) -> None:
    """Refuse a revocation that other statements would undo."""
    # Statements are named by the numbers that a reader finds now.
    before = replace(current, attached=goal.attached).access
    accounts = sorted(goal.access.accounts(certain=False))
    still = [place for place in places if goal.access.reaches(place, certain=False)] if accounts else []
    openings: list[str] = []
    for place in still:
        openings += before.openings_left(place, goal.access)
    refuse(
        bool(still),
        f"{_join(accounts)} may still replicate into {_join(f'{place[1]} ({place[0]})' for place in still)}"
        f" by {_join(openings, '; ')}",
        "Nothing was changed. Take that out of the policy or detach the policy, or revoke by source_account_ids, which"
        " closes every instance to an account.",
    )


def _join(texts: Iterable[str], by: str = ", ") -> str:
    distinct = list(dict.fromkeys(texts))
    more = len(distinct) - _SHOWN
    return by.join(distinct[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
