# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send many images as a queue."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import api_error
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import PARALLEL
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import connect
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.send_queue import SendQueue
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.sender import Sender
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import SEND, SENT, Target, Transfer
from ansible_collections.registryops.alicloud.plugins.modules import acr_image_sync

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

TO_B: dict[str, Any] = {
    "instance_id": SOURCE,
    "target_account_id": ACCOUNT_B,
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
}
PROD: dict[str, Any] = {**TO_B, "select": {"namespaces": ["prod"]}}
TEAM: dict[str, Any] = {**TO_B, "select": {"namespaces": ["team-a"]}}
pytestmark = pytest.mark.usefixtures("granted")


@pytest.fixture
def team(granted: Account) -> None:
    """Let the 120 images of team-a in."""
    granted.run("acr_namespace", instance_id=TARGET, name="team-a", auto_create_repositories=True)


def counts(result: dict[str, Any]) -> dict[str, int]:
    return {action: count for action, count in result["counts"].items() if count}


def failure(account: Account, **params: Any) -> ModuleFailedError:
    with pytest.raises(ModuleFailedError) as failed:
        account.run("acr_image_sync", **params)
    return failed.value


def fail(cloud: Emulator, issue: str, **which: str) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {**which, "issue": issue}})


@pytest.mark.usefixtures("team")
def test_no_more_are_in_flight_than_wanted(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 30})
    # No task of 30 seconds ends within 20, so no place becomes free.
    failed = failure(account_a, **TEAM, max_in_flight=7, wait_timeout=20)
    assert len(cloud.calls("CreateRepoSyncTask")) == 7
    assert counts(failed.result) == {"left": 113, "failed": 7}
    assert "113 were left" in str(failed)


def test_an_ended_run_tells_what_was_accepted_from_what_may_have_been() -> None:
    target = Target("eu-central-1", TARGET, ACCOUNT_B, "prod", "web", "1")
    transfers = [Transfer("prod", "web", str(number), target, action=SEND) for number in range(6)]

    def refuse(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        raise api_error(action, "NO", "")

    queue = SendQueue(Client(refuse), Sending(SOURCE), transfers, 0, str)
    waiting, calling, answered = Future[None](), Future[None](), Future[None]()
    calling.set_running_or_notify_cancel()
    answered.set_result(None)
    queue._sending = {waiting: transfers[0], calling: transfers[1], answered: transfers[2]}
    transfers[2].action, transfers[2].task_id = SENT, "rst-1"
    transfers[3].fail("no answer")
    transfers[3].uncertain = True
    assert queue._last_line() == (
        "ended early: 0 images were sent and have arrived, 1 are under way and go on by themselves,"
        " 2 may have been sent, and 3 are left; run it again to go on"
    )


@pytest.mark.usefixtures("team")
def test_places_that_become_free_are_taken(cloud: Emulator, account_a: Account) -> None:
    result = account_a.run("acr_image_sync", **TEAM, max_in_flight=7, wait_timeout=3000)
    assert counts(result) == {"sent": 120}
    assert {image["status"] for image in result["images"]} == {"success"}
    assert len(cloud.calls("CreateRepoSyncTask")) == 120


def test_what_has_not_begun_can_be_canceled(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 60})
    failed = failure(account_a, **PROD, wait_timeout=2, cancel_on_timeout=True)
    assert len(cloud.calls("CancelRepoSyncTask")) == 3
    assert all("canceled after 2 seconds" in image["issue"] for image in failed.result["images"])
    statuses = {task["status"] for task in account_a.run("acr_sync_task_info", instance_id=SOURCE)["sync_tasks"]}
    assert statuses == {"canceled"}
    # A canceled image has not arrived, so a further run sends it.
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    assert counts(account_a.run("acr_image_sync", **PROD)) == {"sent": 3}


def test_a_cancellation_whose_answer_is_lost_is_looked_up(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 60})
    # The service cancels the task, and then the connection breaks. 99 times means always: nobody repeats that often.
    cloud.post("/_emulator/faults", {"match": {"action": "CancelRepoSyncTask"}, "fault": "reset_after", "times": 99})
    failed = failure(account_a, **PROD, wait_timeout=2, cancel_on_timeout=True)
    assert all("canceled after 2 seconds" in image["issue"] for image in failed.result["images"])
    statuses = {task["status"] for task in account_a.run("acr_sync_task_info", instance_id=SOURCE)["sync_tasks"]}
    assert statuses == {"canceled"}


