# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find images' records with few calls; their number depends on the images, not on the records."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import PARALLEL
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import PAGE, SyncTask
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.listing import Listing
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    Transfer,
    by_repository,
    only_namespace,
)

# Pages that are read in any case. The first may be full of other images, and the second shows whether going on is worth
# it.
_TRIED = 2

# Takes a record, and returns the transfer that it is about; None if it is about no image that is looked for.
See = Callable[[SyncTask], "Transfer | None"]
Selected = dict[str, "str | None"]
Group = tuple[Selected, list[Transfer]]
Level = Callable[[list[Transfer]], list[Group]]


class Search:
    """Read images' records: first all together, then by repository, then by tag.

    A page of all records may tell of many images, or of none. So pages are read as long as they decide about as many
    images for a call as smaller questions would. For the images that are left, each repository is asked for in the same
    way, and then each tag.

    Args:
        client: the source account's services.
        instance_id: the source instance.
        since: returns the time in epoch milliseconds before which no record of a transfer counts.
        exact: whether one record decides about a transfer, even if the newest records do not come first.
    """

    def __init__(
        self, client: Client, instance_id: str, since: Callable[[Transfer], int] = lambda _transfer: 0, *, exact: bool
    ) -> None:
        self._client = client
        self._instance_id = instance_id
        self._since = since
        self._exact = exact

    def find(self, transfers: Collection[Transfer], see: See) -> int:
        """Show `see` the transfers' records, and return how many calls that took.

        The newest records come first, if the service has an order.
        """
        left, calls = list(transfers), 0
        if not left:
            return 0
        levels: list[Level] = [_together, _by_repository, _by_tag]
        for groups in levels[1:] if len(by_repository(left)) == 1 else levels:
            found = groups(left)
            # Groups share the threads. So a single group reads several pages at a time, and many groups read one each.
            at_once = max(PARALLEL // max(len(found), 1), 1)

            def look(group: Group, at_once: int = at_once) -> tuple[list[Transfer], int]:
                return self._read(group, see, at_once)

            left = []
            for remaining, made in self._client.calls(look, found) if len(found) > 1 else map(look, found):
                left += remaining
                calls += made
            if not left:
                break
        return calls

    def _read(self, group: Group, see: See, at_once: int) -> tuple[list[Transfer], int]:
        """Read a group's records; return the transfers to ask for in smaller groups, and the number of calls."""
        selected, transfers = group
        cost = _cost(selected, transfers)
        listing = Listing(self._client, self._instance_id, selected)
        undecided = {id(transfer): transfer for transfer in transfers}
        by_time = sorted(transfers, key=self._since)
        further = 1
        while undecided and further > 0 and listing.left:
            # As many pages as are needed if every record is about one of the images.
            needed = math.ceil(len(undecided) / PAGE)
            for task in listing.read(min(further, at_once, needed)):
                found = see(task)
                if found and (self._exact or listing.is_ordered):
                    undecided.pop(id(found), None)
            # Nothing older than these records can count for images that were pushed later.
            while listing.is_ordered and by_time and self._since(by_time[-1]) > listing.oldest:
                undecided.pop(id(by_time.pop()), None)
            share = len(undecided) / len(transfers)
            further = _further(listing, cost, share, is_narrowest="tag" in selected)
        if not listing.left:
            return [], listing.calls
        return list(undecided.values()) if listing.is_ordered or self._exact else transfers, listing.calls


def _further(listing: Listing, cost: int, share: float, *, is_narrowest: bool) -> int:
    """Return how many further pages are worth a call.

    Args:
        listing: what is read.
        cost: how many calls smaller questions for all transfers would take.
        share: the part of the transfers that is not decided yet.
        is_narrowest: whether there is no smaller question.
    """
    if is_narrowest or listing.left <= cost * share:
        return listing.left
    if not listing.is_ordered:
        return 0
    return _TRIED + int(cost * (1 - share)) - listing.calls


def _cost(selected: Selected, transfers: Collection[Transfer]) -> int:
    """Return how many calls the smaller questions of a group would take."""
    if "repository" in selected:
        return len(transfers)
    return sum(math.ceil(len(group) / PAGE) for _place, group in by_repository(transfers))


def _together(transfers: Collection[Transfer]) -> list[Group]:
    return [({"namespace": only_namespace(transfers)}, list(transfers))]


def _by_repository(transfers: Iterable[Transfer]) -> list[Group]:
    """Return a group for each repository; a group with a single tag asks for that tag alone."""
    groups: list[Group] = []
    for (namespace, repository), group in by_repository(transfers):
        tag = {"tag": group[0].tag} if len({transfer.tag for transfer in group}) == 1 else {}
        groups.append(({"namespace": namespace, "repository": repository, **tag}, group))
    return groups


def _by_tag(transfers: Iterable[Transfer]) -> list[Group]:
    """Return a group for each source image, which may go to several targets."""
    groups: dict[str, Group] = {}
    for transfer in transfers:
        selected = {"namespace": transfer.namespace, "repository": transfer.repository, "tag": transfer.tag}
        groups.setdefault(transfer.source, (dict(selected), []))[1].append(transfer)
    return list(groups.values())
