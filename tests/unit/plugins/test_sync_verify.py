# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify sync against the emulator."""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import connect
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import Connection
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import iso_time
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.progress import VerifyProgress
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.summary import Summary
from ansible_collections.registryops.alicloud.plugins.modules import acr_sync_verify

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

RULE = {
    "name": "to-eu",
    "namespace": "prod",
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
    "target_account_id": ACCOUNT_B,
}
MISSING = (
    "Sync is not as it should be: sync rule to-eu is missing. Run registryops.alicloud.configure_sync, which makes it."
    " If a run of registryops.alicloud.switch_over stopped before its end, run that again instead, with the same"
    " command."
)


@pytest.fixture
def ruled(granted: Account, account_a: Account) -> Account:
    """Return Account A with its rule and older images."""
    account_a.run("acr_sync_rule", False, instance_id=SOURCE, **RULE)
    return account_a


def push(cloud: Emulator, *tags: str | dict[str, str], repository: str = "web", instance: str = SOURCE) -> None:
    body = {"instance_id": instance, "namespace": "prod", "repository": repository, "tags": list(tags)}
    cloud.post("/_emulator/images", body)


def auth(cloud: Emulator, secret: str = "secretB") -> dict[str, str]:
    keys = {"access_key_id": "LTAIbbbb", "access_key_secret": secret}
    return {**keys, "region": "eu-central-1", "cr_endpoint": f"http://{cloud.endpoint}"}


def verify(
    account: Account, *rules: dict[str, Any], look: bool = True, check: bool = False, **more: Any
) -> dict[str, Any]:
    destinations = [{"name": "prod-eu", "instance_id": TARGET, **auth(account.cloud)}] if look else []
    # Tests sleep 0.02 seconds at most, however long they ask for. So 6000 seconds are over soon, after many looks.
    said = {"rules": list(rules or [RULE]), "destinations": destinations, "wait_timeout": 6000, **more}
    return account.run("acr_sync_verify", check, instance_id=SOURCE, **said)


def images(result: dict[str, Any]) -> dict[str, int]:
    return {state: count["images"] for state, count in result["counts"].items() if count["images"]}


def finding_of(result: dict[str, Any], check: str) -> dict[str, Any]:
    [found] = [finding for finding in result["findings"] if finding["check"] == check]
    return dict(found)


def checks(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding["severity"], finding["check"]) for finding in result["findings"]]


def source_images(account: Account) -> int:
    return len(account.run("acr_image_info", instance_id=SOURCE, namespace="prod")["images"])


def test_what_was_there_before_the_rule_is_said_with_what_sends_it(cloud: Emulator, ruled: Account) -> None:
    count = source_images(ruled)
    push(cloud, "v9")
    result = verify(ruled)
    assert images(result) == {"same": 1, "older": count}
    [finding] = result["findings"]
    assert (finding["check"], finding["severity"], result["state"]) == ("never_sent", "warning", "warning")
    assert finding["problem"].startswith(f"{count} images (")
    assert finding["problem"].endswith(
        f"are older than their rules and are not at prod-eu ({TARGET}): no rule sends them"
    )
    assert finding["remedy"] == "registryops.alicloud.backfill_images sends them."
    assert result["summary"]["images"] == f"1 of {count + 1} arrived ({count} older, 1 same)"
    assert result["lag"]["count"] == 1


def test_all_is_good_once_it_was_sent(cloud: Emulator, ruled: Account) -> None:
    ruled.run("acr_image_sync", instance_id=SOURCE, from_rule="to-eu", target_account_id=ACCOUNT_B)
    result = verify(ruled)
    assert (result["state"], result["findings"]) == ("good", [])
    assert images(result) == {"same": source_images(ruled)}


