# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide whether a destination has an image, or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import Compared, Target
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.failure import Failure, Record, failure_of

Rule = Mapping[str, Any]


class Bringers(NamedTuple):
    """The rules that bring an image to a target.

    The first is the one that should have carried it.
    """

    first: Rule
    names: tuple[str, ...]

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> Bringers:
        """Choose the first: automatic rules first, then the oldest."""
        # A rule without a time counts as the oldest: it then has to explain every missing image, which errs on the loud
        # side.
        first = min(rules, key=lambda rule: (rule.get("trigger") == "manual", rule.get("create_time") or 0))
        return cls(first, tuple(rule["name"] for rule in rules))


def compare(  # one image: what is wanted of it, what the source has, what the destination has, what the records say
    bringers: Bringers, where: tuple[str, str, str], held: Held, target: Target, evidence: Evidence
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
    # By position, since there are very many: by name takes half as long again.
    about = (rule["name"], names, *where, held.size, held.digest, target, digest)
    return Compared(*about, state, failure.reason if failure else reason, failure, pushed, arrived, lag)


def extra(rule: Rule, where: tuple[str, str, str], held: Held, target: Target) -> Compared:
    """Return an image that only the destination has.

    `rule` would have put it there.
    """
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
    """

    digest: str | None
    readable: bool
    record: Record | None = None
    lost: Record | None = None
    reached: int = 0

    def failure(self, rule: Rule, held: Held, target: Target) -> Failure | None:
        """Return how the newest push failed, by the record that says so."""
        record = self.record if _is_current(self.record, held) else self.lost
        return failure_of(record, rule, target.instance_id, self.reached) if record else None


def _state(rule: Rule, held: Held, evidence: Evidence) -> tuple[str, str]:
    record, arrived = evidence.record, evidence.digest
    current = record if record is not None and _is_current(record, held) else None
    # What is there counts more than what records say: a task may fail after another one brought the image.
    if arrived is not None and arrived == held.digest:
        return "same", ""
    # Before any failure: the newest task may still mend it.
    if record is not None and record.status in ("pending", "synchronizing"):
        return "waiting", ""
    if current is not None and current.status == "error":
        return "failed", ""
    if arrived is not None:
        return "different", _reason(current, "had arrived, or was skipped; the tag is another image now")
    if not evidence.readable and current is not None and current.status == "success":
        return "carried", ""
    if held.pushed >= (rule.get("create_time") or 0) and rule.get("trigger") != "manual":
        reason = _reason(current, "had arrived, so it was deleted there since")
        return "missing", reason if evidence.readable else f"{reason}; the destination was not looked into"
    return _older(rule, held, evidence.lost)


def _older(rule: Rule, held: Held, lost: Record | None) -> tuple[str, str]:
    """Decide about an image older than its rule.

    A push that failed before stays failed.
    """
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
    """Return whether a record is of the newest push.

    An earlier push of the same tag does not count.
    """
    return record is not None and record.created >= held.pushed


def _lag(held: Held, record: Record) -> float | None:
    """Return the seconds from push to arrival.

    What was sent by hand tells nothing of rules.
    """
    if not (record.automatic and held.pushed and record.modified):
        return None
    return (record.modified - held.pushed) / 1000
