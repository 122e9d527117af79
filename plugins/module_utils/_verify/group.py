# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Group images with the same reason, as reports show them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import Compared
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.failure import Failure

# Digests and request IDs, which differ from one failure to the next of the same kind.
_PARTICULARS = re.compile(r"sha256[:-][0-9a-f]{6,}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TAGS_NAMED = 5  # in a row of a report; more do not fit into its column


@dataclass
class Group:
    """Images of one row of a report; `kind` is their reason without details."""

    first: Compared
    kind: str
    images: int = 0
    bytes: int = 0
    pushed: int = 0
    oldest: int = 0
    failed_at: int = 0
    repositories: set[tuple[str, str]] = field(default_factory=set)
    newest: list[tuple[int, str]] = field(default_factory=list)

    def add(self, image: Compared) -> None:
        self.images += 1
        self.bytes += image.size
        self.pushed = max(self.pushed, image.pushed or 0)
        if image.pushed and (not self.oldest or image.pushed < self.oldest):
            self.oldest = image.pushed
        if image.failure:
            self.failed_at = max(self.failed_at, image.failure.time)
        self.repositories.add((image.namespace, image.repository))
        # Cut at once, so that a group of 100,000 images stays small.
        self.newest = sorted([*self.newest, (-(image.pushed or 0), image.tag)])[:_TAGS_NAMED]

    @property
    def failure(self) -> Failure | None:
        """Return the newest failure, without details of one image."""
        failure = self.first.failure
        issue = _without_details(failure.issue, self.first) if failure and failure.issue else None
        return failure._replace(issue=issue, time=self.failed_at, task_id=None) if failure else None

    def shown(self) -> dict[str, Any]:
        return {
            "state": self.first.state,
            "reason": self.kind,
            "target_instance_id": self.first.target.instance_id,
            "images": self.images,
            "bytes": self.bytes,
            "oldest": self.oldest or None,
            "failed_at": self.failed_at or None,
        }


def kind_of(image: Compared) -> str:
    """Return the reason without details of one image.

    Equal reasons are then counted together.
    """
    return _without_details(image.reason, image)


def _without_details(text: str, image: Compared) -> str:
    repository = f"{image.namespace}/{image.repository}"
    return _PARTICULARS.sub("…", text).replace(image.source, "the image").replace(repository, "the repository")
