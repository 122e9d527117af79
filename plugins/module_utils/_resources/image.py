# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read images: tags with their digests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_match import matches
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Resource
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute


@dataclass(frozen=True, slots=True)
class Image(State):
    namespace: str | None = attribute("Namespace")
    repository: str | None = attribute("Repository")
    tag: str | None = attribute("Tag")
    digest: str | None = attribute("Digest")
    image_id: str | None = attribute("ImageId")
    size: int | None = attribute("ImageSize")
    status: str | None = attribute("Status")
    create_time: int | None = attribute("ImageCreate")
    update_time: int | None = attribute("ImageUpdate")


# The namespace and the repository that an image comes from.
Origin = tuple[str, str]


class ListedRepository(NamedTuple):
    """A repository; `immutable` means that its tags cannot move."""

    namespace: str
    repository: str
    repository_id: str
    immutable: bool = False


def list_images(client: Client, instance_id: str, repository_id: str) -> Iterator[Image]:
    """Yield every tag of one repository, without the names of the repository."""
    found = map(Image.from_api, _tags(client, instance_id, repository_id))
    # A push during the listing moves tags to later pages, so that one may come twice.
    yield from {image.tag: _normal(image) for image in found}.values()


class Held(NamedTuple):
    """One tag of a repository, in few bytes; `pushed` is in epoch milliseconds, 0 if it is not known."""

    digest: str | None
    size: int
    pushed: int


def held_images(client: Client, instance_id: str, repository_id: str) -> dict[str, Held]:
    """Return a repository's tags with what comparing needs.

    Making an `Image` of each would take three times as long, which matters with 100,000 of them.
    """
    held = {}
    for found in _tags(client, instance_id, repository_id):
        size, pushed = int(found.get("ImageSize") or 0), int(found.get("ImageUpdate") or 0)
        held[str(found["Tag"])] = Held(_digest(found.get("Digest")), size, pushed)
    return held


def _tags(client: Client, instance_id: str, repository_id: str) -> Iterator[dict[str, Any]]:
    named = {"InstanceId": instance_id, "RepoId": repository_id}
    yield from client.pages("cr", "ListRepoTag", named, "Images", size=100)


def _digest(written: str | None) -> str | None:
    """Return a digest that names its algorithm; the documentation's samples have none."""
    return f"sha256:{written}" if written and ":" not in written else written or None


def count_images(client: Client, instance_id: str, repository_id: str) -> int:
    # A page with one entry, since only the total matters.
    named = {"InstanceId": instance_id, "RepoId": repository_id, "PageNo": 1, "PageSize": 1}
    answer = client.call("cr", "ListRepoTag", named)
    # A total that is missing beside an image would let a deletion through, so the larger number counts.
    return max(int(answer.get("TotalCount") or 0), len(answer.get("Images") or []))


class Images(Resource[Image]):
    """The selected images of a repository, namespace or instance."""

    kind = "image"
    state_type = Image

    def name(self, state: Image) -> str:
        return f"image {state.namespace}/{state.repository}:{state.tag}"

    def find(self) -> Iterator[Image]:
        tags, pattern = self.params.get("tags"), self.params.get("tag_filter")

        def images(place: ListedRepository) -> list[Image]:
            return [
                replace(image, namespace=place.namespace, repository=place.repository)
                for image in list_images(self.client, self.params["instance_id"], place.repository_id)
                if (tags is None or image.tag in tags) and matches(pattern, str(image.tag))
            ]

        for found in self.client.calls(images, self._repositories()):
            yield from found

    def _repositories(self) -> Iterator[ListedRepository]:
        instance_id = str(self.params["instance_id"])
        namespace, repository = self.params.get("namespace"), self.params.get("repository")
        if repository:
            # One call, where a list would take a page for every hundred repositories.
            identity = repository_id(self.client, instance_id, namespace, repository)
            yield ListedRepository(str(namespace), repository, identity)
            return
        yield from list_repositories(self.client, instance_id, namespace)


def list_repositories(client: Client, instance_id: str, namespace: str | None = None) -> Iterator[ListedRepository]:
    """Yield every repository of an instance or namespace."""
    selected = {"InstanceId": instance_id, "RepoNamespaceName": namespace, "RepoStatus": "ALL"}
    for found in client.pages("cr", "ListRepository", selected, "Repositories", size=100):
        # With ALL, a repository that is being deleted is listed, too. What the service lists by default is not
        # documented.
        if found.get("RepoStatus") not in ("DELETING", "DELETED"):
            immutable = found.get("TagImmutability") is True
            yield ListedRepository(found["RepoNamespaceName"], found["RepoName"], found["RepoId"], immutable)


def repository_id(client: Client, instance_id: Any, namespace: Any, repository: Any) -> str:
    named = {"InstanceId": instance_id, "RepoNamespaceName": namespace, "RepoName": repository}
    with attempt(f"find repository {namespace}/{repository} on {instance_id}"):
        return str(client.call("cr", "GetRepository", named)["RepoId"])


def _normal(image: Image) -> Image:
    """Return an image with its digest and times in one form; the service writes them in several."""
    created, updated = (int(time) if time else None for time in (image.create_time, image.update_time))
    return replace(image, digest=_digest(image.digest), create_time=created, update_time=updated)
