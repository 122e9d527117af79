# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say every ten seconds how far a verification is."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import Tell
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import BAD
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.summary import Summary

_EVERY = 10.0  # seconds; more lines would fill a log, and fewer would look as if the run hung


class VerifyProgress:
    """Show a line every ten seconds at most.

    Args:
        tell: takes a line.
        clock: tells seconds.
    """

    def __init__(self, tell: Tell, clock: Callable[[], float]) -> None:
        self._tell = tell
        self._clock = clock
        self._told = clock()

    def records(self, count: int) -> None:
        if count % 100 == 0:  # a page of them
            self._say(lambda: f"{count:,} sync records read")

    def waiting(self, images: int, seconds: float) -> None:
        self._say(lambda: f"{images:,} images in flight, waited for {seconds:.0f} s")

    def compared(self, summary: Summary) -> None:
        self._say(lambda: self._counted(summary))

    def _counted(self, summary: Summary) -> str:
        images = {state: count["images"] for state, count in summary.counts.items()}
        bad = sum(images[state] for state in BAD)
        return f"{sum(images.values()):,} images compared, {bad:,} of them not as they should be"

    def _say(self, line: Callable[[], str]) -> None:
        now = self._clock()
        if now >= self._told + _EVERY:
            self._told = now
            self._tell(line())
