# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retry what an earlier run did not send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.earlier import retried

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

WHERE: dict[str, Any] = {
    "target_account_id": ACCOUNT_B,
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
}
PROD: dict[str, Any] = {"instance_id": SOURCE, "select": {"namespaces": ["prod"]}, **WHERE}
ISSUE = "TARGET_REPO_NOT_EXIST: no"


def entry(tag: str, action: str = "failed", status: str | None = None, issue: str | None = None) -> dict[str, Any]:
    names = {"source": f"prod/team/web:{tag}", "target": f"{TARGET}/prod/eu/web:{tag}"}
    return {**names, "action": action, "status": status, "issue": issue}


def result(*images: Any, **other: Any) -> dict[str, Any]:
    return {"instance_id": SOURCE, **WHERE, "images": list(images), **other}


# What an image can be in a result. The tag says what became of it.
EVERY_KIND = result(
    entry("planning-failed", "failed", "failed", "has no tag"),
    entry("task-failed", "sent", "error", "DISK_FULL"),
    entry("canceled", "sent", "canceled", "canceled after 2 seconds"),
    entry("late", "joined", "synchronizing", "not finished after 2 seconds"),
    entry("left", "left", "failed", "not sent"),
    entry("arrived", "sent", "success"),
    entry("arrived-with-a-word", "joined", "success", "slow"),
    entry("not-waited-for", "sent"),
    entry("there", "unchanged", "success"),
    entry("other", "different"),
    entry("fixed", "immutable"),
    entry("checked", "to_send"),
)
# What did not arrive although it was tried. `left` was not tried, and `arrived-with-a-word` has an issue but arrived.
FAILED = ["planning-failed", "task-failed", "canceled", "late"]
ONE, TWO = result(entry("1")), result(entry("2"))
# What Ansible registers of a task that a condition skips.
SKIPPED = {"changed": False, "skipped": True, "skip_reason": "Conditional result was False"}


def retry(earlier: Any, how: str = "failed", **params: Any) -> dict[str, Any]:
    return retried({"instance_id": SOURCE, "retry": how, "retry_from": earlier, **params})


def tags(options: dict[str, Any]) -> list[str]:
    return [image["tag"] for image in options["images"]]


@pytest.mark.parametrize(
    ("earlier", "how", "expected"),
    [
        (EVERY_KIND, "failed", FAILED),
        (EVERY_KIND, "unfinished", [*FAILED, "left"]),
        ({"results": [ONE, TWO]}, "failed", ["1", "2"]),  # as a loop registers them
        ([ONE, {"results": [TWO]}], "failed", ["1", "2"]),
        ([ONE, TWO, ONE], "failed", ["1", "2"]),  # each image once
        (result(), "failed", []),
        ({"results": []}, "failed", []),
        ({"results": [SKIPPED, ONE]}, "failed", ["1"]),
        (SKIPPED, "failed", []),
    ],
)
def test_what_is_retried(earlier: Any, how: str, expected: list[str], tmp_path: Path) -> None:
    file = tmp_path / "earlier.json"
    file.write_text(json.dumps(earlier))
    assert tags(retry(earlier, how)) == tags(retry(str(file), how)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, {}),
        ({"target_account_id": ACCOUNT_A}, {"target_account_id": ACCOUNT_A}),
        # What is said is what is expected.
        ({"target_region": "eu-west-1", "target_instance_id": "cri-x"},) * 2,
    ],
)
def test_it_goes_where_it_was_to_go_unless_the_task_says_otherwise(
    said: dict[str, str], expected: dict[str, str]
) -> None:
    options = retry(ONE, **said)
    assert {name: options[name] for name in WHERE} == {**WHERE, **expected}


def test_names_are_kept_unless_the_task_says_otherwise() -> None:
    image = {"namespace": "prod", "repository": "team/web", "tag": "1"}
    there = {"target_namespace": "prod", "target_repository": "eu/web", "target_tag": "1"}
    assert retry(ONE)["images"] == [{**image, **there}]
    assert retry(ONE, target_tag="stable")["images"] == [{**image, **there, "target_tag": "stable"}]


def test_an_account_of_none_is_the_source_s_own() -> None:
    assert retry(result(entry("1"), target_account_id=None))["target_account_id"] is None


def test_results_of_several_targets_go_to_the_one_that_the_task_says() -> None:
    other = result({**entry("2"), "target": "cri-other/prod/eu/web:2"}, target_instance_id="cri-other")
    assert tags(retry([ONE, other], **WHERE)) == ["1", "2"]
    # A result without images goes nowhere, so its target does not matter.
    assert tags(retry([ONE, {**other, "images": []}])) == ["1"]
    with pytest.raises(AcrError, match=rf"several targets, cri-other and {TARGET}\. Retry them in a task for each"):
        retry([ONE, other])


