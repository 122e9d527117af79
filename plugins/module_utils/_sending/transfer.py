# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow one image on its way to another instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ansible.module_utils.common.text.formatters import bytes_to_human

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Image
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    IN_FLIGHT,
    Route,
    SyncTask,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Destination

# What was done about an image, or would be in check mode. LEFT means that the run ended before its turn.
SEND, SENT, JOINED, UNCHANGED = "to_send", "sent", "joined", "unchanged"
DIFFERENT, IMMUTABLE, LEFT, FAILED = "different", "immutable", "left", "failed"
ACTIONS = (SEND, SENT, JOINED, UNCHANGED, DIFFERENT, IMMUTABLE, LEFT)

LATER = "; a further run sends it"  # said of each image that was left
REMEDIES = {
    DIFFERENT: "override: true (backfill_images_override=true in the role) moves the tag.",
    IMMUTABLE: (
        "Push under another tag, or have the team that owns the target end the immutability of the repository, with"
        " registryops.alicloud.acr_repository and tag_immutability: false; then run it again with override: true"
        " (backfill_images_override=true in the role)."
    ),
}


class Target(NamedTuple):
    """Where an image goes; account None is the source's."""

    region: str
    instance_id: str
    account_id: str | None
    namespace: str
    repository: str
    tag: str

    def __str__(self) -> str:
        return f"{self.instance_id}/{self.namespace}/{self.repository}:{self.tag}"


@dataclass(slots=True)
class Transfer:
    """One image and its target; `action` is one of ACTIONS, or FAILED."""

    namespace: str
    repository: str
    tag: str
    target: Target
    attached_to: str = ""  # for a signature or another attachment: its image
    action: str = ""
    digest: str | None = None
    size: int | None = None
    pushed: int = 0
    repository_id: str = ""
    # These are about its task: when it was created in epoch milliseconds, and the rest as it was seen last. With
    # 100,000 images, whole records would take too much memory.
    begun: int = -1
    task_id: str | None = None
    status: str | None = None
    issue: str | None = None
    seconds: float | None = None
    attempts: int = 0
    uncertain: bool = False  # whether nobody knows if it was sent: no answer came, and records could not be read
    failed_before: bool = False  # whether its newest record is of a task that failed
    error: str = ""

    @property
    def source(self) -> str:
        return f"{self.namespace}/{self.repository}:{self.tag}"

    @property
    def route(self) -> Route:
        """Return source and target, as a record has them."""
        target = self.target
        names = (self.namespace, self.repository, self.tag)
        # Without region and account: an instance's ID is enough, and records do not tell the account.
        return (*names, target.instance_id, target.namespace, target.repository, target.tag)

    @property
    def is_under_way(self) -> bool:
        return self.task_id is not None and not self.error and self.status in (None, *IN_FLIGHT)

    def found(self, image: Image) -> None:
        self.digest, self.size, self.pushed = image.digest, image.size, image.update_time or 0

    def follow(self, task: SyncTask) -> None:
        self.begun, self.task_id = task.create_time or 0, task.sync_task_id
        self.status, self.issue, self.seconds = task.status, task.issue, task.seconds

    def decide(self, action: str) -> None:
        self.action = action
        if action in (SEND, DIFFERENT, IMMUTABLE):
            self.failed_before = self.failed_before or self.status in ("error", "canceled")
            self.task_id = self.status = self.issue = self.seconds = None  # those of an earlier task

    def leave(self, reason: str) -> None:
        self.action, self.error = LEFT, f"not sent, since {reason.rstrip('.')}{LATER}"

    def fail(self, reason: str) -> None:
        self.action, self.error = FAILED, reason

    @property
    def outcome(self) -> str:
        """Return the action, or FAILED if it failed."""
        return FAILED if self.error and self.action != LEFT else self.action

    def described(self) -> str:
        """Return a line for the diff."""
        attached = f", attached to {self.attached_to}" if self.attached_to else ""
        return f"{self.source} -> {self.target}: {self.outcome}, {bytes_to_human(self.size or 0)}{attached}"

    def to_result(self) -> dict[str, Any]:
        found = {
            "source": self.source,
            "target": str(self.target),
            "attached_to": self.attached_to or None,
            "digest": self.digest,
            "size": self.size,
            "action": self.action,
            "sync_task_id": self.task_id,
            "status": self.status or ("failed" if self.error else None),
            "issue": (self.issue or self.error or None) if self.error else None,
            "remedy": REMEDIES.get(self.action),
            "seconds": self.seconds,
        }
        return {name: value for name, value in found.items() if value is not None}


# A namespace and a repository, with the transfers that begin or end there.
Group = tuple[tuple[str, str], list[Transfer]]


def grouped(named: Iterable[tuple[str, str, Transfer]]) -> list[Group]:
    """Return the transfers of each namespace and repository."""
    groups: dict[tuple[str, str], list[Transfer]] = {}
    for namespace, repository, transfer in named:
        groups.setdefault((namespace, repository), []).append(transfer)
    return list(groups.items())


def by_repository(transfers: Iterable[Transfer]) -> list[Group]:
    """Return the transfers grouped by source repository."""
    return grouped((transfer.namespace, transfer.repository, transfer) for transfer in transfers)


def only_namespace(transfers: Iterable[Transfer]) -> str | None:
    """Return the source namespace if all have the same; None if there are several."""
    names = {transfer.namespace for transfer in transfers}
    return names.pop() if len(names) == 1 else None


def selection(group: Group) -> dict[str, str | None]:
    """Return the filter for the records of a group; a single image asks for its tag alone."""
    (namespace, repository), transfers = group
    return {"namespace": namespace, "repository": repository, "tag": transfers[0].tag if len(transfers) == 1 else None}


def once(transfers: Iterable[Transfer]) -> list[Transfer]:
    """Return the transfers without duplicates."""
    # A dictionary keeps the order in which routes were first seen.
    return list({transfer.route: transfer for transfer in transfers}.values())


def transfer_of(image: Mapping[str, Any], destination: Destination) -> Transfer:
    """Return the transfer of an image as options or results write it; it may name its own target."""
    check(image)
    for name in ("namespace", "repository", "tag"):
        if not image.get(name):
            raise AcrError(f"an image without {name} is given", "Say namespace, repository and tag of each image.")

    target = Target(
        region=str(destination.region),
        instance_id=str(destination.instance_id),
        account_id=destination.account_id,
        namespace=image.get("target_namespace") or destination.namespace or image["namespace"],
        repository=image.get("target_repository") or destination.repository or image["repository"],
        tag=image.get("target_tag") or destination.tag or image["tag"],
    )
    return Transfer(image["namespace"], image["repository"], image["tag"], target)


def attached_transfer(owner: Transfer, image: Image) -> Transfer:
    """Return the transfer of an image's attachment, to the same repository and under its own tag."""
    tag = str(image.tag)
    target = owner.target._replace(tag=tag)
    transfer = Transfer(owner.namespace, owner.repository, tag, target, attached_to=owner.source)
    transfer.repository_id = owner.repository_id
    transfer.found(image)
    return transfer
