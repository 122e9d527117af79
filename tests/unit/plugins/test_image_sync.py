# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send images: each one once, join those on their way, and tell every failure."""

from __future__ import annotations

from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

TO_B: dict[str, Any] = {
    "instance_id": SOURCE,
    "target_account_id": ACCOUNT_B,
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
}
WEB: dict[str, Any] = {"namespace": "prod", "repository": "web", "tag": "1.0"}
pytestmark = pytest.mark.usefixtures("granted")


def actions(result: dict[str, Any]) -> list[str]:
    return [image["action"] for image in result["images"]]


def test_an_image_is_sent_once(cloud: Emulator, account_a: Account, account_b: Account) -> None:
    planned = account_a.run("acr_image_sync", **TO_B, **WEB, check=True)
    assert (planned["changed"], actions(planned)) == (True, ["to_send"])
    assert cloud.calls("CreateRepoSyncTask") == []

    sent = account_a.run("acr_image_sync", **TO_B, **WEB)
    assert (sent["changed"], actions(sent), sent["images"][0]["status"]) == (True, ["sent"], "success")
    arrived = account_b.run("acr_image_info", instance_id=TARGET, namespace="prod", repository="web")["images"]
    assert [(image["tag"], image["digest"]) for image in arrived] == [("1.0", sent["images"][0]["digest"])]

    again = account_a.run("acr_image_sync", **TO_B, **WEB)
    assert (again["changed"], actions(again)) == (False, ["unchanged"])
    assert actions(account_a.run("acr_image_sync", **TO_B, **WEB, force=True)) == ["sent"]


def test_a_new_push_of_the_tag_is_sent_again(cloud: Emulator, account_a: Account) -> None:
    account_a.run("acr_image_sync", **TO_B, **WEB)
    push = {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": ["1.0"]}
    cloud.post("/_emulator/images", push)
    assert actions(account_a.run("acr_image_sync", **TO_B, **WEB, override=True)) == ["sent"]


def test_a_task_in_flight_is_joined(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.5})
    first = account_a.run("acr_image_sync", **TO_B, **WEB, wait=False)
    joined = account_a.run("acr_image_sync", **TO_B, **WEB, wait_timeout=3000)
    assert (joined["changed"], actions(joined)) == (False, ["joined"])
    assert joined["images"][0]["sync_task_id"] == first["images"][0]["sync_task_id"]
    assert len(cloud.calls("CreateRepoSyncTask")) == 1


def test_one_bad_image_does_not_stop_the_others(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"repository": "web", "tag": "1.1", "issue": "DISK_FULL"}})
    # A good image, one whose task fails, a tag that is not there, and a repository that is not there.
    images = [WEB, {**WEB, "tag": "1.1"}, {**WEB, "tag": "9.9"}, {**WEB, "repository": "nothing"}]
    with pytest.raises(
        ModuleFailedError, match=r"3 of 4 images failed: prod/web:1.1: error: DISK_FULL \(sync task "
    ) as failed:
        account_a.run("acr_image_sync", **TO_B, images=images)
    said = "the ID of the sync task. 1 image was sent. Each image's issue is in the result's images. Run it again; "
    assert said in str(failed.value)
    result = failed.value.result
    assert actions(result) == ["sent", "sent", "failed", "failed"]
    assert {name: count for name, count in result["counts"].items() if count} == {"sent": 1, "failed": 3}
    assert "has no tag 9.9" in result["images"][2]["issue"]
    assert "REPO_NOT_EXIST" in result["images"][3]["issue"]


def test_an_image_can_be_renamed_on_the_way(account_a: Account, account_b: Account) -> None:
    image = {**WEB, "target_tag": "stable"}
    result = account_a.run("acr_image_sync", **TO_B, images=[image], target_repository="shop")
    assert result["images"][0]["target"] == f"{TARGET}/prod/shop:stable"
    arrived = account_b.run("acr_image_info", instance_id=TARGET, tags=["stable"])["images"]
    assert [(image["repository"], image["tag"]) for image in arrived] == [("shop", "stable")]


def test_an_image_that_is_listed_twice_is_sent_once(cloud: Emulator, account_a: Account) -> None:
    result = account_a.run("acr_image_sync", **TO_B, images=[WEB, {**WEB, "tag": "1.1"}, {**WEB, "target_tag": "1.0"}])
    assert [image["source"] for image in result["images"]] == ["prod/web:1.0", "prod/web:1.1"]
    assert len(cloud.calls("CreateRepoSyncTask")) == 2


