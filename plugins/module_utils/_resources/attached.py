# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognise signatures, attestations and SBOMs by their tags."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Image

# cosign writes .sig, .att and .sbom, and other tools have other endings. OCI clients write the tag without an ending
# where a registry cannot list referrers.
_ATTACHED = re.compile(r"sha256-([0-9a-f]{64})(?:\.[\w.-]+)?")


def attached_to(tag: str | None) -> str | None:
    """Return the digest that a tag is attached to; None for the tag of an image."""
    found = _ATTACHED.fullmatch(tag or "")
    return f"sha256:{found[1]}" if found else None


def attachments(images: Iterable[Image]) -> dict[str, list[Image]]:
    """Return a repository's attachments with what is attached to them, such as an SBOM's signature, by image digest."""
    direct: dict[str, list[Image]] = {}
    for image in images:
        digest = attached_to(image.tag)
        if digest is not None:
            direct.setdefault(digest, []).append(image)
    return {digest: _with_their_own(direct, digest) for digest in direct}


def _with_their_own(direct: dict[str, list[Image]], digest: str) -> list[Image]:
    found: dict[str | None, Image] = {}
    left = [*direct[digest]]
    while left:
        image = left.pop(0)
        if image.tag not in found:
            found[image.tag] = image
            left += direct.get(str(image.digest), ())
    return list(found.values())
