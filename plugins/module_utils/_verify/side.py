# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the repositories and images of one instance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import NotFoundError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    Held,
    ListedRepository,
    Origin,
    held_images,
    list_repositories,
)

# Repositories whose images are in memory at a time: twenty for each thread, so that one with many images holds up few
# others, and a small part of a large instance.
AT_ONCE = 400


@dataclass
class Side:
    """One instance and its repositories, by namespace and repository."""

    client: Client
    instance_id: str
    places: dict[tuple[str, str], ListedRepository] = field(default_factory=dict)
    lacking: frozenset[str] = frozenset()  # namespaces that images should arrive in and that are not there

    def read(self, namespaces: Iterable[str] | None) -> None:
        """List the repositories of some namespaces, or of all; a namespace that does not exist has none."""
        with attempt(f"list the repositories of {self.instance_id}"):
            for namespace in [None] if namespaces is None else namespaces:
                try:
                    for place in list_repositories(self.client, self.instance_id, namespace):
                        self.places[place.namespace, place.repository] = place
                except NotFoundError as error:
                    # Another thing that is missing, such as the instance, is a failure. A new destination's namespace
                    # is not.
                    if namespace is None or "NAMESPACE" not in error.code:
                        raise

    def images(self, namespace: str, repository: str) -> dict[str, Held]:
        """Return a repository's tags; none if it does not exist."""
        place = self.places.get((namespace, repository))
        if place is None:
            return {}
        try:
            with attempt(f"list the images of {namespace}/{repository} on {self.instance_id}"):
                return held_images(self.client, self.instance_id, place.repository_id)
        except NotFoundError:
            return {}  # deleted since the repositories were listed

    def each(self, origins: Iterable[Origin]) -> Iterator[tuple[Origin, dict[str, Held]]]:
        """Yield the images of repositories, few at a time."""
        listed = list(origins)
        for start in range(0, len(listed), AT_ONCE):
            some = listed[start : start + AT_ONCE]
            found = self.client.calls(lambda origin: self.images(*origin), some)
            yield from zip(some, found, strict=True)
