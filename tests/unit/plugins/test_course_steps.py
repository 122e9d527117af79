# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow one run through its images, step by step, where chance is taken out."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._sending.course import Course
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import Transfer

from .test_course import record, waiting


class Certain(random.Random):
    """Choose the place that it is given, and later the first of a range and the last of a list."""

    def __init__(self, begin: int) -> None:
        super().__init__()
        self._begin: int | None = begin

    def randrange(self, *_range: Any) -> int:
        begin, self._begin = self._begin or 0, None
        return begin

    def choice(self, seq: Any) -> Any:
        return seq[-1]


def course(transfers: list[Transfer], begin: int = 0) -> Course:
    return Course(transfers, Certain(begin))


def places(found: list[Transfer]) -> list[int]:
    """Return where the images stand in the order; their tags say so."""
    return [int(transfer.tag.removeprefix("v")) for transfer in found]


def portions(count: int) -> list[int]:
    run, found = course(waiting(count)), []
    while run:
        found.append(len(run.take(10_000, now=0.0)))
    return found


def test_portions_double_up_to_500_and_are_a_third_of_what_is_left() -> None:
    assert portions(4000) == [
        *(5, 10, 20, 40, 80, 160, 320),  # doubled each time
        *(500, 500, 500, 500),  # the largest; 1,365 are left
        *(455, 303, 202, 135, 90, 60, 40, 26, 18),  # a third of what is left each time
        36,  # so few that they are taken as a whole
    ]


def test_a_gap_of_forty_is_taken_as_a_whole() -> None:
    assert portions(75) == [5, 10, 20, 40]
    assert portions(76) == [5, 10, 20, 13, 28]  # 41 are left, of which 13 are a third


def test_no_more_is_taken_than_there_is_room_for() -> None:
    run = course(waiting(3))
    assert run.take(0, now=0.0) == []
    assert places(run.take(1, now=0.0)) == [0]
    assert places(run.take(1, now=0.0)) == [1]
    assert bool(run) is True
    assert places(run.take(1, now=0.0)) == [2]
    assert bool(run) is False
    assert run.take(1, now=0.0) == []


def test_a_run_goes_on_at_the_front_after_the_end() -> None:
    run = course(waiting(10), begin=8)
    assert [places(run.take(100, now=0.0)) for _portion in range(2)] == [[8, 9], [0, 1, 2, 3, 4, 5, 6, 7]]


def test_what_lies_ahead_is_not_taken_yet() -> None:
    run = course(waiting(12), begin=2)
    assert places(run.ahead()) == [2, 3, 4, 5, 6]
    assert places(run.ahead()) == places(run.take(100, now=0.0))
    assert places(run.rest()) == [0, 1, 7, 8, 9, 10, 11]
    assert (run.ahead(), run.left) == ([], 0)


def test_the_largest_gap_lies_ahead_where_the_place_is_taken() -> None:
    transfers = waiting(10)
    transfers[3].action = "unchanged"
    run = course(transfers, begin=3)
    assert places(run.ahead()) == [4, 5, 6, 7, 8]
    assert places(run.take(100, now=0.0)) == [4, 5, 6, 7, 8]


def test_what_is_to_be_sent_again_is_waiting_again() -> None:
    run = course(waiting(3))
    first, *_others = run.rest()
    run.again(first)
    assert (run.left, places(run.rest())) == (1, [0])


@pytest.mark.parametrize(
    ("begun", "pushed", "created", "status", "action"),
    [
        (-1, 0, 5000, "pending", "joined"),
        (-1, 0, 5000, "success", "unchanged"),
        (-1, 0, 5000, "failed", None),
        (5000, 0, 5000, "success", None),  # the very task that is known
        (4999, 0, 5000, "success", "unchanged"),
        (-1, 5000, 5000, "success", "unchanged"),
        (-1, 5001, 5000, "success", None),  # it carried what the tag was before
        (0, 0, None, "success", None),
    ],
)
def test_a_record_counts_if_it_is_newer_than_what_is_known(
    begun: int, pushed: int, created: int | None, status: str, action: str | None
) -> None:
    transfers = waiting(1)
    transfers[0].begun, transfers[0].pushed = begun, pushed
    task = replace(record(transfers[0], 1, 1), status=status, create_time=created)
    run = course(transfers)
    found = run.see(task, now=0.0)
    assert (found.action if found else None) == action
    assert run.left == (0 if action else 1)


def test_a_record_of_another_image_is_nobodys() -> None:
    assert course(waiting(1)).see(record(waiting(2)[1], 1, 1), now=0.0) is None


@pytest.mark.parametrize(
    ("action", "begun", "company"),
    [
        ("unchanged", 40_001, True),
        (
            "unchanged",
            40_000,
            False,
        ),  # a minute before the newest record, when another run need not be at work any more
        ("joined", 100_000, True),
        ("different", 100_000, False),
    ],
)
def test_another_run_may_be_at_work_for_a_minute_after_its_record(action: str, begun: int, company: bool) -> None:
    transfers = waiting(200)
    transfers[0].action, transfers[0].begun = action, begun
    transfers[1].begun = 100_000  # the newest record, of an image that failed
    # Alone it begins where it wants to, else in the third quarter of the gap of 199.
    assert places(course(transfers, begin=7).take(1, now=0.0)) == ([1 + 2 * 49] if company else [7])


@pytest.mark.parametrize(("begun", "company"), [(-1, False), (0, False), (1, True)])
def test_a_record_without_a_time_tells_of_no_other_run(begun: int, company: bool) -> None:
    transfers = waiting(200)
    transfers[0].action, transfers[0].begun = "joined", begun
    assert places(course(transfers, begin=7).take(1, now=0.0)) == ([1 + 2 * 49] if company else [7])


def beside_another(count: int) -> Course:
    """Return a run that sees another one send the image before its gap."""
    transfers = waiting(count + 1)
    run = course(transfers)
    run.see(record(transfers[0], 1, 1), now=10.0)
    return run


def test_a_large_gap_is_entered_in_its_third_quarter_with_a_larger_portion() -> None:
    assert places(beside_another(81).take(1, now=10.0)) == [1 + 2 * 20]
    assert len(beside_another(200).take(1000, now=10.0)) == 20
    assert beside_another(80).take(1, now=10.0) == []


def test_a_small_gap_is_left_for_three_seconds() -> None:
    run = beside_another(10)
    assert run.take(100, now=12.9) == []
    assert places(run.take(100, now=13.0)) == [1, 2, 3, 4, 5]


def met(left: int) -> Course:
    """Return a run that finds its first image sent by another run, too."""
    transfers = waiting(left + 1)
    run = course(transfers)
    (sent,) = run.take(1, now=10.0)
    sent.task_id = "rst-mine"
    assert run.see(record(sent, 1, 1), now=10.0) is None
    return run


def test_runs_that_meet_part_by_chance() -> None:
    assert places(met(41).take(1, now=10.0)) == [41]
    # The last forty are not worth it: one of them waits.
    assert met(40).take(1, now=10.0) == []
    assert places(met(40).take(1, now=13.0)) == [1]


def test_a_run_does_not_meet_itself() -> None:
    transfers = waiting(100)
    run = course(transfers)
    (sent,) = run.take(1, now=10.0)
    sent.task_id = record(sent, 1, 1).sync_task_id
    run.see(record(sent, 1, 1), now=10.0)
    assert places(run.take(1, now=10.0)) == [1]
