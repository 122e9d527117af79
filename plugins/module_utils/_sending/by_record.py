# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find out by records which images have arrived, and which are on their way."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import IN_FLIGHT, SyncTask
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.search import Search
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    JOINED,
    SEND,
    UNCHANGED,
    Transfer,
)


def follow_records(client: Client, instance_id: str, transfers: Iterable[Transfer]) -> None:
    """Follow each image's newest record since its push; an older record is of another image with that tag."""
    by_route = {transfer.route: transfer for transfer in transfers}

    def see(task: SyncTask) -> Transfer | None:
        transfer, created = by_route.get(task.route), task.create_time or 0
        if transfer and created >= transfer.pushed and created > transfer.begun:
            transfer.follow(task)
        return transfer

    search = Search(client, instance_id, lambda transfer: transfer.pushed, exact=False)
    search.find(by_route.values(), see)


def decide_by_record(client: Client, transfers: Iterable[Transfer], options: Sending) -> None:
    """Decide about images by the newest record of each."""
    found = list(transfers)
    follow_records(client, options.instance_id, found)
    for transfer in found:
        if transfer.status in IN_FLIGHT:
            transfer.decide(JOINED)
        else:
            arrived = transfer.status == "success" and not options.force
            transfer.decide(UNCHANGED if arrived else SEND)
