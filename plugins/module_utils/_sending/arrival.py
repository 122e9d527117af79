# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe a pushed image's way to one target: the rules that send it, and its state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import listed
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule, covers
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Image
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Destination
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    JOINED,
    SEND,
    SENT,
    Transfer,
    transfer_of,
)

ARRIVED, UNDER_WAY, EXPECTED, TO_SEND, FAILED = "arrived", "under_way", "expected", "to_send", "failed"
# What a destination shows although the image's task has succeeded.
DELETED = "its task has succeeded, so it had arrived, and the tag is not there any more"
MOVED = "its task has succeeded, and the tag is another image there: it was not replaced, or somebody moved it since"


@dataclass
class Arrival:
    """An image's way to one target.

    Attributes:
        transfer: the image and its target, with the task that carries it.
        rules: the rules that send it there, as results show them.
        by: what shows that it has arrived, `digest` or `record`; empty until then.
        seen: when its task was first seen to have succeeded while the destination did not show the image.
        held: the digest of the tag at the destination; None if it is not there, or was not looked for.
    """

    transfer: Transfer
    rules: list[Rule]
    by: str = ""
    seen: float | None = None
    held: str | None = None

    @property
    def names(self) -> str:
        return listed([str(rule["name"]) for rule in self.rules])

    @property
    def instance_id(self) -> str:
        return self.transfer.target.instance_id

    @property
    def state(self) -> str:
        if self.by:
            return ARRIVED
        # Asked before what is planned: a failed task has an ID, too, but is not under way.
        if self.transfer.error or self.transfer.status in ("error", "canceled"):
            return FAILED
        if self.transfer.action == SEND:
            return TO_SEND
        return UNDER_WAY if self.transfer.task_id else EXPECTED

    @property
    def crosses(self) -> bool:
        """Return whether the target is in an account that nobody has named."""
        return self.transfer.target.account_id is None and any(rule.get("cross_account") for rule in self.rules)

    def obstacle(self) -> str:
        """Return why no rule sends the image by itself; empty if one does."""
        automatic = [rule for rule in self.rules if rule.get("trigger") != "manual"]
        if not automatic:
            return f"sync rule {self.names} is manual, so it sends nothing by itself"
        # One rule that is older than the push is enough to expect it.
        if all((rule.get("create_time") or 0) > self.transfer.pushed for rule in automatic):
            return (
                f"sync rule {self.names} was made after {self.transfer.source} was pushed, and sends later pushes only"
            )
        return ""

    def progress(self) -> str:
        """Return what is waited for: its task, or its rule."""
        if self.state == UNDER_WAY:
            return f"{self.instance_id}, whose task {self.transfer.task_id} is {self.transfer.status or 'new'}"
        return f"{self.instance_id}, to which sync rule {self.names} has not begun to send it"

    @property
    def may_be_sent(self) -> bool:
        """Return whether sending it again mends the failure."""
        # A tag that somebody moved may be right, and what was deleted twice is deleted a third time.
        return self.transfer.error != MOVED and (self.transfer.error != DELETED or self.transfer.action != SENT)

    def send(self) -> None:
        """Decide to send the image, whatever became of an earlier task."""
        self.transfer.error, self.seen = "", None
        self.transfer.decide(SEND)

    def to_result(self) -> dict[str, Any]:
        issue = self.transfer.error or self.transfer.issue if self.state == FAILED else None
        found = {
            "target": str(self.transfer.target),
            "target_instance_id": self.instance_id,
            "rules": [rule["name"] for rule in self.rules],
            "state": self.state,
            "by": self.by or None,
            "sent": True if self.transfer.action == SENT else None,
            "sync_task_id": self.transfer.task_id,
            "issue": issue,
            "seconds": self.transfer.seconds,
        }
        return {name: value for name, value in found.items() if value is not None}


def arrivals_of(image: Image, rules: Iterable[Rule], accounts: Mapping[str, str]) -> list[Arrival]:
    """Return an arrival for each place that rules send an image to.

    Args:
        image: the image at the source, with the names of its repository.
        rules: the outbound rules of the source instance.
        accounts: UIDs of the accounts that own destination instances, as far as the task names them.
    """
    found: dict[Any, Arrival] = {}
    for rule in rules:
        if not covers(rule, image.to_result()):
            continue
        # The service never returns the target's account, so only the task can name it.
        account = accounts.get(rule["target_instance_id"]) if rule.get("cross_account") else None
        destination = Destination(None, None, account).of_rule(rule)
        transfer = transfer_of(image.to_result(), destination)
        transfer.found(image)
        # The rule sends it, unless the plan decides otherwise.
        transfer.action = JOINED
        # Several rules to one target share an arrival.
        found.setdefault(transfer.route, Arrival(transfer, [])).rules.append(rule)
    return list(found.values())


class UncoveredError(AcrError):
    """No rule sends the image."""


def uncovered(image: Image, rules: Iterable[Rule], instance_id: str) -> UncoveredError:
    """Return the error of an image that no rule covers."""
    near = [str(rule["name"]) for rule in rules if rule.get("namespace") in (None, image.namespace)]
    name = f"{image.namespace}/{image.repository}:{image.tag}"
    return UncoveredError(
        f"no sync rule of {instance_id} covers {name}, so that nothing sends it",
        f"{f'Correct the filters of {listed(near)}, or' if near else 'If the inventory has a rule for it,'} run"
        " registryops.alicloud.configure_sync. If it has none, add one to acr_sync_rules before.",
    )
