# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merge into a role that others share."""

from __future__ import annotations

from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_A, ACCOUNT_B, TARGET, Account, ModuleFailedError

OTHER = "3333000033330003"
ROLE = "aliyuncontainerregistrycrossaccoutsyncrole"
HERE = {"region": "eu-central-1", "instance_id": TARGET}
THERE = {"region": "us-east-1", "instance_id": "cri-elsewhere0000001"}
FOREIGN_TRUST = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"RAM": [f"acs:ram::{ACCOUNT_B}:root"]}}
FOREIGN_STATEMENT = {"Action": "oss:GetObject", "Effect": "Allow", "Resource": "*"}


def grant(account: Account, *accounts: str, check: bool = False, **more: Any) -> dict[str, Any]:
    instances = more.pop("destination_instances", [HERE])
    return account.run(
        "acr_cross_account_role",
        check=check,
        source_account_ids=list(accounts),
        destination_instances=instances,
        **more,
    )


def with_world(cloud: Emulator, **account_b: Any) -> None:
    state = cloud.state()
    state.pop("sync_tasks", None)
    state["accounts"][1].update(account_b)
    cloud.reset(state)


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "1", "Statement": list(statements)}


def test_the_policy_is_what_the_documentation_asks_for(account_b: Account) -> None:
    role = grant(account_b, ACCOUNT_A)["cross_account_role"]
    assert role["trust_policy"]["Statement"] == [
        {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": [f"{ACCOUNT_A}@cr.aliyuncs.com"]}}
    ]
    assert role["policy_document"]["Statement"] == [
        {
            "Action": ["cr:CreateRepositorySync", "cr:CreateSyncRule"],
            "Effect": "Allow",
            "Resource": [f"acs:cr:eu-central-1:{ACCOUNT_B}:instance/{TARGET}"],
        }
    ]
    assert role["role_arn"] == f"acs:ram::{ACCOUNT_B}:role/{ROLE}"


def test_other_grants_survive_unless_they_are_purged(account_b: Account) -> None:
    grant(account_b, ACCOUNT_A)
    role = grant(account_b, OTHER, destination_instances=[THERE])["cross_account_role"]
    assert role["source_account_ids"] == [ACCOUNT_A, OTHER]
    assert role["destination_instances"] == [HERE, THERE]
    purged = grant(account_b, OTHER, purge_source_accounts=True)
    assert purged["cross_account_role"]["source_account_ids"] == [OTHER]
    assert f"- {ACCOUNT_A} may no longer replicate into {TARGET} (eu-central-1)" in purged["diff"]["prepared"]
    left = grant(account_b, OTHER, purge_destination_instances=True)["cross_account_role"]
    assert left["destination_instances"] == [HERE]


def test_what_others_use_is_left_and_named(cloud: Emulator, account_b: Account) -> None:
    policy = {"name": "AcrCrossAccountSync", "document": document(FOREIGN_STATEMENT)}
    role = {"name": ROLE, "trust_policy": document(FOREIGN_TRUST), "policies": ["AcrCrossAccountSync"]}
    with_world(cloud, policies=[policy], roles=[role])
    made = grant(account_b, ACCOUNT_A)["cross_account_role"]
    assert FOREIGN_TRUST in made["trust_policy"]["Statement"]
    assert FOREIGN_STATEMENT in made["policy_document"]["Statement"]

    gone = account_b.run("acr_cross_account_role", state="absent")
    assert gone["cross_account_role"]["trust_policy"]["Statement"] == [FOREIGN_TRUST]
    assert gone["cross_account_role"]["policy_document"]["Statement"] == [FOREIGN_STATEMENT]
    assert len(gone["kept"]) == 2
    assert account_b.run("acr_cross_account_role", state="absent")["changed"] is False


def test_a_policy_that_is_attached_elsewhere_is_detached_and_left(cloud: Emulator, account_b: Account) -> None:
    grant(account_b, ACCOUNT_A)
    held = cloud.state()["accounts"][1]["policies"]
    other = {"name": "other", "trust_policy": document(FOREIGN_TRUST), "policies": ["AcrCrossAccountSync"]}
    with_world(cloud, policies=held, roles=[*cloud.state()["accounts"][1]["roles"], other])
    gone = account_b.run("acr_cross_account_role", state="absent")
    assert gone["kept"] == ["policy AcrCrossAccountSync, used by role other"]
    assert account_b.run("acr_cross_account_role_info")["cross_account_roles"][0]["exists"] is False


def test_a_role_that_carries_another_policy_trusts_its_own_account_afterwards(
    cloud: Emulator, account_b: Account
) -> None:
    grant(account_b, ACCOUNT_A)
    grant(account_b, ACCOUNT_A, policy_name="Second", destination_instances=[THERE])
    gone = account_b.run("acr_cross_account_role", state="absent")
    assert gone["kept"] == [f"role {ROLE}, used by policy Second"]
    assert gone["cross_account_role"]["trust_policy"]["Statement"] == [FOREIGN_TRUST]
    assert account_b.run("acr_cross_account_role", state="absent")["changed"] is False


def test_one_account_of_two_is_revoked_alone(account_b: Account) -> None:
    grant(account_b, ACCOUNT_A, OTHER)
    gone = account_b.run("acr_cross_account_role", state="absent", source_account_ids=[ACCOUNT_A])
    assert gone["cross_account_role"]["source_account_ids"] == [OTHER]
    assert gone["kept"] == [
        f"role {ROLE}, used by account {OTHER}",
        f"policy AcrCrossAccountSync, used by account {OTHER}",
    ]
    last = account_b.run("acr_cross_account_role", state="absent", source_account_ids=[OTHER])
    assert (last["cross_account_role"], last["kept"]) == ({}, [])


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("misspelt", [ACCOUNT_A[:-1], ACCOUNT_A + "1"])
def test_a_revocation_of_nearly_an_account_is_refused_if_a_digit_lacks(
    misspelt: str, check: bool, account_b: Account
) -> None:
    grant(account_b, ACCOUNT_A, OTHER)
    reason = f"account {misspelt} has no access, and {ACCOUNT_A} has, whose UID has 16 digits and not {len(misspelt)}"
    with pytest.raises(ModuleFailedError, match=reason):
        account_b.run("acr_cross_account_role", check, state="absent", source_account_ids=[misspelt])
    # Beside the right one it does no harm, and one of the same length may have been revoked before.
    for accounts in ([ACCOUNT_A, misspelt], [ACCOUNT_A[:-1] + "9"]):
        account_b.run("acr_cross_account_role", True, state="absent", source_account_ids=accounts)


def test_one_instance_of_two_is_revoked_for_all(account_b: Account) -> None:
    grant(account_b, ACCOUNT_A, destination_instances=[HERE, THERE])
    gone = account_b.run("acr_cross_account_role", state="absent", destination_instances=[HERE])
    assert gone["cross_account_role"]["destination_instances"] == [THERE]
    assert gone["cross_account_role"]["source_account_ids"] == [ACCOUNT_A]


def test_old_versions_make_room(account_b: Account) -> None:
    for number in range(8):
        instance = {"region": "eu-central-1", "instance_id": f"cri-number{number:010d}"}
        assert grant(account_b, ACCOUNT_A, destination_instances=[instance])["changed"] is True
    assert len(grant(account_b, ACCOUNT_A)["cross_account_role"]["destination_instances"]) == 9


def test_a_document_that_is_too_long_is_refused_before_anything_is_written(cloud: Emulator, account_b: Account) -> None:
    many = [{"region": "eu-central-1", "instance_id": f"cri-number{number:010d}"} for number in range(90)]
    for check in (True, False):
        with pytest.raises(ModuleFailedError, match=r"would have \d{4} characters, and RAM allows 6144"):
            grant(account_b, ACCOUNT_A, destination_instances=many, check=check)
    assert [call["action"] for call in cloud.calls() if call["action"].startswith(("Create", "Update"))] == []


def test_documents_are_compared_by_meaning(cloud: Emulator, account_b: Account) -> None:
    grant(account_b, ACCOUNT_A)
    text = f"acs:cr:eu-central-1:{ACCOUNT_B}:instance/{TARGET}"
    rewritten = {"Effect": "Allow", "Resource": text, "Action": ["cr:CreateSyncRule", "cr:CreateRepositorySync"]}
    trust = {"Effect": "Allow", "Principal": {"Service": f"{ACCOUNT_A}@cr.aliyuncs.com"}, "Action": ["sts:AssumeRole"]}
    role = {"name": ROLE, "trust_policy": document(trust), "policies": ["AcrCrossAccountSync"]}
    with_world(cloud, policies=[{"name": "AcrCrossAccountSync", "document": document(rewritten)}], roles=[role])
    assert grant(account_b, ACCOUNT_A)["changed"] is False


def test_a_grant_that_was_left_half_made_is_completed(cloud: Emulator, account_b: Account) -> None:
    cloud.post("/_emulator/faults", {"match": {"action": "CreatePolicy", "nth": 2}, "fault": "error_500", "times": 9})
    with pytest.raises(ModuleFailedError, match="Cannot create role"):
        grant(account_b, ACCOUNT_A)
    cloud.delete("/_emulator/faults")
    assert grant(account_b, ACCOUNT_A)["cross_account_role"]["policy_attached"] is True
    assert grant(account_b, ACCOUNT_A)["changed"] is False


def test_nothing_named_is_an_error(account_b: Account) -> None:
    with pytest.raises(ModuleFailedError, match="source_account_ids is empty"):
        account_b.run("acr_cross_account_role", source_account_ids=[], destination_instances=[HERE])
    with pytest.raises(ModuleFailedError, match="missing: source_account_ids"):
        account_b.run("acr_cross_account_role", destination_instances=[HERE])
