# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide whether a destination has an image, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import Compared, TargetRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.failure import Failure, Record, failure_of

# The digests differ although the newest task succeeded. Records do not tell which of the two it was.
_NOT_REPLACED = "its sync task succeeded, but did not replace the tag, or somebody moved the tag later"


class Bringers(NamedTuple):
    """The rules that bring an image to a target; the first is the one that should have carried it."""

    first: Rule
    names: tuple[str, ...]

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> Bringers:
        """Choose the first: automatic rules first, then the oldest."""
        # A rule without a time counts as the oldest. Then it should have carried every image, so that none is missed.
        first = min(rules, key=lambda rule: (rule.get("trigger") == "manual", rule.get("create_time") or 0))
        return cls(first, tuple(rule["name"] for rule in rules))


def compare(
    bringers: Bringers, where: tuple[str, str, str], held: Held, target: TargetRepository, evidence: Evidence
) -> Compared:
    """Return the state of one image.

    Args:
        bringers: the rules that bring it to this target.
        where: its namespace, repository and tag.
        held: the image at the source.
        target: where it should arrive.
        evidence: what is known of its arrival.
    """
    rule, names = bringers
    digest, record = evidence.digest, evidence.record
    state, reason = _state(rule, held, evidence)
    failure = evidence.failure(rule, held, target) if state == "failed" else None
    pushed, arrived, lag = held.pushed or None, None, None
    if record is not None and record.status == "success" and record.created >= held.pushed:
        arrived, lag = record.modified, _lag(held, record)
    # By position, since there may be 100,000 images; by name, this takes half as long again.
    about = (rule["name"], names, *where, held.size, held.digest, target, digest)
    reason = failure.reason if failure else reason
    return Compared(*about, state, reason, failure, pushed, arrived, lag, evidence.immutable)


def extra(rule: Rule, where: tuple[str, str, str], held: Held, target: TargetRepository) -> Compared:
    """Return an image that only the destination has, where `rule` would have put it."""
    names = (rule["name"], (rule["name"],), *where)
    reason = "the source has no such image"
    pushed = held.pushed or None
    return Compared(*names, held.size, None, target, held.digest, "extra", reason, None, pushed, None, None)


class Evidence(NamedTuple):
    """What is known of the arrival of one image.

    Attributes:
        digest: what the destination's tag points to; None if it has no such tag, or was not looked into.
        readable: whether the destination was looked into.
        record: the newest record of the image on this way.
        lost: the newest record of the image on its way to an instance that no rule ends at any more.
        reached: when the last image that arrived at this instance was sent, in epoch milliseconds.
        immutable: whether the destination moves no tags of the repository.
        lacking: the namespace where it should arrive, if the destination does not have it.
    """

    digest: str | None
    readable: bool
    record: Record | None = None
    lost: Record | None = None
    reached: int = 0
    immutable: bool = False
    lacking: str = ""

    def failure(self, rule: Rule, held: Held, target: TargetRepository) -> Failure | None:
        """Return how the newest push failed, by the record that says so."""
        record = self.record if _is_current(self.record, held) else self.lost
        return failure_of(record, rule, target.instance_id, self.reached) if record else None


def _state(rule: Rule, held: Held, evidence: Evidence) -> tuple[str, str]:
    record, arrived = evidence.record, evidence.digest
    current = record if record is not None and _is_current(record, held) else None
    # The image itself counts more than records: a task may have failed after another task brought the image.
    if arrived is not None and arrived == held.digest:
        return "same", ""
    # Asked before any failure: a task in flight may still bring the image.
    if record is not None and record.status in ("pending", "synchronizing"):
        return "waiting", ""
    if current is not None and current.status == "error":
        return "failed", ""
    if arrived is not None:
        fixed = "; the tag is immutable there" if evidence.immutable else ""
        return "different", _reason(current, _NOT_REPLACED) + fixed
    # Without keys of the destination, the source's record is the best that is known.
    if not evidence.readable and current is not None and current.status == "success":
        return "carried", ""
    carried = held.pushed >= (rule.get("create_time") or 0) and rule.get("trigger") != "manual"
    # What was sent by hand and is not there any more is as lost as what the rule had carried.
    if carried or (current is not None and current.status == "success"):
        reason = _reason(current, "had arrived, so it was deleted there since")
        if evidence.lacking:
            reason = f"there is no namespace {evidence.lacking}"
        return "missing", reason if evidence.readable else f"{reason}; the destination was not looked into"
    return _older(rule, held, evidence.lost)


def _older(rule: Rule, held: Held, lost: Record | None) -> tuple[str, str]:
    """Return the state of an image older than its rule; a failure on its way to an earlier target stays one."""
    if lost is not None and lost.status == "error" and _is_current(lost, held):
        return "failed", ""
    return "older", "the rule is manual" if rule.get("trigger") == "manual" else "pushed before the rule was made"


def _reason(current: Record | None, after_success: str) -> str:
    if current is None:
        return "no record of a task for the newest push"
    return {"success": after_success, "canceled": "its sync task was canceled"}.get(
        str(current.status), f"its sync task is {current.status}"
    )


def _is_current(record: Record | None, held: Held) -> bool:
    """Return whether a record is of the newest push of a tag, and not of an earlier one."""
    return record is not None and record.created >= held.pushed


def _lag(held: Held, record: Record) -> float | None:
    """Return the seconds from push to arrival; what was sent by hand tells nothing about rules."""
    if not (record.automatic and held.pushed and record.modified):
        return None
    return (record.modified - held.pushed) / 1000
