# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide by what the destination holds; records may be wrong, and do not tell of a moved tag."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import NO_NAMESPACE
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    list_images,
    list_repositories,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.lacking_namespaces import (
    lacking_namespaces,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import IN_FLIGHT
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.by_record import follow_records
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    DIFFERENT,
    IMMUTABLE,
    JOINED,
    SEND,
    UNCHANGED,
    Group,
    Transfer,
    grouped,
)


def decide_by_digest(
    client: Client, destination: Client, transfers: Iterable[Transfer], options: Sending, *, prepared: bool = True
) -> None:
    """Decide by the images at the destination, and read records only of images that are missing there.

    Args:
        client: the source account's services.
        destination: the destination account's services.
        transfers: the images that exist at the source.
        options: how images are sent.
        prepared: whether the destination should have the namespaces by now; an image without one fails then.
    """
    found = list(transfers)
    _compare(destination, found, options)
    if prepared:
        _refuse_without_namespace(destination, found)
        found = [transfer for transfer in found if not transfer.error]
    lacking = [transfer for transfer in found if transfer.action != UNCHANGED]
    follow_records(client, options.instance_id, lacking)
    arrived = []
    for transfer in lacking:
        if transfer.status in IN_FLIGHT:
            transfer.decide(JOINED)
        elif transfer.status == "success" and transfer.action == SEND:
            arrived.append(transfer)
        else:
            transfer.decide(transfer.action)
    # Such an image arrived after the destination was listed, or was deleted there. A second look tells.
    _compare(destination, arrived, options)


def _compare(destination: Client, transfers: list[Transfer], options: Sending) -> None:
    """Decide by the digests alone."""
    if not transfers:
        return
    instance_id = transfers[0].target.instance_id
    with attempt(f"list the repositories of {instance_id} with the destination's credentials"):
        places = {(place.namespace, place.repository): place for place in list_repositories(destination, instance_id)}

    def compare(group: Group) -> None:
        name, arriving = group
        place, digests = places.get(name), {}
        if place is not None:
            with attempt(f"list the images of {instance_id} with the destination's credentials"):
                images = list_images(destination, instance_id, place.repository_id)
                digests = {image.tag: image.digest for image in images}
        for transfer in arriving:
            found = digests.get(transfer.target.tag)
            transfer.decide(_action(transfer, found, place is not None and place.immutable, options))

    destination.calls(
        compare, grouped((transfer.target.namespace, transfer.target.repository, transfer) for transfer in transfers)
    )


def _refuse_without_namespace(destination: Client, transfers: list[Transfer]) -> None:
    """Fail the images whose namespace the destination does not have, which the service would refuse one by one."""
    by_namespace: dict[str, list[Transfer]] = {}
    for transfer in transfers:
        by_namespace.setdefault(transfer.target.namespace, []).append(transfer)
    new = {name for name, arriving in by_namespace.items() if all(transfer.action == SEND for transfer in arriving)}
    instance_id = transfers[0].target.instance_id if transfers else ""
    for namespace in lacking_namespaces(destination, instance_id, new):
        for transfer in by_namespace[namespace]:
            transfer.fail(f"not sent, since {instance_id} has no namespace {namespace}")
            transfer.issue = f"{NO_NAMESPACE}: {instance_id} has no namespace {namespace}"  # as the service would say


def _action(transfer: Transfer, found: str | None, immutable: bool, options: Sending) -> str:
    if found == transfer.digest:
        return SEND if options.force else UNCHANGED
    if found is None or (options.override and not immutable):
        return SEND
    return IMMUTABLE if immutable else DIFFERENT
