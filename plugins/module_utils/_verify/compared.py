# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define what is known of one image and its target, and the states that it can have."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._verify.failure import Failure

# The worst first, as people should read them. An image with a destination is in exactly one of these.
STATES = ("failed", "missing", "different", "unsigned", "waiting", "older", "extra", "carried", "same")
# States that are an error in themselves. An unsigned image has arrived, so that it is a warning.
BAD = ("failed", "missing", "different")
ARRIVED = ("unsigned", "carried", "same")
_WORDS = {
    "same": "is the same at",
    "carried": "was carried to",
    "unsigned": "arrived, its signature did not, at",
    "waiting": "is on its way to",
    "failed": "failed on its way to",
    "missing": "is missing at",
    "different": "is another image at",
    "older": "is older than the rule and not at",
    "extra": "is not there, but is at",
}


class TargetRepository(NamedTuple):
    """The repository at a destination that images arrive in."""

    instance_id: str
    namespace: str
    repository: str


class Compared(NamedTuple):
    """One image and one destination; `lag` is in seconds, times are in epoch milliseconds.

    `immutable` says that the destination moves no tags of this repository.
    """

    rule: str
    rules: tuple[str, ...]
    namespace: str
    repository: str
    tag: str
    size: int
    digest: str | None
    target: TargetRepository
    target_digest: str | None
    state: str
    reason: str
    failure: Failure | None
    pushed: int | None
    arrived: int | None
    lag: float | None
    immutable: bool = False

    @property
    def source(self) -> str:
        return f"{self.namespace}/{self.repository}:{self.tag}"

    @property
    def destination(self) -> str:
        return f"{self.target.instance_id}/{self.target.namespace}/{self.target.repository}:{self.tag}"

    @property
    def sentence(self) -> str:
        if self.failure:
            return self.failure.sentence(self.source, "its", self.destination)
        return f"{self.source} {_WORDS[self.state]} {self.destination}" + (f" ({self.reason})" if self.reason else "")

    def to_result(self) -> dict[str, Any]:
        """Return the image as results and reports show it."""
        # The reason says that a tag is immutable.
        shown = {name: value for name, value in self._asdict().items() if name not in ("failure", "immutable")}
        return {
            **shown,
            "rules": list(self.rules),
            "source": self.source,
            "target": self.destination,
            "target_instance_id": self.target.instance_id,
            "issue": self.failure.issue if self.failure else None,
            "failed_at": self.failure.time if self.failure else None,
            "sentence": self.sentence,
        }