def test_each_image_that_is_not_as_it_should_be_is_named(cloud: Emulator, ruled: Account) -> None:
    push(cloud, "good", "moved")
    push(cloud, "lost", repository="worker")
    verify(ruled)  # waits until they have arrived
    # Somebody pushes over one at the destination, and another image that no rule has sent.
    push(cloud, {"tag": "moved", "digest": f"sha256:{'0' * 64}"}, "theirs", instance=TARGET)
    cloud.post("/_emulator/tasks", {"fail": {"tag": "v10", "issue": "DISK_FULL"}})
    push(cloud, "v10")
    result = verify(ruled)
    assert {image["source"]: image["state"] for image in result["images"]} == {
        "prod/web:moved": "different",
        "prod/web:v10": "failed",
    }
    assert result["state"] == "bad"
    assert images(result)["extra"] == 1
    said = result["summary"]["failure"]
    [failed] = [image for image in result["images"] if image["state"] == "failed"]
    moment = iso_time(failed["failed_at"])
    assert f"prod/web:v10 failed on its way to {TARGET}/prod/web:v10 at {moment} (DISK_FULL, sync task rst-" in said
    assert said.startswith("Sync is not as it should be: ")
    assert [row["tags"] for row in result["troubles"]] == [["v10"], ["moved"]]
    assert finding_of(result, "different_image")["remedy"].endswith(
        "backfill_images sends it with -e backfill_images_override=true, which moves the tag."
    )


def test_an_immutable_tag_is_not_said_to_be_moved_by_a_run(cloud: Emulator, ruled: Account, account_b: Account) -> None:
    push(cloud, "moved")
    verify(ruled)  # waits until it has arrived
    push(cloud, {"tag": "moved", "digest": f"sha256:{'0' * 64}"}, instance=TARGET)
    account_b.run("acr_repository", instance_id=TARGET, namespace="prod", name="web", tag_immutability=True)
    found = finding_of(verify(ruled), "different_image")
    assert found["problem"].endswith("; the tag is immutable there)")
    assert found["remedy"].startswith("Push it under another tag, or end the immutability of prod/web there with")


def test_an_image_that_was_deleted_at_the_destination_is_missing(
    cloud: Emulator, ruled: Account, granted: Account
) -> None:
    push(cloud, "lost", repository="worker")
    verify(ruled)
    granted.run("acr_repository", instance_id=TARGET, namespace="prod", name="worker", state="absent", force=True)
    result = verify(ruled)
    assert [(image["source"], image["state"], image["reason"]) for image in result["images"]] == [
        ("prod/worker:lost", "missing", "had arrived, so it was deleted there since")
    ]


def test_counts_are_of_each_image_once_where_rules_meet(cloud: Emulator, ruled: Account) -> None:
    other = {**RULE, "name": "again", "scope": "repository", "repository": "web"}
    ruled.run("acr_sync_rule", False, instance_id=SOURCE, **other)
    push(cloud, "v9")
    result = verify(ruled, RULE, other)
    assert sum(images(result).values()) == source_images(ruled)
    states = {rule["name"]: rule["states"] for rule in result["rules"]}
    assert states["again"]["same"] == states["to-eu"]["same"] == 1
    assert sum(sum(row["states"].values()) for row in result["namespaces"]) == source_images(ruled)


def test_an_image_that_arrived_without_its_signature_is_said(cloud: Emulator, ruled: Account) -> None:
    strict = {**RULE, "tag_filter": "^v"}
    ruled.run("acr_sync_rules", False, instance_id=SOURCE, rules=[strict])
    # A signature is an image whose tag is made of the digest that it signs. The filter leaves it out.
    digest = f"sha256:{'1' * 64}"
    signature = f"sha256-{'1' * 64}.sig"
    push(cloud, {"tag": "v9", "digest": digest}, "v10", signature)
    result = verify(ruled, strict)
    assert images(result) == {"unsigned": 1, "same": 1}
    [finding] = result["findings"]
    assert (finding["check"], finding["severity"]) == ("unsigned_image", "warning")
    assert finding["problem"] == (
        f"prod/web:v9 arrived, its signature did not, at {TARGET}/prod/web:v9"
        f" ({signature}: the rule's tag_filter leaves it out)"
    )
    assert result["summary"]["images"] == "2 of 2 arrived (1 unsigned, 1 same)"


def test_an_image_that_arrived_with_its_signature_is_the_same(cloud: Emulator, ruled: Account) -> None:
    push(cloud, {"tag": "v9", "digest": f"sha256:{'1' * 64}"}, f"sha256-{'1' * 64}.sig")
    result = verify(ruled)
    assert images(result)["same"] == 2


@pytest.mark.parametrize("said", [{}, {"state": "present"}])
def test_a_rule_that_should_be_there_is_missed_however_it_is_said(said: dict[str, Any], account_a: Account) -> None:
    result = verify(account_a, {**RULE, **said}, look=False)
    assert checks(result) == [("error", "missing_rule")]
    assert result["summary"]["failure"] == MISSING


