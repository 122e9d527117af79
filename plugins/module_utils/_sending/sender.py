# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending one image, once, whatever becomes of the answer."""

from __future__ import annotations

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, ApiError
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    IN_FLIGHT,
    SyncTask,
    list_tasks,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    SENT,
    Transfer,
)


class Sender:
    """Starts and cancels the service's sync tasks."""

    def __init__(self, client: Client, options: Sending) -> None:
        self._client = client
        self._options = options

    def send(self, transfer: Transfer) -> None:
        """Starts the image's task, or tells in the transfer why there is none."""
        target = transfer.target
        request = {
            "InstanceId": self._options.instance_id,
            "RepoId": transfer.repository_id,
            "Tag": transfer.tag,
            "TargetRegionId": target.region,
            "TargetInstanceId": target.instance_id,
            "TargetNamespace": target.namespace,
            "TargetRepoName": target.repository,
            "TargetTag": target.tag,
            "TargetUserId": target.account_id,
            "Override": self._options.override,
            "Priority": self._options.priority,
        }
        known = {one.sync_task_id for one in self._records(transfer)} if self._options.force else set()
        for attempts_left in (2, 1, 0):
            try:
                transfer.task_id = self._client.call("cr", "CreateRepoSyncTask", request)["SyncTaskId"]
                transfer.action = SENT
                return
            except AcrError as error:
                # Without an answer it may have been started all the same: look, and never send it twice.
                uncertain = isinstance(error, ApiError) and error.uncertain
                if uncertain and self._found(transfer, known):
                    return
                if not uncertain or not attempts_left:
                    error.attempted = f"send {transfer.source} to {target.instance_id}"
                    transfer.fail(str(error))
                    return

    def _found(self, transfer: Transfer, known: set[str | None]) -> bool:
        for record in self._records(transfer):
            if (
                (record.create_time or 0) >= transfer.pushed
                and record.sync_task_id not in known
                and record.status in (*IN_FLIGHT, "success")
            ):
                transfer.action = SENT
                transfer.follow(record)
                return True
        return False

    def _records(self, transfer: Transfer) -> list[SyncTask]:
        names = {"namespace": transfer.namespace, "repository": transfer.repository, "tag": transfer.tag}
        tasks = list_tasks(self._client, self._options.instance_id, **names)
        return [task for task in tasks if task.route == transfer.route]

    def cancel(self, transfer: Transfer) -> bool:
        """Whether it was canceled; the service refuses that for what it has begun with."""
        try:
            request = {"InstanceId": self._options.instance_id, "SyncTaskId": transfer.task_id}
            self._client.call("cr", "CancelRepoSyncTask", request)
        except ApiError:
            return False
        return True
