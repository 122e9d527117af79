# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep calls as fast as the service allows.

The service only says so by refusing some.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

_LEAST = 0.5  # calls a second
_BELOW = 0.98  # of the rate that was refused, which is nearly what the service bears
_RECOVERY = 0.5  # seconds from half the rate to nearly all of it
_FIRST_PROBE, _LONGEST_WAIT = 10.0, 120.0  # seconds at that rate before more is tried
_PROBE = 0.02  # of that rate, tried on top in each further second


class Pace:
    """The pace of one service, shared by all threads.

    There is none until a call is throttled. Then it halves, recovers within a second to just under what was refused,
    and tries for more after a while, more seldom each time that is refused again.

    Args:
        limit: calls a second never to be exceeded; None for what the service bears.
        sleep: takes seconds.
        clock: tells seconds.
    """

    def __init__(self, limit: float | None, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._limit = limit
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0
        self._started: deque[float] = deque(maxlen=1000)
        self._ceiling = 0.0  # the rate that was refused last; 0 if none was
        self._cut_at = 0.0
        self._patience = _FIRST_PROBE

    def wait(self) -> None:
        """Wait for this call's turn."""
        with self._lock:
            now = self._clock()
            rate = self._rate(now)
            turn = max(now, self._next)
            if rate is not None:
                self._next = turn + 1 / rate
            self._started.append(turn)
        if turn > now:
            self._sleep(turn - now)

    def throttled(self, retry_after: float) -> None:
        """Slow down after a refusal.

        No call should follow within `retry_after` seconds.
        """
        with self._lock:
            now = self._clock()
            if self._ceiling and now < self._cut_at + max(retry_after, 1.0):
                return  # it was on its way when the pace was cut
            # Many of these have no answer yet: too high a guess is soon refused, too low a one is slow to rise.
            refused = self._rate(now) or max(1.0, sum(then > now - 1.0 for then in self._started) - 1.0)
            self._patience = min(self._patience * 2, _LONGEST_WAIT) if self._ceiling else _FIRST_PROBE
            self._ceiling = max(refused, _LEAST)
            self._cut_at = now + retry_after
            self._next = max(self._next, self._cut_at + 2 / self._ceiling)

    def _rate(self, now: float) -> float | None:
        if not self._ceiling:
            return self._limit
        since = max(now - self._cut_at, 0.0)
        rate = self._ceiling * min(0.5 + 0.5 * since / _RECOVERY, _BELOW)
        rate += self._ceiling * _PROBE * max(since - self._patience, 0.0)
        return max(min(rate, self._limit or rate), _LEAST)