def test_after_a_preview_it_says_what_it_would_verify(account_a: Account) -> None:
    result = verify(account_a, RULE, {**RULE, "name": "gone", "state": "absent"}, look=False, preview=True)
    assert checks(result) == [("warning", "to_verify")]
    [said] = result["summary"]["findings"]
    assert said.startswith(
        "sync rule to-eu is not there yet; the run makes it, and verifies then whether namespace prod"
    )
    assert said.endswith(f"arrived at {TARGET}. Run it without check mode.")
    assert result["summary"]["failure"] == ""


def test_after_a_preview_what_it_would_change_is_no_error(ruled: Account) -> None:
    [differs] = verify(ruled, {**RULE, "tag_filter": "^v"}, preview=True)["summary"]["findings"][:1]
    assert "differs from the inventory (tag_filter is " in differs
    assert "the run replaces it, and verifies then whether namespace prod" in differs
    moved = verify(ruled, {**RULE, "target_instance_id": "cri-rebuilt000000001"}, preview=True)
    [moves] = moved["summary"]["findings"]
    assert "arrived at cri-rebuilt000000001. Run it" in moves
    assert images(moved) == {}
    [unwanted] = verify(ruled, {**RULE, "state": "absent"}, preview=True)["summary"]["findings"][:1]
    assert "is there, although the inventory says state: absent; the run deletes it." in unwanted


@pytest.mark.parametrize("name", ["rules", "namespaces", "repositories", "tags"])
def test_an_empty_list_is_refused(name: str, cloud: Emulator, ruled: Account) -> None:
    cloud.delete("/_emulator/calls")
    with pytest.raises(ModuleFailedError, match=rf"select\.{name} is an empty list. Leave {name} out"):
        verify(ruled, select={name: []})
    assert cloud.calls() == []


def test_a_rule_that_should_be_gone_and_is_not_is_wrong(ruled: Account) -> None:
    result = verify(ruled, {**RULE, "state": "absent"}, look=False)
    assert checks(result) == [("error", "unwanted_rule")]
    assert images(result) == {}


def test_a_rule_that_should_be_gone_and_is_gone_is_good(account_a: Account) -> None:
    result = verify(account_a, {"name": "gone", "state": "absent"}, look=False)
    assert (result["state"], result["rules"]) == ("good", [])


@pytest.mark.parametrize("preview", [False, True])
def test_a_rule_whose_namespace_was_deleted_at_the_source_is_wrong(preview: bool, ruled: Account) -> None:
    ruled.run("acr_namespace", False, instance_id=SOURCE, name="prod", state="absent", force=True)
    result = verify(ruled, check=preview, preview=preview)
    dead = [finding for finding in result["findings"] if finding["check"] == "dead_rule"]
    if preview:
        assert dead == []  # the run would make the namespace first, if it is listed
        return
    [finding] = dead
    assert (finding["severity"], finding["subject"], result["state"]) == ("error", "sync rule to-eu", "bad")
    assert finding["problem"] == f"sync rule to-eu is for namespace prod, which {SOURCE} does not have"
    assert f"sync rule to-eu is for namespace prod, which {SOURCE} does not have" in result["summary"]["failure"]


def test_a_rule_whose_repository_was_deleted_at_the_source_is_wrong(
    cloud: Emulator, granted: Account, account_a: Account
) -> None:
    rule = {**RULE, "scope": "repository", "repository": "tool"}
    push(cloud, "v1", repository="tool")
    account_a.run("acr_sync_rule", False, instance_id=SOURCE, **rule)
    account_a.run(
        "acr_repository", False, instance_id=SOURCE, namespace="prod", name="tool", state="absent", force=True
    )
    problem = finding_of(verify(account_a, rule), "dead_rule")["problem"]
    assert problem == f"sync rule to-eu is for repository prod/tool, which {SOURCE} does not have"


