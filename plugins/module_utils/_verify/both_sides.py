# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and compare both sides, some repositories at a time, so that little is kept in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.idle_filters import IdleFilters
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    Held,
    Origin,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compare import Evidence, compare, extra
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import (
    BAD,
    Compared,
    TargetRepository,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.records import KeptRecords
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Bringing, Routes
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.side import AT_ONCE, Side
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.signatures import attached, with_signatures
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.watcher import Watcher

# The images of each target that the source does not have.
Left = dict[TargetRepository, dict[str, Held]]

# In milliseconds. An image that was pushed within them may arrive between two lists, so that it is looked at again
# before it is called missing. Ten minutes are enough to list the largest instances.
_RECENT = 600_000


class Comparison:
    """Compare a source's images with those at its destinations.

    Args:
        source: the side that images come from.
        destinations: the sides that can be looked into, by instance ID.
        routes: where rules bring images.
        records: the source's sync records.
        watcher: is shown the images of the source.
        idle: is shown the tags of the source.
    """

    def __init__(
        self,
        source: Side,
        destinations: Mapping[str, Side],
        routes: Routes,
        records: KeptRecords,
        watcher: Watcher,
        idle: IdleFilters,
    ) -> None:
        self._watcher = watcher
        self._idle = idle
        self._source = source
        self._destinations = destinations
        self._routes = routes
        self._records = records
        self._recent = int(time.time() * 1000) - _RECENT
        # The images of each target that no image of the source has been compared with.
        self._left: Left = {}
        # The tags on both sides, where only some are looked at and may be misspelt.
        self.tags: set[str] = set()

    def run(self) -> Iterator[list[Compared]]:
        """Yield the images of each repository of the source, then what only destinations have."""
        doubtful: list[Origin] = []
        covered = sorted(origin for origin in self._source.places if self._routes.of(*origin))
        for origin, images in self._each(covered, self._compare):
            if any(image.state in BAD and (image.pushed or 0) >= self._recent for image in images):
                doubtful.append(origin)
            else:
                yield images
        if doubtful:
            self._read_destinations(doubtful)
        # Source, records, destination: in this order, an image that arrives between two lists is still judged rightly.
        for _origin, images in self._each(doubtful, self._compare_again):
            yield images
        yield from self._extras()
        for origin, held in self._source.each(self._unseen()):
            self._watcher.add(origin, held)

    def _unseen(self) -> Iterator[Origin]:
        """Yield repositories that no rule covers and a watcher wants."""
        for origin in self._source.places:
            if not self._routes.of(*origin) and self._watcher.concerns(origin):
                yield origin

    def _read_destinations(self, origins: Iterable[Origin]) -> None:
        """List the destinations' repositories again, since some may be new."""
        targets = set(chain.from_iterable(self._routes.of(*origin) for origin in origins))
        for instance_id, side in self._destinations.items():
            side.read(sorted({target.namespace for target in targets if target.instance_id == instance_id}))

    def _each(
        self, origins: Sequence[Origin], work: Callable[[Origin], tuple[list[Compared], Left]]
    ) -> Iterator[tuple[Origin, list[Compared]]]:
        for start in range(0, len(origins), AT_ONCE):
            some = origins[start : start + AT_ONCE]
            found = self._source.client.calls(work, some)
            for origin, (images, left) in zip(some, found, strict=True):
                for target, held in left.items():
                    # Of several repositories with one target, each has some of its images.
                    known = self._left.get(target)
                    self._left[target] = held if known is None else {tag: held[tag] for tag in known if tag in held}
                yield origin, images

    def _compare(self, origin: Origin) -> tuple[list[Compared], Left]:
        """Return a repository's images, and its targets' other images."""
        return self._compared(origin, self._source.images(*origin))

    def _compare_again(self, origin: Origin) -> tuple[list[Compared], Left]:
        """Compare by records that are newer than the list of images, so that each image has its record."""
        images = self._source.images(*origin)
        self._records.read_again(origin)
        return self._compared(origin, images)

    def _compared(self, origin: Origin, images: Mapping[str, Held]) -> tuple[list[Compared], Left]:
        if self._watcher.concerns(origin):
            self._watcher.add(origin, images)
        self._idle.add(origin, images)
        compared: list[Compared] = []
        left: Left = {}
        attachments = attached(images)
        for target, routes in self._routes.of(*origin).items():
            side = self._destinations.get(target.instance_id)
            there = side.images(target.namespace, target.repository) if side else {}
            if self._routes.select.tags is not None:
                self.tags.update(images, there)
            found = self._found(origin, images, target, Bringing(routes, self._routes.select), there)
            if attachments and self._routes.select.tags is None:
                found = with_signatures(found, attachments, there)
            compared += found
            reached = {image.tag for image in found}
            left[target] = {tag: held for tag, held in there.items() if tag not in reached}
        return compared, left

    def _found(
        self,
        origin: Origin,
        images: Mapping[str, Held],
        target: TargetRepository,
        bringing: Bringing,
        there: Mapping[str, Held],
    ) -> list[Compared]:
        """Return the images of one repository, compared with one of its targets."""
        side = self._destinations.get(target.instance_id)
        place = side.places.get((target.namespace, target.repository)) if side else None
        immutable = place is not None and place.immutable
        lacking = target.namespace if side and target.namespace in side.lacking else ""
        records, lost = self._records.of(origin, target), self._records.lost(origin)
        reached = self._records.reached(target.instance_id)
        found = []
        # By tag, not by digest: a rule keeps the tag, and several tags may be one image.
        for tag, held in images.items():
            bringers = bringing.of(tag)
            if bringers is not None:
                held_there = there.get(tag)
                digest = held_there.digest if held_there else None
                known = (digest, side is not None, records.get(tag), lost.get(tag), reached, immutable, lacking)
                evidence = Evidence(*known)
                found.append(compare(bringers, (*origin, tag), held, target, evidence))
        return found

    def _extras(self) -> Iterator[list[Compared]]:
        """Yield what only destinations have, where rules would put it."""
        # Only where a rule of this source arrives. What else a destination holds is nobody's business here.
        places: list[TargetRepository] = []
        for side in self._destinations.values():
            places += [TargetRepository(side.instance_id, *place) for place in sorted(side.places)]
        targets = [target for target in places if any(True for _origin in self._routes.into(target))]

        def look(target: TargetRepository) -> list[Compared]:
            held = self._left.get(target)
            if held is None:
                held = self._destinations[target.instance_id].images(target.namespace, target.repository)
            found = (self._extra(target, tag, held[tag]) for tag in held)
            return [image for image in found if image]

        for start in range(0, len(targets), AT_ONCE):
            yield from self._source.client.calls(look, targets[start : start + AT_ONCE])

    def _extra(self, target: TargetRepository, tag: str, held: Held) -> Compared | None:
        for namespace, repository, route in self._routes.into(target):
            if Bringing([route], self._routes.select).of(tag):
                return extra(route.rule, (namespace, repository, tag), held, target)
        return None
