# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for a pushed image: it arrives, fails, is sent by nobody, or is sent by the task itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import NotFoundError, api_error
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.arrival import Arrival
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.pushed_image import PushedImage
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import JOINED, Target, Transfer

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

WHERE = {"target_region": "eu-central-1", "target_instance_id": TARGET, "target_account_id": ACCOUNT_B}
IMAGE: dict[str, Any] = {"instance_id": SOURCE, "namespace": "prod", "repository": "web"}
OWNED: list[dict[str, Any]] = [{"instance_id": TARGET, "account_id": ACCOUNT_B}]
UNNAMED = dict.fromkeys(("namespace", "repository", "tag"))  # where `image` gives all three names
OTHER = "sha256:" + "ab" * 32  # a digest that no image has


@pytest.fixture
def ruled(granted: Account, account_a: Account) -> Account:  # granted comes first
    """Return account A with a rule for prod's tags that do not begin with x."""
    account_a.run(
        "acr_sync_rule", False, instance_id=SOURCE, name="to-eu", namespace="prod", tag_filter="^[^x]", **WHERE
    )
    return account_a


def push(cloud: Emulator, tag: str) -> str:
    """Push an image; return its digest."""
    cloud.post("/_emulator/images", {**IMAGE, "tags": [tag]})
    return digest(cloud, tag)


def digest(cloud: Emulator, tag: str) -> str:
    spaces = cloud.state()["accounts"][0]["instances"][0]["namespaces"]
    prod = next(space for space in spaces if space["name"] == "prod")
    (web,) = [repository for repository in prod["repositories"] if repository["name"] == "web"]
    return str(next(image["digest"] for image in web["images"] if image["tag"] == tag))


def readable(cloud: Emulator, secret: str = "secretB") -> list[dict[str, Any]]:
    url = f"http://{cloud.endpoint}"
    keys = {"access_key_id": "LTAIbbbb", "access_key_secret": secret, "region": "eu-central-1"}
    return [{"name": "prod-eu", "instance_id": TARGET, **keys, "cr_endpoint": url, "sts_endpoint": url}]


def wait(account: Account, tag: str, check: bool = False, **params: Any) -> dict[str, Any]:
    return account.run("acr_image_wait", check, **{**IMAGE, "tag": tag, "wait_timeout": 60, **params})


def failure(account: Account, tag: str, check: bool = False, **params: Any) -> ModuleFailedError:
    with pytest.raises(ModuleFailedError) as failed:
        wait(account, tag, check, **params)
    return failed.value


def told(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(target["target"], target["state"], target.get("by")) for target in result["targets"]]


def created(cloud: Emulator) -> int:
    return len(cloud.calls("CreateRepoSyncTask"))


@pytest.mark.parametrize("by", ["digest", "record"])
def test_it_returns_when_the_push_has_arrived(by: str, cloud: Emulator, ruled: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.3})
    pushed = push(cloud, "2.0")
    result = wait(ruled, "2.0", digest=pushed, destinations=readable(cloud) if by == "digest" else [])
    assert (result["changed"], result["digest"]) == (False, pushed)
    assert told(result) == [(f"{TARGET}/prod/web:2.0", "arrived", by)]
    (target,) = result["targets"]
    assert target["rules"] == ["to-eu"]
    if by == "record":  # a digest that is there at the first look needs no record
        assert target["sync_task_id"].startswith("rst-")
    assert created(cloud) == 0
    # A digest is understood without its algorithm, too.
    again = ruled.run("acr_image_wait", instance_id=SOURCE, image="prod/web:2.0", digest=pushed.removeprefix("sha256:"))
    assert told(again) == [(f"{TARGET}/prod/web:2.0", "arrived", "record")]


