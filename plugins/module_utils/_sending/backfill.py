# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending what was there before a rule: images are selected, or what failed before, not listed one by one."""

from __future__ import annotations

import zlib
from dataclasses import replace
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
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.earlier import retried
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.image_sync import ImageSync
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Selection, Shard
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    Transfer,
    transfer_of,
)

_NO_TAGS = {"tags": None, "tag_filter": None}


class Backfill(ImageSync):
    """Sends the images that are listed, that `select` or a rule selects, or that an earlier run did not get across."""

    def __init__(self, task: Task) -> None:
        params = task.params
        super().__init__(replace(task, params=retried(params)) if params.get("retry") else task)
        self.shard = Shard.from_params(params)
        self.selection = Selection.from_params(params.get("select") or {})
        self.rule_name: str | None = params.get("from_rule")
        self.selects = self.rule_name is not None or params.get("select") is not None

    def plan(self) -> None:
        if not self.selects:
            super().plan()
            return
        rule = self._rule(self.rule_name) if self.rule_name else {}
        if rule:
            self.destination = self.destination.of_rule(rule)
        namespaces = list(self.selection.namespaces or [rule.get("namespace")])
        self.transfers = self._selected(rule, namespaces)
        self.decide(self.transfers, namespace=namespaces[0] if len(namespaces) == 1 else None)

    def _rule(self, name: str) -> dict[str, Any]:
        """Return the rule as results show it."""
        instance_id = self.options.instance_id
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

    def _selected(self, rule: dict[str, Any], namespaces: list[str | None]) -> list[Transfer]:
        """Return the images that are selected and belong to this shard; an empty rule covers everything."""
        found = self.client.calls(lambda place: self._of(place, rule), sorted(self._places(rule, namespaces)))
        return [transfer for transfers in found for transfer in transfers]

    def _places(self, rule: dict[str, Any], namespaces: list[str | None]) -> set[Place]:
        selection, of_rule = replace(self.selection, tags=None, tag_filter=None), {**rule, **_NO_TAGS}
        places: set[Place] = set()
        with attempt(f"list the repositories of {self.options.instance_id}"):
            for namespace in namespaces:
                places.update(list_repositories(self.client, self.options.instance_id, namespace))
        return {place for place in places if _is_selected(selection, of_rule, place, "")}

    def _of(self, place: Place, rule: dict[str, Any]) -> list[Transfer]:
        instance_id, selection = self.options.instance_id, self.selection
        try:
            with attempt(f"list the images of {place.namespace}/{place.repository} on {instance_id}"):
                found = list(list_images(self.client, instance_id, place.repository_id))
        except NotFoundError:
            return []  # deleted since the repositories were listed
        fitting = [
            image
            for image in found
            if _is_selected(selection, rule, place, str(image.tag))
            and (image.update_time or 0) >= (selection.since or 0)
            and (selection.versions is None or str(image.tag) in selection.versions)
        ]
        if selection.newest is not None:
            fitting = sorted(fitting, key=lambda image: image.update_time or 0, reverse=True)[: selection.newest]
        transfers = [self._transfer(place, image) for image in fitting]
        return [transfer for transfer in transfers if self._is_of_this_shard(transfer)]

    def _transfer(self, place: Place, image: Image) -> Transfer:
        named = {"namespace": place.namespace, "repository": place.repository, "tag": image.tag}
        transfer = transfer_of(named, self.destination)
        transfer.repository_id = place.repository_id
        transfer.found(image)
        return transfer

    def _is_of_this_shard(self, transfer: Transfer) -> bool:
        return zlib.crc32(transfer.source.encode()) % self.shard.count == self.shard.index


def _is_selected(selection: Selection, rule: dict[str, Any], place: Place, tag: str) -> bool:
    """Tell whether the selection names an image, and its filters and the rule cover it."""
    image = {"namespace": place.namespace, "repository": place.repository, "tag": tag}
    named = (
        (selection.namespaces is None or place.namespace in selection.namespaces)
        and (selection.repositories is None or place.repository in selection.repositories)
        and (selection.tags is None or tag in selection.tags)
    )
    return named and covers(selection.filters, image) and covers(rule, image)