def test_the_newest_record_counts(cloud: Emulator, account_a: Account) -> None:
    account_a.run("acr_image_sync", **TO_B, **WEB)
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"repository": "web", "tag": "1.0", "issue": "DISK_FULL"}})
    with pytest.raises(ModuleFailedError, match="DISK_FULL"):
        account_a.run("acr_image_sync", **TO_B, **WEB, force=True)
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    result = account_a.run("acr_image_sync", **TO_B, **WEB)
    assert actions(result) == ["sent"]
    assert "issue" not in result["images"][0]


def test_a_lost_answer_does_not_send_it_twice(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/faults", {"match": {"action": "CreateRepoSyncTask"}, "fault": "reset_after"})
    assert actions(account_a.run("acr_image_sync", **TO_B, **WEB)) == ["sent"]
    assert len(account_a.run("acr_sync_task_info", instance_id=SOURCE)["sync_tasks"]) == 1


def test_a_server_error_is_tried_again_and_then_told(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/faults", {"match": {"action": "CreateRepoSyncTask"}, "fault": "error_500", "times": 2})
    assert actions(account_a.run("acr_image_sync", **TO_B, **WEB)) == ["sent"]
    cloud.post("/_emulator/faults", {"match": {"action": "CreateRepoSyncTask"}, "fault": "error_500", "times": 9})
    with pytest.raises(ModuleFailedError, match=r"Cannot send prod/web:1.1 to .*\[CreateRepoSyncTask: InternalError"):
        account_a.run("acr_image_sync", **TO_B, **{**WEB, "tag": "1.1"})


def test_waiting_has_an_end(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 30})
    with pytest.raises(ModuleFailedError, match=r"not finished after 2 seconds .* a further run joins it"):
        account_a.run("acr_image_sync", **TO_B, **WEB, wait_timeout=2)


@pytest.mark.parametrize("outcome", ["error", "skip"])
def test_a_tag_that_points_elsewhere_is_left_unless_overridden(
    outcome: str, cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    state = cloud.state()
    state.pop("sync_tasks", None)
    image = {"tag": "1.0", "digest": "sha256:" + "0" * 64, "size": 1}
    state["accounts"][1]["instances"][0]["namespaces"][0]["repositories"] = [{"name": "web", "images": [image]}]
    cloud.reset({**state, "behaviour": {**state.get("behaviour", {}), "override_false_on_existing_tag": outcome}})
    before = account_b.run("acr_image_info", instance_id=TARGET)["images"][0]["digest"]
    if outcome == "error":
        with pytest.raises(ModuleFailedError, match="1 of 1 images failed"):
            account_a.run("acr_image_sync", **TO_B, **WEB)
    else:
        account_a.run("acr_image_sync", **TO_B, **WEB)
    assert account_b.run("acr_image_info", instance_id=TARGET)["images"][0]["digest"] == before
    account_a.run("acr_image_sync", **TO_B, **WEB, override=True, force=True)
    assert account_b.run("acr_image_info", instance_id=TARGET)["images"][0]["digest"] != before


def test_records_can_be_selected(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"repository": "web", "tag": "1.1", "issue": "DISK_FULL"}})
    rule: dict[str, Any] = {"instance_id": SOURCE, "name": "to-eu", "namespace": "prod", **TO_B}
    rule_id = account_a.run("acr_sync_rule", **rule)["sync_rule"]["sync_rule_id"]
    push = {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": ["4.0"]}
    cloud.post("/_emulator/images", push)
    with pytest.raises(ModuleFailedError):
        account_a.run("acr_image_sync", **TO_B, images=[WEB, {**WEB, "tag": "1.1"}], retries=0)

    def tags(**selected: Any) -> list[str]:
        found = account_a.run("acr_sync_task_info", instance_id=SOURCE, **selected)["sync_tasks"]
        return sorted(image["tag"] for image in found)

    assert tags() == ["1.0", "1.1", "4.0"]
    assert tags(status=["error"]) == ["1.1"]
    assert tags(rule="to-eu") == tags(rule=rule_id) == ["4.0"]
    assert tags(repository="web", namespace="prod", tag="1.0") == ["1.0"]
    assert tags(since="1h") == ["1.0", "1.1", "4.0"]
    # 4070908800 is the same time in epoch seconds.
    assert tags(since="2099-01-01T00:00:00Z") == tags(since="4070908800") == tags(rule="crsr-longgone00000000") == []
    assert tags(target_instance_id=SOURCE) == []
    with pytest.raises(ModuleFailedError, match="has no sync rule 'nothing'"):
        tags(rule="nothing")
    with pytest.raises(ModuleFailedError, match="is not a time"):
        tags(since="yesterday")