def test_an_instance_that_is_gone_is_said_to_be_gone(cloud: Emulator, ruled: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    push(cloud, "2.0")
    wait(ruled, "2.0")
    world = cloud.state()
    [target] = world["accounts"][1]["instances"]
    target.update(id="cri-rebuilt000000001", namespaces=[])
    cloud.post("/_emulator/reset", world)
    failed = str(failure(ruled, "2.0", destinations=readable(cloud)))
    assert f"Cannot look at prod/web on {TARGET}: instance does not exist. Instance {TARGET} is gone." in failed
    assert "give its new ID in the inventory, and run registryops.alicloud.cross_account_sync." in failed
    assert "send" not in failed


def test_it_waits_for_each_target_of_the_rules(cloud: Emulator, granted: Account, ruled: Account) -> None:
    granted.run("acr_namespace", instance_id=TARGET, name="copy", auto_create_repositories=True)
    second = {"name": "again", "namespace": "prod", "target_namespace": "copy", **WHERE}
    same = {"name": "same", "namespace": "prod", **WHERE, "repository": "web", "scope": "repository"}
    granted.run("acr_repository", instance_id=TARGET, namespace="prod", name="web")
    for rule in (second, same):
        ruled.run("acr_sync_rule", False, instance_id=SOURCE, **rule)
    push(cloud, "2.0")
    result = wait(ruled, "2.0")
    assert sorted(told(result)) == [
        (f"{TARGET}/copy/web:2.0", "arrived", "record"),
        (f"{TARGET}/prod/web:2.0", "arrived", "record"),
    ]
    # Two rules bring the image to the same target, which is waited for once.
    assert sorted(sorted(target["rules"]) for target in result["targets"]) == [["again"], ["same", "to-eu"]]


@pytest.mark.parametrize("check", [False, True])
def test_a_failed_task_ends_it_with_the_service_s_reason(check: bool, cloud: Emulator, ruled: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0, "fail": {"tag": "2.0", "issue": "COPY_FAILED: no"}})
    push(cloud, "2.0")
    wait_for_record(ruled)
    failed = failure(ruled, "2.0", check)
    assert "prod/web:2.0 did not arrive at cri-targettarget0001/prod/web:2.0" in str(failed)
    assert "COPY_FAILED: no" in str(failed)
    assert "Then run it again with send: true (-e wait_for_image_send=true), which sends it again." in str(failed)
    assert failed.result["targets"][0]["issue"] == "COPY_FAILED: no"
    assert not failed.result["changed"]


def wait_for_record(account: Account) -> None:
    """Let the task of the latest push end."""
    while any(
        task["status"] in ("pending", "synchronizing")
        for task in account.run("acr_sync_task_info", instance_id=SOURCE)["sync_tasks"]
    ):
        pass


def test_what_failed_is_sent_again_if_asked(cloud: Emulator, ruled: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0, "fail": {"tag": "2.0", "issue": "COPY_FAILED"}})
    push(cloud, "2.0")
    wait_for_record(ruled)
    cloud.post("/_emulator/tasks", {"seconds": 0.1})
    planned = wait(ruled, "2.0", check=True, send=True, destinations=OWNED)
    assert planned["changed"]
    assert told(planned) == [(f"{TARGET}/prod/web:2.0", "to_send", None)]
    assert planned["diff"]["after"].startswith("prod/web:2.0 -> cri-targettarget0001/prod/web:2.0: to_send")
    assert created(cloud) == 0
    result = wait(ruled, "2.0", send=True, destinations=OWNED)
    assert (result["changed"], created(cloud)) == (True, 1)
    assert told(result) == [(f"{TARGET}/prod/web:2.0", "arrived", "record")]
    assert result["targets"][0]["sent"]
    assert not wait(ruled, "2.0", send=True, destinations=OWNED)["changed"]


def test_a_task_of_its_own_that_fails_ends_it(cloud: Emulator, ruled: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0, "fail": {"tag": "1.0", "issue": "COPY_FAILED: reset"}})
    failed = failure(ruled, "1.0", send=True, destinations=OWNED)
    assert "COPY_FAILED: reset" in str(failed)
    assert failed.result["changed"]
    assert created(cloud) == 1


