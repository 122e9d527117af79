# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending what was there before a rule: images are selected, not listed one by one."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._coverage import covers
from ansible_collections.registryops.alicloud.plugins.module_utils._errors import AcrError, NotFoundError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._operations.image_sync import (
    ImageSync,
    Route,
    item_of,
    route_of,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resource import refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    Image,
    list_images,
    list_repositories,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule, SyncRules
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    SyncTask,
    list_tasks,
    since_time,
)

SELECT_OPTIONS: dict[str, dict[str, Any]] = {
    **{name: {"type": "list", "elements": "str"} for name in ("namespaces", "repositories", "tags")},
    **{name: {"type": "str"} for name in ("namespace_filter", "repository_filter", "tag_filter", "since")},
    "newest": {"type": "int"},
}
_RULE_TARGETS = ("target_region", "target_instance_id", "target_namespace", "target_repository")


class Backfill(ImageSync):
    """Sends the images that are listed, or that `select` or a rule selects."""

    def __init__(self, client: Client, params: Mapping[str, Any]) -> None:
        super().__init__(client, params)
        self.rule: dict[str, Any] = {}  # as results show it; an empty one covers everything
        count = params.get("shard_count")
        refuse(
            count is not None and params["shard_index"] not in range(count),
            f"shard_index {params.get('shard_index')} is not one of shard_count {count}",
            "The first shard is 0, and the last is shard_count - 1.",
        )

    def prepare(self) -> None:
        if self.params.get("select") is None and self.params.get("from_rule") is None:
            super().prepare()
            return
        wanted, targets = self.params.get("select") or {}, self.params
        if self.params.get("from_rule"):
            rule = self._rule()
            self.rule = rule.to_result()
            targets = {**self.params, **{name: getattr(rule, name) for name in _RULE_TARGETS}}
        namespaces = wanted.get("namespaces") or [self.rule.get("namespace")]
        only = namespaces[0] if len(namespaces) == 1 else None
        records: dict[Route, list[SyncTask]] = {}
        for task in list_tasks(self.client, self.params["instance_id"], namespace=only):
            records.setdefault(route_of(task), []).append(task)
        for repository_id, image in self._selected(wanted, namespaces):
            item = item_of(image.to_result(), targets)
            item.repository_id = repository_id
            self.decide(item, image, records.get(item.route, []))
            self.items.append(item)

    def _rule(self) -> SyncRule:
        name, instance_id = self.params["from_rule"], self.params["instance_id"]
        with attempt(f"find sync rule {name} on {instance_id}"):
            selected = {"instance_id": instance_id, "name": name, "direction": "outbound"}
            rule = next(SyncRules(self.client, selected).find(), None)
        if rule is None:
            raise AcrError(f"{instance_id} has no outbound sync rule {name!r}", "Correct from_rule.")
        refuse(
            bool(rule.cross_account and not self.params.get("target_account_id")),
            f"sync rule {name} ends in another account, and the service does not tell in which",
            "Say target_account_id.",
        )
        return rule

    def _selected(self, wanted: Mapping[str, Any], namespaces: list[str | None]) -> list[tuple[str, Image]]:
        """The images that are meant and belong to this shard, each with its repository's ID."""
        instance_id, any_tag = self.params["instance_id"], {**self.rule, "tag_filter": None}
        with attempt(f"list the repositories of {instance_id}"):
            repositories = [
                one
                for listed in namespaces
                for one in list_repositories(self.client, instance_id, listed)
                if _fits(one[0], wanted.get("namespaces"), wanted.get("namespace_filter"))
                and _fits(one[1], wanted.get("repositories"), wanted.get("repository_filter"))
                and covers(any_tag, {"namespace": one[0], "repository": one[1], "tag": ""})
            ]
        since = since_time(wanted.get("since"), now=datetime.now(timezone.utc))

        def images(repository: tuple[str, str, str]) -> list[tuple[str, Image]]:
            namespace, name, repository_id = repository
            try:
                with attempt(f"list the images of {namespace}/{name} on {instance_id}"):
                    found = list(list_images(self.client, instance_id, repository_id))
            except NotFoundError:
                return []  # deleted since the repositories were listed
            fitting = [
                replace(image, namespace=namespace, repository=name)
                for image in found
                if _fits(str(image.tag), wanted.get("tags"), wanted.get("tag_filter"))
                and covers(self.rule, {"namespace": namespace, "repository": name, "tag": image.tag})
                and (image.update_time or 0) >= (since or 0)
            ]
            newest = wanted.get("newest")
            if newest is not None:
                fitting = sorted(fitting, key=lambda image: image.update_time or 0, reverse=True)[:newest]
            return [(repository_id, image) for image in fitting if self._is_of_this_shard(image)]

        return [one for some in self.client.calls(images, sorted(repositories)) for one in some]

    def _is_of_this_shard(self, image: Image) -> bool:
        count = self.params.get("shard_count")
        if count is None:
            return True
        name = f"{image.namespace}/{image.repository}:{image.tag}"
        return bool(zlib.crc32(name.encode()) % count == self.params["shard_index"])


def _fits(name: str, names: list[str] | None, pattern: str | None) -> bool:
    """Filters are searched for, as those of rules are."""
    return (names is None or name in names) and re.search(pattern or "", name) is not None
