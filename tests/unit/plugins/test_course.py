# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Share images between runs by each other's records."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import SyncTask
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.course import Course
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.records import NewRecords
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import Target, Transfer

from .conftest import ACCOUNT_B, SOURCE, TARGET

_LATE = 2  # steps until a record is seen, for a call takes its time


def waiting(count: int) -> list[Transfer]:
    """Return images to send, 20 in each repository."""
    names = [(f"app-{number // 20}", f"v{number}") for number in range(count)]
    targets = [Target("eu-central-1", TARGET, ACCOUNT_B, "prod", name, tag) for name, tag in names]
    return [Transfer("prod", *name, target, action="to_send") for name, target in zip(names, targets, strict=True)]


def record(transfer: Transfer, created: int, number: int) -> SyncTask:
    target = transfer.target
    return SyncTask(
        sync_task_id=f"rst-{number}",
        status="pending",
        namespace=transfer.namespace,
        repository=transfer.repository,
        tag=transfer.tag,
        target_instance_id=target.instance_id,
        target_namespace=target.namespace,
        target_repository=target.repository,
        target_tag=target.tag,
        create_time=created,
    )


class Run:
    """Send one image a step, and look before each portion."""

    def __init__(self, count: int, seed: int) -> None:
        self.course = Course(waiting(count), random.Random(seed))
        self.portion: list[Transfer] = []
        self.sent: list[Transfer] = []
        self.looks = 0

    def step(self, records: list[SyncTask], step: int) -> None:
        if not self.portion and self.course:
            for task in records:
                if int(task.create_time or 0) <= step - _LATE:
                    self.course.see(task, step / 100)  # a hundred steps are a second
            self.portion = self.course.take(1000, step / 100)[::-1]
            self.looks += bool(self.portion)
        if self.portion:
            self.sent.append(self.portion.pop())
            records.append(record(self.sent[-1], step + 1, len(records)))
            self.sent[-1].task_id = records[-1].sync_task_id

    @property
    def at_work(self) -> bool:
        return bool(self.course or self.portion)


def played(count: int, seeds: list[int], delay: int = 0) -> list[Run]:
    """Let several runs send the same images, each `delay` steps after the one before."""
    runs, records = [Run(count, seed) for seed in seeds], list[SyncTask]()
    # A run that waits for others, too, is done long before that many steps.
    for step in range(20 * count):
        for number, run in enumerate(runs):
            if step >= number * delay:
                run.step(records, step)
    assert not any(run.at_work for run in runs)
    return runs


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("runs", "delay"), [(2, 0), (3, 0), (2, 100), (2, 300)])
def test_runs_share_the_images(runs: int, delay: int, seed: int) -> None:
    found = played(600, [seed * 10 + number for number in range(runs)], delay)
    sent = Counter(transfer.source for transfer in chain.from_iterable(run.sent for run in found))
    assert len(sent) == 600
    doubled = sent.total() - len(sent)
    # Runs that begin at the same moment see no record of each other yet, and may send their first few images twice.
    assert doubled <= (0 if delay else 6 * (runs - 1)), f"{doubled} of 600 images were sent more than once"
    assert all(len(run.sent) > 20 for run in found), "each does some of it"


def test_one_run_alone_looks_seldom() -> None:
    (alone,) = played(10_000, [1])
    assert len(alone.sent) == 10_000
    # Portions grow up to 500 images, since nobody else is met.
    assert alone.looks < 60


def test_another_run_that_was_killed_is_not_waited_for_long() -> None:
    course = Course(waiting(30), random.Random(1))
    for place, transfer in enumerate(waiting(30)[:10]):
        course.see(record(transfer, place + 1, place), now=0.0)
    # The other run was seen a second ago, and seems to go on. After nine seconds it does not, and a first portion of
    # five images is sent.
    assert course.take(100, now=1.0) == []
    assert len(course.take(100, now=9.0)) == 5


@pytest.mark.parametrize("order", ["newest first", "oldest first", "in no order"])
def test_only_new_records_are_read_where_the_order_shows_it(order: str) -> None:
    made = [{"SyncTaskId": f"rst-{number}", "CreateTime": number * 1000} for number in range(1, 5001)]
    listed = {"newest first": made[::-1], "oldest first": made, "in no order": random.Random(1).sample(made, 5000)}[
        order
    ]
    asked: list[Mapping[str, Any]] = []

    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        assert (product, action) == ("cr", "ListRepoSyncTask")
        asked.append(parameters)
        first = (parameters["PageNo"] - 1) * 100
        return {"SyncTasks": listed[first : first + 100], "TotalCount": str(len(made))}

    # The newest 150 of 5,000 records, which are two pages of 100.
    records = NewRecords(Client(send), SOURCE, "prod", since=4_850_000)
    found = {task.create_time for task in records.new(waiting(1))}
    assert found >= {number * 1000 for number in range(4850, 5001)}
    if order == "in no order":
        assert {call.get("RepoName") for call in asked} == {None, "app-0"}  # each repository is asked
    else:
        assert len(asked) <= 3
        asked.clear()
        assert [task.create_time for task in records.new(waiting(1))] == [5_000_000]
        assert len(asked) <= 2


def test_an_instance_without_records_takes_one_call() -> None:
    asked: list[Mapping[str, Any]] = []

    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        assert (product, action) == ("cr", "ListRepoSyncTask")
        asked.append(parameters)
        return {"SyncTasks": [], "TotalCount": "0"}

    assert list(NewRecords(Client(send), SOURCE, "prod", since=0).new(waiting(1))) == []
    assert len(asked) == 1
