# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell of a failed attempt: why, when, and whether it still counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import ask_unless_granted
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import iso_time
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import task_remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import issue_kind


class Record(NamedTuple):
    """A sync record of one image on one way.

    Times are in epoch milliseconds.
    """

    status: str | None
    issue: str | None
    created: int
    modified: int | None
    automatic: bool
    target_instance_id: str | None = None
    task_id: str | None = None  # of what failed alone, since there may be 100,000 records


class Failure(NamedTuple):
    """A failed attempt at the newest push of an image.

    Attributes:
        issue: why, in the service's words.
        time: when it began, in epoch milliseconds.
        instance_id: where it went, if that is not where the image should go now.
        past: why it says nothing of the present; empty if it may still be so.
        task_id: the sync task, by which the service's support finds it.
    """

    issue: str | None
    time: int
    instance_id: str | None = None
    past: str = ""
    task_id: str | None = None

    @property
    def reason(self) -> str:
        """Return why it failed, without the time, so that equal reasons are counted together."""
        words = self.issue or "the service says no reason"
        if self.instance_id:
            return f"{words}, on its way to {self.instance_id}, to which no rule sends any more"
        return f"{words}, {self.past}" if self.past else words

    def sentence(self, what: str, their: str, where: str, *, several: bool = False) -> str:
        """Return what failed, when, and why.

        Args:
            what: the image, or how many there are.
            their: its or their.
            where: where it should be.
            several: whether the time is that of the last of several.
        """
        words = self.issue or "the service says no reason"
        words = f"{words}, sync task {self.task_id}" if self.task_id else words
        moment = f", the last at {iso_time(self.time)}" if several else f" at {iso_time(self.time)}"
        if self.instance_id:
            gone = f"{what} failed on {their} way to {self.instance_id}{moment} ({words})"
            return f"{gone}. No rule sends to {self.instance_id} any more, and nothing was sent to {where} since"
        past = f", {self.past}" if self.past else ""
        return f"{what} failed on {their} way to {where}{moment}{past} ({words})"

    def remedy(self, target: str, ask: Callable[[], str], sends: str) -> str:
        """Return what to do now.

        Args:
            target: the instance where the image should be.
            ask: what to ask of its owner where the grant is missing.
            sends: how it is sent again.
        """
        if self.instance_id:
            return f"{sends} what failed to where the rules end now."
        if self.past:
            return f"The reason may be mended by now: {sends} what failed, or says what still stands in its way."
        if issue_kind(self.issue) == "grant":
            return f"{ask_unless_granted(iso_time(self.time), ask())} Then {sends} what failed."
        return task_remedy(str(self.issue or ""), target, again=f"Then {sends} what failed.")


def failure_of(record: Record, rule: Mapping[str, Any], target: str, reached: int) -> Failure:
    """Return the failure that a record tells of.

    Args:
        record: the record of the newest push.
        rule: the rule that should carry it now.
        target: the instance where the rule ends.
        reached: when the last image that arrived there was sent, in epoch milliseconds; 0 if none did.
    """
    # The rule ended elsewhere then. Whatever was wrong there says nothing of the new target.
    failure = Failure(record.issue, record.created, task_id=record.task_id)
    if record.target_instance_id not in (None, target):
        return failure._replace(instance_id=record.target_instance_id, past="to another instance")
    if record.created < (rule.get("create_time") or 0):
        return failure._replace(past="before the rule was made")
    # What refuses a whole account or instance is over once any image arrives.
    if issue_kind(record.issue) and reached > record.created:
        return failure._replace(past=f"and others arrived there since, the last at {iso_time(reached)}")
    return failure
