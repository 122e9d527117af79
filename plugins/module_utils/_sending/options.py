# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the options that send images into typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, TypeVar

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check_names_something
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import since_time
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.versions import VersionRange

T = TypeVar("T")

SELECT_OPTIONS: dict[str, dict[str, Any]] = {
    **{name: {"type": "list", "elements": "str"} for name in ("namespaces", "repositories", "tags")},
    **{name: {"type": "str"} for name in ("namespace_filter", "repository_filter", "tag_filter", "since", "versions")},
    "newest": {"type": "int"},
}


def _said(params: Mapping[str, Any], name: str, otherwise: T) -> T:
    value = params.get(name)
    return otherwise if value is None else value


def _names(select: Mapping[str, Any], option: str) -> tuple[str, ...] | None:
    names = select.get(option)
    return None if names is None else tuple(names)


@dataclass(frozen=True)
class Destination:
    """Where images go; an account or a name of None is the source's."""

    region: str | None
    instance_id: str | None
    account_id: str | None = None
    namespace: str | None = None
    repository: str | None = None
    tag: str | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Destination:
        names = ("region", "instance_id", "account_id", "namespace", "repository", "tag")
        said = {name: params.get(f"target_{name}") for name in names}
        if said["account_id"] == params.get("account_id"):
            said["account_id"] = None
        return cls(**said)

    def of_rule(self, rule: Mapping[str, Any]) -> Destination:
        """Return the destination of a rule; the account stays, since the service does not tell a rule's account."""
        names = ("region", "instance_id", "namespace", "repository")
        return replace(self, **{name: rule.get(f"target_{name}") for name in names})


@dataclass(frozen=True)
class Sending:
    """How images are sent and followed; the defaults send without waiting."""

    instance_id: str
    override: bool = False
    force: bool = False
    priority: int | None = None
    wait: bool = False
    wait_timeout: float = 0.0
    # The service's limit is not documented. A thousand tasks of a second each keep it busy, and their records fit into
    # ten pages.
    max_in_flight: int = 1000
    max_failures: int | None = None
    retries: int = 0
    cancel_on_timeout: bool = False
    attached: bool = False

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Sending:
        return cls(
            instance_id=params["instance_id"],
            override=_said(params, "override", False),
            force=_said(params, "force", False),
            priority=params.get("priority"),
            wait=_said(params, "wait", False),
            wait_timeout=_said(params, "wait_timeout", 0),
            max_in_flight=params.get("max_in_flight") or 1000,  # a limit of 0 would never send anything
            max_failures=params.get("max_failures"),
            retries=_said(params, "retries", 0),
            cancel_on_timeout=_said(params, "cancel_on_timeout", False),
            attached=_said(params, "attached", False),
        )


@dataclass(frozen=True)
class Selection:
    """Which images are sent; None selects everything, and `since` is in epoch milliseconds."""

    namespaces: tuple[str, ...] | None = None
    repositories: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    namespace_filter: str | None = None
    repository_filter: str | None = None
    tag_filter: str | None = None
    since: int | None = None
    newest: int | None = None
    versions: VersionRange | None = None

    @classmethod
    def from_params(cls, select: Mapping[str, Any]) -> Selection:
        check_names_something(select)
        newest, versions = select.get("newest"), select.get("versions")
        refuse(newest is not None and newest < 0, f"newest {newest} is less than none", "Say how many, from 0.")
        return cls(
            namespaces=_names(select, "namespaces"),
            repositories=_names(select, "repositories"),
            tags=_names(select, "tags"),
            namespace_filter=select.get("namespace_filter"),
            repository_filter=select.get("repository_filter"),
            tag_filter=select.get("tag_filter"),
            since=since_time(select.get("since"), now=datetime.now(timezone.utc)),
            newest=newest,
            versions=VersionRange(versions) if versions else None,
        )

    @property
    def filters(self) -> dict[str, str | None]:
        """Return the filters under the names that a rule has for them."""
        names = ("namespace_filter", "repository_filter", "tag_filter")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Shard:
    """The share of the images that one of several jobs sends."""

    index: int = 0
    count: int = 1

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Shard:
        count, index = params.get("shard_count"), params.get("shard_index")
        if count is None:
            return cls()
        refuse(
            index not in range(count),
            f"shard_index {index} is not one of shard_count {count}",
            "The first shard is 0, and the last is shard_count - 1.",
        )
        return cls(int(index or 0), count)
