# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send what all rules cover, each image once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

WHERE = {"target_account_id": ACCOUNT_B, "target_region": "eu-central-1", "target_instance_id": TARGET}
# prod/web has 1.0 and 1.1, prod/worker has 2.0; both rules were made after they were pushed.
WEB = {"name": "web", "namespace": "prod", "repository": "web", "scope": "repository", **WHERE}
PROD = {"name": "all-of-prod", "namespace": "prod", **WHERE}
KEYS_B = {"access_key_id": "LTAIbbbb", "access_key_secret": "secretB", "region": "eu-central-1"}
pytestmark = pytest.mark.usefixtures("ruled")


@pytest.fixture
def ruled(granted: Account, account_a: Account) -> Account:  # granted comes first
    account_a.run("acr_sync_rules", instance_id=SOURCE, rules=[WEB, PROD])
    return account_a


def backfill(account: Account, *, check: bool = False, **params: Any) -> dict[str, Any]:
    given = {"instance_id": SOURCE, "rules": [WEB, PROD], **params}
    return account.run("acr_sync_backfill", check=check, **given)


def into_b(cloud: Emulator) -> list[dict[str, str]]:
    url = f"http://{cloud.endpoint}"
    return [{"instance_id": TARGET, **KEYS_B, "cr_endpoint": url, "sts_endpoint": url}]


def tasks(account: Account) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = account.run("acr_sync_task_info", instance_id=SOURCE)["sync_tasks"]
    return found


def numbers(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def of_rules(result: dict[str, Any]) -> list[dict[str, int]]:
    return [numbers(rule["counts"]) for rule in result["rules"]]


def failing(account: Account, **params: Any) -> ModuleFailedError:
    with pytest.raises(ModuleFailedError) as failed:
        backfill(account, **params)
    return failed.value


ROLE = "(backfill_images_select in the role)"


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("select", "said"),
    [
        (
            {"repositories": ["wbe"]},
            f"{SOURCE} has no repository wbe in prod. Correct select.repositories {ROLE}, such as to web.",
        ),
        ({"tags": ["v99"]}, f"No selected repository of {SOURCE} has the tag v99. Correct select.tags {ROLE}."),
    ],
)
def test_a_name_that_no_rule_reaches_is_refused(
    select: dict[str, Any], said: str, check: bool, account_a: Account, cloud: Emulator
) -> None:
    assert str(failing(account_a, check=check, select=select)) == said
    assert cloud.calls("CreateRepoSyncTask") == []


def test_a_name_that_one_rule_reaches_is_a_warning_of_the_other(account_a: Account) -> None:
    result = backfill(account_a, check=True, select={"repositories": ["worker"]})
    assert numbers(result["counts"]) == {"to_send": 1}
    beside = backfill(account_a, check=True, select={"repositories": ["web", "wbe"]})
    assert f"Sync rule all-of-prod: {SOURCE} has no repository wbe in prod." in str(beside["warnings"])


@pytest.mark.parametrize("by_digest", [False, True])
def test_a_preview_of_rules_that_overlap_counts_as_the_run(
    by_digest: bool, account_a: Account, cloud: Emulator
) -> None:
    destinations = into_b(cloud) if by_digest else []
    cloud.delete("/_emulator/calls")
    planned = backfill(account_a, check=True, destinations=destinations)
    # The images of web are the first rule's to send, so that the second rule counts them as unchanged.
    assert of_rules(planned) == [{"to_send": 2}, {"to_send": 1, "unchanged": 2}]
    assert numbers(planned["counts"]) == {"to_send": 3}
    assert cloud.calls("CreateRepoSyncTask") == []

    sent = backfill(account_a, destinations=destinations)
    assert of_rules(sent) == [{"sent": 2}, {"sent": 1, "unchanged": 2}]
    assert numbers(sent["counts"]) == {"sent": 3}
    assert (sent["bytes"], sent["diff"]["after"].replace("sent", "to_send")) == (
        planned["bytes"],
        planned["diff"]["after"],
    )
    assert len(cloud.calls("CreateRepoSyncTask")) == 3

    again = backfill(account_a, destinations=destinations)
    assert (again["changed"], of_rules(again)) == (False, [{"unchanged": 2}, {"unchanged": 3}])


