# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show what a long run is doing: a line every ten seconds, and whenever something fails."""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ansible.module_utils.common.text.formatters import bytes_to_human

Tell = Callable[[str], object]

# Seconds between lines: often enough that nobody takes a run for dead, and seldom enough that an hour is 360 lines.
_EVERY = 10.0
# A time left is told once the pace is known for so many seconds, which are two lines.
_SPAN = 20.0
# It is not told if the pace of one half is more than so many times that of the other: it would often be wrong.
_ALIKE = 2.0


def silent(_line: str) -> None:
    """Tell nobody."""


class Activity:
    """What this process is doing, in the words of its work."""

    def __init__(self) -> None:
        # Each block has its own key, since threads enter and leave in any order.
        self._doing: dict[object, Callable[[], str]] = {}
        self._attempts: dict[object, str] = {}
        self._waits: dict[object, str] = {}
        self._last_words: dict[object, Callable[[], str]] = {}

    @contextmanager
    def doing(self, words: Callable[[], str]) -> Iterator[None]:
        """Name what the block does; the latest wins."""
        key = object()
        self._doing[key] = words
        try:
            yield
        finally:
            del self._doing[key]

    @contextmanager
    def leaving(self, words: Callable[[], str]) -> Iterator[None]:
        """Say what is done and left if the run ends early, within the block."""
        key = object()
        self._last_words[key] = words
        try:
            yield
        finally:
            del self._last_words[key]

    def last_line(self) -> str:
        """Return what to say if the run ends early; empty if there is nothing to say."""
        words = list(self._last_words.values())
        return words[-1]() if words else ""

    @contextmanager
    def attempting(self, deed: str) -> Iterator[None]:
        """Name what the block's calls are for; it is shown where nothing better is known."""
        key = object()
        self._attempts[key] = deed
        try:
            yield
        finally:
            del self._attempts[key]

    @contextmanager
    def waiting(self, reason: str) -> Iterator[None]:
        """Say why the block's work waits, such as `since the service is slow`. It is shown behind the activity."""
        key = object()
        self._waits[key] = reason
        try:
            yield
        finally:
            del self._waits[key]

    def line(self) -> str:
        """Return the present activity, and what it waits for; empty if nobody named it."""
        words, attempts, waits = list(self._doing.values()), list(self._attempts.values()), list(self._waits.values())
        line = words[-1]() if words else ""
        if not line and attempts:
            line = f"still at work: {attempts[-1]}"
        return f"{line}; waiting, {waits[-1]}" if line and waits else line


activity = Activity()


def leave_signals_to_main() -> None:
    """Keep this thread from taking Ctrl-C.

    Python handles a signal in the main thread alone. If another thread takes it, a main thread that waits for that
    thread is not woken up, and the run goes on.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))


@contextmanager
def telling(tell: Tell, every: float = _EVERY) -> Iterator[Tell]:
    """Yield a function that shows lines; after `every` silent seconds, show the present activity."""
    # Without a listener, a thread would only cost time.
    if tell is silent:
        yield tell
        return
    ended = threading.Event()
    told = [time.monotonic()]

    def note(line: str) -> None:
        told[0] = time.monotonic()
        tell(line)

    def watch() -> None:
        leave_signals_to_main()
        # At least a hundredth: with nothing to show, it would else ask without a pause.
        while not ended.wait(max(told[0] + every - time.monotonic(), every / 100)):
            line = activity.line() if time.monotonic() >= told[0] + every else ""
            if line:
                note(line)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield note
    finally:
        ended.set()
        watcher.join()


class ArrivalProgress:
    """Show how many images and bytes have arrived.

    Args:
        tell: takes a line.
        clock: tells seconds.
    """

    def __init__(self, tell: Tell, clock: Callable[[], float], images: int, size: int) -> None:
        self._tell = tell
        self._clock = clock
        self._images = images
        self._size = size
        self._began = clock()
        self._arrived = self._bytes = self._failed = 0
        self.under_way = 0  # images that the service carries now
        # Looks come every few seconds, so that 60 are minutes. The pace of an hour ago says nothing of the time left.
        self._samples: deque[tuple[float, int]] = deque([(self._began, 0)], maxlen=60)

    def update(self, arrived: int, size: int, failed: int, latest: str = "") -> None:
        """Note the progress; show a failure at once.

        Args:
            arrived: images that have arrived.
            size: bytes of those images, as their manifests have them.
            failed: images that failed.
            latest: the latest failure, in words.
        """
        worse = failed > self._failed
        self._arrived, self._bytes, self._failed = arrived, size, failed
        self._samples.append((self._clock(), arrived + failed))
        if worse:
            self._tell(f"{self.line()}; {latest}")

    def line(self) -> str:
        """Return how far the run is."""
        done = self._arrived + self._failed
        words = [f"{done:,} of {self._images:,} images ({100 * done // max(self._images, 1)} %)"]
        words += [f"{self._failed:,} failed"] if self._failed else []
        words += [f"{self.under_way:,} under way"] if self.under_way else []
        # At least a millisecond, since a clock may not have moved between two calls.
        rate = done / max(self._clock() - self._began, 0.001)
        size = f"{bytes_to_human(self._bytes)} of {bytes_to_human(self._size)}"
        words += [f"{rate:.1f} images/s", f"images of {size} arrived"]
        left = self._seconds_left(done)
        words += [f"about {duration(left)} left"] if left is not None else []
        return ", ".join(words)

    def _seconds_left(self, done: int) -> float | None:
        """Return the seconds left; None while the pace is known too briefly, or is too uneven."""
        (began, first), (now, _last) = self._samples[0], self._samples[-1]
        # The pace of each half is compared: a run that slows down must not promise an early end.
        half = next(sample for sample in self._samples if sample[0] >= (began + now) / 2)
        if now - began < _SPAN or not first < half[1] < done < self._images:
            return None
        earlier = (half[1] - first) / (half[0] - began)
        later = (done - half[1]) / max(now - half[0], 0.001)
        if not earlier / _ALIKE <= later <= earlier * _ALIKE:
            return None
        return (self._images - done) / later


def duration(seconds: float) -> str:
    """Return a time in words."""
    # Below 90 seconds and 90 minutes, the smaller unit still tells more.
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