@pytest.mark.parametrize("may_list", [True, False])
def test_a_namespace_that_was_deleted_at_the_destination_comes_before_its_images(
    may_list: bool, cloud: Emulator, ruled: Account, account_b: Account
) -> None:
    push(cloud, "v9")
    verify(ruled)  # waits until it has arrived
    account_b.run("acr_namespace", False, instance_id=TARGET, name="prod", state="absent", force=True)
    if not may_list:
        fault = {"fault": "denied", "match": {"action": "ListNamespace"}, "times": 100}
        cloud.post("/_emulator/faults", fault)
    result = verify(ruled)
    gone, missing = (finding_of(result, check) for check in ("missing_namespace", "missing_image"))
    assert gone["problem"] == f"prod-eu ({TARGET}) does not have namespace prod, where rules should bring images"
    assert gone["remedy"] == (
        "Run registryops.alicloud.prepare_destination with the inventory of prod-eu, or"
        " registryops.alicloud.cross_account_sync: each makes namespace prod."
    )
    assert "there is no namespace prod" in missing["problem"]
    assert missing["remedy"] == "Once namespace prod is there, registryops.alicloud.backfill_images sends it."
    never = finding_of(result, "never_sent")
    assert never["remedy"] == "Once the namespace is there, registryops.alicloud.backfill_images sends them."
    assert result["findings"][0] == gone
    assert "missing_namespace" not in [check for _severity, check in checks(verify(ruled, check=True, preview=True))]


def test_an_empty_namespace_is_not_taken_for_a_deleted_one(cloud: Emulator, ruled: Account) -> None:
    ruled.run("acr_namespace", False, instance_id=SOURCE, name="new")
    rule = {**RULE, "name": "new-to-eu", "namespace": "new"}
    ruled.run("acr_sync_rule", False, instance_id=SOURCE, **rule)
    assert "dead_rule" not in [check for _severity, check in checks(verify(ruled, RULE, rule))]
    cloud.post("/_emulator/faults", {"fault": "denied", "match": {"action": "ListNamespace"}, "times": 100})
    found = finding_of(verify(ruled, RULE, rule), "dead_rule")
    assert (found["severity"], found["subject"]) == ("warning", "sync rule new-to-eu")
    assert "the keys may not list namespaces (cr:ListNamespace)" in found["problem"]


def test_a_different_rule_is_said_with_the_difference(ruled: Account) -> None:
    result = verify(ruled, {**RULE, "priority": 5}, look=False)
    assert ("error", "different_rule") in checks(result)
    assert "sync rule to-eu differs from the inventory (priority is 3, not 5)" in result["summary"]["failure"]


def test_a_rule_that_cannot_be_made_does_not_hide_the_others(ruled: Account) -> None:
    result = verify(ruled, RULE, {**RULE, "name": "bad", "repository": "web"}, look=False)
    assert {rule["name"]: rule["standing"] for rule in result["rules"]} == {"to-eu": "as wanted", "bad": "refused"}


def test_a_rule_that_was_renamed_in_the_inventory_is_named(ruled: Account) -> None:
    ruled.run("acr_sync_rule", False, instance_id=SOURCE, **{**RULE, "name": "new-name"})
    result = verify(ruled, {**RULE, "name": "new-name"}, look=False)
    [finding] = [finding for finding in result["findings"] if finding["check"] == "unlisted_rule"]
    assert finding["problem"] == (
        f"sync rule to-eu is on {SOURCE} and not in the inventory; it still replicates namespace prod to {TARGET}"
        " (eu-central-1), and may have been renamed to new-name"
    )
    assert "state: absent" in finding["remedy"]
    assert {rule["name"]: rule["renamed_to"] for rule in result["rules"]} == {"new-name": None, "to-eu": "new-name"}


def test_a_destination_that_cannot_be_looked_into_is_said_and_the_records_are_judged_by(
    cloud: Emulator, ruled: Account
) -> None:
    push(cloud, "v9")
    verify(ruled)
    # One destination has an old secret, the other is not a target of any rule.
    blind = auth(cloud, "of-last-year")
    broken = [{"name": "prod-eu", "instance_id": TARGET, **blind}, {"instance_id": "cri-x"}]
    result = verify(ruled, destinations=broken)
    [unreadable] = result["unreadable"]
    assert (unreadable["host"], "SignatureDoesNotMatch" in unreadable["reason"]) == ("prod-eu", True)
    assert images(result)["carried"] == 1
    assert ("error", "unreadable_destination") in checks(result)
    assert "by the records never went to prod-eu" in json.dumps(result["findings"])
    # The finding has the reason. Nothing that looks with the same keys is advised.
    assert result["summary"]["grants"].endswith(f"for prod-eu ({TARGET}), since its keys are refused")


