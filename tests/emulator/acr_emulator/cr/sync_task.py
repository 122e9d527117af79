"""Serve sync tasks, which the console calls sync records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from ..actions import Answer, Call, action
from ..catalogue import NAMESPACE_NAME, REPOSITORY_NAME, TAG, Instance
from ..errors import BusinessError
from ..old_records import OldTasks, Together
from ..replication import ImageReference, SyncTask
from ..schema import dump
from ..sync import task_of_rule
from .lookup import content_arn, find_instance, find_repository, page
from .tag import find_image
from .target import check_name, check_target, target_account


@action("cr:CreateRepoSyncTask", content_arn, authority="cr:CreateRepositorySync")
def create_repo_sync_task(call: Call) -> Answer:
    """Start a task; the target's namespace is TargetNamespace here, and TargetNamespaceName in a rule."""
    instance = find_instance(call)
    names = ("TargetRegionId", "TargetInstanceId", "TargetNamespace", "TargetRepoName", "TargetTag")
    target = ImageReference(*(call.text(name) for name in names))
    check_name("TargetNamespace", target.namespace, NAMESPACE_NAME)
    check_name("TargetRepoName", target.repository, REPOSITORY_NAME)
    check_name("TargetTag", target.tag, TAG)
    # 3 is the documented default of a priority.
    override, priority = call.flag("Override"), call.integer("Priority", 3, 1, 5)
    call.text("RepoId")
    repository = find_repository(call, instance)
    image = find_image(repository, call.text("Tag"))
    check_target(call, instance)
    source = ImageReference(instance.region, instance.id, repository.namespace, repository.name, image.tag)
    task = SyncTask(source, target, override=override, target_account=target_account(call), priority=priority)
    call.cloud.synchroniser.start(task)
    return {"SyncTaskId": task.id}


@action("cr:CreateRepoSyncTaskByRule", authority="cr:CreateRepositorySync")
def create_repo_sync_task_by_rule(call: Call) -> Answer:
    instance = find_instance(call)
    rule = instance.sync_rules.get(call.text("SyncRuleId"))
    if rule is None:
        raise BusinessError("SYNC_RULE_NOT_EXIST", f"{instance.id} has no sync rule {call.text('SyncRuleId')}.")
    priority = call.integer("Priority", rule.priority, 1, 5)
    call.text("RepoId")
    repository = find_repository(call, instance)
    tag = find_image(repository, call.text("Tag")).tag
    # INITIATIVE is the API's word for a manual rule, PASSIVE for one that acts on pushes.
    if rule.trigger != "INITIATIVE":
        raise BusinessError("SYNC_RULE_TRIGGER_NOT_SUPPORT", f"The sync rule {rule.name} is not a manual one.")
    if not rule.covers(repository.namespace, repository.name, tag):
        raise BusinessError("SYNC_RULE_NOT_MATCH", f"The sync rule {rule.name} is not for {repository.path}:{tag}.")
    task = task_of_rule(instance, rule, repository, tag)
    task.priority = priority
    call.cloud.synchroniser.start(task)
    return {"SyncTaskId": task.id}


def _find_task(call: Call, instance: Instance) -> SyncTask:
    task = call.state.sync_tasks.get(call.text("SyncTaskId"))
    # A task of another instance looks as if it did not exist.
    if task is None or task.source.instance != instance.id:
        raise BusinessError("SYNC_TASK_NOT_EXIST", f"{instance.id} has no sync task {call.text('SyncTaskId')}.")
    return task


def _common(task: SyncTask) -> dict[str, Any]:
    return {
        "SyncTaskId": task.id,
        "SyncRuleId": task.rule_id,
        "SyncBatchTaskId": task.batch_id,
        "TaskStatus": task.status,
        "TaskTrigger": task.trigger,
        "TaskIssue": task.issue,
        "CrossUser": bool(task.target_account),
        "SyncTransAccelerate": False,
        "Priority": task.priority,
        "ImageFrom": dump(task.source),
        "ImageTo": dump(task.target),
    }


@action("cr:GetRepoSyncTask", content_arn, authority="cr:GetRepositorySync")
def get_repo_sync_task(call: Call) -> Answer:
    """Return a task, without times; Progress is 1 after success, and 0 before."""
    task = _find_task(call, find_instance(call))
    layers = [_layer(layer_fields, task.status) for layer_fields in dump(task.layers)]
    # The documentation names only these two values.
    progress = 1 if task.status == "SUCCESS" else 0
    return _common(task) | {"Progress": progress, "SyncedSize": task.synced_size, "LayerTasks": layers}


def _layer(fields: dict[str, Any], status: str) -> dict[str, Any]:
    return fields | {"SyncedSize": fields["Size"], "TaskStatus": status}


_FILTERS: dict[str, Callable[[SyncTask], str]] = {
    "RepoNamespaceName": attrgetter("source.namespace"),
    "RepoName": attrgetter("source.repository"),
    "Tag": attrgetter("source.tag"),
    "SyncRecordId": attrgetter("batch_id"),
}


@action("cr:ListRepoSyncTask", content_arn, authority="cr:GetRepositorySync")
def list_repo_sync_task(call: Call) -> Answer:
    """List tasks, with the service's own misspelt ModifedTime."""
    instance = find_instance(call)
    order = call.state.behaviour.sync_task_order
    tasks = instance.tasks if order == "oldest_first" else instance.tasks[::-1]
    # IDs are random, so their order is always the same and has nothing to do with time.
    if order == "none":
        tasks = sorted(tasks, key=attrgetter("id"))
    selected = {parameter: wanted for parameter in _FILTERS if (wanted := call.optional(parameter))}
    for parameter, wanted in selected.items():
        # Only for given filters, since there may be very many tasks.
        of = _FILTERS[parameter]
        tasks = [task for task in tasks if of(task) == wanted]
    found = _with_old(instance, tasks, selected, order)
    chosen, fields = page(call, found)
    return fields | {"TotalCount": str(len(found)), "SyncTasks": [_listed(task) for task in chosen]}


def _with_old(instance: Instance, tasks: list[SyncTask], selected: dict[str, str], order: str) -> Sequence[SyncTask]:
    """Return the tasks, with the old records if configured."""
    old = instance.old_records
    if old is None or not old.selects(selected):
        return tasks
    time = instance.tasks[-1].create_time if old.newest and instance.tasks else instance.create_time
    records = OldTasks(old, instance.region, instance.id, time, order)
    first = old.newest != (order == "oldest_first")
    return Together(records, tasks) if first else Together(tasks, records)


def _listed(task: SyncTask) -> dict[str, Any]:
    # Both spellings, as the service answers.
    times = {"CreateTime": task.create_time, "ModifedTime": task.update_time, "ModifiedTime": task.update_time}
    return _common(task) | times | {"CustomLink": bool(task.link_id), "LinkId": task.link_id}


# What RAM calls this is not documented; the name follows CreateRepositorySync.
@action("cr:CancelRepoSyncTask", content_arn, authority="cr:CancelRepositorySync")
def cancel_repo_sync_task(call: Call) -> Answer:
    task = _find_task(call, find_instance(call))
    # What the service does with a running task is not documented; refusing is the safer guess.
    if task.status != "PENDING":
        raise BusinessError("SYNC_TASK_STATUS_NOT_SUPPORT", f"The sync task {task.id} is {task.status}.")
    call.cloud.synchroniser.cancel(task)
    return {}