@pytest.mark.parametrize("check", [False, True])
def test_no_rule_covers_it(check: bool, cloud: Emulator, ruled: Account) -> None:
    push(cloud, "x1")  # the rule's filter leaves out tags that begin with x
    failed = failure(ruled, "x1", check, send=True)
    assert "No sync rule of cri-sourcesource0001 covers prod/web:x1, so that nothing sends it." in str(failed)
    assert "Correct the filters of to-eu, or run registryops.alicloud.configure_sync." in str(failed)
    assert failed.result["covered"] is False  # another instance may send it
    assert created(cloud) == 0


@pytest.mark.parametrize("trigger", ["manual", "automatic"])
def test_a_rule_that_does_not_send_it_is_told_and_can_be_stood_in_for(
    trigger: str, cloud: Emulator, granted: Account, account_a: Account
) -> None:
    rule = {"name": "to-eu", "namespace": "prod", "trigger": trigger, **WHERE}
    account_a.run("acr_sync_rule", False, instance_id=SOURCE, **rule)  # after 1.0 was pushed
    failed = failure(account_a, "1.0", check=True)
    why = {
        "manual": "sync rule to-eu is manual, so it sends nothing by itself",
        "automatic": "sync rule to-eu was made after prod/web:1.0 was pushed",
    }
    assert f"Nothing sends prod/web:1.0 to cri-targettarget0001/prod/web:1.0: {why[trigger]}" in str(failed)
    assert "run it again with send: true (-e wait_for_image_send=true)." in str(failed)
    # A rule does not tell whose the target is, and a task into another account has to say it.
    assert "Say its account_id in destinations" in str(failure(account_a, "1.0", send=True))
    assert created(cloud) == 0
    result = wait(account_a, "1.0", send=True, destinations=OWNED)
    assert (result["changed"], created(cloud)) == (True, 1)
    assert told(result) == [(f"{TARGET}/prod/web:1.0", "arrived", "record")]


def test_what_is_there_already_needs_no_rule_to_begin(cloud: Emulator, ruled: Account) -> None:
    assert wait(ruled, "1.0", send=True, destinations=OWNED)["changed"]
    cloud.delete("/_emulator/calls")
    result = wait(ruled, "1.0", destinations=readable(cloud))
    assert told(result) == [(f"{TARGET}/prod/web:1.0", "arrived", "digest")]
    assert cloud.calls("ListRepoSyncTask") == []


@pytest.fixture
def deleted(cloud: Emulator, granted: Account, ruled: Account) -> Account:
    """Return account A, whose image 2.0 arrived at B and was deleted there."""
    push(cloud, "2.0")
    wait(ruled, "2.0")
    granted.run("acr_repository", instance_id=TARGET, namespace="prod", name="web", state="absent", force=True)
    return ruled


@pytest.fixture
def a_day_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 86400)


def test_a_record_is_not_believed_where_the_destination_says_otherwise(cloud: Emulator, deleted: Account) -> None:
    failed = str(failure(deleted, "2.0", destinations=readable(cloud)))
    assert f"prod/web:2.0 is not at {TARGET}/prod/web:2.0 (task rst-" in failed
    assert (
        "its task has succeeded, so it had arrived, and the tag is not there any more. Run it again with send" in failed
    )
    assert f"Ask the team that owns {TARGET} what deletes it there." in failed


@pytest.mark.usefixtures("a_day_later")
def test_what_was_deleted_long_ago_is_not_waited_for(cloud: Emulator, deleted: Account, slept: list[float]) -> None:
    slept.clear()
    assert "the tag is not there any more" in str(failure(deleted, "2.0", destinations=readable(cloud)))
    assert slept == []


