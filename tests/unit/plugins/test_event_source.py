# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell each end of a sync task once, over restarts.

Records are listed in every order.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from acr_emulator.testing import Emulator
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.registryops.alicloud.extensions.eda.plugins.event_source import acr_sync_tasks
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NoPermissionError
from ansible_collections.registryops.alicloud.plugins.module_utils._resources import sync_task
from ansible_collections.registryops.alicloud.plugins.plugin_utils._events import records, source
from ansible_collections.registryops.alicloud.plugins.plugin_utils._events.cursor import Cursor

from .conftest import SOURCE, TARGET, Account
from .test_lives import TARGET_OPTIONS
from .test_modules import normal

PATIENCE = 120.0  # seconds until a test gives up; nothing here takes a tenth of it on a busy machine


class Service:
    """List records in one of three orders."""

    def __init__(self, order: str) -> None:
        self.order = order
        self.records: dict[str, dict[str, Any]] = {}
        self.calls = 0

    def make(self, made: int, status: str = "PENDING") -> str:
        name = f"rst-{len(self.records)}"
        self.records[name] = {"SyncTaskId": name, "CreateTime": made, "ModifiedTime": made, "TaskStatus": status}
        return name

    def __call__(self, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        self.calls += 1
        listed = sorted(self.records.values(), key=lambda record: record["CreateTime"])
        if self.order == "newest":
            listed.reverse()
        elif self.order == "scattered":
            listed.sort(key=lambda record: hash(("order", record["SyncTaskId"])))
        size, page = parameters["PageSize"], parameters["PageNo"]
        shown = listed[(page - 1) * size : page * size]
        return {"IsSuccess": True, "SyncTasks": shown, "TotalCount": str(len(listed))}


def looking(service: Service, file: Path) -> tuple[records.EventRecords, Cursor]:
    cursor = Cursor(file, SOURCE)
    return records.EventRecords(Client(service, read_only=True), SOURCE, {}, cursor), cursor


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("made"), st.integers(0, 3)),  # and how many milliseconds later
        st.tuples(st.just("late"), st.integers(0, 5)),  # made earlier than others, and listed only now
        st.tuples(st.just("ended"), st.integers(0, 50)),
        st.tuples(st.just("looked"), st.just(0)),
        st.tuples(st.just("restarted"), st.just(0)),
        st.tuples(st.just("killed"), st.integers(0, 3)),  # after so many records of a look were told
        st.tuples(st.just("much later"), st.just(0)),
    ),
    max_size=40,
)


@pytest.fixture(scope="module", autouse=True)
def small_pages() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sync_task, "PAGE", 3)
        patch.setattr(records, "PAGE", 3)
        patch.setattr(records, "WHOLE_EVERY", 4)
        yield