def test_what_is_not_waited_for_is_joined_by_the_next_rule(account_a: Account, cloud: Emulator) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 60})
    assert of_rules(backfill(account_a, check=True, wait=False))[1] == {"to_send": 1, "joined": 2}
    assert of_rules(backfill(account_a, wait=False))[1] == {"sent": 1, "joined": 2}


def test_force_sends_an_image_once_too(account_a: Account, cloud: Emulator) -> None:
    backfill(account_a)
    cloud.delete("/_emulator/calls")
    assert numbers(backfill(account_a, force=True)["counts"]) == {"sent": 3}
    assert len(cloud.calls("CreateRepoSyncTask")) == 3


def test_a_sentence_tells_of_each_rule(account_a: Account) -> None:
    told = backfill(account_a, check=True)["summary"]
    assert told[0].startswith("web: 2 to send (")
    assert told[1].startswith("all-of-prod: 1 to send, 2 unchanged (")
    assert told[1].endswith("; 2 of these are counted at a rule above, too, and go once")
    assert backfill(account_a)["summary"][1].endswith("; 2 of these are counted at a rule above, too, and go once")
    # What nobody sends goes not even once.
    assert backfill(account_a)["summary"] == ["web: 2 unchanged", "all-of-prod: 3 unchanged"]
    assert backfill(account_a, only=["web"], select={"tag_filter": "^2"})["summary"] == ["web: nothing to send"]


def test_only_the_named_rules_are_sent_for(account_a: Account) -> None:
    assert backfill(account_a, only=["web", "of-another-host"])["summary"][0].startswith("web: 2 sent")
    assert backfill(account_a, only=["of-another-host"])["summary"] == ["no rule, so nothing to send"]
    assert backfill(account_a, rules=[{**PROD, "state": "absent"}, WEB])["summary"] == ["web: 2 unchanged"]


def test_retrying_needs_no_file(account_a: Account, cloud: Emulator) -> None:
    """Find what failed by the records.

    Images that were never tried are left to a run without `retry`.
    """
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"repository": "prod/web", "tag": "1.1", "issue": "NO"}})
    failed = failing(account_a, only=["web"], retries=0)
    assert numbers(failed.result["counts"]) == {"sent": 1, "failed": 1}
    assert str(failed).endswith(
        "To send only what failed, run it with retry: failed (-e backfill_images_retry=failed)."
    )
    cloud.post("/_emulator/tasks", {"seconds": 0.01})

    planned = backfill(account_a, check=True, retry="failed")
    assert [line.split(" ")[0] for line in planned["diff"]["after"].splitlines()][:1] == ["prod/web:1.1"]
    sent = backfill(account_a, retry="failed")
    assert of_rules(sent) == [{"sent": 1, "unchanged": 1}, {"unchanged": 2}]
    assert sent["summary"][1].endswith("1 more are not there and have not failed, which a run without retry sends")
    assert numbers(backfill(account_a, retry="unfinished")["counts"]) == {"sent": 1, "unchanged": 2}


def test_a_retry_by_digest_knows_what_failed_too(account_a: Account, cloud: Emulator) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"repository": "prod/web", "tag": "1.1", "issue": "NO"}})
    failing(account_a, only=["web"], retries=0)
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    assert numbers(backfill(account_a, retry="failed", destinations=into_b(cloud))["counts"]) == {
        "sent": 1,
        "unchanged": 1,
    }


