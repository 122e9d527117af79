# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the newest sync records of an instance, in whichever order the service lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    SyncTask,
    each_task,
    task_page,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    Transfer,
    by_repository,
    selection,
)

_UNTOLD = 1000  # pages that there may be where the service does not tell how many records there are
_OVERLAP = 200  # milliseconds that are read again, since records of one moment may come in any order


class Records:
    """Reads what is new among an instance's records since the last reading.

    Args:
        client: the source account's services.
        instance_id: the source instance.
        namespace: the only one that the images come from; None if they come from several.
        since: the creation time in epoch ms of the newest record that is known already.
    """

    def __init__(self, client: Client, instance_id: str, namespace: str | None, since: int) -> None:
        self._client = client
        self._selected = {"namespace": namespace}
        self._instance_id = instance_id
        self._since = since

    def new(self, transfers: Iterable[Transfer]) -> Iterator[SyncTask]:
        """Read the records since the last reading; at least those of the repositories of the transfers.

        The order of records is not documented, but a page shows it. Where it is neither way, each repository is asked.
        """
        page, told = task_page(self._client, self._instance_id, self._selected, 1)
        pages = -(-told // max(len(page), 1)) if told else _UNTOLD
        times = [task.create_time or 0 for task in page]
        after = self._since - _OVERLAP
        self._since = max([self._since, *times])
        if not page or pages == 1 or times == sorted(times, reverse=True):
            yield from self._until(after, page, range(2, pages + 1))
        elif times == sorted(times) and told:
            last = task_page(self._client, self._instance_id, self._selected, pages)[0]
            yield from self._until(after, last, range(pages - 1, 0, -1))
        else:
            for group in by_repository(transfers):
                yield from self._of(selection(group), after)

    def _until(self, after: int, page: list[SyncTask], further: Iterable[int]) -> Iterator[SyncTask]:
        """Read page after page until one has older records, or none."""
        numbers = iter(further)
        while True:
            new = [task for task in page if (task.create_time or 0) >= after]
            self._since = max([self._since, *(task.create_time or 0 for task in new)])
            yield from new
            number = next(numbers, None)
            if number is None or not page or len(new) < len(page):
                return
            page = task_page(self._client, self._instance_id, self._selected, number)[0]

    def _of(self, selected: Mapping[str, str | None], after: int) -> Iterator[SyncTask]:
        for task in each_task(self._client, self._instance_id, selected):
            if (task.create_time or 0) >= after:
                yield task
