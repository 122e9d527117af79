# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill a run, and expect that its calls end.

What is on the wire completes, and no deed is torn in two.
"""

from __future__ import annotations

import os
import pty
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator
from ansible.release import __version__

from ansible_collections.registryops.alicloud.plugins.module_utils._core.asker import Asker
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import PARALLEL

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account
from .playing import KEYS_A, KEYS_B, Playing
from .test_lives import GRANT

TO_B = {"target_account_id": ACCOUNT_B, "target_region": "eu-central-1", "target_instance_id": TARGET}
TEAM = {**KEYS_A, "instance_id": SOURCE, **TO_B, "select": {"namespaces": ["team-a"]}}
RULE = {**KEYS_A, "instance_id": SOURCE, "name": "to-eu", "namespace": "prod", **TO_B}
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")
CORE = tuple(map(int, __version__.split(".")[:2]))
WAYS = pytest.mark.parametrize("in_process", [True, False], ids=["in the worker", "in a process"])

Play = Callable[..., Playing]


@pytest.fixture
def play(cloud: Emulator, tmp_path: Path) -> Iterator[Play]:
    """Start playbooks of one task.

    Whatever is left of them is ended after the test.
    """
    started: list[Playing] = []

    def start(module: str, options: dict[str, Any], **settings: Any) -> Playing:
        started.append(Playing(cloud, tmp_path, module, options, **settings))
        return started[-1]

    yield start
    for playing in started:
        playing.end()


def count(cloud: Emulator, action: str) -> int:
    return len(cloud.calls(action))


@pytest.fixture
def team(granted: Account) -> None:
    """Let the 120 images of team-a in."""
    granted.run("acr_namespace", instance_id=TARGET, name="team-a", auto_create_repositories=True)


@WAYS
@pytest.mark.usefixtures("team")
def test_images_are_not_sent_on(in_process: bool, cloud: Emulator, play: Play) -> None:
    playing = play("acr_image_sync", {**TEAM, "rate_limit": 10, "wait": True}, in_process=in_process)
    playing.until(lambda: count(cloud, "CreateRepoSyncTask") > 5)
    playing.kill()
    sent = count(cloud, "CreateRepoSyncTask")
    playing.wait_for_all()
    assert count(cloud, "CreateRepoSyncTask") - sent <= PARALLEL
    assert count(cloud, "CreateRepoSyncTask") < 60


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGINT,
        pytest.param(
            signal.SIGTERM,
            marks=pytest.mark.skipif(CORE < (2, 19), reason="this controller does not hand SIGTERM on to its workers"),
        ),
    ],
)
@pytest.mark.usefixtures("team")
def test_who_ends_a_run_is_told_what_is_left(number: int, cloud: Emulator, play: Play) -> None:
    playing = play("acr_image_sync", {**TEAM, "rate_limit": 10, "wait": True})
    playing.until(lambda: count(cloud, "CreateRepoSyncTask") > 5)
    playing.signal(number)
    playing.wait_for_all()
    words = (
        r"localhost: ended early: (\d+) images were sent and have arrived, (\d+) are under way and go on by themselves"
        r"(?:, (\d+) may have been sent)?, and (\d+) are left"
    )
    said = re.search(words, playing.said())
    assert said, playing.said()
    arrived, going, perhaps, left = (int(number or 0) for number in said.groups())
    assert arrived + going + perhaps + left == 120
    assert arrived + going + perhaps > 0
    assert perhaps <= PARALLEL
    assert arrived + going <= count(cloud, "CreateRepoSyncTask")


def test_who_ends_a_wait_for_a_grant_is_told_that_nothing_was_changed(cloud: Emulator, play: Play) -> None:
    rules = [{"name": name, "namespace": "prod", **TO_B} for name in ("a", "b")]
    options = {**KEYS_A, "instance_id": SOURCE, "rules": rules, "grant_timeout": 3600}
    playing = play("acr_sync_rules", options)
    # Both have been refused once, and wait.
    playing.until(lambda: count(cloud, "CreateRepoSyncRule") > 2)
    playing.signal(signal.SIGINT)
    playing.wait_for_all()
    said = playing.said()
    assert re.search(r"localhost: ended early \(waiting for account \d+ to grant access to ", said), said
    assert "at most): this task has changed nothing; run it again to go on" in said


@pytest.mark.usefixtures("team")
def test_who_ends_a_run_is_told_nothing_under_no_log(cloud: Emulator, play: Play) -> None:
    playing = play("acr_image_sync", {**TEAM, "rate_limit": 10, "wait": True}, no_log=True)
    playing.until(lambda: count(cloud, "CreateRepoSyncTask") > 5)
    playing.signal(signal.SIGINT)
    playing.wait_for_all()
    assert "images" not in playing.said()


@WAYS
@pytest.mark.usefixtures("team")
def test_nobody_goes_on_looking(in_process: bool, cloud: Emulator, play: Play) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 3600})
    playing = play("acr_image_sync", {**TEAM, "wait": True, "wait_timeout": 3600}, in_process=in_process)
    playing.until(lambda: count(cloud, "CreateRepoSyncTask") == 120)
    playing.kill()
    playing.wait_for_all()


@WAYS
def test_a_call_without_an_answer_is_not_repeated(
    in_process: bool, cloud: Emulator, granted: Account, play: Play
) -> None:
    cloud.post("/_emulator/faults", {"match": {"action": "UpdateRole"}, "fault": "hang"})
    more = {**GRANT, "source_account_ids": ["1999999999999999"], "read_timeout": 2}
    playing = play("acr_cross_account_role", {**KEYS_B, **more}, in_process=in_process)
    playing.until(lambda: count(cloud, "UpdateRole") > 0)
    playing.kill()
    playing.wait_for_all()
    assert count(cloud, "UpdateRole") == 1


def killed_while_it_deletes(cloud: Emulator, account: Account, play: Play, in_process: bool) -> list[tuple[str, str]]:
    """Kill a replacement while its first deletion is under way.

    Return the rules that are left.
    """
    old: dict[str, Any] = {name: value for name, value in RULE.items() if name not in KEYS_A}
    account.run("acr_sync_rule", **old)
    cloud.delete("/_emulator/calls")
    cloud.post(
        "/_emulator/faults", {"match": {"action": "DeleteRepoSyncRule"}, "fault": "slow", "retry_after_ms": 2000}
    )
    playing = play("acr_sync_rule", {**RULE, "tag_filter": "1.*"}, in_process=in_process)
    playing.until(lambda: count(cloud, "DeleteRepoSyncRule") > 0)
    playing.kill()
    playing.wait_for_all()
    rules = cloud.state()["accounts"][0]["instances"][0]["sync_rules"]
    return [(rule["SyncRuleName"], rule["TagFilter"]) for rule in rules]


@WAYS
@pytest.mark.usefixtures("granted")
def test_a_replacement_leaves_a_rule_that_carries_on(
    in_process: bool, cloud: Emulator, account_a: Account, play: Play
) -> None:
    assert killed_while_it_deletes(cloud, account_a, play, in_process) == [("to-eu-acr-stand-in", "1.*")]


@WAYS
@pytest.mark.usefixtures("granted")
def test_a_replacement_that_must_delete_first_is_finished_once_it_has_begun(
    in_process: bool, cloud: Emulator, account_a: Account, play: Play
) -> None:
    cloud.post("/_emulator/behaviour", {"duplicate_rule_route": "reject"})
    assert ("to-eu", "1.*") in killed_while_it_deletes(cloud, account_a, play, in_process)


@pytest.mark.usefixtures("team")
def test_a_playbook_ends_whose_terminal_is_gone(cloud: Emulator, play: Play) -> None:
    """Kill ansible-runner, whose playbooks ignore SIGHUP."""
    cloud.post("/_emulator/tasks", {"seconds": 3600, "fail": {"repository": "api", "tag": "v1", "issue": "no"}})
    ours, theirs = pty.openpty()
    playing = play("acr_image_sync", {**TEAM, "wait": True, "wait_timeout": 3600}, terminal=theirs)
    os.close(theirs)
    playing.until(lambda: count(cloud, "CreateRepoSyncTask") == 120)
    os.close(ours)
    playing.wait_for_all()
    assert playing.controller.returncode is not None


def test_an_orphan_is_known_by_the_parent_that_it_was_made_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notice a parent that died before the first look."""
    asker = Asker()
    assert not asker.is_gone()
    monkeypatch.setattr(os, "getppid", lambda: 1)
    assert asker.is_gone()


