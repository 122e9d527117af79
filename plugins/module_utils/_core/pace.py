# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make calls as fast as the service allows, which shows its limit only by refusing some."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity

_OPTION = "rate_limit (acr_rate_limit)"
# Calls a second that are made in any case; a slower run would look as if it hung.
_LEAST = 0.5
# Share of the refused rate that is kept. The rate rises slowly, so a refused one is hardly above the limit.
_BELOW = 0.98
# Seconds from half the rate to nearly all of it. That costs an eighth of a second's calls.
_RECOVERY = 0.5
# Seconds at that rate before more is tried, doubled each time that more is refused: a refusal costs calls, and a limit
# hardly ever rises within minutes.
_FIRST_PROBE, _LONGEST_WAIT = 10.0, 120.0
# Share of that rate that is tried on top in each further second. Small steps overshoot by little.
_PROBE = 0.02


class Pace:
    """The pace of one service, shared by all threads.

    Calls are not slowed until one is throttled. Then the pace halves and recovers within a second to just under what
    was refused. After a while it tries for more; each time that is refused, it waits longer before the next try.

    Args:
        limit: calls a second never to be exceeded; None for what the service takes.
        sleep: takes seconds.
        clock: tells seconds.
    """

    def __init__(self, limit: float | None, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._limit = limit
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0
        # When calls began; only those of the last second are counted, and 1,000 a second are more than PARALLEL makes.
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
            with activity.waiting(f"since {'the service' if self._ceiling else _OPTION} limits the rate of calls"):
                self._sleep(turn - now)

    def throttled(self, retry_after: float) -> None:
        """Slow down after a refusal, and make no call within `retry_after` seconds."""
        with self._lock:
            now = self._clock()
            if self._ceiling and now < self._cut_at + max(retry_after, 1.0):
                return  # this call was on its way when the pace was cut
            # Some of these calls have no answer yet, so the guess is high. Too high a pace is soon refused, while too
            # low a pace rises slowly.
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
