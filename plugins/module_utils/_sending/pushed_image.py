# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find an image that was just pushed at the source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity, duration
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import there_are
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import (
    Image,
    list_images,
    repository_id,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.names import tag_hint

_IMAGE = re.compile(r"(?P<namespace>[^/:]+)/(?P<repository>[^:]+):(?P<tag>[^/:]+)")
_DIGEST = re.compile(r"(sha256:)?([0-9a-f]{64})")
# Seconds in which a push has to be listed. The service documents none; a few are enough.
_SHOWS = 30.0
# Seconds between looks; less than one, as in image_wait.py.
_PAUSE = 0.9


class NotPushedError(AcrError):
    """The image is not at the source, or is another one there."""


class PushedImage:
    """One image at the source.

    Args:
        client: the source account's services.
        params: the task's options, which name the image.

    Attributes:
        repository_id: ID of its repository, once it was found.
    """

    def __init__(self, client: Client, params: Mapping[str, Any]) -> None:
        self._client = client
        self._instance_id = str(params["instance_id"])
        self._names = _names(params)
        self._is_text = bool(params.get("image"))
        self._digest = _digest(params.get("digest"))
        self.repository_id = ""

    def __str__(self) -> str:
        return "{namespace}/{repository}:{tag}".format_map(self._names)

    def find(self, timeout: float) -> Image:
        """Return the image; if its digest is known, wait a little until the push is listed.

        Raises:
            AcrError: it is not there, or its tag is another image.
        """
        ends = self._client.clock() + (min(timeout, _SHOWS) if self._digest else 0)
        with activity.doing(lambda: self._waiting(ends)):
            while True:
                try:
                    return self._find()
                except (NotFoundError, NotPushedError):
                    if self._client.clock() >= ends:
                        raise
                self._client.sleep(_PAUSE)

    def _waiting(self, ends: float) -> str:
        left = max(ends - self._client.clock(), 0)
        return f"waiting until {self._instance_id} lists {self}; {duration(left)} more at most"

    def _find(self) -> Image:
        namespace, repository, tag = self._names.values()
        self.repository_id = repository_id(self._client, self._instance_id, namespace, repository)
        with attempt(f"list the images of {namespace}/{repository} on {self._instance_id}"):
            images = {image.tag: image for image in list_images(self._client, self._instance_id, self.repository_id)}
        found = images.get(tag)
        if found is None:
            known = [*map(str, images)]
            # YAML makes no number of a tag within a name such as prod/web:1.10.
            hint = f"Check what was pushed. {there_are(tag, known)}" if self._is_text else tag_hint(tag, known)
            raise NotPushedError(f"{namespace}/{repository} on {self._instance_id} has no tag {tag}", hint)
        if self._digest not in (None, found.digest):
            raise NotPushedError(
                f"{self} is {found.digest} on {self._instance_id}, not {self._digest}",
                "The tag was pushed again since, or the digest is of another image.",
            )
        return replace(found, namespace=namespace, repository=repository)


def _names(params: Mapping[str, Any]) -> dict[str, str]:
    """Return namespace, repository and tag, whichever way they are said."""
    said = params.get("image")
    if said is None:
        return {name: str(params[name]) for name in ("namespace", "repository", "tag")}
    found = _IMAGE.fullmatch(said)
    if found is None:
        raise AcrError(
            f"{said!r:.200} is not the name of an image", "Write namespace/repository:tag, such as prod/web:1.0."
        )
    check(found.groupdict())
    return found.groupdict()


def _digest(said: str | None) -> str | None:
    if said is None:
        return None
    found = _DIGEST.fullmatch(said)
    if found is None:
        raise AcrError(
            f"{said!r:.200} is not a digest", "Write sha256: and 64 hexadecimal digits, as a push prints it."
        )
    return f"sha256:{found[2]}"
