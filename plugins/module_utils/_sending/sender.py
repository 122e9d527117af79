# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send one image, once, whatever becomes of the answer."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    ApiError,
    CredentialsError,
    NoPermissionError,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import noting
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import NO_NAMESPACE
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

# So many refusals without a success between them are no accident. Each further one would cost a call.
FEW = 3


class Sender:
    """Starts and cancels the service's sync tasks.

    Attributes:
        obstacle: the error that keeps every image from being sent; None as long as images can be sent.
        accepts: whether the service has ever accepted an image.
    """

    def __init__(self, client: Client, options: Sending) -> None:
        self._client = client
        self._options = options
        self._refused: Counter[str] = Counter()  # refusals in each repository since its last success
        self.accepts = False
        self._failures = 0  # failures of the service since the last success
        self.obstacle: AcrError | None = None
        # The error that keeps images from being sent, by their repository or by the namespace where they should arrive.
        self.blocked: dict[str, AcrError] = {}
        self._lacking: Counter[str] = Counter()  # images since the last success that found no namespace, by namespace

    def send(self, transfer: Transfer) -> None:
        """Start the image's task, or note why not; do nothing if other images failed for a reason that applies."""
        if self.hindrance(transfer):
            return
        # With `force`, an older task may have carried the same push; it must not be taken for the one of this call.
        known = {task.sync_task_id for task in self._records(transfer)} if self._options.force else set()
        # Three attempts, as for every creation: an outage that lasts longer is told.
        for attempts_left in (2, 1, 0):
            try:
                answer = self._client.call("cr", "CreateRepoSyncTask", self._request(transfer))
                transfer.task_id = answer["SyncTaskId"]
                self._sent(transfer)
                return
            except AcrError as error:
                error.attempted = f"send {transfer.source} to {transfer.target.instance_id}"
                # Without an answer, the task may have been started. So look, and never send an image twice.
                uncertain = isinstance(error, ApiError) and error.uncertain
                if uncertain and self._found(transfer, known, error):
                    return
                if not uncertain or not attempts_left or self.obstacle:
                    self._fail(transfer, error)
                    return

    def hindrance(self, transfer: Transfer) -> AcrError | None:
        """Return the error of other images that would hinder this one, too."""
        return self.obstacle or self.blocked.get(_repository(transfer)) or self.blocked.get(_arrival(transfer))

    def ended(self, transfer: Transfer) -> None:
        """Note what the end of an image's task tells about further images."""
        place = _arrival(transfer)
        if transfer.status == "success":
            self._lacking.pop(place, None)
        elif NO_NAMESPACE in (transfer.issue or ""):
            self._lacking[place] += 1
            if self._lacking[place] >= FEW:
                target = transfer.target
                self.blocked.setdefault(place, AcrError(f"{target.instance_id} has no namespace {target.namespace}"))

    def cancel(self, transfer: Transfer) -> bool:
        """Return whether the task was canceled; the service refuses that for a task that has begun."""
        request = {"InstanceId": self._options.instance_id, "SyncTaskId": transfer.task_id}
        with noting() as journal:
            try:
                self._client.call("cr", "CancelRepoSyncTask", request)
            except ApiError:
                # The first answer may be lost, and the repeated call refused since the first was carried out.
                return bool(journal) and self._is_canceled(transfer)
        return True

    def _is_canceled(self, transfer: Transfer) -> bool:
        with suppress(AcrError):
            own = [record for record in self._records(transfer) if record.sync_task_id == transfer.task_id]
            return any(record.status == "canceled" for record in own)
        return False

    def _request(self, transfer: Transfer) -> dict[str, object]:
        target = transfer.target
        return {
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

    def _sent(self, transfer: Transfer) -> None:
        transfer.action = SENT
        self._failures = 0
        self.accepts = True
        self._refused.pop(_repository(transfer), None)

    def _learn(self, transfer: Transfer, error: AcrError) -> None:
        """Note what an error tells about further images."""
        if isinstance(error, NoPermissionError):
            repository = _repository(transfer)
            self._refused[repository] += 1
            if self._refused[repository] >= FEW:
                self.blocked.setdefault(repository, error)
            if len(self._refused) >= FEW and not self.accepts:
                self.obstacle = self.obstacle or error
        elif not isinstance(error, ApiError) or isinstance(error, CredentialsError):
            self.obstacle = self.obstacle or error
        elif error.uncertain or not error.status:
            self._failures += 1
            if self._failures >= FEW:
                self.obstacle = self.obstacle or error

    def _fail(self, transfer: Transfer, error: AcrError) -> None:
        transfer.fail(str(error))
        self._learn(transfer, error)

    def _found(self, transfer: Transfer, known: set[str | None], error: AcrError) -> bool:
        """Return whether an unanswered call is settled: its task is found, or records cannot be read."""
        try:
            records = self._records(transfer)
        except AcrError:
            error.hint = "It may have been sent all the same; a further run finds out and does not send it twice."
            transfer.uncertain = True
            self._fail(transfer, error)
            return True
        for record in records:
            if (
                (record.create_time or 0) >= transfer.pushed
                and record.sync_task_id not in known
                and record.status in (*IN_FLIGHT, "success")
            ):
                transfer.follow(record)
                self._sent(transfer)
                return True
        return False

    def _records(self, transfer: Transfer) -> list[SyncTask]:
        names = {"namespace": transfer.namespace, "repository": transfer.repository, "tag": transfer.tag}
        tasks = list_tasks(self._client, self._options.instance_id, **names)
        return [task for task in tasks if task.route == transfer.route]


def _repository(transfer: Transfer) -> str:
    return f"{transfer.namespace}/{transfer.repository}"


def _arrival(transfer: Transfer) -> str:
    return f"{transfer.target.instance_id}: {transfer.target.namespace}"
