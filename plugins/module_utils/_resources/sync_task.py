# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read sync tasks, which the console calls sync records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    NoPermissionError,
    NotFoundError,
    api_error,
    attempt,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import PARALLEL
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Resource
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute

# An image goes from the first to the second, and ends in one of the other three.
STATUSES = {
    "pending": "PENDING",
    "synchronizing": "SYNCHRONIZING",
    "success": "SUCCESS",
    "error": "ERROR",
    "canceled": "CANCELED",
}
IN_FLIGHT = ("pending", "synchronizing")
PAGE = 100  # records that one call lists; the documentation names no maximum, and other lists take 100
TRIGGERS = {"automatic": "PASSIVE", "manual": "INITIATIVE"}

# Namespace, repository and tag; then the target's instance, namespace, repository and tag.
Route = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SyncTask(State):
    sync_task_id: str | None = attribute("SyncTaskId")
    status: str | None = attribute("TaskStatus", values=STATUSES)
    issue: str | None = attribute("TaskIssue")
    trigger: str | None = attribute("TaskTrigger", values=TRIGGERS)
    sync_rule_id: str | None = attribute("SyncRuleId")
    sync_record_id: str | None = attribute("SyncBatchTaskId")
    cross_account: bool | None = attribute("CrossUser")
    priority: int | None = attribute("Priority")
    namespace: str | None = attribute("ImageFrom.RepoNamespaceName")
    repository: str | None = attribute("ImageFrom.RepoName")
    tag: str | None = attribute("ImageFrom.ImageTag")
    source_instance_id: str | None = attribute("ImageFrom.InstanceId")
    target_region: str | None = attribute("ImageTo.RegionId")
    target_instance_id: str | None = attribute("ImageTo.InstanceId")
    target_namespace: str | None = attribute("ImageTo.RepoNamespaceName")
    target_repository: str | None = attribute("ImageTo.RepoName")
    target_tag: str | None = attribute("ImageTo.ImageTag")
    create_time: int | None = attribute("CreateTime")
    modified_time: int | None = attribute("ModifiedTime")

    @property
    def route(self) -> Route:
        names = (self.namespace, self.repository, self.tag)
        return (*names, self.target_instance_id, self.target_namespace, self.target_repository, self.target_tag)

    @property
    def seconds(self) -> float | None:
        """Return the task's duration, if it is known."""
        if self.status in IN_FLIGHT or not self.create_time or not self.modified_time:
            return None
        return (self.modified_time - self.create_time) / 1000


def list_tasks(client: Client, instance_id: str, **selected: Any) -> Iterator[SyncTask]:
    """Yield an instance's records, the newest first; `selected` is that of each_task."""
    # The service's order is not documented. A new record moves others to later pages, so that one may come twice.
    tasks = {task.sync_task_id: task for task in each_task(client, instance_id, selected)}
    yield from sorted(tasks.values(), key=lambda task: task.create_time or 0, reverse=True)


def each_task(
    client: Client, instance_id: str, selected: Mapping[str, Any], at_once: int = PARALLEL
) -> Iterator[SyncTask]:
    """Yield an instance's records as they come; there may be a million.

    `selected` holds namespace, repository, tag and sync_record_id. `at_once` pages are asked for at a time.
    """
    request = _request(instance_id, selected)
    with attempt(f"list the sync records of {instance_id}"):
        for found in client.pages("cr", "ListRepoSyncTask", request, "SyncTasks", size=PAGE, at_once=at_once):
            yield _task(found)


def task_page(client: Client, instance_id: str, selected: Mapping[str, Any], number: int) -> tuple[list[SyncTask], int]:
    """Return a page of records, and the total number; `selected` is that of each_task."""
    request = {**_request(instance_id, selected), "PageNo": number, "PageSize": PAGE}
    with attempt(f"list the sync records of {instance_id}"):
        answer = client.call("cr", "ListRepoSyncTask", request)
        found = answer.get("SyncTasks") or []
        if not isinstance(found, list):
            # The SDK hands on a wrong shape as it came.
            raise api_error("ListRepoSyncTask", "", "the answer is not in the documented shape", status=200)
    return [_task(task) for task in found], int(answer.get("TotalCount") or 0)


def _request(instance_id: str, selected: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "InstanceId": instance_id,
        "RepoNamespaceName": selected.get("namespace"),
        "RepoName": selected.get("repository"),
        "Tag": selected.get("tag"),
        "SyncRecordId": selected.get("sync_record_id"),
    }


def _task(found: Mapping[str, Any]) -> SyncTask:
    # Older answers misspell the field, and newer ones have it both ways.
    return SyncTask.from_api({"ModifiedTime": found.get("ModifedTime"), **found})


class SyncTasks(Resource[SyncTask]):
    """The selected records; what the API cannot filter by is filtered here."""

    kind = "sync task"
    state_type = SyncTask

    def name(self, state: SyncTask) -> str:
        return f"sync task {state.sync_task_id}"

    def find(self) -> Iterator[SyncTask]:
        params = self.params
        since, rule_ids = since_time(params.get("since"), now=datetime.now(timezone.utc)), self._rule_ids()
        for task in list_tasks(
            self.client,
            params["instance_id"],
            namespace=params.get("namespace"),
            repository=params.get("repository"),
            tag=params.get("tag"),
            sync_record_id=params.get("sync_record_id"),
        ):
            if (
                (not params.get("status") or task.status in params["status"])
                and (rule_ids is None or task.sync_rule_id in rule_ids)
                and (since is None or (task.create_time or 0) >= since)
                and params.get("target_instance_id") in (None, task.target_instance_id)
            ):
                yield task

    def _rule_ids(self) -> set[str] | None:
        rule = self.params.get("rule")
        if rule is None:
            return None
        named = {"InstanceId": self.params["instance_id"]}
        rules = list(self.client.pages("cr", "ListRepoSyncRule", named, "SyncRules"))
        named_so = [entry for entry in rules if rule in (entry.get("SyncRuleName"), entry.get("SyncRuleId"))]
        ids = {str(entry["SyncRuleId"]) for entry in named_so}
        # IDs of rules begin like this. The records of a deleted rule still have its ID.
        if not ids and not rule.startswith("crsr-"):
            raise AcrError(
                f"{self.params['instance_id']} has no sync rule {rule!r}",
                "Correct the name; records of a deleted rule can be found by its ID (crsr-...).",
            )
        return ids or {rule}


def since_time(value: str | None, *, now: datetime) -> int | None:
    """Return epoch milliseconds of a time or an age: 2026-01-31T12:00:00Z, epoch seconds, 90m, 24h or 7d."""
    if value is None:
        return None
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    age = re.fullmatch(r"(\d+)([smhd])", value)
    if age:
        return int((now - timedelta(**{units[age[2]]: int(age[1])})).timestamp() * 1000)
    if value.isdigit():
        return int(value) * 1000
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError as cause:
        hint = "Write an age such as 90m, 24h or 7d, or a time such as 2026-01-31T12:00:00Z."
        raise AcrError(f"since {value!r} is not a time", hint) from cause
    return int((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp() * 1000)


def issue_kind(issue: str | None) -> str:
    """Return `grant` or `instance` if an issue refuses all images of a target.

    It is empty otherwise. Issues are not documented, so that this only chooses words.
    """
    kind = api_error("", str(issue), "")
    if isinstance(kind, NoPermissionError):
        return "grant"
    return "instance" if isinstance(kind, NotFoundError) and "INSTANCE" in str(issue) else ""