def test_processes_that_were_never_seen_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACR_ASKED_BY", f"{2**22 - 1}:1 {os.getpid()}:1")
    assert not Asker().is_gone()


def test_a_process_that_was_named_and_has_ended_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    child = os.fork()
    if child == 0:
        signal.pause()
        os._exit(0)
    stat = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
    monkeypatch.setenv("ACR_ASKED_BY", f"{child}:{stat[19]}")
    asker = Asker()
    assert not asker.is_gone()
    os.kill(child, signal.SIGKILL)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert asker.is_gone(), "one that nobody has buried has ended too"
    os.waitpid(child, 0)
    assert asker.is_gone()


@pytest.mark.parametrize("action", ["ListRepository", "ListRepoTag"], ids=["in the main thread", "in a pool"])
def test_a_task_s_own_time_limit_waits_for_no_answer(action: str, cloud: Emulator, play: Play) -> None:
    cloud.post("/_emulator/faults", {"match": {"action": action}, "fault": "hang", "times": 99})
    whole = {**KEYS_A, "instance_id": SOURCE, "read_timeout": 3600}
    playing = play("acr_image_info", whole, timeout=2)
    playing.wait_for_all()
    assert playing.controller.returncode == 2
    assert re.search(r"imed out after 2 second|expected time frame \(2\)", playing.output.read_text())
