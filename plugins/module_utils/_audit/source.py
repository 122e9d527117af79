# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of a source: rules that carry nothing, cannot carry anything, or carry what another one carries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access.command import ask_for_grant
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.selected import (
    left_behind,
    meeting,
    selecting_all,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    NoPermissionError,
    NotFoundError,
    api_error,
    attempt,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.remedies import task_remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import iso_time
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import (
    contains,
    covers,
    is_readable,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    Place,
    list_images,
    list_repositories,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.namespace import Namespaces
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule, SyncRules
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import is_stand_in
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    SyncTask,
    list_tasks,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import unlisted_rules, wanted_rules

_CLOCK_MARGIN = 2000  # milliseconds
_CORRECT_OR_DELETE = "Correct it, or delete it with registryops.alicloud.acr_sync_rule and state: absent."


@dataclass(frozen=True)
class _Source:
    """What is on the instance, and the records of it, the newest first."""

    client: Client
    instance_id: str
    namespaces: frozenset[str]
    repositories: Sequence[Place]
    images: Sequence[dict[str, Any]]
    records: Sequence[SyncTask]


def audit_source(task: Task) -> list[Finding]:
    instance_id = task.params["instance_id"]
    selected = {"instance_id": instance_id, "direction": "outbound"}
    found = list(SyncRules(task.client, selected).find())
    findings = [_left_over(rule) for rule in found if is_stand_in(rule.name)]
    rules = [rule for rule in found if is_readable(rule.to_result()) and not is_stand_in(rule.name)]
    findings += [_unreadable(rule) for rule in found if not is_readable(rule.to_result())]
    shown = [rule.to_result() for rule in rules]
    findings += selecting_all(shown)
    if rules:
        source = _look(task.client, instance_id, rules)
        findings += chain.from_iterable(_audit(rule, source) for rule in rules)
        findings += meeting(shown, source.images)
        for rule in shown:
            findings += left_behind(rule, source.images)
    listed = task.params.get("rules")
    if listed is not None:
        findings += [
            warning("unlisted_rule", f"sync rule {unlisted.rule['name']}", unlisted.problem, unlisted.remedy)
            for unlisted in unlisted_rules([rule.to_result() for rule in found], listed)
        ]
    return [*findings, *_shadowed(rules, {rule["name"] for rule in wanted_rules(listed or [])})]


def _look(client: Client, instance_id: str, rules: Iterable[SyncRule]) -> _Source:
    with attempt(f"look at what is on {instance_id}"):
        namespaces = frozenset(
            str(namespace.name) for namespace in Namespaces(client, {"instance_id": instance_id}).find()
        )
        repositories = list(list_repositories(client, instance_id))
        records = list(list_tasks(client, instance_id))
    scopes = [{**rule.to_result(), "tag_filter": ""} for rule in rules]

    def images(found: Place) -> list[dict[str, Any]]:
        place = {"namespace": found.namespace, "repository": found.repository}
        if not any(covers(scope, {**place, "tag": ""}) for scope in scopes):
            return []
        try:
            with attempt(f"list the images of {found.namespace}/{found.repository} on {instance_id}"):
                listed = list_images(client, instance_id, found.repository_id)
                return [{**image.to_result(), **place} for image in listed]
        except NotFoundError:
            return []  # deleted since the repositories were listed

    found = list(chain.from_iterable(client.calls(images, repositories)))
    return _Source(client, instance_id, namespaces, repositories, found, records)


def _audit(rule: SyncRule, source: _Source) -> Iterator[Finding]:
    namespace, repository, subject = rule.namespace, rule.repository, f"sync rule {rule.name}"
    if namespace and namespace not in source.namespaces:
        missing = f"namespace {namespace}"
    elif repository and (namespace, repository) not in {place[:2] for place in source.repositories}:
        missing = f"repository {namespace}/{repository}"
    else:
        scope = rule.to_result()
        covered = [image for image in source.images if covers(scope, image)]
        if covered:
            yield from _carried(source.client, rule, covered, source.records)
        else:
            problem = f"{subject} covers no image that is on {source.instance_id}"
            yield warning("dead_rule", subject, problem, _CORRECT_OR_DELETE)
        return
    problem = f"{subject} is for {missing}, which {source.instance_id} does not have"
    yield error("dead_rule", subject, problem, _CORRECT_OR_DELETE)


def _carried(
    client: Client, rule: SyncRule, covered: Sequence[dict[str, Any]], records: Sequence[SyncTask]
) -> Iterator[Finding]:
    """Return what the records say of a rule that has something to carry."""
    own = [record for record in records if record.sync_rule_id == rule.sync_rule_id]
    # An image that was deleted before it was carried is no fault of the rule.
    there = {(image["namespace"], image["repository"], image["tag"]) for image in covered}
    ended = [
        record
        for record in own
        if record.status in ("success", "error") and (record.namespace, record.repository, record.tag) in there
    ]
    if ended and ended[0].status == "error":
        yield _with_command(_failed(rule, ended[0]), rule, client)
    newest = max(image.get("update_time") or 0 for image in covered)
    if not own and rule.trigger != "manual" and newest > (rule.create_time or newest) + _CLOCK_MARGIN:
        subject = f"sync rule {rule.name}"
        problem = f"{subject} has no record, although an image that it covers was pushed at {iso_time(newest)}"
        remedy = "Compare both sides with registryops.alicloud.verify_sync, and create the rule again."
        # It is not documented for how long records are kept: older ones prove that this one is not merely forgotten.
        sure = any((record.create_time or newest) < newest for record in records)
        yield (error if sure else warning)("dead_rule", subject, problem, remedy)


def _failed(rule: SyncRule, record: SyncTask) -> Finding:
    """Report a failed task. The service does not document its issues, so each is shown as it is."""
    issue, subject = str(record.issue or "no reason given"), f"sync rule {rule.name}"
    image = f"{record.namespace}/{record.repository}:{record.tag}"
    problem = f"{subject} could not carry {image} into {record.target_instance_id}: {issue}"
    kind = api_error("", issue, "")
    check = "failing_rule"
    if isinstance(kind, NoPermissionError):
        check = "rule_without_grant"
    elif isinstance(kind, NotFoundError) and "INSTANCE" in issue:
        check = "dead_rule"
    return error(check, subject, problem, task_remedy(issue, str(record.target_instance_id)))


def _with_command(finding: Finding, rule: SyncRule, client: Client) -> Finding:
    """Return a finding on a missing grant with the command that makes it, for the other account's people to paste."""
    if finding["check"] != "rule_without_grant":
        return finding
    try:
        own = str(client.caller()["AccountId"])
    except AcrError:
        return finding  # the remedy without the command is true, too
    return {**finding, "remedy": f"{ask_for_grant(own, rule.target_instance_id, rule.target_region)}."}


def _shadowed(rules: Sequence[SyncRule], wanted: Collection[str]) -> Iterator[Finding]:
    """Report rules that carry nothing of their own; one that is wanted is not to make room for one that is not."""
    shown = [rule.to_result() for rule in rules]
    for place, rule in enumerate(shown):
        for other_place, other in enumerate(shown):
            if rule["name"] in wanted and other["name"] not in wanted:
                continue
            # Of two that are the same, the second is one too many.
            if place != other_place and contains(other, rule) and (other_place < place or not contains(rule, other)):
                subject = f"sync rule {rule['name']}"
                problem = f"{subject} carries nothing that sync rule {other['name']} does not carry to the same place"
                yield warning("shadowed_rule", subject, problem, "Delete it.")
                break


def _left_over(rule: SyncRule) -> Finding:
    problem = f"sync rule {rule.name} stands in for another one, whose replacement was cut short unless it is under way"
    remedy = "Run the task that keeps that rule again, such as registryops.alicloud.configure_sync; it finishes it."
    return warning("left_over_stand_in", f"sync rule {rule.name}", problem, remedy)


def _unreadable(rule: SyncRule) -> Finding:
    problem = f"sync rule {rule.name} has a filter that engines read differently, so it is not known what it covers"
    return warning("unknown_scope", f"sync rule {rule.name}", problem, "Write the filter as acr_sync_rule takes it.")
