# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the pace of services that do not tell it."""

from __future__ import annotations

from collections import deque
from contextlib import AbstractContextManager, nullcontext

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.pace import Pace
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity


class Service:
    """A service with a limit of calls a second, and its time.

    Args:
        most: how many calls it takes in a second.
        sliding: whether the last 1,000 milliseconds count as the second, not the second of the clock.
        says_when: whether a refusal says when to come back.
    """

    def __init__(self, most: int, *, sliding: bool, says_when: bool) -> None:
        self.now = 100.25  # within a second of the clock, as a run begins anywhere in it
        self.most = most
        self.sliding = sliding
        self.says_when = says_when
        self.taken: deque[float] = deque()  # when it took the calls that count
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
            while self.taken and self.taken[0] <= since:
                self.taken.popleft()
            if len(self.taken) < self.most:
                self.taken.append(self.now)
                return
            self.refused += 1
            wait = self.taken[0] + 1 - self.now if self.sliding else 1 - self.now % 1
            # Half a second is about what a client waits that was told nothing.
            pace.throttled(wait if self.says_when else 0.5)


@pytest.mark.parametrize("says_when", [True, False])
@pytest.mark.parametrize("sliding", [False, True])
@pytest.mark.parametrize("most", [5, 20, 90])
def test_nearly_all_that_the_service_takes_is_used(most: int, sliding: bool, says_when: bool) -> None:
    service = Service(most, sliding=sliding, says_when=says_when)
    # As many calls as the service takes in 50 seconds, so that the search at the beginning weighs little.
    pace, start, count = Pace(None, service.sleep, service.clock), service.now, 50 * most
    for _call in range(count):
        service.call(pace)
    # Little is lost by looking for the pace, and a little more where few calls a second leave little to see.
    assert count / (service.now - start) >= (0.95 if says_when and most >= 20 else 0.9) * most
    assert service.refused <= max(10, 0.02 * count)


def test_there_is_no_pace_until_a_call_is_refused() -> None:
    slept: list[float] = []
    pace = Pace(None, slept.append, lambda: 0.0)
    for _call in range(100):
        pace.wait()
    assert slept == []


def test_a_limit_is_never_exceeded() -> None:
    service = Service(1000, sliding=True, says_when=True)
    pace, start = Pace(10, service.sleep, service.clock), service.now
    for _call in range(101):
        service.call(pace)
    # The first of 101 calls goes at once, and 100 follow at 10 a second.
    assert service.now - start == pytest.approx(10, abs=0.05)
    # A refusal makes it slower, and no later search for more makes it faster than the limit.
    pace.throttled(0.0)
    start = service.now
    for _call in range(101):
        service.call(pace)
    assert service.now - start > 10


def test_the_pace_halves_once_for_calls_that_were_on_their_way_together() -> None:
    service = Service(1000, sliding=True, says_when=True)
    pace = Pace(10, service.sleep, service.clock)
    for _call in range(20):
        service.call(pace)
    for _refusal in range(10):
        pace.throttled(1.0)
    assert pace._rate(service.now) == pytest.approx(5)
    # No call for a second, as was asked; half a second later the pace is 98 % of the refused one.
    service.sleep(1.6)
    assert pace._rate(service.now) == pytest.approx(9.8)


# After 0.9 seconds the pace has recovered to 9.8, and the refusal is of a call that was on its way. A second after the
# first refusal, another one halves these 9.8.
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
        now[0] += 5.0  # more than a second, so that each refusal counts
    assert patience == [10.0, 20.0, 40.0, 80.0, 120.0, 120.0]


@pytest.mark.parametrize(("is_refused", "who"), [(False, "rate_limit (acr_rate_limit)"), (True, "the service")])
def test_who_limits_the_pace_is_said_while_waiting(is_refused: bool, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def waiting(words: str) -> AbstractContextManager[None]:
        said.append(words)
        return nullcontext()

    monkeypatch.setattr(activity, "waiting", waiting)
    pace = Pace(1.0, lambda _seconds: None, lambda: 100.0)
    pace.wait()
    if is_refused:
        pace.throttled(1.0)
    pace.wait()
    assert said == [f"since {who} limits the rate of calls"]
