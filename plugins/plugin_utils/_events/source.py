# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand the ends of sync tasks to Event-Driven Ansible."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Protocol

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    ApiError,
    CredentialsError,
    NoPermissionError,
    NotFoundError,
    complete,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import Guard
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import CONNECTION_OPTIONS, connection
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk import check_sdk
from ansible_collections.registryops.alicloud.plugins.module_utils._core.transport import SdkTransport
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    IN_FLIGHT,
    STATUSES,
    SyncTask,
    since_time,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._controller import validated
from ansible_collections.registryops.alicloud.plugins.plugin_utils._events.cursor import Cursor
from ansible_collections.registryops.alicloud.plugins.plugin_utils._events.records import EventRecords, made

ENDS = [status for status in STATUSES if status not in IN_FLIGHT]
OPTIONS: dict[str, dict[str, Any]] = {
    "instance_id": {"type": "str", "required": True},
    "namespace": {"type": "str"},
    "repository": {"type": "str"},
    "status": {"type": "list", "elements": "str", "choices": ENDS, "default": ENDS},
    "since": {"type": "str"},
    # Seconds between looks. Half a minute is soon enough for a person, and takes two calls a minute.
    "interval": {"type": "float", "default": 30.0},
    "cursor_file": {"type": "path"},
}
# Failures that waiting does not mend.
_LASTING = (CredentialsError, NoPermissionError, NotFoundError)
logger = logging.getLogger(__name__)


class Queue(Protocol):
    """Where events go."""

    async def put(self, data: Any) -> None:
        """Hand over an event, and wait until there is room for it."""


async def tell_ends(queue: Queue, given: Mapping[str, Any]) -> None:
    """Put an event into the queue for each task that ends, until this is cancelled.

    Raises:
        AcrError: the options are wrong, or the records cannot be read and waiting does not help.
    """
    options = validated(given, {**CONNECTION_OPTIONS, **OPTIONS})
    if options["interval"] <= 0:
        raise AcrError(f"interval is {options['interval']:g}", "Give the seconds between two looks.")
    stopping = threading.Event()
    cursor = _cursor(options)
    try:
        records = EventRecords(_client(options, stopping), options["instance_id"], options, cursor)
        await _go_on(queue, records, cursor, options)
    finally:
        stopping.set()
        cursor.close()


async def _go_on(queue: Queue, records: EventRecords, cursor: Cursor, options: Mapping[str, Any]) -> None:
    first = True
    while True:
        try:
            # In a thread, since the SDK blocks, and other sources share this event loop.
            ended = await asyncio.to_thread(records.look)
        except AcrError as error:
            # A failure of the first look is a mistake in the options; a later one may pass.
            if first or isinstance(error, _LASTING) or not isinstance(error, ApiError):
                raise complete(error) from error
            logger.warning("%s Trying again in %g seconds.", complete(error), options["interval"])
        else:
            for record in ended:
                if record.status in options["status"]:
                    await queue.put(event(options, record))
                # After the event was handed over. A crash in between tells it twice, but never loses it.
                cursor.tell(str(record.sync_task_id), made(record))
            records.done()
            first = False
        await asyncio.sleep(options["interval"])


def event(options: Mapping[str, Any], record: SyncTask) -> dict[str, Any]:
    """Return the event that rulebooks see, with the task as acr_sync_task_info returns it."""
    return {"instance_id": options["instance_id"], "region": options["region"], "sync_task": record.to_result()}


def _cursor(options: Mapping[str, Any]) -> Cursor:
    since = since_time(options["since"], now=datetime.now(timezone.utc))
    file = options["cursor_file"]
    cursor = Cursor(Path(file) if file else None, options["instance_id"])
    if since is not None:
        cursor.begin(since)
    return cursor


def _client(options: Mapping[str, Any], stopping: threading.Event) -> Client:
    """Return a client that goes on without its terminal and its parent process."""
    check_sdk()
    found = connection(options, os.environ)
    client = Client(
        SdkTransport(found),
        account_id=found.account_id,
        origin=found.origin,
        read_only=True,
        rate_limit=found.rate_limit,
        guard=Guard(stopping.is_set),
    )
    client.check_account()
    return client