def test_destinations_that_only_records_judged_are_said(cloud: Emulator, ruled: Account) -> None:
    push(cloud, "v9")
    verify(ruled)
    count = source_images(ruled)
    result = verify(ruled, look=False)
    judged = {"instance_id": TARGET, "name": None, "images": count, "reason": "no keys of it were given", "doubt": None}
    assert result["by_records"] == [judged]
    assert result["summary"]["images"] == (
        f"1 of {count} arrived ({count - 1} older, 1 carried) by the records of the source;"
        f" {TARGET} itself was not looked into, since no keys of it were given"
    )
    assert result["summary"]["grants"].startswith(f"not looked at for {TARGET}, since no keys of it were given; ")
    seen = verify(ruled)
    assert (seen["by_records"], "by the records" in seen["summary"]["images"]) == ([], False)


def rebuild(cloud: Emulator, instance_id: str) -> None:
    """Let the destination be another instance, and empty."""
    world = cloud.state()
    every = chain.from_iterable(account["instances"] for account in world["accounts"])
    [target] = [found for found in every if found["id"] == TARGET]
    target.update(id=instance_id, namespaces=[])
    cloud.post("/_emulator/reset", world)


def test_a_destination_that_is_gone_by_the_newest_record_is_an_error(cloud: Emulator, ruled: Account) -> None:
    push(cloud, "v9")
    verify(ruled)
    rebuild(cloud, "cri-rebuilt000000001")
    push(cloud, "v10")
    result = verify(ruled, look=False)
    assert (result["state"], images(result)["carried"], images(result)["failed"]) == ("bad", 1, 1)
    # What failed and what was never sent is counted, and not told again.
    [gone] = result["findings"]
    [failed] = [image for image in result["images"] if image["state"] == "failed"]
    assert gone["problem"].startswith(
        f"{TARGET} seems to be gone: its newest sync record, of {iso_time(failed['failed_at'])}, says"
        " TARGET_INSTANCE_NOT_EXIST"
    )
    assert gone["problem"].endswith(
        ". It was not looked into: no keys of it were given. 1 image had arrived there before, 4 images had not"
    )
    assert gone["remedy"] == (
        f"Ask the team that owns {TARGET}. If it was built anew, set target_instance_id of its rules to the new ID, and"
        " run registryops.alicloud.cross_account_sync and registryops.alicloud.backfill_images. If it is gone for good,"
        " set state: absent for its rules."
    )


@pytest.mark.parametrize("pushed_since", [False, True])
def test_an_instance_that_is_gone_by_its_own_accounts_keys_is_one_finding(
    pushed_since: bool, cloud: Emulator, ruled: Account
) -> None:
    push(cloud, "v9")
    verify(ruled)
    rebuild(cloud, "cri-rebuilt000000001")
    if pushed_since:
        push(cloud, "v10")
    result = verify(ruled)
    [gone] = result["findings"]
    [blind] = result["unreadable"]
    assert (gone["check"], gone["severity"]) == ("gone_destination", "error")
    assert gone["problem"] == (
        f"prod-eu ({TARGET}) seems to be gone: its own account is told that it does not exist in eu-central-1."
        f" 1 image had arrived there before, {4 if pushed_since else 3} images had not"
    )
    assert "INSTANCE_NOT_EXIST" in blind["reason"]
    assert gone["remedy"] == (
        "If it was built anew, set acr_instance_id of prod-eu to the new ID, and run"
        " registryops.alicloud.cross_account_sync and registryops.alicloud.backfill_images. If it is gone for good, set"
        " state: absent for its rules. If it is there, correct acr_region or the keys of prod-eu."
    )


def test_a_rule_that_still_ends_at_an_instance_that_is_gone_is_one_finding(cloud: Emulator, ruled: Account) -> None:
    push(cloud, "v9")
    verify(ruled)
    rebuild(cloud, "cri-rebuilt000000001")
    push(cloud, "v10")
    result = verify(ruled, {**RULE, "target_instance_id": "cri-rebuilt000000001"}, look=False)
    [different] = result["findings"]
    assert different["check"] == "different_rule"
    assert f"'). {TARGET} seems to be gone: its newest sync record, of " in different["problem"]
    assert different["remedy"].startswith("Run registryops.alicloud.configure_sync")


