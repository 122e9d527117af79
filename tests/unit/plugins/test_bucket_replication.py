# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what is refused before anything is written, what is kept of others, and what a stuck replication tells."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._access import storage
from ansible_collections.registryops.alicloud.plugins.module_utils._core import sdk

from .conftest import ACCOUNT_A, ACCOUNT_B, WITH_OSS_SDK, Account, ModuleFailedError

pytestmark = WITH_OSS_SDK
ROLE = "acr-transfer-by-storage"
HERE, THERE = "images-of-source", "images-of-target"
REPLICATION: dict[str, Any] = {
    "source_bucket": HERE,
    "destination_bucket": THERE,
    "destination_region": "eu-central-1",
}
# A statement of somebody else in the bucket's policy, which has to stay.
FOREIGN = {
    "Effect": "Allow",
    "Action": ["oss:GetObject"],
    "Principal": ["3333000033330003"],
    "Resource": [f"acs:oss:*:{ACCOUNT_B}:{THERE}/*"],
}
REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"source_bucket": "no-such-bucket"}, "look at bucket no-such-bucket"),
    ({"destination_bucket": "no-such-bucket"}, "Correct destination_bucket no-such-bucket"),
    ({"destination_region": "cn-beijing"}, "images-of-target is in region eu-central-1. Correct destination_region"),
    ({"region": "cn-beijing"}, "images-of-source is in region cn-hangzhou. Correct region"),
    ({"destination_bucket": HERE}, "source_bucket and destination_bucket are the same"),
    # OSS takes ten.
    ({"prefixes": [f"p{number}" for number in range(11)]}, "There are 11 prefixes"),
    ({"source_bucket": "oss://images"}, "is not the name of a bucket"),
    ({"role_name": "Upper"}, "is not a name for the role"),
]


def granted(account_a: Account, account_b: Account) -> None:
    account_b.run("oss_bucket_grant", bucket=THERE, source_account_id=ACCOUNT_A)
    account_a.run("oss_replication_role", source_buckets=[HERE])


def written(cloud: Emulator) -> list[str]:
    return [call["action"] for call in cloud.calls() if not call["action"].startswith(("Get", "List"))]


@pytest.mark.parametrize(("change", "reason"), REFUSALS)
@pytest.mark.parametrize("check", [True, False])
def test_both_buckets_are_looked_at_before_anything_is_written(
    change: dict[str, Any], reason: str, check: bool, cloud: Emulator, account_a: Account
) -> None:
    with pytest.raises(ModuleFailedError, match=reason):
        account_a.run("oss_bucket_replication", check=check, **{**REPLICATION, **change})
    assert written(cloud) == []


def test_a_refusal_names_what_either_side_has_to_do(cloud: Emulator, account_a: Account, account_b: Account) -> None:
    account_a.run("oss_replication_role", source_buckets=[HERE])
    with pytest.raises(ModuleFailedError) as failed:
        account_a.run("oss_bucket_replication", **REPLICATION)
    message = str(failed.value)
    assert f"ask the team that owns bucket {THERE} to run registryops.alicloud.oss_bucket_grant" in message
    assert "[PutBucketReplication: AccessDenied, EC 0003-00000001, request " in message
    account_b.run("oss_bucket_grant", bucket=THERE, source_account_id=ACCOUNT_A)
    assert account_a.run("oss_bucket_replication", **REPLICATION)["changed"] is True


def test_a_stuck_replication_says_how_far_it_is(cloud: Emulator, account_a: Account, account_b: Account) -> None:
    # Without rights, OSS may take the rule and then copy nothing.
    cloud.post("/_emulator/behaviour", {"bucket_replication_ungranted": "later"})
    with pytest.raises(
        ModuleFailedError, match=r"0% of the historical objects are replicated after 3 seconds"
    ) as failed:
        account_a.run("oss_bucket_replication", **REPLICATION, wait_timeout=3)
    assert failed.value.result["changed"] is True
    granted(account_a, account_b)
    done = account_a.run("oss_bucket_replication", **REPLICATION)
    assert (done["changed"], done["replication"]["historical_progress"]) == (False, 1.0)
    there = cloud.state()["accounts"][1]["buckets"][0]["objects"]
    assert len(there) == len(cloud.state()["accounts"][0]["buckets"][0]["objects"]) > 100