@pytest.mark.usefixtures("a_day_later")
def test_what_was_deleted_long_ago_is_sent_if_asked(cloud: Emulator, deleted: Account) -> None:
    there = [{**readable(cloud)[0], "account_id": ACCOUNT_B}]
    planned = wait(deleted, "2.0", check=True, send=True, destinations=there)
    assert (planned["changed"], told(planned)) == (True, [(f"{TARGET}/prod/web:2.0", "to_send", None)])
    result = wait(deleted, "2.0", send=True, destinations=there)
    assert told(result) == [(f"{TARGET}/prod/web:2.0", "arrived", "digest")]
    assert (result["targets"][0]["sent"], created(cloud)) == (True, 1)


def test_what_was_deleted_lately_is_sent_once_it_does_not_show(cloud: Emulator, deleted: Account) -> None:
    there = [{**readable(cloud)[0], "account_id": ACCOUNT_B}]
    assert told(wait(deleted, "2.0", send=True, destinations=there))[0][1:] == ("arrived", "digest")
    assert created(cloud) == 1


@pytest.mark.parametrize("send", [False, True])
@pytest.mark.usefixtures("a_day_later")
def test_a_tag_that_was_moved_at_the_destination_is_left(send: bool, cloud: Emulator, ruled: Account) -> None:
    push(cloud, "2.0")
    wait(ruled, "2.0")
    world = cloud.state()
    prod = next(space for space in world["accounts"][1]["instances"][0]["namespaces"] if space["name"] == "prod")
    next(image for image in prod["repositories"][0]["images"] if image["tag"] == "2.0")["digest"] = OTHER
    cloud.reset(world)
    there = [{**readable(cloud)[0], "account_id": ACCOUNT_B}]
    failed = str(failure(ruled, "2.0", destinations=there, send=send))
    assert (
        "the tag is another image there: it was not replaced, or somebody moved it since. If prod/web:2.0 is" in failed
    )
    assert (
        "run registryops.alicloud.backfill_images with -e backfill_images_override=true, which moves the tag" in failed
    )
    assert created(cloud) == 0


def test_a_rule_that_does_not_begin_is_told_in_the_end(cloud: Emulator, ruled: Account) -> None:
    push(cloud, "2.0")
    wait_for_record(ruled)
    world = cloud.state()
    cloud.reset({**world, "sync_tasks": []})  # as if the rule had not fired
    failed = failure(ruled, "2.0", wait_timeout=5)
    assert (
        "has not arrived at cri-targettarget0001/prod/web:2.0 after 5 seconds, and sync rule to-eu has not begun"
        in str(failed)
    )
    result = wait(ruled, "2.0", send=True, destinations=OWNED)
    assert result["changed"]
    assert created(cloud) == 1


def test_what_is_under_way_at_the_end_goes_on(cloud: Emulator, ruled: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 60})
    push(cloud, "2.0")
    failed = failure(ruled, "2.0", wait_timeout=3)
    assert "after 3 seconds; task rst-" in str(failed)
    assert "It goes on; run the task again." in str(failed)
    assert told(failed.result) == [(f"{TARGET}/prod/web:2.0", "under_way", None)]
    assert told(wait(ruled, "2.0", check=True)) == told(failed.result)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"digest": "latest"}, "'latest' is not a digest"),
        ({"image": "prod/web", **UNNAMED}, "'prod/web' is not the name of an image. Write namespace/repository:tag"),
        ({"image": "prod/web:9.9", **UNNAMED}, "prod/web on cri-sourcesource0001 has no tag 9.9"),
        ({"digest": OTHER}, f"not {OTHER}. The tag was pushed again since, or the digest is of another image."),
        ({"tag": "9.9"}, "prod/web on cri-sourcesource0001 has no tag 9.9"),
        ({"repository": "wbe"}, "Cannot find repository prod/wbe"),
    ],
)
def test_what_was_not_pushed_is_told(given: dict[str, Any], sentence: str, ruled: Account, cloud: Emulator) -> None:
    push(cloud, "2.0")
    with pytest.raises(ModuleFailedError) as failed:
        ruled.run("acr_image_wait", **{**IMAGE, "tag": "2.0", "wait_timeout": 60, **given})
    assert sentence in str(failed.value)