@pytest.mark.parametrize(
    ("earlier", "says"),
    [
        ({}, r"^The earlier result has no images\. Give what acr_image_sync returned"),
        ("{}", r"has no images\. Give"),
        ({"failed": True, "msg": "No credentials are given."}, r"has no images, and says: No credentials are given\. "),
        # What Ansible registers of a task in the background, before async_status has its result.
        ({"results": [ONE, {"ansible_job_id": "1", "started": 1}]}, "has no images"),
        ({"results": "x"}, "has no images"),
        ([5], "has no images"),
        (5, "has no images"),
        (result(instance_id="cri-other"), rf"^The earlier result is of cri-other, not {SOURCE}\. Correct instance_id"),
        (result(instance_id=5), "is of 5, not"),
        (result("x"), r"cannot be understood, since its action is None\. Give"),
        (result({**ONE["images"][0], "action": ["sent"]}), r"since its action is \['sent'\]\."),
        (result({"action": "failed"}), r"since its source is None\."),
        (result({**entry("1"), "source": "web:1"}), r"since its source is 'web:1'\."),
        (result({**entry("1"), "target": "prod/web:1"}), r"since its target is 'prod/web:1'\."),
        (result({**entry("1"), "target": 5}), r"since its target is 5\."),
        # Long values are cut to 200 characters, of which the quotation mark is one.
        (result({**entry("1"), "target": "x" * 999}), r"since its target is 'x{199}\."),
        (result({**entry("1"), "target": "x/prod/web:1"}), "target_instance_id 'x' is not an instance ID"),
        (result(entry("1"), target_region=None), r"not say in which region its target is\. Say target_region"),
        (result(entry("1"), target_region=["x"]), r"^target_region \"\['x'\]\" is not a region"),
        (result(entry("1"), target_account_id=5), "target_account_id 5 is too short"),
        ("not json", r"earlier\.json' is not JSON\. Correct retry_from\."),
        (b"\xff", r"earlier\.json' is not JSON\."),
    ],
)
def test_what_cannot_be_retried_is_told(earlier: Any, says: str, tmp_path: Path) -> None:
    if isinstance(earlier, (str, bytes)):
        file = tmp_path / "earlier.json"
        file.write_bytes(earlier.encode() if isinstance(earlier, str) else earlier)
        earlier = str(file)
    with pytest.raises(AcrError, match=says):
        retry(earlier)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/no/such/file.json", r"'/no/such/file\.json' cannot be read: No such file or directory\. Correct retry_from"),
        ("/", r"'/' cannot be read: Is a directory\."),
        ("", r"'' cannot be read: Is a directory\."),  # an empty path is the current folder
        ("~nobody-of-this-name/x", "cannot be read: "),
        # A result that was given as text where a path is expected. Its message must not repeat all of it.
        ('{"images": []}' * 999, r"cannot be read: File name too long\."),
    ],
)
def test_a_file_that_cannot_be_read_is_told(path: str, says: str) -> None:
    with pytest.raises(AcrError, match=says) as failed:
        retry(path)
    assert len(str(failed.value)) < 500


def failing(cloud: Emulator, account: Account, **which: str) -> dict[str, Any]:
    """Return a result in which some of three images failed."""
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {**which, "issue": ISSUE}})
    with pytest.raises(ModuleFailedError) as failed:
        account.run("acr_image_sync", **PROD)
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    return failed.value.result


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {action: count for action, count in found["counts"].items() if count}


@pytest.mark.usefixtures("granted")
def test_a_failed_task_s_result_says_all_that_a_retry_needs(cloud: Emulator, account_a: Account) -> None:
    failed = failing(cloud, account_a, repository="web", tag="1.1")
    assert failed["failed"]
    assert failed["changed"]
    assert counts(failed) == {"sent": 2, "failed": 1}
    assert {name: failed[name] for name in ("instance_id", *WHERE)} == {"instance_id": SOURCE, **WHERE}


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize("repository", ["web", "nothing"])
def test_an_only_repository_that_fails_is_counted(repository: str, account_a: Account) -> None:
    image: dict[str, Any] = {"instance_id": SOURCE, "namespace": "prod", "repository": repository, "tag": "9.9"}
    with pytest.raises(ModuleFailedError) as failed:
        account_a.run("acr_image_sync", **image, **WHERE)
    found = failed.value.result
    assert counts(found) == {"failed": 1}
    assert not found["changed"]
    assert tags(retry(found)) == ["9.9"]


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize("as_file", [False, True])
def test_what_failed_is_sent_again_and_only_that(
    as_file: bool, cloud: Emulator, account_a: Account, tmp_path: Path
) -> None:
    earlier = failing(cloud, account_a, repository="web")
    file = tmp_path / "earlier.json"
    file.write_text(json.dumps(earlier))
    params: dict[str, Any] = {"instance_id": SOURCE, "retry": "failed", "retry_from": str(file) if as_file else earlier}

    cloud.delete("/_emulator/calls")
    planned = account_a.run("acr_image_sync", check=True, **params)
    assert (planned["changed"], counts(planned)) == (True, {"to_send": 2})
    assert cloud.calls("CreateRepoSyncTask") == []

    sent = account_a.run("acr_image_sync", **params)
    assert (sent["changed"], counts(sent)) == (True, {"sent": 2})
    assert sorted(image["target"] for image in sent["images"]) == [f"{TARGET}/prod/web:1.0", f"{TARGET}/prod/web:1.1"]
    assert {name: sent[name] for name in WHERE} == WHERE
    assert "prod/web:1.0 -> " in sent["diff"]["after"]

    # The same earlier result once more: both have arrived meanwhile.
    again = account_a.run("acr_image_sync", **params)
    assert (again["changed"], counts(again)) == (False, {"unchanged": 2})
    nothing = account_a.run("acr_image_sync", **{**params, "retry_from": sent})
    assert (nothing["changed"], nothing["images"], nothing["target_region"]) == (False, [], None)
    assert len(cloud.calls("CreateRepoSyncTask")) == 2


