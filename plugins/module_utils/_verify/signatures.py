# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find images that arrived without their signature, attestation or SBOM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.attached import attached_to
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import Compared

LEFT_OUT = "the rule's tag_filter leaves it out"
_HERE = ("same", "carried", "waiting")


def attached(tags: Iterable[str]) -> dict[str, list[str]]:
    """Return a repository's attachment tags, by digest."""
    found: dict[str, list[str]] = {}
    for tag in tags:
        digest = attached_to(tag)
        if digest is not None:
            found.setdefault(digest, []).append(tag)
    return found


def with_signatures(
    compared: list[Compared], attachments: Mapping[str, list[str]], there: Mapping[str, Held]
) -> list[Compared]:
    """Return one target's images, with the state `unsigned` where a signature has not arrived.

    Args:
        compared: the images.
        attachments: what is attached at the source, by digest.
        there: what the target holds.
    """
    states = {image.tag: image for image in compared}

    def lacking(image: Compared) -> str:
        # A missing image is told already; its signature would say it twice.
        for tag in attachments.get(image.digest or "", ()) if image.state in ("same", "carried") else ():
            own = states.get(tag)
            if own is None and tag not in there:
                return f"{tag}: {LEFT_OUT}"
            if own is not None and own.state not in _HERE:
                return f"{tag}: {own.reason}"
        return ""

    found = []
    for image in compared:
        reason = lacking(image)
        found.append(image._replace(state="unsigned", reason=reason) if reason else image)
    return found
