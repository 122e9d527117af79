# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending images to another instance, once each: what the records say has arrived is not sent again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._checks import check
from ansible_collections.registryops.alicloud.plugins.module_utils._client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._errors import AcrError, ApiError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._operation import Operation
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    Image,
    list_images,
    repository_id,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    IN_FLIGHT,
    SyncTask,
    list_tasks,
)

# Namespace, repository and tag; then the target's instance, namespace, repository and tag.
Route = tuple[Any, ...]

# Repositories whose records are polled one by one; above that, all records are listed instead.
_FEW = 10

SEND, JOINED, SENT, UNCHANGED, FAILED = "to_send", "joined", "sent", "unchanged", "failed"


@dataclass
class Item:
    """One image on its way; `action` is what was, or in check mode would be, done about it."""

    namespace: str
    repository: str
    tag: str
    target: dict[str, Any]
    action: str = ""
    digest: str | None = None
    size: int | None = None
    pushed: int = 0
    repository_id: str = ""
    task: SyncTask | None = None
    task_id: str | None = None
    error: str = ""

    @property
    def source(self) -> str:
        return f"{self.namespace}/{self.repository}:{self.tag}"

    @property
    def route(self) -> Route:
        """Where the image comes from and goes to, as _route_of says it of a record."""
        target = (self.target[name] for name in ("instance_id", "namespace", "repository", "tag"))
        return self.namespace, self.repository, self.tag, *target

    def to_result(self) -> dict[str, Any]:
        status = self.task.status if self.task else None
        return {
            "source": self.source,
            "target": "{instance_id}/{namespace}/{repository}:{tag}".format(**self.target),
            "digest": self.digest,
            "size": self.size,
            "action": self.action,
            "sync_task_id": self.task_id,
            "status": status or ("failed" if self.error else None),
            "issue": (self.task.issue if self.task else None) or self.error or None,
        }


def _route_of(task: SyncTask) -> Route:
    return (
        *(task.namespace, task.repository, task.tag),
        *(task.target_instance_id, task.target_namespace, task.target_repository, task.target_tag),
    )


