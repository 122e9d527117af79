# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the records that have ended since the last look."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import PARALLEL
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    IN_FLIGHT,
    PAGE,
    SyncTask,
    each_task,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._events.cursor import Cursor

# In milliseconds. A record may be listed so much later than a newer one; ten minutes are long for a service's delay.
LATE = 600_000
# After so many looks, which are half an hour by default, all records are listed again: they may have lost their order.
WHOLE_EVERY = 60


class EventRecords:
    """Looks at the records of an instance, again and again.

    The order of records is not documented. A look ends at known records only if the last whole list had the newest
    first.

    Args:
        client: the account's services.
        instance_id: the instance.
        selected: namespace and repository that the records must be of, if any.
        cursor: what was told already.
    """

    def __init__(self, client: Client, instance_id: str, selected: Mapping[str, Any], cursor: Cursor) -> None:
        self._client = client
        self._instance_id = instance_id
        self._selected = selected
        self._cursor = cursor
        self._looks = 0
        self._newest_first = False
        self._next_since = 0.0

    def look(self) -> list[SyncTask]:
        """Return new records that have ended, in the order of their ends; none at the very first look."""
        known = -math.inf if self._cursor.since is None else self._cursor.since
        records = [record for record in self._listed(known) if made(record) >= known]
        in_flight = [made(record) for record in records if record.status in IN_FLIGHT]
        newest = max((made(record) for record in records if record.create_time), default=0.0)
        # The next look begins at the oldest task in flight, which may end any time.
        self._next_since = max(min([newest - LATE, *in_flight]), known, 0.0)
        ended = [record for record in records if record.status not in IN_FLIGHT]
        if self._cursor.since is None:
            for record in ended:
                self._cursor.tell(str(record.sync_task_id), made(record))
            return []
        fresh = [record for record in ended if record.sync_task_id not in self._cursor.told]
        return sorted(fresh, key=lambda record: (record.modified_time or 0, str(record.sync_task_id)))

    def done(self) -> None:
        """Note that all records of the last look were told."""
        self._cursor.move(self._next_since)

    def _listed(self, known: float) -> list[SyncTask]:
        """Return all records, or at least those that were made since `known`."""
        whole = self._looks % WHOLE_EVERY == 0 or not self._newest_first
        self._looks += 1
        found: dict[str, SyncTask] = {}
        before, falling = math.inf, True
        records = each_task(self._client, self._instance_id, self._selected, at_once=PARALLEL if whole else 1)
        for number, record in enumerate(records, start=1):
            found[str(record.sync_task_id)] = record
            falling = falling and made(record) <= before
            before = made(record)
            if not whole and falling and before < known and number % PAGE == 0:
                return list(found.values())
        self._newest_first = falling
        return list(found.values())


def made(record: SyncTask) -> float:
    """Return when a record was made, in epoch milliseconds; a record without a time is never old."""
    return record.create_time or math.inf
