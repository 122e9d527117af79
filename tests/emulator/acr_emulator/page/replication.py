"""Show sync rules, and sync tasks as they proceed."""

from __future__ import annotations

import itertools

from ..ids import now_ms
from ..replication import ImageReference, SyncRule, SyncTask
from ..state import State
from .markup import Html, join, limited, section, table, tag

# About a screen of rows; the API lists all of them.
SHOWN = 50
SCOPES = {"REPO": "one repository", "NAMESPACE": "a namespace", "INSTANCE": "the whole instance"}


def rules(state: State) -> Html:
    rows: list[list[object]] = []
    for instance in state.instances.values():
        rows += [_rule(state, instance.name, rule) for rule in instance.sync_rules.values()]
    content = table("rules", "Rule, From, To, Tags, Covers, Runs", rows[:SHOWN]) if rows else None
    return section("Sync rules", content, limited(len(rows) - SHOWN))


def _rule(state: State, source: str, rule: SyncRule) -> list[object]:
    near = [rule.namespace or rule.namespace_filter, rule.repository or rule.repository_filter]
    return [
        join(tag("strong", rule.name), " ", tag("code", rule.id)),
        _place(source, near),
        _place(_instance_name(state, rule.target_instance), [rule.target_namespace, rule.target_repository]),
        tag("code", rule.tag_filter),
        SCOPES[rule.scope],
        f"{'on each push' if rule.trigger == 'PASSIVE' else 'by hand'}, priority {rule.priority}",
    ]


def _place(instance: str, path: list[str]) -> Html:
    return join(instance, " ", tag("code", "/".join(filter(None, path)) or "everything"))


def _instance_name(state: State, identifier: str) -> str:
    """Return its name; the ID outside this world."""
    instance = state.instances.get(identifier)
    return instance.name if instance else identifier


def tasks(state: State) -> Html:
    newest = itertools.islice(reversed(state.sync_tasks.values()), SHOWN)
    rows = [_task(state, task) for task in newest]
    content = table("tasks", "Task, Image, To, By, When", rows) if rows else None
    return section("Sync tasks", content, limited(len(state.sync_tasks) - SHOWN))


def _task(state: State, task: SyncTask) -> list[object]:
    status = task.status.lower()
    return [
        join(tag("span", status, kind=f"badge {status}"), tag("small", task.issue) if task.issue else None),
        _image(state, task.source),
        _image(state, task.target),
        _cause(state, task),
        _time(task),
    ]


def _image(state: State, image: ImageReference) -> Html:
    name = _instance_name(state, image.instance)
    return join(name, " ", tag("code", f"{image.namespace}/{image.repository}:{image.tag}"))


def _cause(state: State, task: SyncTask) -> str:
    if not task.rule_id:
        return "hand"
    rule = state.instances[task.source.instance].sync_rules.get(task.rule_id)
    return rule.name if rule else "a rule now gone"


def _time(task: SyncTask) -> str:
    if not task.is_over:
        return f"for {_span(now_ms() - task.create_time)}"
    took = (task.update_time - task.create_time) / 1000
    return f"{_span(now_ms() - task.create_time)} ago, took {took:.1f} s"


def _span(milliseconds: int) -> str:
    seconds = max(0, milliseconds // 1000)
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