def test_what_failed_is_named_in_a_sentence_and_kept(account_a: Account, cloud: Emulator, tmp_path: Path) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"repository": "prod/web", "issue": "NO"}})
    file = tmp_path / "kept" / "source.json"
    failed = failing(account_a, images_file=str(file), retries=0, max_images=1)
    # prod/worker:2.0 arrived.
    assert re.search(
        r"2 of 3 images failed: prod/web:1.1: error: NO \(sync task [^ ]+\), and 1 more for the same", str(failed)
    )
    assert f"{file} lists every image that was not sent, with its reason." in str(failed)
    assert [image["source"] for image in failed.result["images"]] == ["prod/web:1.1"]
    kept = json.loads(file.read_text())
    assert [rule["rule"] for rule in kept] == ["web", "all-of-prod"]
    assert [image["source"] for image in kept[0]["images"]] == ["prod/web:1.1", "prod/web:1.0"]
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    again = account_a.run("acr_image_sync", instance_id=SOURCE, retry="failed", retry_from=str(file))
    assert numbers(again["counts"]) == {"sent": 2}


def test_a_preview_writes_no_file(account_a: Account, tmp_path: Path) -> None:
    assert backfill(account_a, check=True, images_file=str(tmp_path / "kept.json"))["images_file"] is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_says_that_images_were_sent(account_a: Account, tmp_path: Path) -> None:
    # A file where a folder is needed.
    (tmp_path / "file").write_text("")
    failed = failing(account_a, images_file=str(tmp_path / "file" / "kept.json"))
    assert "kept.json cannot be written: " in str(failed)
    assert "what is sent stays sent" in str(failed)
    assert failed.result["changed"] is True


def test_images_that_are_others_there_are_named(account_a: Account, cloud: Emulator) -> None:
    backfill(account_a)
    # The source has another image of the tag by now, which the rule could not send.
    moved = {"tag": "1.0", "digest": f"sha256:{'7' * 64}"}
    push = {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": [moved]}
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"repository": "prod/web", "issue": "NO"}})
    cloud.post("/_emulator/images", push)
    # What is still on its way would be joined.
    while {"pending", "synchronizing"} & {task["status"] for task in tasks(account_a)}:
        pass
    result = backfill(account_a, check=True, destinations=into_b(cloud))
    assert of_rules(result) == [{"different": 1, "unchanged": 1}, {"different": 1, "unchanged": 2}]
    assert [image["source"] for image in result["images"]] == ["prod/web:1.0"]
    assert "backfill_images_override=true" in str(result["warnings"])


def test_a_rule_that_cannot_be_planned_does_not_stop_the_others(account_a: Account) -> None:
    failed = failing(account_a, rules=[{**WEB, "name": "gone"}, {**PROD, "target_account_id": None}, WEB])
    assert "Sync rule gone is not on cri-sourcesource0001. Run registryops.alicloud.configure_sync" in str(failed)
    assert "Sync rule all-of-prod ends in another account" in str(failed)
    gone, across = failed.result["summary"][:2]
    assert (gone, across) == ("gone: could not begin, as told below", "all-of-prod: could not begin, as told below")
    assert "Of the other rules' images 2 were sent." in str(failed)
    assert numbers(failed.result["counts"]) == {"sent": 2}
    assert failed.result["changed"] is True


def test_what_fails_for_all_rules_is_said_once(account_a: Account, cloud: Emulator) -> None:
    broken = {**into_b(cloud)[0], "access_key_secret": "of-last-year"}
    failed = failing(account_a, destinations=[broken])
    assert str(failed).count("SignatureDoesNotMatch") == 1
    assert failed.result["changed"] is False


@pytest.mark.parametrize("check", [True, False])
def test_rules_that_meet_are_refused_before_anything_is_sent(check: bool, account_a: Account, cloud: Emulator) -> None:
    worker = {**WEB, "name": "meeting", "repository": "worker", "target_repository": "web", "target_namespace": "prod"}
    push = {"instance_id": SOURCE, "namespace": "prod", "repository": "worker", "tags": ["1.0"]}
    account_a.run("acr_sync_rules", instance_id=SOURCE, rules=[worker])
    cloud.post("/_emulator/images", push)
    cloud.delete("/_emulator/calls")
    failed = failing(account_a, check=check, rules=[WEB, worker], select={"tags": ["1.0"]})
    assert "prod/web:1.0 and prod/worker:1.0 would both go to" in str(failed)
    assert cloud.calls("CreateRepoSyncTask") == []