def test_a_rule_to_an_instance_that_the_inventory_no_longer_names_is_said(cloud: Emulator, ruled: Account) -> None:
    push(cloud, "v9")
    verify(ruled)
    new = {**RULE, "target_instance_id": "cri-rebuilt000000001"}
    result = verify(ruled, new, look=False)
    assert ("error", "different_rule") in checks(result)
    assert (
        f"{TARGET} itself was not looked into, since the inventory does not name it any more"
        in (result["summary"]["images"])
    )
    [never] = [finding for finding in result["findings"] if finding["check"] == "never_sent"]
    assert never["remedy"] == (
        "Run registryops.alicloud.configure_sync, which points the rule where the inventory says."
        " Then registryops.alicloud.backfill_images sends them."
    )


def test_what_failed_for_want_of_a_grant_is_told_with_the_command(
    cloud: Emulator, ruled: Account, granted: Account
) -> None:
    granted.run("acr_cross_account_role", state="absent")
    push(cloud, "v9")
    result = verify(ruled, look=False)
    [failed] = [finding for finding in result["findings"] if finding["check"] == "failed_image"]
    [image] = [image for image in result["images"] if image["state"] == "failed"]
    moment = iso_time(image["failed_at"])
    command = (
        "`ansible-playbook registryops.alicloud.grant_access -i inventories/account_b"
        f" -e acr_source_account_ids={ACCOUNT_A} -e acr_instance_id={TARGET} -e acr_region=eu-central-1`"
    )
    assert failed["remedy"] == (
        f"If nobody has granted access since {moment}, ask the team that owns {TARGET} to run {command}."
        " Then registryops.alicloud.backfill_images sends what failed."
    )
    [never] = [finding for finding in result["findings"] if finding["check"] == "never_sent"]
    assert never["remedy"] == (
        f"If nobody has granted access since {moment}, ask the team that owns {TARGET} to run {command}."
        " Then registryops.alicloud.backfill_images sends them."
    )


def test_a_destination_without_keys_is_called_by_its_name(ruled: Account) -> None:
    result = verify(ruled, destinations=[{"instance_id": TARGET, "name": "prod-eu"}])
    assert (result["unreadable"], result["by_records"][0]["name"]) == ([], "prod-eu")
    called = f"prod-eu ({TARGET})"
    why = "since no keys of it were given"
    assert result["summary"]["images"].endswith(f"; {called} itself was not looked into, {why}")
    assert result["summary"]["grants"].startswith(f"not looked at for {called}, {why}; ")


def test_what_is_on_its_way_is_waited_for_but_not_in_check_mode(cloud: Emulator, ruled: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 5})  # longer than the look in check mode takes on a busy machine
    push(cloud, "v9")
    assert images(verify(ruled, check=True))["waiting"] == 1
    assert "waiting" not in images(verify(ruled))


def test_a_wait_ends_and_what_is_still_on_its_way_is_told(cloud: Emulator, ruled: Account) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 60})
    push(cloud, "v9")
    result = verify(ruled, wait_timeout=4)
    assert images(result)["waiting"] == 1
    assert [row["state"] for row in result["others"]] == ["waiting", "older"]


def test_some_rules_namespaces_or_images_can_be_looked_at_alone(cloud: Emulator, ruled: Account) -> None:
    push(cloud, "v9", "v10")
    ruled.run("acr_namespace", instance_id=SOURCE, name="other", auto_create_repositories=True)
    assert images(verify(ruled, select={"tags": ["v9"]})) == {"same": 1}
    assert images(verify(ruled, select={"namespaces": ["prod"], "repositories": ["web"], "tags": ["v9", "v10"]})) == {
        "same": 2
    }
    other = {**RULE, "name": "other", "namespace": "other"}
    result = verify(ruled, RULE, other, select={"rules": ["to-eu"]})
    assert [rule["name"] for rule in result["rules"]] == ["to-eu"]


def test_a_selected_namespace_that_the_destination_lacks_misses_its_images(
    cloud: Emulator, ruled: Account, granted: Account
) -> None:
    push(cloud, "v9")
    verify(ruled)
    granted.run("acr_namespace", instance_id=TARGET, name="prod", state="absent", force=True)
    result = verify(ruled, select={"namespaces": ["prod"]})
    assert result["unreadable"] == []
    assert images(result)["missing"] == 1


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ({"rules": ["nowhere"]}, "there is no sync rule nowhere, neither in rules nor on the instance"),
        ({"namespaces": ["nowhere"]}, f"{SOURCE} has no repository in namespace nowhere"),
    ],
)
def test_what_is_selected_and_nowhere_is_said_by_name(ruled: Account, select: dict[str, Any], said: str) -> None:
    with pytest.raises(ModuleFailedError, match=f"(?i){said}"):
        verify(ruled, select=select)


