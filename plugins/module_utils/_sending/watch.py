# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow images by the records of their instance."""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import SyncTask
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.search import Search
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import Transfer


class Watch:
    """Follow one instance's transfers with few calls, each of which tells of many."""

    def __init__(self, client: Client, instance_id: str) -> None:
        self._search = Search(client, instance_id, exact=True)

    def refresh(self, transfers: Collection[Transfer]) -> int:
        """Look at the records of all transfers, and return the number of calls."""
        by_task = {transfer.task_id: transfer for transfer in transfers}

        def see(task: SyncTask) -> Transfer | None:
            transfer = by_task.get(task.sync_task_id)
            if transfer:
                transfer.follow(task)
            return transfer

        return self._search.find(transfers, see)