def test_what_cannot_be_canceled_goes_on(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 60})
    cloud.post("/_emulator/faults", {"match": {"action": "CancelRepoSyncTask"}, "fault": "error_500", "times": 99})
    failed = failure(account_a, **PROD, wait_timeout=2, cancel_on_timeout=True)
    assert all("it goes on, and a further run joins it" in image["issue"] for image in failed.result["images"])


@pytest.mark.usefixtures("team")
def test_too_many_failures_end_it(cloud: Emulator, account_a: Account) -> None:
    fail(cloud, "TARGET_TAG_IMMUTABLE: no")
    failed = failure(account_a, **TEAM, max_in_flight=5, max_failures=4)
    found, sent = counts(failed.result), len(cloud.calls("CreateRepoSyncTask"))
    # Four may fail before the last five are sent.
    assert sent in range(5, 10)
    assert found == {"failed": sent, "left": 120 - sent}
    left = [image["issue"] for image in failed.result["images"] if image["action"] == "left"]
    assert all("more images than max_failures had failed before" in issue for issue in left)


@pytest.mark.parametrize(
    ("issue", "retries", "creations"),
    [
        ("COPY_FAILED: connection reset", 2, 3),  # the first one and two retries
        ("COPY_FAILED", 0, 1),
        ("TARGET_REPO_NOT_EXIST: no", 2, 1),  # no retry makes a repository
    ],
)
def test_only_what_may_pass_is_tried_again(
    issue: str, retries: int, creations: int, cloud: Emulator, account_a: Account
) -> None:
    fail(cloud, issue, repository="web", tag="1.1")
    failed = failure(account_a, **PROD, retries=retries)
    assert counts(failed.result) == {"sent": 2, "failed": 1}
    assert len([call for call in cloud.calls("CreateRepoSyncTask") if call["parameters"]["Tag"] == "1.1"]) == creations


