# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List what a source has, and refuse to believe half a list."""

from __future__ import annotations

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    count_images,
    held_images,
    repository_id,
)

_TIMES = 3  # a push while it is listed makes the two numbers differ, which hardly happens three times in a row


def all_tags(client: Client, instance_id: str, namespace: str, repository: str) -> frozenset[str]:
    """Return a repository's tags; none if the service says that it does not exist.

    Raises:
        AcrError: they could not be listed, or not all of them.
    """
    with attempt(f"list the images of {namespace}/{repository} on {instance_id}"):
        try:
            identity = repository_id(client, instance_id, namespace, repository)
            for _time in range(_TIMES):
                tags = frozenset(held_images(client, instance_id, identity))
                if len(tags) >= count_images(client, instance_id, identity):
                    return tags
        except NotFoundError as error:
            if "REPO" not in error.code and "NAMESPACE" not in error.code:
                raise
            return frozenset()
        raise AcrError("the service says that there are more than it lists", "Run it again.")
