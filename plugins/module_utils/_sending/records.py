# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the newest sync records of an instance, in whatever order the service lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    SyncTask,
    each_task,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.listing import Listing
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    Transfer,
    by_repository,
    selection,
)

# In milliseconds. Records of one moment may be listed in any order, so that the last moment is read again.
_OVERLAP = 100


class NewRecords:
    """Read an instance's new records since the last reading.

    Args:
        client: the source account's services.
        instance_id: the source instance.
        namespace: the only namespace that the images come from; None if they come from several.
        since: when the newest known record was created, in epoch milliseconds.
    """

    def __init__(self, client: Client, instance_id: str, namespace: str | None, since: int) -> None:
        self._client = client
        self._selected = {"namespace": namespace}
        self._instance_id = instance_id
        self._since = since

    def new(self, transfers: Iterable[Transfer]) -> Iterator[SyncTask]:
        """Yield the records since the last reading, at least those of the transfers' repositories.

        If records have no order, each repository is asked for.
        """
        after = self._since - _OVERLAP
        listing = Listing(self._client, self._instance_id, self._selected)
        page = listing.read()
        if not listing.is_ordered:
            for group in by_repository(transfers):
                yield from self._of(selection(group), after)
            return
        while page:
            for task in page:
                self._since = max(self._since, task.create_time or 0)
                if (task.create_time or 0) >= after:
                    yield task
            page = listing.read() if listing.oldest >= after else []

    def _of(self, selected: Mapping[str, str | None], after: int) -> Iterator[SyncTask]:
        for task in each_task(self._client, self._instance_id, selected):
            if (task.create_time or 0) >= after:
                yield task