@pytest.mark.parametrize(
    ("select", "said"),
    [
        (
            {"repositories": ["wbe"]},
            r"has no repository wbe in .*prod.*select.repositories \(verify_sync_select in the role\), such as to web",
        ),
        ({"repositories": ["prod/web"]}, r"say namespaces: \[prod\] and repositories: \[web\]"),
        ({"tags": ["1.10"]}, "no selected repository of .* has the tag 1.10"),
        ({"tags": ["1.0", "v99"]}, "has the tag v99"),
        (
            {"namespaces": ["empty"]},
            r"in namespace empty. Correct select.namespaces \(verify_sync_select in the role\).$",
        ),
    ],
)
def test_a_selected_name_that_is_nowhere_is_no_good_news(ruled: Account, select: dict[str, Any], said: str) -> None:
    ruled.run("acr_namespace", instance_id=SOURCE, name="empty")
    with pytest.raises(ModuleFailedError, match=f"(?i){said}"):
        verify(ruled, select=select)


def test_the_images_that_are_returned_are_bounded_and_all_are_counted(cloud: Emulator, ruled: Account) -> None:
    cloud.post("/_emulator/tasks", {"fail": {"issue": "DISK_FULL"}})
    push(cloud, *(f"v{number}" for number in range(10, 30)))  # 20 images, all of which fail
    result = verify(ruled, max_images=3)
    assert (len(result["images"]), images(result)["failed"]) == (3, 20)
    [finding] = [finding for finding in result["findings"] if finding["check"] == "failed_image"]
    moment = iso_time(max(task["CreateTime"] for task in cloud.state()["sync_tasks"]))
    first = result["images"][0]
    task = next(task for task in cloud.state()["sync_tasks"] if task["ImageFrom"]["ImageTag"] == first["tag"])
    assert finding["problem"] == (
        f"20 images, such as {first['source']} (sync task {task['SyncTaskId']}), failed on their way to"
        f" prod-eu ({TARGET}), the last at {moment} (DISK_FULL)"
    )


def test_all_images_go_to_a_file_if_asked(cloud: Emulator, ruled: Account, tmp_path: Path) -> None:
    cloud.post("/_emulator/tasks", {"fail": {"tag": "v9", "issue": "=HYPERLINK(1)"}})
    push(cloud, "v9")
    file, lines = tmp_path / "images.csv", tmp_path / "images.jsonl"
    verify(ruled, images_file=str(file), check=True)
    assert not file.exists()
    verify(ruled, images_file=str(file))
    verify(ruled, images_file=str(lines))
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert len(rows) == source_images(ruled) == len(lines.read_text().splitlines())
    [failed] = [row for row in rows if row["state"] == "failed"]
    # The quotation mark keeps a spreadsheet from reading the text as a formula.
    assert (failed["reason"], failed["source"]) == ("'=HYPERLINK(1)", "prod/web:v9")
    assert failed["pushed"].endswith("+00:00")
    assert {json.loads(line)["state"] for line in lines.read_text().splitlines()} == {"older", "failed"}
    assert sorted(tmp_path.iterdir()) == [file, lines]


def test_a_file_that_cannot_be_written_is_told_by_its_option(ruled: Account, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModuleFailedError, match="images.csv cannot be written: .* Name another file in images_file"):
        verify(ruled, images_file=str(tmp_path / "file" / "images.csv"))


def test_only_reads(cloud: Emulator, ruled: Account) -> None:
    cloud.delete("/_emulator/calls")
    verify(ruled)
    reading = {"GetCallerIdentity", "GetRole", "GetPolicy"}
    assert {str(call["action"]) for call in cloud.calls() if call["action"][:4] != "List"} <= reading


def test_it_says_what_it_waits_for(cloud: Emulator, ruled: Account) -> None:
    lines: list[str] = []
    module = acr_sync_verify.MODULE
    rule = {**RULE, "state": "present", "catch_up": True, "grant_timeout": 0}
    params: dict[str, Any] = dict.fromkeys(module.argument_spec)
    params |= {"instance_id": SOURCE, "rules": [rule], "destinations": [], "wait_timeout": 7200, "max_images": 1}
    params |= {**ruled.keys, "region": "cn-hangzhou", "cr_endpoint": f"http://{cloud.endpoint}"}
    params |= {"connect_timeout": 5, "read_timeout": 20}

    def watched(connection: Connection, read_only: bool) -> Client:
        client = connect(connection, read_only)

        def sleep(seconds: float) -> None:
            lines.append(activity.line())
            time.sleep(0.01)

        client.sleep = sleep
        return client

    cloud.post("/_emulator/tasks", {"seconds": 0.5})
    push(cloud, "v9")
    result = module.result(params, False, watched)
    assert not result.get("failed"), result.get("msg")
    assert lines[0] == "waiting for 1 image in flight to arrive; 2.0 h more at most"
    assert activity.line() == ""


