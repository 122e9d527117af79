# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending what was there before a rule: images are selected, or what failed before, not listed one by one."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import covers
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    Image,
    Place,
    list_images,
    list_repositories,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRules
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import since_time
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.earlier import retried
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.image_sync import ImageSync
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    Transfer,
    transfer_of,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.versions import VersionRange

_NAMES = {"namespaces": "namespace", "repositories": "repository", "tags": "tag"}
SELECT_OPTIONS: dict[str, dict[str, Any]] = {
    **{name: {"type": "list", "elements": "str"} for name in _NAMES},
    **{name: {"type": "str"} for name in ("namespace_filter", "repository_filter", "tag_filter", "since")},
    "versions": {"type": "str"},
    "newest": {"type": "int"},
}
_ANY_TAG = {"tags": None, "tag_filter": None}
_RULE_TARGETS = ("target_region", "target_instance_id", "target_namespace", "target_repository")


class Backfill(ImageSync):
    """Sends the images that are listed, that `select` or a rule selects, or that an earlier run did not get across."""

    def __init__(self, task: Task) -> None:
        params = task.params
        super().__init__(replace(task, params=retried(params)) if params.get("retry") else task)
        count = params.get("shard_count")
        refuse(
            count is not None and params["shard_index"] not in range(count),
            f"shard_index {params.get('shard_index')} is not one of shard_count {count}",
            "The first shard is 0, and the last is shard_count - 1.",
        )
        newest = (params.get("select") or {}).get("newest")
        refuse(newest is not None and newest < 0, f"newest {newest} is less than none", "Say how many, from 0.")

    def plan(self) -> None:
        if self.params.get("select") is None and self.params.get("from_rule") is None:
            super().plan()
            return
        select, rule = self.params.get("select") or {}, self._rule()
        if rule:
            self.params = {**self.params, **{name: rule.get(name) for name in _RULE_TARGETS}}
        namespaces = select.get("namespaces") or [rule.get("namespace")]
        self.transfers = self._selected(select, rule, namespaces)
        self.decide(self.transfers, namespace=namespaces[0] if len(namespaces) == 1 else None)

    def _rule(self) -> dict[str, Any]:
        """The rule as results show it; an empty one, which covers everything, if none is named."""
        name, instance_id = self.params.get("from_rule"), self.params["instance_id"]
        if name is None:
            return {}
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
        return rule.to_result()

    def _selected(
        self, select: Mapping[str, Any], rule: Mapping[str, Any], namespaces: list[str | None]
    ) -> list[Transfer]:
        """The images that are meant and belong to this shard."""
        instance_id = self.params["instance_id"]
        with attempt(f"list the repositories of {instance_id}"):
            repositories = {
                place
                for listed in namespaces
                for place in list_repositories(self.client, instance_id, listed)
                if _meant({**select, **_ANY_TAG}, {**rule, **_ANY_TAG}, place.namespace, place.repository, "")
            }
        versions = VersionRange(select["versions"]) if select.get("versions") else None
        since = since_time(select.get("since"), now=datetime.now(timezone.utc))

        def images(place: Place) -> list[Transfer]:
            try:
                with attempt(f"list the images of {place.namespace}/{place.repository} on {instance_id}"):
                    found = list(list_images(self.client, instance_id, place.repository_id))
            except NotFoundError:
                return []  # deleted since the repositories were listed
            fitting = [
                image
                for image in found
                if _meant(select, rule, place.namespace, place.repository, str(image.tag))
                and (image.update_time or 0) >= (since or 0)
                and (versions is None or str(image.tag) in versions)
            ]
            newest = select.get("newest")
            if newest is not None:
                fitting = sorted(fitting, key=lambda image: image.update_time or 0, reverse=True)[:newest]
            transfers = [self._transfer(place, image) for image in fitting]
            return [one for one in transfers if self._is_of_this_shard(one)]

        return [one for some in self.client.calls(images, sorted(repositories)) for one in some]

    def _transfer(self, place: Place, image: Image) -> Transfer:
        named = {"namespace": place.namespace, "repository": place.repository, "tag": image.tag}
        transfer = transfer_of(named, self.params)
        transfer.repository_id = place.repository_id
        transfer.found(image)
        return transfer

    def _is_of_this_shard(self, transfer: Transfer) -> bool:
        count = self.params.get("shard_count")
        return count is None or bool(zlib.crc32(transfer.source.encode()) % count == self.params["shard_index"])


def _meant(select: Mapping[str, Any], rule: Mapping[str, Any], namespace: str, repository: str, tag: str) -> bool:
    """Whether an image is named by `select`, and covered by its filters and by the rule."""
    image = {"namespace": namespace, "repository": repository, "tag": tag}
    named = all(select.get(names) is None or image[name] in select[names] for names, name in _NAMES.items())
    return named and covers(select, image) and covers(rule, image)