def test_the_policy_of_others_is_kept(cloud: Emulator, account_b: Account) -> None:
    world = cloud.state()
    world["accounts"][1]["buckets"][0]["policy"] = json.dumps({"Version": "1", "Statement": [FOREIGN]})
    cloud.reset(world)
    grant: dict[str, Any] = {"bucket": THERE, "source_account_id": ACCOUNT_A}
    document = account_b.run("oss_bucket_grant", **grant)["bucket_grant"]["policy_document"]
    assert document["Statement"][0] == FOREIGN
    assert document["Statement"][1] == {
        "Effect": "Allow",
        "Action": ["oss:ReplicateGet", "oss:ReplicateList", "oss:ReplicatePut"],
        "Principal": [f"arn:sts::{ACCOUNT_A}:assumed-role/{ROLE}/*"],
        "Resource": [f"acs:oss:*:{ACCOUNT_B}:{THERE}", f"acs:oss:*:{ACCOUNT_B}:{THERE}/*"],
    }
    assert account_b.run("oss_bucket_grant", **grant, state="absent")["changed"] is True
    (bucket,) = cloud.state()["accounts"][1]["buckets"]
    assert json.loads(bucket["policy"])["Statement"] == [FOREIGN]


def test_a_statement_that_the_console_made_is_recognised_and_shared_ones_are_kept() -> None:
    principals = [storage.session("1", "mine"), storage.session("2", "other")]
    actions = ["oss:ReplicateList", "oss:ReplicateGet", "oss:ReplicatePut", "oss:ReplicateDelete"]
    shared = {"Effect": "Allow", "Action": actions, "Principal": principals, "Resource": ["acs:oss:*:9:b"]}
    document = {"Version": "1", "Statement": [shared]}
    assert storage.granted(document, principals[0]) == {action.lower() for action in actions}
    left = storage.with_grant(document, "9", "b", principals[0], ())
    assert left["Statement"] == [{**shared, "Principal": principals[1:]}]


def test_a_role_of_somebody_else_is_refused(cloud: Emulator, account_a: Account) -> None:
    world = cloud.state()
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["ecs.aliyuncs.com"]}}
    world["accounts"][0]["roles"] = [{"name": ROLE, "trust_policy": {"Version": "1", "Statement": [trust]}}]
    cloud.reset(world)
    for state in ("present", "absent"):
        with pytest.raises(ModuleFailedError, match="made by somebody else"):
            account_a.run("oss_replication_role", source_buckets=[HERE], state=state)
    assert written(cloud) == []


def test_a_role_goes_with_its_last_bucket(cloud: Emulator, account_a: Account) -> None:
    account_a.run("oss_replication_role", source_buckets=[HERE, "more-images"])
    left = account_a.run("oss_replication_role", source_buckets=[HERE], state="absent")
    assert left["replication_role"]["source_buckets"] == ["more-images"]
    account_a.run("oss_replication_role", source_buckets=["more-images"], state="absent")
    account = cloud.state()["accounts"][0]
    assert account["roles"] == []
    assert ROLE not in [policy["name"] for policy in account["policies"]]


def test_a_change_that_would_lose_objects_is_refused(account_a: Account, account_b: Account) -> None:
    granted(account_a, account_b)
    kept = {**REPLICATION, "historical_objects": False}
    account_a.run("oss_bucket_replication", **kept)
    with pytest.raises(ModuleFailedError, match="what is written meanwhile would not be replicated"):
        account_a.run("oss_bucket_replication", **kept, prefixes=["docker/"])


def test_a_missing_package_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, account_a: Account) -> None:
    def found(package: str) -> str:
        if package == "alibabacloud-oss-v2":
            raise PackageNotFoundError(package)
        return version(package)

    monkeypatch.setattr(sdk, "version", found)
    with pytest.raises(
        ModuleFailedError, match=r"alibabacloud-oss-v2 is not installed for .*pip install 'alibabacloud"
    ):
        account_a.run("oss_bucket_replication", **REPLICATION)
    assert account_a.run("acr_instance_info")["instances"], "no other module needs it"


@pytest.mark.parametrize("fault", ["error_500", "reset_after", "reset_before", "html_502", "empty_body", "wrong_shape"])
@pytest.mark.parametrize("action", ["GetBucketReplication", "PutBucketReplication", "DeleteBucketReplication"])
def test_a_fault_is_overcome_or_told(
    fault: str, action: str, cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    granted(account_a, account_b)
    for state in ("present", "absent"):
        cloud.post("/_emulator/faults", {"fault": fault, "match": {"action": action}})
        try:
            account_a.run("oss_bucket_replication", **REPLICATION, state=state)
        except ModuleFailedError as failed:
            told = (f"[{action}: ", "read back", "It goes on; run the task again.")
            assert any(words in str(failed) for words in told)
            account_a.run("oss_bucket_replication", **REPLICATION, state=state)
        cloud.delete("/_emulator/faults")
        assert account_a.run("oss_bucket_replication", **REPLICATION, state=state)["changed"] is False
