# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is at the destination already, where it can be read: records may be wrong, and do not tell of a moved tag."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    list_images,
    list_repositories,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    DIFFERENT,
    IMMUTABLE,
    SEND,
    UNCHANGED,
    Group,
    Transfer,
    grouped,
)


def decide_by_digest(there: Client, transfers: Iterable[Transfer], options: Sending) -> None:
    """Decides again about all that is to be sent, or seems to have arrived.

    Args:
        there: the destination account's services.
        transfers: what was planned by the records.
        options: how images are sent.
    """
    open_ones = [one for one in transfers if one.action in (SEND, UNCHANGED)]
    if not open_ones:
        return
    instance_id = open_ones[0].target.instance_id
    with attempt(f"list the repositories of {instance_id} with destination_auth"):
        places = {(place.namespace, place.repository): place for place in list_repositories(there, instance_id)}

    def compare(group: Group) -> None:
        name, arriving = group
        place, digests = places.get(name), {}
        if place is not None:
            with attempt(f"list the images of {instance_id} with destination_auth"):
                images = list_images(there, instance_id, place.repository_id)
                digests = {image.tag: image.digest for image in images}
        for one in arriving:
            found = digests.get(one.target.tag)
            one.decide(_action(one, found, place is not None and place.immutable, options))

    there.calls(compare, grouped((one.target.namespace, one.target.repository, one) for one in open_ones))


def _action(transfer: Transfer, found: str | None, immutable: bool, options: Sending) -> str:
    if found == transfer.digest:
        return SEND if options.force else UNCHANGED
    if found is None or (options.override and not immutable):
        return SEND
    return IMMUTABLE if immutable else DIFFERENT
