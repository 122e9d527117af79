# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what a long run says of itself, and when."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import ApiError, api_error, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import (
    ArrivalProgress,
    activity,
    silent,
    telling,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import wait_until
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task


class Lines(list[str]):
    """The lines that were told; a test can wait for the next one."""

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Event()

    def __call__(self, line: str) -> None:
        self.append(line)
        self.came.set()


def test_what_is_done_is_told_again_and_again_while_it_lasts() -> None:
    lines = Lines()
    with telling(lines, every=0.01), attempt("list the repositories of cri-1"):
        for _line in range(2):
            assert lines.came.wait(30)
            lines.came.clear()
        with activity.doing(lambda: "listed 1 of 2 repositories"), attempt("list the images of prod/web"):
            while lines[-1] != "listed 1 of 2 repositories":
                assert lines.came.wait(30)
                lines.came.clear()
    assert lines[0] == lines[1] == "still at work: list the repositories of cri-1"
    assert activity.line() == ""


def test_nothing_is_told_where_nobody_listens() -> None:
    before = threading.active_count()
    with telling(silent, every=0.001) as tell:
        assert tell is silent
        assert threading.active_count() == before


def test_nothing_is_told_of_what_nobody_describes() -> None:
    lines = Lines()
    with telling(lines, every=0.001):
        assert not lines.came.wait(0.05)


@pytest.mark.parametrize(
    # How many of 10,000 images have arrived after each second.
    ("arrived", "left"),
    [
        ([100 * second for second in range(40)], "about 61 s left"),  # 3,900 arrived, so 6,100 are left at 100 a second
        ([100 * second for second in range(15)], ""),  # too early
        ([0] * 30 + [1000], ""),  # they arrive all at once
        # The pace changes from 10 to 400 a second, so that nobody knows how it goes on.
        ([10 * second for second in range(20)] + [200 + 400 * second for second in range(20)], ""),
        ([0] * 40, ""),
    ],
)
def test_the_time_left_is_told_only_where_the_pace_shows_it(arrived: list[int], left: str) -> None:
    now = [0.0]
    progress = ArrivalProgress(silent, lambda: now[0], 10_000, 4 * 2**30)
    for second, images in enumerate(arrived):
        now[0] = float(second)
        progress.update(images, images * 2**20, failed=0)
    told = progress.line()
    assert told.startswith(f"{arrived[-1]:,} of 10,000 images (")
    assert told.endswith(left or "arrived")


def test_images_under_way_are_told() -> None:
    progress = ArrivalProgress(silent, lambda: 0.0, 10, 4 * 2**30)
    progress.under_way = 7
    progress.update(1, 10 * 2**20, failed=0)
    assert progress.line().startswith("1 of 10 images (10 %), 7 under way, ")


def test_sizes_are_those_of_images_that_arrived() -> None:
    progress = ArrivalProgress(silent, lambda: 0.0, 10, 4 * 2**30)
    progress.update(1, 10 * 2**20, failed=0)
    assert "images of 10.00 MB of 4.00 GB arrived" in progress.line()


def test_a_failure_is_told_at_once() -> None:
    lines: list[str] = []
    progress = ArrivalProgress(lines.append, lambda: 0.0, 10, 4 * 2**30)
    progress.update(1, 1, failed=1, latest="prod/web:1: no")
    progress.update(2, 2, failed=1, latest="prod/web:1: no")
    assert len(lines) == 1
    assert lines[0].startswith("2 of 10 images (20 %), 1 failed, ")
    assert lines[0].endswith("; prod/web:1: no")


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("Throttling.User", 400, "since the service limits the rate of calls"),
        ("ServiceUnavailable", 503, "since ListRepository failed (ServiceUnavailable) and is tried again"),
    ],
)
def test_a_call_that_is_to_be_repeated_says_what_it_waits_for(code: str, status: int, said: str) -> None:
    lines: list[str] = []
    answers: list[ApiError | dict[str, Any]] = [api_error("ListRepository", code, "", status=status), {}]

    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        answer = answers.pop(0)
        if isinstance(answer, ApiError):
            raise answer
        return answer

    client = Client(send, sleep=lambda _seconds: lines.append(activity.line()))
    with attempt("list the repositories of cri-1"):
        client.call("cr", "ListRepository")
    assert lines == [f"still at work: list the repositories of cri-1; waiting, {said}"]


def test_a_wait_tells_how_long_it_may_still_last() -> None:
    lines: list[str] = []
    client = Client(lambda *_call: {}, sleep=lambda _seconds: lines.append(activity.line()))
    looks = iter([False, True])
    with attempt("delete namespace prod of cri-1"):
        wait_until(client, lambda: next(looks), what="the deletion", timeout=600)
    assert lines == ["still at work: delete namespace prod of cri-1; waiting, 10 min more at most"]


def test_the_thread_that_tells_leaves_ctrl_c_to_the_main_thread() -> None:
    blocked: list[set[int]] = []
    came = threading.Event()

    def tell(line: str) -> None:
        blocked.append({*signal.pthread_sigmask(signal.SIG_BLOCK, ())})
        came.set()

    with telling(tell, every=0.01), attempt("list"):
        assert came.wait(30)
    assert blocked[0] >= {signal.SIGINT, signal.SIGTERM}


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (False, "this task has changed nothing"),
        (True, "these calls were made: CreateNamespace"),
    ],
)
def test_who_ends_a_task_early_is_told_what_it_did(write: bool, said: str) -> None:
    words: list[str] = []

    def work(task: Task) -> dict[str, Any]:
        with attempt("make namespace prod"):
            if write:
                task.client.call("cr", "CreateNamespace")
            words.append(activity.last_line())
        return {}

    keys = {"access_key_id": "LTAIaaaa", "access_key_secret": "secretA"}
    module = Module(options={}, work=work)
    client = Client(lambda *_call: {})
    assert "failed" not in module.result({**dict.fromkeys(module.argument_spec), **keys}, False, lambda *_given: client)
    assert words == [f"ended early (make namespace prod): {said}; run it again to go on"]
    assert activity.last_line() == ""
