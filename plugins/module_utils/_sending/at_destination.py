# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look for an image at the destinations that can be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import NotFoundError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import connection_of, has_keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import task_remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    list_images,
    list_repositories,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.arrival import Arrival
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import Target


class AtDestination:
    """The destinations that a task may look into.

    Args:
        task: its option `destinations` names them.
        instance_ids: the instances that are looked into.
    """

    def __init__(self, task: Task, instance_ids: Collection[str]) -> None:
        self._clients: dict[str, Client] = {}
        for given in task.params["destinations"]:
            if given["instance_id"] in instance_ids and has_keys(given):
                with attempt(f"look into {given.get('name') or given['instance_id']}"):
                    self._clients[given["instance_id"]] = task.reach(connection_of(given))

    def can_read(self, arrival: Arrival) -> bool:
        return arrival.instance_id in self._clients

    def look(self, arrivals: Iterable[Arrival]) -> None:
        """Note which images have arrived, by their digests."""
        for arrival in arrivals:
            if self.can_read(arrival):
                arrival.held = self._digest(arrival.transfer.target)
                arrival.by = "digest" if arrival.held == arrival.transfer.digest else ""

    def _digest(self, target: Target) -> str | None:
        """Return a tag's digest at a destination; None if the tag is not there."""
        client = self._clients[target.instance_id]
        with attempt(f"look at {target.namespace}/{target.repository} on {target.instance_id}"):
            try:
                places = list(list_repositories(client, target.instance_id, target.namespace))
            except NotFoundError as error:
                if "INSTANCE" not in error.code:
                    return None
                gone = task_remedy("TARGET_INSTANCE_NOT_EXIST", target.instance_id)
                error.hint = f"{gone} If it is there, correct its region or its keys in the inventory."
                raise
            for place in places:
                if place.repository == target.repository:
                    images = list_images(client, target.instance_id, place.repository_id)
                    return next((image.digest for image in images if image.tag == target.tag), None)
        return None


def accounts(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the account of each destination, as far as the task names it."""
    given = params["destinations"]
    return {item["instance_id"]: item["account_id"] for item in given if item.get("account_id")}
