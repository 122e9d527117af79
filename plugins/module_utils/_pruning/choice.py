# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose which extras go, and say of the others why they stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check_names_something
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.extra import (
    IMMUTABLE,
    Extra,
    SearchedRepository,
    is_under_way,
    unproven,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import selects
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Select
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.signatures import attached

# How builders write a platform into a tag, such as `1.0-linux-arm64-v8` or `amd64-1.0`.
_PLATFORM = (
    r"(?:(?:linux|windows)[-_/]?)?(?:amd64|arm64|aarch64|arm|arm32|armhf|386|i386|x86[-_]64|ppc64le|s390x|riscv64"
    r"|mips64le|loong64)(?:[-_/]?v[5-8])?"
)
_OF_PLATFORM = re.compile(rf"(?P<before>.+)[-_.]{_PLATFORM}|{_PLATFORM}[-_.](?P<after>.+)")


@dataclass(frozen=True)
class Kept:
    """What is never deleted; an image that is in any of these is kept."""

    namespaces: Sequence[str] = ()
    repositories: Sequence[str] = ()
    tags: Sequence[str] = ()
    tag_filter: str | None = None

    @classmethod
    def of(cls, said: Mapping[str, Any] | None) -> Kept:
        check_names_something(said or {}, "keep")
        return cls(**{name: value for name, value in (said or {}).items() if value is not None})

    def has(self, extra: Extra) -> bool:
        names = extra.place.namespace in self.namespaces or extra.place.repository in self.repositories
        return names or extra.tag in self.tags or bool(self.tag_filter and selects(self.tag_filter, extra.tag))


@dataclass(frozen=True)
class PruneOptions:
    """The task's options on what may go.

    Attributes:
        instance_id: the destination.
        select: what is looked at.
        kept: what stays.
        by_task: whether what a task without a rule carried may go.
        immutable: whether images of repositories with immutable tags may go.
    """

    instance_id: str
    select: Select
    kept: Kept
    by_task: bool = False
    immutable: bool = False

    def choose(self, found: SearchedRepository) -> list[Extra]:
        """Decide about one repository; return the extras that are looked at."""
        extras = [extra for extra in found.extras.values() if self._is_selected(extra)]
        going: dict[str, Extra] = {}
        for extra in extras:
            # A signature without its image is of no use, and an image without its signature may be refused.
            if extra.attached_to:
                extra.keep("it goes with its image only")
                continue
            reason = self._hindrance(extra) or unproven(extra, self.by_task)
            extra.keep(reason)
            if not reason:
                going[extra.tag] = extra
        _keep_needed(found, going)
        for extra in going.values():
            extra.go(str(extra.held.digest))
        going.update(self._attachments(found, going))
        return [*extras, *(extra for extra in going.values() if not self._is_selected(extra))]

    def _is_selected(self, extra: Extra) -> bool:
        select = self.select
        named = select.rules is None or extra.rule in select.rules
        return named and select.has(extra.place.namespace, extra.place.repository) and select.has_tag(extra.tag)

    def _hindrance(self, extra: Extra) -> str:
        """Return why it stays whatever the records say."""
        if self.kept.has(extra):
            return "keep names it"
        if extra.place.immutable and not self.immutable:
            return IMMUTABLE
        if is_under_way(extra, self.instance_id):
            return "a sync task is writing it"
        # Without a digest nobody could see that the tag was pushed again before it is deleted.
        return "" if extra.held.digest else "its digest is not known"

    def _attachments(self, found: SearchedRepository, going: Mapping[str, Extra]) -> dict[str, Extra]:
        """Return what is attached to images that go, and to their attachments in turn."""
        tags = attached(found.held)
        chosen: dict[str, Extra] = {}
        # A digest whose attachments are still to be looked for, and the image that they belong to in the end.
        waiting = [(str(extra.held.digest), str(extra.held.digest)) for extra in going.values()]
        while waiting:
            digest, image = waiting.pop()
            for tag in tags.pop(digest, ()):
                extra = found.extras.get(tag)
                if extra and not self._stays(found, extra):
                    extra.go(image)
                    chosen[tag] = extra
                    waiting.append((str(extra.held.digest), image))
        return chosen

    def _stays(self, found: SearchedRepository, extra: Extra) -> bool:
        """Return whether a signature stays although its image goes."""
        reason = self._hindrance(extra)
        # Two tags with one digest are one manifest; another image may need it.
        if not reason and sum(held.digest == extra.held.digest for held in found.held.values()) > 1:
            reason = "another tag is the same"
        extra.keep(reason or extra.reason)
        return bool(reason)


def _keep_needed(found: SearchedRepository, going: dict[str, Extra]) -> None:
    """Keep what another tag needs.

    It is not documented whether the service deletes a tag's manifest, too, which other tags may share.
    """
    needed = dict(_needed(found, going))
    # Each image that is kept may need others.
    while needed:
        for tag, reason in needed.items():
            going.pop(tag).keep(reason)
        needed = dict(_needed(found, going))


def _needed(found: SearchedRepository, going: Mapping[str, Extra]) -> Iterator[tuple[str, str]]:
    # By digest, since tags with one digest are one manifest.
    staying: dict[str | None, str] = {}
    for tag, held in found.held.items():
        if tag not in going:
            staying[held.digest] = tag
    for tag, extra in going.items():
        whole = _index_of(tag)
        if extra.held.digest in staying:
            yield tag, f"{staying[extra.held.digest]}, which stays, is the same image"
        elif whole and whole in found.held and whole not in going:
            yield tag, f"{whole}, which stays, may be an index that needs it"


def _index_of(tag: str) -> str:
    """Return the tag whose index may contain this image; no API tells what an index contains."""
    found = _OF_PLATFORM.fullmatch(tag)
    return str(found["before"] or found["after"]) if found else ""
