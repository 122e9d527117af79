# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send images to another instance, each once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, ApiError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.operation import Operation
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.attached import attachments
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    Image,
    list_images,
    repository_id,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.names import tag_hint
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.by_digest import decide_by_digest
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.by_record import decide_by_record
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.collisions import check_collisions
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.failed_images import failure
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Destination, Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.outcome import result
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.send_queue import send_all
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    SEND,
    Group,
    Transfer,
    attached_transfer,
    by_repository,
    once,
    transfer_of,
)


class ImageSync(Operation):
    """Send listed images by the service's own sync tasks."""

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.options = Sending.from_params(task.params)
        self.destination = Destination.from_params(task.params)
        self.transfers = self.listed(task.params)
        self.warnings: list[str] = []
        self.began = int(time.time() * 1000)  # before the records are read
        self.obstacle: AcrError | None = None

    @property
    def prepared(self) -> bool:
        """Return whether the destination should have what images need by now."""
        return True

    def listed(self, params: Mapping[str, Any]) -> list[Transfer]:
        """Return the transfers that the options list."""
        images = params.get("images") or ([params] if params.get("tag") else [])
        return once(transfer_of(image, self.destination) for image in images)

    def prepare(self) -> None:
        self.find_images()
        destination = self.task.others.get("destination_auth")
        if destination:
            present = [transfer for transfer in self.transfers if not transfer.error]
            decide_by_digest(self.client, destination, present, self.options, prepared=self.prepared)

    def find_images(self) -> None:
        """Find each listed image, several repositories at a time, and decide about it."""
        check_collisions(self.transfers)
        groups = by_repository(self.transfers)

        def find(group: Group) -> list[Transfer]:
            (namespace, repository), transfers = group
            try:
                return self._find(namespace, repository, transfers)
            except ApiError as error:
                # Without the instance nothing can be sent. With a single repository, its error is the task's.
                if error.code == "INSTANCE_NOT_EXIST" or len(groups) == 1:
                    raise
                for transfer in transfers:
                    transfer.fail(str(error))
                return []

        try:
            attached = self.client.calls(find, groups)
            self.transfers = once(chain(self.transfers, *attached))
            check_collisions(self.transfers)
        except ApiError as error:
            for transfer in self.transfers:
                transfer.fail(str(error))
            error.results = self._result()
            raise

    def needed(self) -> bool:
        return any(transfer.action == SEND for transfer in self.transfers)

    def run(self) -> None:
        self.obstacle = send_all(self.client, self.options, self.transfers, self.began, self.task.tell, self._result)

    def to_result(self) -> dict[str, Any]:
        told = self._result()
        if error := failure(self.transfers, told, self.client.callers_account, self.options, self.obstacle):
            raise error
        return told

    def _result(self) -> dict[str, Any]:
        told = result(self.transfers, self.options, self.destination, self.client.region)
        warnings = [*self.warnings, *told.pop("warnings", [])]
        return {**told, "warnings": warnings} if warnings else told

    def decide(self, transfers: Iterable[Transfer]) -> None:
        """Decide by records, unless the destination can be read; that is done for all images at once."""
        if "destination_auth" not in self.task.others:
            decide_by_record(self.client, transfers, self.options)

    def _find(self, namespace: str, repository: str, transfers: list[Transfer]) -> list[Transfer]:
        """Find one repository's images and decide about them; return their attachments."""
        instance_id = self.options.instance_id
        identity = repository_id(self.client, instance_id, namespace, repository)
        with attempt(f"list the images of {namespace}/{repository} on {instance_id}"):
            images = {image.tag: image for image in list_images(self.client, instance_id, identity)}
        for transfer in transfers:
            transfer.repository_id = identity
            if transfer.tag in images:
                transfer.found(images[transfer.tag])
            else:
                missing = f"{namespace}/{repository} on {instance_id} has no tag {transfer.tag}"
                transfer.fail(f"{missing}. {tag_hint(transfer.tag, [*map(str, images)])}")
        present = [transfer for transfer in transfers if not transfer.error]
        along = self._attached(present, images.values()) if self.options.attached else []
        decided = once([*present, *along])
        self.decide(decided)
        return along

    def _attached(self, transfers: list[Transfer], images: Iterable[Image]) -> list[Transfer]:
        """Return unlisted attachments of one repository's images."""
        found, sources = attachments(images), {transfer.source for transfer in transfers}
        along: list[Transfer] = []
        for transfer in transfers:
            attached = [attached_transfer(transfer, image) for image in found.get(str(transfer.digest), ())]
            along += [attachment for attachment in attached if attachment.source not in sources]
        return once(along)
