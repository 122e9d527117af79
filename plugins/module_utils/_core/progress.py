# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a long run says of itself: a line every ten seconds, and one whenever something fails."""

from __future__ import annotations

from collections.abc import Callable

from ansible.module_utils.common.text.formatters import bytes_to_human

Tell = Callable[[str], object]

_EVERY = 10.0  # seconds


def silent(_line: str) -> None:
    """Tells nobody."""


class Progress:
    """Tells how far images have got, of `images` and `size` bytes in all.

    Args:
        tell: takes a line.
        clock: tells seconds.
    """

    def __init__(self, tell: Tell, clock: Callable[[], float], images: int, size: int) -> None:
        self._tell = tell
        self._clock = clock
        self._images = images
        self._size = size
        self._began = self._told = clock()
        self._failed = 0

    def update(self, arrived: int, size: int, failed: int, latest: str = "") -> None:
        """Images and bytes that have arrived, images that failed, and what the latest of those says of itself."""
        now, worse = self._clock(), failed > self._failed
        if worse or now >= self._told + _EVERY:
            self._told, self._failed = now, failed
            self._tell(self._line(arrived, size, failed, now - self._began) + (f"; {latest}" if worse else ""))

    def _line(self, arrived: int, size: int, failed: int, seconds: float) -> str:
        done, rate = arrived + failed, (arrived + failed) / max(seconds, 0.001)
        words = [f"{done:,} of {self._images:,} images ({100 * done // max(self._images, 1)} %)"]
        words += [f"{failed:,} failed"] if failed else []
        words += [f"{rate:.1f} images/s", f"{bytes_to_human(size)} of {bytes_to_human(self._size)}"]
        words += [f"about {_duration((self._images - done) / rate)} left"] if 0 < done < self._images else []
        return ", ".join(words)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