def test_a_push_that_does_not_show_yet_is_waited_for(
    cloud: Emulator, ruled: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = push(cloud, "2.0")
    state = cloud.state()
    spaces = state["accounts"][0]["instances"][0]["namespaces"]
    prod = next(space for space in spaces if space["name"] == "prod")
    (web,) = [repository for repository in prod["repositories"] if repository["name"] == "web"]
    # As if the service did not list the pushed tag yet. It shows after the second pause.
    web["images"] = [image for image in web["images"] if image["tag"] != "2.0"]
    cloud.reset({**state, "sync_tasks": []})
    cloud.post("/_emulator/tasks", {"seconds": 0.01})

    asked: list[float] = []

    def sleep(seconds: float) -> None:
        asked.append(seconds)
        if len(asked) == 2:
            push(cloud, "2.0")

    defaults = Client.__init__.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "sleep", sleep)
    monkeypatch.setitem(defaults, "clock", lambda: sum(asked))
    assert told(wait(ruled, "2.0", digest=expected))[0][1] == "arrived"
    assert len(asked) >= 2


def test_a_short_wait_takes_few_calls(cloud: Emulator, ruled: Account) -> None:
    push(cloud, "2.0")
    wait_for_record(ruled)
    cloud.delete("/_emulator/calls")
    wait(ruled, "2.0")
    actions = [call["action"] for call in cloud.calls()]
    assert sorted(actions) == ["GetRepository", "ListRepoSyncRule", "ListRepoSyncTask", "ListRepoTag"]


def test_what_was_sent_is_told_when_a_later_look_fails(cloud: Emulator, ruled: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 60})
    # The first look is before the image is sent.
    match = {"action": "ListRepoSyncTask", "nth": 2}
    cloud.post("/_emulator/faults", {"fault": "expired_token", "match": match, "times": 10**6})
    failed = failure(ruled, "1.0", send=True, destinations=OWNED)
    assert "prod/web:1.0 was sent, and goes on its way; run it again to wait for it." in str(failed)
    assert failed.result["changed"] is True


def test_what_may_have_been_sent_is_a_change(cloud: Emulator, ruled: Account) -> None:
    for action, nth in (("CreateRepoSyncTask", 1), ("ListRepoSyncTask", 2)):
        match = {"action": action, "nth": nth}
        cloud.post("/_emulator/faults", {"fault": "wrong_shape", "match": match, "times": 10**6})
    assert failure(ruled, "1.0", send=True, destinations=OWNED).result["changed"] is True


def test_a_push_that_is_not_listed_yet_is_said_to_be_waited_for() -> None:
    now, lines = [0.0], []

    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        raise api_error(action, "REPO_NOT_EXIST", "")

    def sleep(seconds: float) -> None:
        lines.append(activity.line())
        now[0] += 20

    client = Client(send, sleep=sleep, clock=lambda: now[0])
    image = PushedImage(client, {"instance_id": SOURCE, "image": "prod/web:1.0", "digest": OTHER})
    with pytest.raises(NotFoundError):
        image.find(600)
    # The push has half a minute to be listed, of which 20 s are over at the second look.
    wait = f"waiting until {SOURCE} lists prod/web:1.0;"
    assert lines == [f"{wait} 30 s more at most", f"{wait} 10 s more at most"]


@pytest.mark.parametrize(
    ("task_id", "said"),
    [("rst-1", "whose task rst-1 is pending"), (None, "to which sync rule to-eu has not begun to send it")],
)
def test_the_line_says_where_the_image_is_missing(task_id: str | None, said: str) -> None:
    target = Target("eu-central-1", TARGET, ACCOUNT_B, "prod", "web", "1")
    transfer = Transfer(
        "prod", "web", "1", target, action=JOINED, task_id=task_id, status="pending" if task_id else None
    )
    assert Arrival(transfer, [{"name": "to-eu"}]).progress() == f"{TARGET}, {said}"