@settings(max_examples=150, deadline=None)
@given(order=st.sampled_from(["newest", "oldest", "scattered"]), steps=STEPS)
def test_each_end_is_told_once(order: str, steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        life = Life(order, Path(folder, "cursor.jsonl"))
        for deed, number in [*steps, ("looked", 0)]:
            life.do(deed, number)
        life.cursor.close()
        ended = [name for name, record in life.service.records.items() if record["TaskStatus"] == "SUCCESS"]
        assert sorted(life.told) == sorted(set(ended) - life.before)


class Life:
    """A source and its service, from its first look on."""

    def __init__(self, order: str, file: Path) -> None:
        self.service, self.now = Service(order), 10_000_000
        self.told: list[str] = []
        for status in ("SUCCESS", "PENDING"):
            self.service.make(self.now, status)
        self.before = {"rst-0"}  # it had ended before anybody looked
        self.file = file
        self.records, self.cursor = looking(self.service, file)
        self.look()

    def do(self, deed: str, number: int) -> None:
        if deed == "made":
            self.now += number
            self.service.make(self.now)
        elif deed == "late":
            self.service.make(self.now - number * records.LATE // 10)
        elif deed == "much later":
            self.now += 10 * records.LATE
        elif deed == "ended":
            names = list(self.service.records)
            self.service.records[names[number % len(names)]]["TaskStatus"] = "SUCCESS"
        elif deed == "looked":
            self.look()
        elif deed == "killed":
            self.look(number)
        if deed in ("killed", "restarted"):
            self.cursor.close()
            self.records, self.cursor = looking(self.service, self.file)

    def look(self, most: int | None = None) -> None:
        for record in self.records.look()[:most]:
            self.told.append(str(record.sync_task_id))
            self.cursor.tell(str(record.sync_task_id), records.made(record))
        if most is None:
            self.records.done()


def test_a_look_ends_at_what_is_known_only_where_the_newest_come_first(tmp_path: Path) -> None:
    calls: dict[str, list[int]] = {}
    for order in ("newest", "oldest", "scattered"):
        service = Service(order)
        for number in range(30):
            service.make(1_000_000 + number * records.LATE, "SUCCESS")
        looks, cursor = looking(service, tmp_path / f"{order}.jsonl")
        calls[order] = []
        for _look in range(5):
            service.calls = 0
            looks.look()
            looks.done()
            calls[order].append(service.calls)
        cursor.close()
    # Thirty records are ten pages of three. Each fourth look lists all again.
    assert calls == {"newest": [10, 1, 1, 1, 10], "oldest": [10] * 5, "scattered": [10] * 5}


def test_a_half_written_line_is_a_record_that_was_not_told(tmp_path: Path) -> None:
    file = tmp_path / "cursor.jsonl"
    cursor = Cursor(file, SOURCE)
    cursor.begin(5)
    cursor.tell("rst-1", 7)
    cursor.close()
    file.write_text(file.read_text() + '{"told": "rst-2", "ma')
    again = Cursor(file, SOURCE)
    assert (again.since, again.told) == (5, {"rst-1": 7})
    again.tell("rst-2", 8)
    again.close()
    with closing(Cursor(file, SOURCE)) as last:
        assert last.told == {"rst-1": 7, "rst-2": 8}


def test_a_cursor_belongs_to_one_source(tmp_path: Path) -> None:
    file = tmp_path / "cursor.jsonl"
    cursor = Cursor(file, SOURCE)
    cursor.begin(5)
    with pytest.raises(AcrError, match="is in use"):
        Cursor(file, SOURCE)
    cursor.close()
    with pytest.raises(AcrError, match=f"is of {SOURCE}"):
        Cursor(file, TARGET)
    file.write_text("not ours\n")
    with pytest.raises(AcrError, match="cannot be read"):
        Cursor(file, SOURCE)


@pytest.fixture
def args(cloud: Emulator, account_a: Account, granted: Account, tmp_path: Path) -> dict[str, Any]:
    """Return the options of a source whose instance has a rule."""
    account_a.run("acr_sync_rule", instance_id=SOURCE, name="to-eu", namespace="prod", **TARGET_OPTIONS)
    url = f"http://{cloud.endpoint}"
    endpoints = {"cr_endpoint": url, "sts_endpoint": url}
    file = str(tmp_path / "state" / "cursor.jsonl")
    own = {"instance_id": SOURCE, "interval": 0.05, "cursor_file": file}
    return {**account_a.keys, **endpoints, "region": "cn-hangzhou", **own}


def push(cloud: Emulator, *tags: str) -> None:
    cloud.post(
        "/_emulator/images", {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": list(tags)}
    )


async def ends(args: Mapping[str, Any], count: int, started: Any = lambda: None) -> list[dict[str, Any]]:
    """Return a source's events; call `started` after its first look."""
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(1)
    running = asyncio.create_task(acr_sync_tasks.main(queue, dict(args)))
    try:
        async with asyncio.timeout(PATIENCE):
            while not Path(args["cursor_file"]).exists() and not running.done():
                await asyncio.sleep(0.01)
            await asyncio.to_thread(started)
            getting = [asyncio.create_task(queue.get()) for _event in range(count)]
            await asyncio.wait([running, *getting[-1:]], return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            return [await task for task in getting]
    finally:
        running.cancel()
        await asyncio.wait([running])


def test_the_ends_of_tasks_are_events_over_a_restart(cloud: Emulator, args: dict[str, Any]) -> None:
    push(cloud, "before")
    until_all_ended(cloud)
    first = asyncio.run(ends(args, 2, lambda: push(cloud, "1.2", "1.3")))
    push(cloud, "1.4")  # while nobody looks
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"tag": "1.5", "issue": "DISK_FULL"}})
    push(cloud, "1.5")
    second = asyncio.run(ends(args, 2))
    assert sorted(found["sync_task"]["tag"] for found in first) == ["1.2", "1.3"]
    told = {found["sync_task"]["tag"]: found["sync_task"].get("issue") for found in second}
    assert told == {"1.4": None, "1.5": "DISK_FULL"}
    assert {(found["instance_id"], found["region"]) for found in first} == {(SOURCE, "cn-hangzhou")}
    assert "secretA" not in json.dumps([first, second]) + Path(args["cursor_file"]).read_text()


def test_only_the_ends_that_are_asked_for_are_events(cloud: Emulator, args: dict[str, Any]) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"tag": "1.3", "issue": "DISK_FULL"}})
    (found,) = asyncio.run(ends({**args, "status": ["error"]}, 1, lambda: push(cloud, "1.2", "1.3")))
    assert (found["sync_task"]["tag"], found["sync_task"]["status"]) == ("1.3", "error")


