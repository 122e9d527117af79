"""Keep sync rules and sync tasks; world files spell them as the API does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from .ids import new_id, now_ms

TaskStatus = Literal["PENDING", "SYNCHRONIZING", "SUCCESS", "ERROR", "CANCELED"]


def wire(name: str, default: Any = "") -> Any:
    """Define a field that world files spell as the API does."""
    return field(default=default, metadata={"name": name})  # pylint: disable=invalid-field-call


@dataclass(slots=True)
class SyncRule:
    """A rule, kept at its source instance; an empty text is a parameter that was not given."""

    name: str = field(metadata={"name": "SyncRuleName"})
    scope: Literal["REPO", "NAMESPACE", "INSTANCE"] = field(metadata={"name": "SyncScope"})
    tag_filter: str = field(metadata={"name": "TagFilter"})
    target_region: str = field(metadata={"name": "TargetRegionId"})
    target_instance: str = field(metadata={"name": "TargetInstanceId"})
    id: str = field(default_factory=lambda: new_id("crsr"), metadata={"name": "SyncRuleId"})
    trigger: Literal["PASSIVE", "INITIATIVE"] = wire("SyncTrigger", "PASSIVE")
    namespace: str = wire("NamespaceName")
    repository: str = wire("RepoName")
    namespace_filter: str = wire("NamespaceNameFilter")
    repository_filter: str = wire("RepoNameFilter")
    target_namespace: str = wire("TargetNamespaceName")
    target_repository: str = wire("TargetRepoName")
    target_account: str = wire("TargetUserId")
    priority: int = wire("Priority", 3)
    link_id: str = wire("LinkId")
    create_time: int = field(default_factory=now_ms, metadata={"name": "CreateTime"})

    def __post_init__(self) -> None:
        for pattern in (self.tag_filter, self.namespace_filter, self.repository_filter):
            try:
                # Which engine the service has is not documented. Python's stands for it here.
                re.compile(pattern)
            except (re.error, OverflowError, RecursionError) as error:
                raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error

    def covers(self, namespace: str, repository: str, tag: str) -> bool:
        """Return whether the rule covers this image.

        Filters match anywhere in a name. Whether the service anchors them is not documented.
        """
        if self.scope != "INSTANCE" and namespace != self.namespace:
            return False
        if self.scope == "REPO" and repository != self.repository:
            return False
        return all(
            re.search(pattern, name)
            for pattern, name in (
                (self.namespace_filter, namespace),
                (self.repository_filter, repository),
                (self.tag_filter, tag),
            )
        )


@dataclass(slots=True)
class ImageReference:
    """One end of a sync task."""

    region: str = wire("RegionId")
    instance: str = wire("InstanceId")
    namespace: str = wire("RepoNamespaceName")
    repository: str = wire("RepoName")
    tag: str = wire("ImageTag")


@dataclass(slots=True)
class LayerTask:
    digest: str = wire("Digest")
    artifact_digest: str = wire("ArtifactDigest")
    size: int = wire("Size", 0)
    id: str = field(default_factory=lambda: new_id("rslt"), metadata={"name": "SyncLayerTaskId"})


@dataclass(slots=True)
class SyncTask:
    """A task; `target_account` is only set for another account. Sizes are in bytes, times in milliseconds."""

    source: ImageReference = field(metadata={"name": "ImageFrom"})
    target: ImageReference = field(metadata={"name": "ImageTo"})
    trigger: Literal["PASSIVE", "INITIATIVE"] = wire("TaskTrigger", "INITIATIVE")
    override: bool = wire("Override", False)
    rule_id: str = wire("SyncRuleId")
    target_account: str = wire("TargetUserId")
    priority: int = wire("Priority", 3)
    link_id: str = wire("LinkId")
    status: TaskStatus = field(default="PENDING", metadata={"name": "TaskStatus"})
    issue: str = wire("TaskIssue")
    synced_size: int = wire("SyncedSize", 0)
    layers: list[LayerTask] = field(default_factory=list, metadata={"name": "LayerTasks"})
    id: str = field(default_factory=lambda: new_id("rst"), metadata={"name": "SyncTaskId"})
    batch_id: str = wire("SyncBatchTaskId")
    create_time: int = field(default_factory=now_ms, metadata={"name": "CreateTime"})
    update_time: int = field(default_factory=now_ms, metadata={"name": "ModifiedTime"})

    @property
    def is_over(self) -> bool:
        return self.status in ("SUCCESS", "ERROR", "CANCELED")
