# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the pace of services that do not tell it."""

from __future__ import annotations

from collections import deque

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.pace import Pace


class Service:
    """A service and its time.

    It counts in whole seconds, or in any second, and says when to come back, or does not.
    """

    def __init__(self, bears: int, *, sliding: bool, says_when: bool) -> None:
        self.now = 100.25
        self.bears = bears
        self.sliding = sliding
        self.says_when = says_when
        self.borne: deque[float] = deque()
        self.refused = 0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def clock(self) -> float:
        return self.now

    def call(self, pace: Pace, takes: float = 0.002) -> None:
        """Make one of many callers' calls.

        Each goes on as soon as it may, and the next need not wait for its answer.
        """
        while True:
            pace.wait()
            self.now += takes
            since = self.now - 1 if self.sliding else int(self.now)
            while self.borne and self.borne[0] <= since:
                self.borne.popleft()
            if len(self.borne) < self.bears:
                self.borne.append(self.now)
                return
            self.refused += 1
            wait = self.borne[0] + 1 - self.now if self.sliding else 1 - self.now % 1
            pace.throttled(wait if self.says_when else 0.5)


@pytest.mark.parametrize("says_when", [True, False])
@pytest.mark.parametrize("sliding", [False, True])
@pytest.mark.parametrize("bears", [5, 20, 90])
def test_nearly_all_that_the_service_bears_is_used(bears: int, sliding: bool, says_when: bool) -> None:
    service = Service(bears, sliding=sliding, says_when=says_when)
    pace, start, count = Pace(None, service.sleep, service.clock), service.now, 50 * bears
    for _one in range(count):
        service.call(pace)
    # Little is lost by looking for the pace, and a little more where few calls a second leave little to see.
    assert count / (service.now - start) >= (0.95 if says_when and bears >= 20 else 0.9) * bears
    assert service.refused <= max(10, 0.02 * count)


def test_there_is_no_pace_until_a_call_is_refused() -> None:
    slept: list[float] = []
    pace = Pace(None, slept.append, lambda: 0.0)
    for _one in range(100):
        pace.wait()
    assert slept == []


def test_a_limit_is_never_exceeded() -> None:
    service = Service(1000, sliding=True, says_when=True)
    pace, start = Pace(10, service.sleep, service.clock), service.now
    for _one in range(101):
        service.call(pace)
    assert service.now - start == pytest.approx(10, abs=0.05)
    pace.throttled(0.0)
    start = service.now
    for _one in range(101):
        service.call(pace)
    assert service.now - start > 10


def test_the_pace_halves_once_for_calls_that_were_on_their_way_together() -> None:
    service = Service(1000, sliding=True, says_when=True)
    pace = Pace(10, service.sleep, service.clock)
    for _one in range(20):
        service.call(pace)
    for _one in range(10):
        pace.throttled(1.0)
    assert pace._rate(service.now) == pytest.approx(5)
    service.sleep(1.6)
    assert pace._rate(service.now) == pytest.approx(9.8)


@pytest.mark.parametrize(("later", "rate"), [(0.9, 9.8), (1.0, 4.9)])
def test_only_a_refusal_a_second_later_halves_the_pace_again(later: float, rate: float) -> None:
    now = [100.0]
    pace = Pace(10, lambda _seconds: None, lambda: now[0])
    pace.throttled(0.0)
    now[0] += later
    pace.throttled(0.0)
    assert pace._rate(now[0]) == pytest.approx(rate)


def test_the_first_guess_is_the_calls_of_the_last_second() -> None:
    now = [100.0]
    pace = Pace(None, lambda _seconds: None, lambda: now[0])
    for moment in (100.0, 100.5, 100.6, 100.7, 100.8):
        now[0] = moment
        pace.wait()
    now[0] = 101.0
    pace.throttled(0.0)
    # Four calls began within the second before the refusal, and one of them was refused; the pace begins with half.
    assert pace._rate(101.0) == pytest.approx(1.5)
    # The next call comes two calls' time after the refusal.
    assert pace._next == pytest.approx(101.0 + 2 / 3)


def test_each_further_refusal_doubles_the_time_before_more_is_tried() -> None:
    now = [100.0]
    pace = Pace(None, lambda _seconds: None, lambda: now[0])
    patience = []
    for _refusal in range(6):
        pace.throttled(0.0)
        patience.append(pace._patience)
        now[0] += 5.0
    assert patience == [10.0, 20.0, 40.0, 80.0, 120.0, 120.0]