class ImageSync(Operation):
    """Sends the images of a list to their targets by the service's own sync tasks."""

    def __init__(self, client: Client, params: Mapping[str, Any]) -> None:
        super().__init__(client, params)
        self.items = [item_of(one, params) for one in params.get("images") or ([params] if params.get("tag") else [])]

    def prepare(self) -> None:
        groups: dict[tuple[str, str], list[Item]] = {}
        for item in self.items:
            groups.setdefault((item.namespace, item.repository), []).append(item)
        for (namespace, repository), items in groups.items():
            try:
                self._prepare(namespace, repository, items)
            except ApiError as error:
                if error.code == "INSTANCE_NOT_EXIST" or len(groups) == 1:
                    raise
                _fail(items, str(error))

    def needed(self) -> bool:
        return any(item.action == SEND for item in self.items)

    def start(self) -> None:
        self.client.calls(self._send, [item for item in self.items if item.action == SEND])

    def wait(self, timeout: float) -> None:
        waited, pause = 0.0, 1.0
        while waiting := [item for item in self.items if _under_way(item)]:
            self._refresh(waiting)
            if not any(map(_under_way, waiting)):
                return
            if waited >= timeout:
                _late([item for item in waiting if _under_way(item)], timeout)
                return
            self.client.sleep(pause)
            waited += pause
            pause = min(pause * 1.5, 10.0)

    def to_result(self) -> dict[str, Any]:
        for item in self.items:
            if item.task and item.task.status in ("error", "canceled") and not item.error:
                item.error = f"{item.task.status}: {item.task.issue or 'the service gives no reason'}"
        images = [item.to_result() for item in self.items]
        failed = [item for item in self.items if item.error]
        counts = {
            action: sum(item.action == action for item in self.items) for action in (SEND, SENT, JOINED, UNCHANGED)
        }
        changed = any(item.action in (SEND, SENT) for item in self.items)
        lines = [
            f"{item.source} -> {one['target']}: {item.action}" for item, one in zip(self.items, images, strict=True)
        ]
        moved = [line for line, item in zip(lines, self.items, strict=True) if item.action in (SEND, SENT)]
        diff = {"before": "", "after": "".join(f"{line}\n" for line in moved)}
        result = {
            "changed": changed,
            "images": images,
            "counts": {**counts, "failed": len(failed)},
            "bytes": sum(item.size or 0 for item in self.items if item.action in (SEND, SENT)),
            "diff": diff,
        }
        if failed:
            raise _failure(failed, len(self.items), result)
        return result

    def _prepare(self, namespace: str, repository: str, items: list[Item]) -> None:
        instance_id = self.params["instance_id"]
        identity = repository_id(self.client, instance_id, namespace, repository)
        with attempt(f"list the images of {namespace}/{repository} on {instance_id}"):
            images = {image.tag: image for image in list_images(self.client, instance_id, identity)}
        tag = items[0].tag if len(items) == 1 else None
        records = self.records(namespace=namespace, repository=repository, tag=tag)
        for item in items:
            item.repository_id = identity
            if item.tag not in images:
                _fail([item], f"{namespace}/{repository} on {instance_id} has no tag {item.tag}; check what was pushed")
                continue
            self.decide(item, images[item.tag], records.get(item.route, []))

    def records(self, **selected: str | None) -> dict[Route, list[SyncTask]]:
        """The records of each route, the newest first; `selected` holds namespace, repository and tag."""
        found: dict[Route, list[SyncTask]] = {}
        for task in list_tasks(self.client, self.params["instance_id"], **selected):
            found.setdefault(_route_of(task), []).append(task)
        return found

    def decide(self, item: Item, image: Image, records: Iterable[SyncTask]) -> None:
        """Looks at the newest record since the image was last pushed; an older one was of another image."""
        item.digest, item.size, item.pushed = image.digest, image.size, image.update_time or 0
        newest = next((one for one in records if (one.create_time or 0) >= item.pushed), None)
        if newest is not None and newest.status in IN_FLIGHT:
            item.action, item.task, item.task_id = JOINED, newest, newest.sync_task_id
        elif newest is not None and newest.status == "success" and not self.params.get("force"):
            item.action, item.task, item.task_id = UNCHANGED, newest, newest.sync_task_id
        else:
            item.action = SEND

    def _send(self, item: Item) -> None:
        request = {
            "InstanceId": self.params["instance_id"],
            "RepoId": item.repository_id,
            "Tag": item.tag,
            "TargetRegionId": item.target["region"],
            "TargetInstanceId": item.target["instance_id"],
            "TargetNamespace": item.target["namespace"],
            "TargetRepoName": item.target["repository"],
            "TargetTag": item.target["tag"],
            "TargetUserId": item.target["account_id"],
            "Override": self.params.get("override"),
            "Priority": self.params.get("priority"),
        }
        known = {one.sync_task_id for one in self._records(item)} if self.params.get("force") else set()
        for attempts_left in (2, 1, 0):
            try:
                item.task_id = self.client.call("cr", "CreateRepoSyncTask", request)["SyncTaskId"]
                item.action = SENT
                return
            except AcrError as error:
                # Without an answer it may have been started all the same: look, and never send it twice.
                uncertain = isinstance(error, ApiError) and error.uncertain
                if uncertain and self._found(item, known):
                    return
                if not uncertain or not attempts_left:
                    error.attempted = f"send {item.source} to {item.target['instance_id']}"
                    _fail([item], str(error))
                    return

    def _found(self, item: Item, known: set[str | None]) -> bool:
        for record in self._records(item):
            if (
                (record.create_time or 0) >= item.pushed
                and record.sync_task_id not in known
                and record.status in (*IN_FLIGHT, "success")
            ):
                item.action, item.task, item.task_id = SENT, record, record.sync_task_id
                return True
        return False

    def _records(self, item: Item) -> list[SyncTask]:
        found = self.records(namespace=item.namespace, repository=item.repository, tag=item.tag)
        return found.get(item.route, [])

    def _refresh(self, items: list[Item]) -> None:
        """Looks at the records of all that is under way: of few repositories one by one, of many all at once."""
        places = sorted({(item.namespace, item.repository) for item in items})
        selections: list[dict[str, str]] = [{"namespace": one, "repository": other} for one, other in places]
        if len(places) > _FEW:
            selections = [{}]
        if len(items) == 1:
            selections[0]["tag"] = items[0].tag
        listed = self.client.calls(
            lambda selected: list(list_tasks(self.client, self.params["instance_id"], **selected)), selections
        )
        by_id = {one.sync_task_id: one for tasks in listed for one in tasks}
        for item in items:
            item.task = by_id.get(item.task_id, item.task)


def item_of(image: Mapping[str, Any], params: Mapping[str, Any]) -> Item:
    check(image)
    for name in ("namespace", "repository", "tag"):
        if not image.get(name):
            raise AcrError(f"an image without {name} is given", "Say namespace, repository and tag of each image.")

    def said(name: str, otherwise: Any) -> Any:
        return image.get(f"target_{name}") or params.get(f"target_{name}") or otherwise

    account = said("account_id", None)
    target = {
        "region": params["target_region"],
        "instance_id": params["target_instance_id"],
        "account_id": None if account == params.get("account_id") else account,
        "namespace": said("namespace", image["namespace"]),
        "repository": said("repository", image["repository"]),
        "tag": said("tag", image["tag"]),
    }
    return Item(image["namespace"], image["repository"], image["tag"], target)


def _under_way(item: Item) -> bool:
    return item.task_id is not None and not item.error and (item.task is None or item.task.status in IN_FLIGHT)


def _fail(items: Iterable[Item], reason: str) -> None:
    for item in items:
        item.action, item.error = FAILED, reason


def _late(items: Iterable[Item], timeout: float) -> None:
    for item in items:
        item.error = (
            f"not finished after {timeout:g} seconds (task {item.task_id}); it goes on, and a further run joins it"
        )


def _failure(failed: list[Item], total: int, result: dict[str, Any]) -> AcrError:
    first = failed[0]
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    error = AcrError(f"{len(failed)} of {total} images failed: {first.source}: {first.error}{more}")
    error.hint = "" if len(failed) == 1 else "Each image's issue is in the result's images."
    error.results = result
    return error
