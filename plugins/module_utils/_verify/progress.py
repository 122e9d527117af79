# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how far a verification is, and what it waits for."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import duration
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import counted
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import BAD
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.summary import Summary


class VerifyProgress:
    """Know what to say of a verification; the line is made when it is shown, so that its numbers are of that moment.

    Args:
        clock: tells seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._words: Callable[[], str] = str

    def line(self) -> str:
        """Return what is being done; empty before anything was read."""
        return self._words()

    def records(self, count: int) -> None:
        self._words = lambda: f"{counted(count, 'sync record')} read"

    def waiting(self, images: int, ends: float) -> None:
        """Wait for images in flight, at most until the clock tells `ends`."""
        moving = counted(images, "image")
        self._words = lambda: (
            f"waiting for {moving} in flight to arrive; {duration(max(ends - self._clock(), 0))} more at most"
        )

    def compared(self, summary: Summary) -> None:
        self._words = lambda: _counted(summary)


def _counted(summary: Summary) -> str:
    images = {state: count["images"] for state, count in summary.counts.items()}
    bad = sum(images[state] for state in BAD)
    return f"{counted(sum(images.values()), 'image')} compared, {bad:,} not as they should be"