def test_what_ended_before_is_told_if_asked(cloud: Emulator, args: dict[str, Any]) -> None:
    push(cloud, "1.2")
    until_all_ended(cloud)
    (found,) = asyncio.run(ends({**args, "since": "1h"}, 1))
    assert found["sync_task"]["tag"] == "1.2"


def test_an_outage_passes(
    cloud: Emulator, args: dict[str, Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Client.__init__.__kwdefaults__ or {}, "retries", 0)

    def break_and_push() -> None:
        cloud.post("/_emulator/faults", {"fault": "error_503", "match": {"action": "ListRepoSyncTask"}, "times": 2})
        push(cloud, "1.2")

    (found,) = asyncio.run(ends(args, 1, break_and_push))
    assert found["sync_task"]["tag"] == "1.2"
    assert "Trying again in 0.05 seconds" in caplog.text


def test_what_waiting_does_not_mend_ends_the_source(cloud: Emulator, args: dict[str, Any]) -> None:
    def take_rights() -> None:
        world = cloud.state()
        world["accounts"][0]["identities"][1]["policies"] = []
        cloud.reset(world)

    operator = {**args, "access_key_id": "LTAIaaab", "access_key_secret": "secretAop"}
    with pytest.raises(NoPermissionError, match="needs cr:GetRepositorySync"):
        asyncio.run(ends(operator, 1, take_rights))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"instance_id": None}, "instance_id"),
    ({"interval": 0}, "Interval is 0"),
    ({"intervall": 5}, "no option intervall"),
    ({"status": ["pending"]}, "must be one or more of"),
    ({"since": "yesterday"}, "is not a time"),
    ({"access_key_secret": "wrong"}, "Check access_key_secret"),
    ({"instance_id": "cri-nothere"}, "does not exist"),
]


@pytest.mark.parametrize(("changed", "message"), REFUSED)
def test_wrong_options_end_the_source_at_once(args: dict[str, Any], changed: dict[str, Any], message: str) -> None:
    given_args = {name: value for name, value in {**args, **changed}.items() if value is not None}
    with pytest.raises(AcrError, match=message):
        asyncio.run(asyncio.wait_for(acr_sync_tasks.main(asyncio.Queue(), given_args), PATIENCE))


def test_the_documented_options_are_the_options() -> None:
    assert normal(yaml.safe_load(acr_sync_tasks.DOCUMENTATION)["options"]) == normal(source.OPTIONS)


def until_all_ended(cloud: Emulator) -> None:
    async def wait() -> None:
        async with asyncio.timeout(PATIENCE):
            while {task["TaskStatus"] for task in cloud.state()["sync_tasks"]} & {"PENDING", "SYNCHRONIZING"}:
                await asyncio.sleep(0.01)

    asyncio.run(wait())