def test_shares_of_several_jobs_make_the_whole(account_a: Account, cloud: Emulator) -> None:
    shares = [backfill(account_a, shard_index=index, shard_count=3) for index in range(3)]
    assert sum(share["counts"]["sent"] for share in shares) == len(cloud.calls("CreateRepoSyncTask")) == 3


@pytest.mark.parametrize("check", [True, False])
def test_a_rule_that_ends_elsewhere_than_the_inventory_says_is_not_followed(
    check: bool, account_a: Account, cloud: Emulator
) -> None:
    cloud.delete("/_emulator/calls")
    moved = {**PROD, "target_instance_id": "cri-rebuilt000000001"}
    with pytest.raises(
        ModuleFailedError, match=f"ends at {TARGET} on {SOURCE}, and at cri-rebuilt000000001 in the inv"
    ):
        backfill(account_a, check=check, rules=[moved])
    assert cloud.calls("CreateRepoSyncTask") == []


@pytest.mark.parametrize("check", [True, False])
def test_a_rule_that_is_not_there_is_taken_as_it_is_listed_if_asked(
    check: bool, account_a: Account, cloud: Emulator
) -> None:
    gone = {**PROD, "name": "gone", "tag_filter": "^2", "target_namespace": "copy"}
    account_a.run("acr_sync_rules", instance_id=SOURCE, rules=[], purge=True)
    assert "gone is not on" in failing(account_a, rules=[gone]).result["msg"]
    account = Account(cloud, {"access_key_id": "LTAIbbbb", "access_key_secret": "secretB"}, "eu-central-1")
    account.run("acr_namespace", instance_id=TARGET, name="copy", auto_create_repositories=True)
    sent = backfill(account_a, check=check, rules=[gone], assume_rules=True)
    assert numbers(sent["counts"]) == {"to_send" if check else "sent": 1}
    assert "copy/worker:2.0" in sent["diff"]["after"]


@pytest.mark.parametrize("check", [True, False])
def test_without_its_namespace_at_the_destination_nothing_is_sent(
    check: bool, account_a: Account, account_b: Account, cloud: Emulator
) -> None:
    account_b.run("acr_namespace", instance_id=TARGET, name="prod", state="absent", force=True)
    failed = failing(account_a, check=check, destinations=into_b(cloud))
    assert cloud.calls("CreateRepoSyncTask") == []
    assert "3 of 3 images failed: " in str(failed)
    assert f": not sent, since {TARGET} has no namespace prod, and 2 more for the same reason" in str(failed)
    assert (
        f"Have the team that owns {TARGET} make the namespace, with registryops.alicloud.prepare_destination."
    ) in str(failed)


def test_a_namespace_that_a_run_will_make_does_not_fail_its_preview(
    account_a: Account, account_b: Account, cloud: Emulator
) -> None:
    account_b.run("acr_namespace", instance_id=TARGET, name="prod", state="absent", force=True)
    planned = backfill(account_a, check=True, destinations=into_b(cloud), assume_rules=True)
    assert numbers(planned["counts"]) == {"to_send": 3}


def test_images_for_a_namespace_that_is_not_there_are_not_sent_one_by_one(
    account_a: Account, account_b: Account, cloud: Emulator
) -> None:
    account_b.run("acr_namespace", instance_id=TARGET, name="prod", state="absent", force=True)
    push = {"instance_id": SOURCE, "namespace": "prod", "repository": "web"}
    cloud.post("/_emulator/images", {**push, "tags": [f"v{number}" for number in range(20)]})
    cloud.delete("/_emulator/calls")
    failed = failing(account_a, only=["all-of-prod"], max_in_flight=1, force=True)
    assert len(cloud.calls("CreateRepoSyncTask")) == 3
    assert "TARGET_NAMESPACE_NOT_EXIST" in str(failed)
    assert "20 were left" in str(failed)
