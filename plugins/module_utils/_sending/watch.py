# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Following images by the records that an instance keeps of what it sends."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    PAGE,
    each_task,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    Group,
    Transfer,
    by_repository,
    selection,
)

_AT_ONCE = 4  # pages of records that are asked for at a time; the first few are often enough


class Watch:
    """Follows what one instance sends, with as few calls as it can: the service tells of many records in each."""

    def __init__(self, client: Client, instance_id: str) -> None:
        self._client = client
        self._instance_id = instance_id
        self._pages = 0  # of the records of all repositories, that show what was sent lately

    def refresh(self, transfers: list[Transfer]) -> int:
        """Look at the records of all that is under way; return how many calls that took.

        Where the newest records come first, which is not documented, a few pages of all of them show what was sent
        lately. They are read where that may take fewer calls than a look at each repository, which shows the rest.
        """
        groups, calls = by_repository(transfers), 0
        most = sum(-(-len(group) // PAGE) for _place, group in groups)
        if len(groups) > 1 and most > self._pages:
            unseen, calls = self._look_for(transfers, {}, most)
            self._pages = calls if len(unseen) < len(transfers) / 2 else 2 * calls
            groups = by_repository(unseen)

        def look(group: Group) -> int:
            return self._look_for(group[1], selection(group))[1]

        return calls + sum(self._client.calls(look, groups))

    def _look_for(
        self, transfers: list[Transfer], selected: Mapping[str, str | None], most: int | None = None
    ) -> tuple[list[Transfer], int]:
        """Those whose records are not among what `most` calls list, and how many calls it took to see the others."""
        unseen, count = {one.task_id: one for one in transfers}, 0
        tasks = each_task(self._client, self._instance_id, selected, at_once=_AT_ONCE)
        for task in islice(tasks, most and most * PAGE):
            count += 1
            if transfer := unseen.pop(task.sync_task_id, None):
                transfer.follow(task)
            if not unseen:
                break
        return list(unseen.values()), max(-(-count // PAGE), 1)
