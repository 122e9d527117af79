"""Keep one instance's events, spelled as the API does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from .ids import new_id, now_ms
from .replication import SyncTask, wire

SYNCHRONIZED = "cr:Artifact:SynchronizationCompleted"
EventType = Literal[
    "cr:Artifact:DeliveryChainCompleted",
    "cr:Artifact:SynchronizationCompleted",
    "cr:Artifact:BuildCompleted",
    "cr:Artifact:ScanCompleted",
    "cr:Artifact:SigningCompleted",
]


@dataclass(slots=True)
class EventRule:
    name: str = field(metadata={"name": "RuleName"})
    id: str = field(default_factory=lambda: new_id("crecr"), metadata={"name": "RuleId"})
    event_type: EventType = wire("EventType", SYNCHRONIZED)
    scope: Literal["INSTANCE", "NAMESPACE", "REPO"] = wire("EventScope", "INSTANCE")
    namespaces: list[str] = field(default_factory=list, metadata={"name": "Namespaces"})
    repositories: list[str] = field(default_factory=list, metadata={"name": "RepoNames"})
    tag_filter: str = wire("RepoTagFilterPattern")
    channel: str = wire("EventChannel", "EVENT_BRIDGE")
    configuration: str = wire("EventConfig")

    def __post_init__(self) -> None:
        try:
            re.compile(self.tag_filter)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"{self.tag_filter!r} is not a regular expression: {error}") from error

    def covers(self, task: SyncTask) -> bool:
        """Return whether the task's end is an event of the rule."""
        source = task.source
        return (
            self.event_type == SYNCHRONIZED
            and (self.scope == "INSTANCE" or source.namespace in self.namespaces)
            and (self.scope != "REPO" or source.repository in self.repositories)
            and re.search(self.tag_filter, source.tag) is not None
        )


@dataclass(slots=True)
class EventRecord:
    """An event that happened; no field says whether it went well."""

    rule_id: str = wire("RuleId")
    rule_name: str = wire("RuleName")
    event_type: str = wire("EventType")
    channel: str = wire("EventChannel")
    namespace: str = wire("Namespace")
    repository: str = wire("RepoName")
    tag: str = wire("Tag")
    notify_id: str = wire("EventNotifyId")
    notify_method: str = wire("EventNotifyMethod")
    id: str = field(default_factory=lambda: new_id("crecrr"), metadata={"name": "RecordId"})
    create_time: int = field(default_factory=now_ms, metadata={"name": "CreateTime"})
    update_time: int = field(default_factory=now_ms, metadata={"name": "UpdateTime"})


def record_of(rule: EventRule, task: SyncTask) -> EventRecord:
    source = task.source
    where = (source.namespace, source.repository, source.tag)
    return EventRecord(rule.id, rule.name, rule.event_type, rule.channel, *where)
