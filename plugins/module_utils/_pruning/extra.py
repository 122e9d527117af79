# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what only a destination has, where rules would put it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.carried import Carried, Carry
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.attached import attached_to
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import selects
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held, ListedRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import TargetRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Route

# In the order in which people should read them.
STATES = ("to_delete", "deleted", "left", "kept", "gone")
# Reasons to keep an image that an option sets aside. They are said of one image and of many.
BY_TASK = "sent by a sync task without a rule"
IMMUTABLE = "in a repository whose tags are immutable"
TO_DELETE, DELETED, LEFT, KEPT, GONE = STATES
# The service may tell whole seconds only. A task's end is then up to a second before its last write.
_ROUNDED = 1000  # milliseconds


class Origin(NamedTuple):
    """A repository of a source that a rule brings here."""

    source: Carried
    namespace: str
    repository: str
    route: Route

    @property
    def place(self) -> tuple[str, str]:
        return self.namespace, self.repository


@dataclass
class Extra:
    """A tag of the destination that no source has.

    Attributes:
        place: its repository.
        tag: the tag.
        held: its image.
        origins: where rules would bring it from.
        state: what becomes of it.
        reason: why it is kept.
        carries: the tasks that carried it.
        image: the digest of the image that it goes with; its own, unless it is attached to another.
        uncertain: whether it may be deleted, and nobody could look.
    """

    place: ListedRepository
    tag: str
    held: Held
    origins: Sequence[Origin]
    state: str = KEPT
    reason: str = ""
    carries: list[Carry] = field(default_factory=list)
    image: str = ""
    uncertain: bool = False

    @property
    def path(self) -> str:
        return f"{self.place.namespace}/{self.place.repository}:{self.tag}"

    @property
    def attached_to(self) -> str | None:
        return attached_to(self.tag)

    @property
    def rule(self) -> str:
        return str(self.origins[0].route.rule["name"])

    def keep(self, reason: str, state: str = KEPT) -> None:
        self.state, self.reason = state, reason

    def go(self, image: str) -> None:
        self.state, self.reason, self.image = TO_DELETE, "", image

    def to_result(self, instance_id: str) -> dict[str, Any]:
        origin = self.origins[0]
        return {
            "rule": self.rule,
            "source": f"{origin.source.instance_id}/{origin.namespace}/{origin.repository}:{self.tag}",
            "target": f"{instance_id}/{self.path}",
            "namespace": self.place.namespace,
            "repository": self.place.repository,
            "tag": self.tag,
            "digest": self.held.digest,
            "size": self.held.size,
            "pushed": self.held.pushed or None,
            "state": self.state,
            "reason": self.reason,
        }


@dataclass
class SearchedRepository:
    """One repository of the destination.

    Attributes:
        place: the repository.
        held: all its tags.
        extras: those that no source has, by tag.
        by_rule: how many of its images each rule would bring.
    """

    place: ListedRepository
    held: Mapping[str, Held]
    extras: dict[str, Extra]
    by_rule: Counter[str]


def origins_of(sources: Sequence[Carried], target: TargetRepository) -> list[Origin]:
    """Return where the images of a repository may come from."""
    found = []
    for source in sources:
        found += [Origin(source, *into) for into in source.routes.into(target)]
    return found


def found_in(
    instance_id: str, place: ListedRepository, held: Mapping[str, Held], origins: Sequence[Origin]
) -> SearchedRepository:
    """Return a repository with what no source has, each with the tasks that carried it."""
    target = TargetRepository(instance_id, place.namespace, place.repository)
    found = SearchedRepository(place, held, {}, Counter())
    for tag, image in held.items():
        # Signatures are sent along with their image, although the rule's filter may leave them out.
        ways = [origin for origin in origins if attached_to(tag) or selects(origin.route.tags, tag)]
        if not ways:
            continue
        # Several rules may bring one image. It counts for the first of them, so that shares add up to the whole.
        found.by_rule[str(ways[0].route.rule["name"])] += 1
        if not any(origin.source.has(origin.place, tag) for origin in ways):
            extra = Extra(place, tag, image, ways)
            extra.carries = [*_carries(extra, target)]
            found.extras[tag] = extra
    return found


def _carries(extra: Extra, target: TargetRepository) -> Iterator[Carry]:
    # Each source once, although several of its rules may bring the image.
    for source in {id(origin.source): origin.source for origin in extra.origins}.values():
        yield from source.carries.get((target, extra.tag), ())


def is_under_way(extra: Extra, instance_id: str) -> bool:
    target = TargetRepository(instance_id, extra.place.namespace, extra.place.repository)
    return any((target, extra.tag) in origin.source.under_way for origin in extra.origins)


def unproven(extra: Extra, by_task: bool) -> str:
    """Return why nobody knows that a rule carried exactly this image; empty if it did.

    The last write of the tag must lie within the time of a rule's task. A push by hand, before or after, has another
    time, even if a task found that tag and left it alone.

    Args:
        extra: the image.
        by_task: whether a task without a rule counts as well.
    """
    if not extra.carries:
        oldest = min(origin.source.oldest or 0 for origin in extra.origins)
        since = f", and the records begin on {_day(oldest)}" if oldest else ""
        return f"no sync record says that a rule carried it{since}"
    written = [
        carry for carry in extra.carries if carry.began - _ROUNDED <= extra.held.pushed <= carry.ended + _ROUNDED
    ]
    if not written:
        return "written there at another time than by the task of a rule"
    if not by_task and not any(carry.by_rule for carry in written):
        return BY_TASK
    return ""


def _day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).date().isoformat()
