# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep each rule's sync records in little memory."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Origin
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import SyncTask, issue_kind


class Ended(NamedTuple):
    """A record of a finished task; `created` is in epoch milliseconds."""

    created: int
    failed: bool
    image: str
    issue: str | None = None
    target_instance_id: str | None = None


class RuleRecords:
    """The records of one instance, by their rule."""

    def __init__(self) -> None:
        self._oldest: int | None = None
        self._own: set[str] = set()
        # Of each tag only the newest task is kept: there may be a million records, and few tags.
        self._ended: dict[tuple[str, Origin], dict[str, Ended]] = {}
        # When the newest that arrived was sent, whoever sent it: of each instance, and of each image that went by hand.
        self._reached: dict[str, int] = {}
        self._by_hand: dict[tuple[str, str], int] = {}

    def add(self, record: SyncTask) -> None:
        """Take in one record."""
        created = record.create_time or 0
        if created and (self._oldest is None or created < self._oldest):
            self._oldest = created
        rule, target = str(record.sync_rule_id or ""), str(record.target_instance_id)
        if record.status == "success":
            self._reached[target] = max(self._reached.get(target, 0), created)
        if not rule:
            if record.status == "success":
                sent = (target, _image(record))
                self._by_hand[sent] = max(self._by_hand.get(sent, 0), created)
            return
        self._own.add(rule)
        if record.status in ("success", "error"):
            known = self._ended.setdefault((rule, (str(record.namespace), str(record.repository))), {})
            tag = str(record.tag)
            if tag not in known or known[tag].created <= created:
                known[tag] = _ended(record, created)

    def knows(self, rule_id: str | None) -> bool:
        """Return whether any record is of this rule."""
        return rule_id in self._own

    def reach_before(self, time: int) -> bool:
        """Return whether records reach back before a time, in epoch milliseconds."""
        return self._oldest is not None and self._oldest < time

    def mended(self, ended: Ended) -> bool:
        """Return whether a failure is over: the instance takes images again, or this image was sent since."""
        target = str(ended.target_instance_id)
        if issue_kind(ended.issue):  # the grant or the instance was missing, for all alike
            return self._reached.get(target, 0) > ended.created
        return self._by_hand.get((target, ended.image), 0) > ended.created

    def newest(self, rule_id: str | None, origin: Origin, tags: Container[str]) -> Ended | None:
        """Return the newest finished task of a rule among some tags of a repository."""
        known = self._ended.get((str(rule_id), origin), {})
        return max(
            (ended for tag, ended in known.items() if tag in tags), default=None, key=lambda ended: ended.created
        )


def _ended(record: SyncTask, created: int) -> Ended:
    if record.status == "success":
        return Ended(created, False, "")
    return Ended(created, True, _image(record), record.issue, record.target_instance_id)


def _image(record: SyncTask) -> str:
    return f"{record.namespace}/{record.repository}:{record.tag}"
