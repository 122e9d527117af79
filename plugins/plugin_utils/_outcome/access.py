# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say whom a destination lets in, and from whom access was taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import UIDS_ALIKE, nearest
from ansible_collections.registryops.alicloud.plugins.plugin_utils._outcome.lines import (
    Outcome,
    Result,
    named,
    prepared,
)


def granted(result: Result, host: str, asked: Mapping[str, Any]) -> Outcome:
    """Say who may replicate into an instance.

    Args:
        result: what acr_cross_account_role returned.
        host: the inventory's name of the instance.
        asked: its `instance_id`, its `region`, and the `source_account_ids` that are to be let in.
    """
    accounts = [str(account) for account in asked["source_account_ids"]]
    who = f"{'account' if len(accounts) == 1 else 'accounts'} {named(accounts)}"
    where = f"{host} ({asked['instance_id']}, {asked['region']})"
    changes = [*prepared(result), *_parts(result)]
    done = f"{who} may replicate into {where}."
    return Outcome(changes, done if changes else f"Nothing to change: {done}")


def revoked(result: Result, nobody: str, asked: Sequence[str] = ()) -> Outcome:
    """Say what was stopped, and what was left because others use it.

    Args:
        result: what acr_cross_account_role returned.
        nobody: the sentence for accounts that had no access.
        asked: the UIDs of those that access was to be taken from.
    """
    changes = [*prepared(result), *_parts(result)]
    left = [f"left: {words}" for words in result.get("kept") or ()]
    after = [str(account) for account in (result.get("cross_account_role") or {}).get("source_account_ids") or ()]
    if not changes:
        # Whoever misspelt an account has stopped nobody.
        still = f" Access is still granted to {named(after)}." if after else ""
        return Outcome([], f"{nobody}{still}{_meant(asked, after)}", left)
    failing = f"sync rules of {_losing_access(result, after)} that end here fail."
    return Outcome(changes, failing if after else f"nobody may replicate into this account, and {failing}", left)


def _meant(asked: Sequence[str], after: Sequence[str]) -> str:
    """Return which account that has access was probably meant; empty if none is alike."""
    near = sorted({other for account in asked if (other := nearest(str(account), after, UIDS_ALIKE))})
    if not near:
        return ""
    return f" If {named(near)} was meant, run it again with -e acr_revoked_account_ids={','.join(near)}."


def _losing_access(result: Result, after: Sequence[str]) -> str:
    before = ((result.get("diff") or {}).get("before") or {}).get("source_account_ids") or ()
    gone = [str(account) for account in before if str(account) not in after]
    return f"{'account' if len(gone) == 1 else 'accounts'} {named(gone)}" if gone else "accounts without access"


def _parts(result: Result) -> Iterator[str]:
    """Name the parts of the grant that were written."""
    diff = result.get("diff") or {}
    before, after = diff.get("before") or {}, diff.get("after") or {}
    # In check mode `changed` is true, too, with what would be written.
    if not result.get("changed") or not (before or after):
        return
    name = str((after or before).get("role_name"))
    yield from _part(f"role {name}", before.get("trust_policy"), after.get("trust_policy"), "trust policy changed")
    policy = str((after or before).get("policy_name"))
    yield from _part(f"policy {policy}", before.get("policy_document"), after.get("policy_document"), "changed")
    attached = bool(before.get("policy_attached")), bool(after.get("policy_attached"))
    if attached[0] != attached[1]:
        yield f"policy {policy}: {'attached to' if attached[1] else 'detached from'} role {name}"


def _part(name: str, before: Any, after: Any, changed: str) -> Sequence[str]:
    if before == after:
        return []
    return [f"{name}: {changed if before and after else 'created' if after else 'deleted'}"]
