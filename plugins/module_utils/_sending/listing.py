# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read records page by page, the newest first; in which order the service lists them is not documented."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import SyncTask, task_page

# Pages that may be left if the service does not tell how many records there are; enough to ask in another way instead.
_UNTOLD = 1000

Page = tuple[list[SyncTask], int]  # with the number of all records, 0 if it is not told


class Listing:
    """The records that one selection lists.

    A page shows their order. If the oldest come first, the pages are read backwards.

    Args:
        client: the source account's services.
        instance_id: the source instance.
        selected: the namespace, repository and tag that the records are of.

    Attributes:
        calls: how many calls were made.
        is_ordered: whether each page has older records than those before it; True before the first page.
        left: how many pages are left, as far as the service tells.
        oldest: when the oldest record of the last page was created, in epoch milliseconds.
    """

    def __init__(self, client: Client, instance_id: str, selected: Mapping[str, str | None]) -> None:
        self._client = client
        self._instance_id = instance_id
        self._selected = selected
        self._whole = 0  # records of a whole page; the service may give fewer than were asked for
        self._total = 0
        self._backwards = False
        self.calls = 0
        self.is_ordered = True
        self.left = 1
        self.oldest = 0

    def read(self, most: int = 1) -> list[SyncTask]:
        """Return the records of the next pages, at most `most` of them; none after the last page."""
        if not self.calls:
            return self._first()
        count = min(most, self.left)
        if self._backwards:
            numbers = range(self.left, self.left - count, -1)
        else:
            numbers = range(self.calls + 1, self.calls + 1 + count)
        found: list[SyncTask] = []
        for page in self._pages(numbers):
            found += self._noted(page)
        return found

    def _first(self) -> list[SyncTask]:
        page, self._total = self._page(1)
        self._whole = len(page)
        times = [task.create_time or 0 for task in page]
        self.calls = 1
        if self._total > self._whole > 0 and times != sorted(times, reverse=True) and times == sorted(times):
            return self._last()
        return self._noted(page)

    def _last(self) -> list[SyncTask]:
        """Return the last page's records, if the oldest come first."""
        self._backwards = True
        self.left = math.ceil(self._total / self._whole)
        page, _told = self._page(self.left)
        self.calls += 1
        return self._noted(page)

    def _pages(self, numbers: range) -> list[list[SyncTask]]:
        """Return pages that are asked for side by side."""
        answers = [self._page(number) for number in numbers] if len(numbers) < 2 else self._at_once(numbers)
        pages: list[list[SyncTask]] = []
        for number, answer in zip(numbers, answers, strict=True):
            # A smaller total shows that it was answered before the page that it follows. A record that moved from that
            # page to this one in between would be missed, so this one is asked for again.
            early = 0 < answer[1] < self._total and not self._backwards
            page, told = self._page(number) if early else answer
            self._total = told or self._total
            pages.append(page)
        self.calls += len(numbers)
        return pages

    def _at_once(self, numbers: range) -> list[Page]:
        return self._client.calls(self._page, numbers)

    def _page(self, number: int) -> Page:
        return task_page(self._client, self._instance_id, self._selected, number)

    def _noted(self, page: list[SyncTask]) -> list[SyncTask]:
        """Return a page, and note its order and the rest."""
        times = [task.create_time or 0 for task in page]
        self.is_ordered = self.is_ordered and times == sorted(times, reverse=not self._backwards)
        self.oldest = min(times, default=self.oldest)
        if self._backwards:
            self.left -= 1
        elif self._total:
            self.left = max(math.ceil(self._total / max(self._whole, 1)) - self.calls, 0)
        else:
            self.left = _UNTOLD if page and len(page) == self._whole else 0
        return page