@pytest.mark.usefixtures("granted")
def test_what_was_left_is_retried_if_that_is_said(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"issue": ISSUE}})
    with pytest.raises(ModuleFailedError) as ended:
        account_a.run("acr_image_sync", **PROD, max_in_flight=1, max_failures=0)
    assert counts(ended.value.result) == {"left": 2, "failed": 1}
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    params: dict[str, Any] = {"instance_id": SOURCE, "retry_from": ended.value.result}
    assert counts(account_a.run("acr_image_sync", **params, retry="failed")) == {"sent": 1}
    # The one that failed has arrived by now, and the two that were left go.
    assert counts(account_a.run("acr_image_sync", **params, retry="unfinished")) == {"sent": 2, "unchanged": 1}


@pytest.mark.usefixtures("granted")
def test_what_is_still_under_way_is_joined(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 2})
    with pytest.raises(ModuleFailedError, match="not finished after 0 seconds") as late:
        account_a.run("acr_image_sync", **PROD, wait_timeout=0)
    params: dict[str, Any] = {"instance_id": SOURCE, "retry": "unfinished", "retry_from": late.value.result}
    joined = account_a.run("acr_image_sync", **params, wait_timeout=9000)
    assert joined["counts"]["joined"] >= 1
    assert joined["counts"]["failed"] == 0
    created = [call["parameters"]["Tag"] for call in cloud.calls("CreateRepoSyncTask")]
    assert len(created) == len(set(created))


@pytest.mark.usefixtures("granted")
def test_the_target_that_a_rule_said_is_kept(cloud: Emulator, account_a: Account) -> None:
    rule: dict[str, Any] = {"name": "to-eu", "scope": "repository", "target_repository": "shop", **WHERE}
    account_a.run("acr_sync_rule", instance_id=SOURCE, namespace="prod", repository="web", **rule)
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"tag": "1.1", "issue": ISSUE}})
    with pytest.raises(ModuleFailedError) as failed:
        account_a.run("acr_image_sync", instance_id=SOURCE, from_rule="to-eu", target_account_id=ACCOUNT_B)
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    sent = account_a.run("acr_image_sync", instance_id=SOURCE, retry="failed", retry_from=failed.value.result)
    assert [image["target"] for image in sent["images"]] == [f"{TARGET}/prod/shop:1.1"]


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"retry": "failed"}, "required together: retry, retry_from"),
        ({"retry_from": {}}, "required together: retry, retry_from"),
        ({"retry": "all", "retry_from": {}}, "must be one of: failed, unfinished"),
        ({"retry": "failed", "retry_from": ONE, "select": {}}, r"mutually exclusive: images\|tag\|select\|retry"),
        ({"retry": "failed", "retry_from": ONE, "from_rule": "x"}, "mutually exclusive: retry|from_rule"),
        # A number where a text is usual must not break the reading of results.
        ({"retry": "failed", "retry_from": {"results": [{"item": {"tag": 1.0}}]}}, "has no images"),
    ],
)
def test_a_user_s_mistake_is_told(params: dict[str, Any], says: str, account_a: Account) -> None:
    with pytest.raises(ModuleFailedError, match=says):
        account_a.run("acr_image_sync", instance_id=SOURCE, **params)


@pytest.mark.usefixtures("granted")
def test_a_bad_repository_fails_its_own_images_only(cloud: Emulator, account_a: Account) -> None:
    """Look at the repositories side by side, so that each answers for itself."""
    earlier = failing(cloud, account_a)
    gone = {"source": "prod/gone:1", "target": f"{TARGET}/prod/gone:1", "action": "failed"}
    params: dict[str, Any] = {"instance_id": SOURCE, "retry": "failed"}
    with pytest.raises(ModuleFailedError, match=r"1 of 4 images failed: prod/gone:1: .*REPO_NOT_EXIST") as failed:
        account_a.run("acr_image_sync", **params, retry_from=[{**earlier, "images": [gone]}, earlier])
    assert [image["action"] for image in failed.value.result["images"]] == ["failed", "sent", "sent", "sent"]