def test_it_says_how_much_was_read_and_compared() -> None:
    progress = VerifyProgress(lambda: 0.0)
    assert progress.line() == ""
    progress.records(1200)
    assert progress.line() == "1,200 sync records read"
    progress.compared(Summary(0))
    assert progress.line() == "0 images compared, 0 not as they should be"


NARROW = {**RULE, "name": "releases", "tag_filter": "^v"}
ELSEWHERE = {**RULE, "name": "unlisted", "tag_filter": "^w"}


def listings(cloud: Emulator) -> Counter[str]:
    listed = ("ListRepoTag", "ListRepository", "ListRepoSyncTask")
    return Counter(call["action"] for call in cloud.calls() if call["action"] in listed)


def test_an_audit_goes_along_and_lists_nothing_twice(cloud: Emulator, ruled: Account) -> None:
    digest = "1" * 64
    push(cloud, {"tag": "v1", "digest": f"sha256:{digest}"}, f"sha256-{digest}.sig")
    for rule in (NARROW, ELSEWHERE):
        ruled.run("acr_sync_rule", False, instance_id=SOURCE, **rule)
    verify(ruled, RULE, NARROW)  # until nothing moves any more

    counts = []
    for audited in (False, True):
        before = listings(cloud)
        result = verify(ruled, RULE, NARROW, audit=audited)
        counts.append(listings(cloud) - before)
    assert counts[0] == counts[1]
    alone = ruled.run("acr_sync_audit", side="source", instance_id=SOURCE, rules=[RULE, NARROW])
    assert result["audit"] == alone["findings"]
    assert {finding["check"] for finding in result["audit"]} >= {
        "signatures_left_behind",
        "shadowed_rule",
        "unlisted_rule",
    }


def test_an_audit_of_a_selection_is_refused(ruled: Account) -> None:
    with pytest.raises(ModuleFailedError, match=r"select names namespaces. Leave out audit or select"):
        verify(ruled, audit=True, select={"namespaces": ["prod"]})


def test_an_audit_sees_what_no_verified_rule_brings_anywhere(cloud: Emulator, ruled: Account) -> None:
    ruled.run("acr_namespace", False, instance_id=SOURCE, name="dev", auto_create_repositories=True)
    cloud.post("/_emulator/images", {"instance_id": SOURCE, "namespace": "dev", "repository": "x", "tags": ["w1"]})
    ruled.run("acr_sync_rule", False, instance_id=SOURCE, **{**ELSEWHERE, "namespace": "dev"})
    result = verify(ruled, audit=True)
    assert "dead_rule" not in [finding["check"] for finding in result["audit"]]
    assert result["audit"] == ruled.run("acr_sync_audit", side="source", instance_id=SOURCE, rules=[RULE])["findings"]


def test_a_warning_is_a_reason_to_fail_if_asked(ruled: Account) -> None:
    count = source_images(ruled)
    assert verify(ruled)["summary"]["failure"] == ""
    said = verify(ruled, fail_on="warning")["summary"]["failure"]
    assert said.startswith(f"Sync may not be as it should be: {count} images (")


def test_an_error_is_the_reason_to_fail_either_way(account_a: Account, granted: Account) -> None:
    assert verify(account_a)["summary"]["failure"] == MISSING
    assert verify(account_a, fail_on="warning")["summary"]["failure"] == MISSING


def test_an_audit_takes_what_went_along_for_its_source_side(cloud: Emulator, ruled: Account) -> None:
    found = verify(ruled, RULE, audit=True)["audit"]
    ruled.run("acr_sync_rule", False, instance_id=SOURCE, **ELSEWHERE)
    cloud.delete("/_emulator/calls")
    told = ruled.run("acr_sync_audit", sides=["source"], instance_id=SOURCE, known=found, rules=[RULE])
    assert told["findings"] == found
    assert cloud.calls() == []