@pytest.mark.usefixtures("team")
def test_a_killed_run_leaves_no_worker_that_goes_on(
    cloud: Emulator, account_a: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process whose parent is killed gets the parent 1. Any other number stands for a living one.
    def parent() -> int:
        return 1 if len(cloud.calls("CreateRepoSyncTask")) >= 10 else 1000

    monkeypatch.setattr(os, "getppid", parent)
    failed = failure(account_a, **TEAM)
    assert "the run that asked for this was killed" in str(failed)
    # Calls that were on their way already are not held back.
    assert len(cloud.calls("CreateRepoSyncTask")) in range(10, 10 + PARALLEL)


def auth_b(account: Account) -> dict[str, Any]:
    return {**account.keys, "cr_endpoint": f"http://{account.cloud.endpoint}"}


def moved(cloud: Emulator, **repository: Any) -> None:
    """Give the tag another image at the target."""
    state = cloud.state()
    state.pop("sync_tasks", None)
    image = {"tag": "1.0", "digest": "sha256:" + "0" * 64, "size": 1}
    namespace = state["accounts"][1]["instances"][0]["namespaces"][0]
    namespace["repositories"] = [{"name": "web", "images": [image], **repository}]
    cloud.reset(state)
    cloud.post("/_emulator/tasks", {"seconds": 0.01})


@pytest.mark.parametrize(
    ("override", "immutable", "action"),
    [(False, False, "different"), (True, False, "sent"), (False, True, "immutable")],
)
def test_another_image_of_the_tag_is_seen(
    override: bool, immutable: bool, action: str, cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    moved(cloud, tag_immutability=immutable)
    result = account_a.run("acr_image_sync", **PROD, destination_auth=auth_b(account_b), override=override)
    actions = {image["source"]: image["action"] for image in result["images"]}
    # Only web:1.0 is at the target, so the other two are sent in any case.
    assert actions == {"prod/web:1.0": action, "prod/web:1.1": "sent", "prod/worker:2.0": "sent"}


@pytest.mark.parametrize("check", [False, True])
def test_a_tag_that_cannot_be_moved_fails_a_run_that_was_to_move_it(
    check: bool, cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    moved(cloud, tag_immutability=True)
    with pytest.raises(ModuleFailedError) as failed:
        account_a.run("acr_image_sync", check, **PROD, destination_auth=auth_b(account_b), override=True)
    said = (
        "Prod/web:1.0 is another image at the target, where the tag is immutable, and was not sent. Push under another"
    )
    assert said.lower() in str(failed.value).lower()
    assert counts(failed.value.result) == {"to_send" if check else "sent": 2, "immutable": 1}
    assert "warnings" not in failed.value.result


def test_what_was_deleted_there_is_sent_again(cloud: Emulator, account_a: Account, account_b: Account) -> None:
    auth = auth_b(account_b)
    account_a.run("acr_image_sync", **PROD)
    assert counts(account_a.run("acr_image_sync", **PROD, destination_auth=auth)) == {"unchanged": 3}
    account_b.run("acr_repository", instance_id=TARGET, namespace="prod", name="web", state="absent", force=True)
    assert counts(account_a.run("acr_image_sync", **PROD)) == {"unchanged": 3}  # as the records have it
    cloud.post("/_emulator/tasks", {"seconds": 0.3})
    again = account_a.run("acr_image_sync", **PROD, destination_auth=auth)
    # The deleted repository web had two images; worker's one is still there.
    assert counts(again) == {"sent": 2, "unchanged": 1}
    newest = sorted(cloud.state()["sync_tasks"], key=lambda record: int(record["CreateTime"]))[-2:]
    assert [record["TaskStatus"] for record in newest] == ["SUCCESS"] * 2, "the new ones were waited for"


def test_records_are_read_of_what_is_not_there_only(cloud: Emulator, account_a: Account, account_b: Account) -> None:
    auth = auth_b(account_b)
    account_a.run("acr_image_sync", **PROD)
    cloud.delete("/_emulator/calls")
    assert counts(account_a.run("acr_image_sync", **PROD, destination_auth=auth)) == {"unchanged": 3}
    assert cloud.calls("ListRepoSyncTask") == []
    # Two images are missing now. One of them is on its way, which only its record shows.
    account_b.run("acr_repository", instance_id=TARGET, namespace="prod", name="web", state="absent", force=True)
    cloud.post("/_emulator/tasks", {"seconds": 60})
    under_way: dict[str, Any] = {"namespace": "prod", "repository": "web", "tag": "1.0"}
    account_a.run("acr_image_sync", **TO_B, **under_way, force=True, wait=False)
    again = account_a.run("acr_image_sync", **PROD, destination_auth=auth, wait=False)
    assert counts(again) == {"sent": 1, "joined": 1, "unchanged": 1}


def test_the_destination_s_credentials_are_its_own(
    account_a: Account, account_b: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Account A's keys in the environment must not stand in for the missing ones of account B.
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIaaaa")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secretA")
    nothing = failure(account_a, **PROD, destination_auth={"region": "eu-central-1"})
    assert "Cannot use destination_auth: no credentials are given" in str(nothing)
    wrong = {**auth_b(account_b), "access_key_secret": "wrong-secret"}
    failed = failure(account_a, **PROD, destination_auth=wrong)
    assert "with the destination's credentials" in str(failed)
    assert "SignatureDoesNotMatch" in str(failed)
    assert "wrong-secret" not in account_a.printed[-1]


def test_a_run_says_how_far_it_is_and_what_failed(cloud: Emulator, account_a: Account) -> None:
    fail(cloud, "TARGET_TAG_IMMUTABLE", repository="web", tag="1.1")
    url = f"http://{cloud.endpoint}"
    lines: list[str] = []
    params = {**dict.fromkeys(acr_image_sync.MODULE.argument_spec), **account_a.keys, **PROD, "wait": True}
    params |= {"region": "cn-hangzhou", "cr_endpoint": url, "connect_timeout": 5, "read_timeout": 5, "wait_timeout": 60}
    result = acr_image_sync.MODULE.result(params, False, connect, lines.append)
    assert result["failed"]
    assert len(lines) == 1
    assert "1 failed" in lines[0]
    assert lines[0].endswith("; prod/web:1.1: error: TARGET_TAG_IMMUTABLE")


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize(
    ("action", "fault"),
    [
        *(("CreateRepoSyncTask", fault) for fault in ("error_503", "reset_before", "html_502")),
        *(("ListRepoSyncTask", fault) for fault in ("error_503", "reset_before", "reset_after", "html_502")),
    ],
)
def test_an_outage_meanwhile_tells_what_was_done(action: str, fault: str, cloud: Emulator, account_a: Account) -> None:
    # The outage begins in the middle: some images are sent, some records are read, and some images are left.
    broken = {"match": {"action": action, "nth": 12 if action.startswith("Create") else 3}, "fault": fault}
    cloud.post("/_emulator/faults", {**broken, "times": 999})
    failed = failure(account_a, **TEAM, max_in_flight=30)
    cloud.delete("/_emulator/faults")
    found = failed.result["counts"]
    assert failed.result["changed"]
    assert sum(found.values()) == len(failed.result["images"]) == 120
    assert found["left"] > 0
    # It ends long before all 120 were tried.
    assert len(cloud.calls("CreateRepoSyncTask")) < 80
    rest = account_a.run("acr_image_sync", instance_id=SOURCE, retry="unfinished", retry_from=failed.result)
    assert sum(rest["counts"].values()) == found["left"] + found["failed"]
    # After both runs each image has one task, although the answers to some calls were lost.
    made = [task["ImageFrom"]["ImageTag"] for task in cloud.state()["sync_tasks"]]
    assert len(made) == len(set(made)) == 120


@pytest.mark.usefixtures("team")
def test_a_missing_right_is_told_after_a_few_refusals(cloud: Emulator, account_a: Account, granted: Account) -> None:
    granted.run("acr_cross_account_role", source_account_ids=[ACCOUNT_A], state="absent")
    failed = failure(account_a, **TEAM)
    # Until one image is accepted, few are sent at a time, so few are refused.
    assert len(cloud.calls("CreateRepoSyncTask")) <= 5
    found = counts(failed.result)
    assert 1 <= found["failed"] <= 5
    assert found["left"] == 120 - found["failed"]
    assert "account 5222000022220002 has no role aliyuncontainerregistrycrossaccoutsyncrole" in str(failed)
    assert f"; {found['left']} were left" in str(failed)


@pytest.mark.usefixtures("team")
def test_what_is_left_is_not_told_to_have_failed(cloud: Emulator, account_a: Account, granted: Account) -> None:
    granted.run("acr_cross_account_role", source_account_ids=[ACCOUNT_A], state="absent")
    lines: list[str] = []
    url = f"http://{cloud.endpoint}"
    params = {**dict.fromkeys(acr_image_sync.MODULE.argument_spec), **account_a.keys, **TEAM, "wait": True}
    params |= {
        "region": "cn-hangzhou",
        "cr_endpoint": url,
        "sts_endpoint": url,
        "connect_timeout": 5,
        "read_timeout": 5,
    }
    result = acr_image_sync.MODULE.result({**params, "wait_timeout": 60}, False, connect, lines.append)
    told = [int(found[1]) for line in lines if (found := re.search(r"(\d+) failed", line))]
    assert told
    assert max(told) == result["counts"]["failed"] <= 5


def test_a_missing_right_for_one_repository_stops_no_other() -> None:
    asked: Counter[str] = Counter()

    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if product == "sts":
            return {"AccountId": ACCOUNT_A}
        asked[parameters["RepoId"]] += 1
        if parameters["RepoId"] == "closed":
            raise api_error(action, "NoPermission", "no", status=403)
        return {"SyncTaskId": f"rst-{asked.total()}"}

    sender = Sender(Client(send), Sending(SOURCE))
    target = Target("eu-central-1", TARGET, ACCOUNT_B, "prod", "web", "1")
    for number in range(10):
        for name in ("open", "closed"):
            transfer = Transfer("prod", name, str(number), target, action="to_send", repository_id=name)
            sender.send(transfer)
            assert (transfer.action == "sent") is (name == "open")
    # Three refusals are enough for a repository, and hinder no other one.
    assert asked == {"open": 10, "closed": 3}
    assert sender.obstacle is None


def test_what_others_sent_since_it_was_planned_is_joined(
    cloud: Emulator, account_a: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.3})
    run = SendQueue.run
    queues: list[SendQueue] = []

    def after_others(queue: SendQueue) -> None:
        queues.append(queue)
        # The other run comes through here, too, and must not start a third one.
        if len(queues) == 1:
            account_a.run("acr_image_sync", **PROD, wait=False)
        run(queue)

    monkeypatch.setattr(SendQueue, "run", after_others)
    result = account_a.run("acr_image_sync", **PROD, wait_timeout=3000)
    assert (counts(result), result["changed"]) == ({"joined": 3}, False)
    assert {image["status"] for image in result["images"]} == {"success"}
    assert len(cloud.calls("CreateRepoSyncTask")) == 3
