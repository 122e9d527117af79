# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delete images, each after one more look at both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    ApiError,
    NotFoundError,
    attempt,
    preferring,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.extra import (
    DELETED,
    GONE,
    KEPT,
    LEFT,
    TO_DELETE,
    Extra,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.whole import all_tags
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held, held_images

# The services of each source that can be looked into, by its instance ID.
Sources = Mapping[str, Client]


class Deletion:
    """Deletes images from one instance.

    All that belongs to an image goes together: its tags, signatures and other attachments.

    Args:
        client: the services of the destination's account.
        instance_id: the destination.
        sources: the sources that can be asked once more.
    """

    def __init__(self, client: Client, instance_id: str, sources: Sources) -> None:
        self._client = client
        self._instance_id = instance_id
        self._sources = sources

    def run(self, going: Sequence[Extra]) -> None:
        """Delete them, several repositories at a time.

        Raises:
            AcrError: one could not be deleted; what was not reached is left.
        """
        # Repositories side by side, images of one repository in turn: they may share manifests.
        repositories: dict[str, dict[str, list[Extra]]] = {}
        for extra in going:
            repositories.setdefault(extra.place.repository_id, {}).setdefault(extra.image, []).append(extra)
        try:
            self._client.calls(self._repository, [list(images.values()) for images in repositories.values()])
        except AcrError:
            for extra in going:
                # The others were deleted, or kept for a reason of their own, and say so.
                if extra.state == TO_DELETE:
                    extra.keep("the run ended before", LEFT)
            raise

    def _repository(self, images: Sequence[Sequence[Extra]]) -> None:
        for extras in images:
            self._image(extras)

    def _image(self, extras: Sequence[Extra]) -> None:
        """Delete one image with all that belongs to it, unless something about it has changed."""
        first = extras[0]
        with attempt(f"delete {first.path} from {self._instance_id}"):
            # The destination last, so that nothing lies between that look and the deletion.
            news = self._at_sources(extras)
            held = self._held(first)
            news = news or _changed(extras, held)
            present = [extra for extra in extras if extra.tag in held]
            for extra in extras:
                if news or extra not in present:
                    extra.keep(news or "somebody else has deleted it", KEPT if extra in present else GONE)
            if not news:
                # The image goes first, so that it is never there without its signature.
                in_order = sorted(present, key=lambda extra: extra.attached_to is not None)
                with self._client.finishing():
                    for extra in in_order:
                        self._delete(extra)

    def _delete(self, extra: Extra) -> None:
        named = {"InstanceId": self._instance_id, "RepoId": extra.place.repository_id, "Tag": extra.tag}
        try:
            self._client.call("cr", "DeleteRepoTag", named)
        except ApiError as error:
            # The tag may have gone together with another tag of its image, or only the answer was lost.
            extra.uncertain = error.uncertain
            with preferring(error, "whether it was deleted all the same"):
                present = not isinstance(error, NotFoundError) and extra.tag in self._held(extra)
            extra.uncertain = False
            if present:
                raise
        extra.keep("", DELETED)

    def _held(self, extra: Extra) -> Mapping[str, Held]:
        try:
            return held_images(self._client, self._instance_id, extra.place.repository_id)
        except NotFoundError:
            return {}

    def _at_sources(self, extras: Sequence[Extra]) -> str:
        """Return what a source has again; empty if all are still lacking."""
        places: dict[tuple[str, str, str], None] = {}  # in order, each once
        for origin in chain.from_iterable(extra.origins for extra in extras):
            if origin.source.instance_id in self._sources:
                places[origin.source.instance_id, *origin.place] = None
        for instance_id, namespace, repository in places:
            tags = all_tags(self._sources[instance_id], instance_id, namespace, repository)
            for extra in extras:
                if extra.tag in tags:
                    return f"{extra.tag} is in {namespace}/{repository} of {instance_id} again"
        return ""


def _changed(extras: Sequence[Extra], held: Mapping[str, Held]) -> str:
    """Return what is no longer as it was listed; empty if nothing is."""
    known = {extra.tag: extra for extra in extras}
    digests = {extra.held.digest for extra in extras}
    for tag, image in held.items():
        if tag in known:
            if image != known[tag].held:
                return f"{tag} was pushed there meanwhile"
        elif image.digest in digests:
            return f"{tag} is the same image now"
    return ""
