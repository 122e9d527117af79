# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify the grants that rules need, with keys of their accounts and without."""

from __future__ import annotations

from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import Access, AttachedPolicy
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.grants import (
    DOUBTFUL,
    IN_FORCE,
    MISSING,
    UNSEEN,
    Grant,
    Grants,
    Need,
    judged,
)

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account

CALLED = f"prod-eu ({TARGET})"
RULE: dict[str, Any] = {
    "name": "to-eu",
    "namespace": "prod",
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
    "target_account_id": ACCOUNT_B,
}
COMMAND = (
    "`ansible-playbook registryops.alicloud.grant_access -i inventories/account_b"
    f" -e acr_source_account_ids={ACCOUNT_A} -e acr_instance_id={TARGET} -e acr_region=eu-central-1`"
)
AUDIT = "registryops.alicloud.audit_sync with the keys of the destination's account looks at grants"


@pytest.fixture
def ruled(granted: Account, account_a: Account) -> Account:
    """Return Account A with a rule that carries all that there is."""
    account_a.run("acr_sync_rule", instance_id=SOURCE, **RULE)
    account_a.run("acr_image_sync", instance_id=SOURCE, from_rule="to-eu", target_account_id=ACCOUNT_B)
    return account_a


def keys_of_b(cloud: Emulator, key: str = "LTAIbbbb", secret: str = "secretB") -> list[dict[str, Any]]:
    keys = {"access_key_id": key, "access_key_secret": secret, "region": "eu-central-1"}
    return [{"name": "prod-eu", "instance_id": TARGET, "cr_endpoint": f"http://{cloud.endpoint}", **keys}]


def verify(account: Account, *rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = {"rules": list(rules) or [RULE], "destinations": keys_of_b(account.cloud), **more}
    return account.run("acr_sync_verify", instance_id=SOURCE, **said)


def push(cloud: Emulator, tag: str) -> None:
    cloud.post("/_emulator/images", {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": [tag]})


def test_a_grant_that_is_in_force_is_said(ruled: Account) -> None:
    result = verify(ruled)
    assert (result["state"], result["summary"]["grants"]) == ("good", f"in force for {CALLED}")


def test_a_revoked_grant_is_an_error_before_anything_fails_for_it(ruled: Account, granted: Account) -> None:
    granted.run("acr_cross_account_role", state="absent", source_account_ids=[ACCOUNT_A])
    result = verify(ruled)
    [finding] = result["findings"]
    assert (result["state"], finding["check"], finding["severity"]) == ("bad", "missing_grant", "error")
    assert finding["problem"] == (
        f"account {ACCOUNT_A} may not replicate into {CALLED}, where sync rule to-eu should:"
        " its account has no role that lets others in"
    )
    assert finding["remedy"] == (
        f"Run {COMMAND}. If access was revoked for good, set state: absent for sync rule to-eu."
    )
    assert result["summary"]["grants"] == f"missing for {CALLED}"


def test_what_else_the_role_lets_in_is_no_grant(ruled: Account, granted: Account) -> None:
    granted.run(
        "acr_cross_account_role",
        source_account_ids=["1111111111111111"],
        destination_instances=[{"region": "eu-central-1", "instance_id": TARGET}],
    )
    granted.run("acr_cross_account_role", state="absent", source_account_ids=[ACCOUNT_A])
    [finding] = verify(ruled)["findings"]
    assert f"the role does not trust account {ACCOUNT_A}" in finding["problem"]


def test_images_that_failed_for_want_of_a_grant_are_sent_once_it_is_back(
    cloud: Emulator, ruled: Account, granted: Account
) -> None:
    granted.run("acr_cross_account_role", state="absent")
    push(cloud, "v9")
    by_check = {finding["check"]: finding["remedy"] for finding in verify(ruled)["findings"]}
    assert by_check["failed_image"] == "Once access is granted, registryops.alicloud.backfill_images sends what failed."
    granted.run(
        "acr_cross_account_role",
        source_account_ids=[ACCOUNT_A],
        destination_instances=[{"region": "eu-central-1", "instance_id": TARGET}],
    )
    result = verify(ruled)
    [role] = cloud.state()["accounts"][1]["roles"]
    [failed] = result["findings"]
    assert failed["remedy"].startswith("The grant is in force now, and was changed last at 20")
    assert failed["remedy"].endswith("Z: registryops.alicloud.backfill_images sends what failed.")
    assert role and result["summary"]["grants"] == f"in force for {CALLED}"


def test_without_keys_it_is_said_that_nobody_looked(ruled: Account) -> None:
    result = verify(ruled, destinations=[])
    assert result["summary"]["grants"] == f"not looked at for {TARGET}, since no keys of it were given; {AUDIT}"


def test_keys_that_may_not_read_the_role_are_no_finding(cloud: Emulator, ruled: Account) -> None:
    world = cloud.state()
    allowed = {"Effect": "Allow", "Action": ["cr:List*"], "Resource": "*"}
    reader = {"name": "reader", "type": "user", "access_key_id": "LTAIread", "access_key_secret": "secretR"}
    world["accounts"][1]["identities"].append({**reader, "policies": [{"Version": "1", "Statement": [allowed]}]})
    cloud.post("/_emulator/reset", world)
    result = verify(ruled, destinations=keys_of_b(cloud, "LTAIread", "secretR"))
    assert result["findings"] == []
    assert result["summary"]["grants"] == (f"not looked at for {CALLED}, since its keys may not call GetRole; {AUDIT}")


def test_a_rule_that_is_missing_needs_a_grant_all_the_same(account_a: Account, account_b: Account) -> None:
    result = verify(account_a)
    assert [finding["check"] for finding in result["findings"]] == ["missing_rule", "missing_grant"]
    assert result["summary"]["grants"] == f"missing for {CALLED}"


def test_a_preview_says_that_the_grant_is_not_there_yet(account_a: Account, account_b: Account) -> None:
    result = verify(account_a, preview=True)
    assert [finding["check"] for finding in result["findings"]] == ["to_verify"]
    assert result["summary"]["grants"] == f"not there yet for {CALLED}"


def test_an_unlisted_rule_needs_a_grant_and_its_absence_is_no_error(ruled: Account, granted: Account) -> None:
    granted.run("acr_cross_account_role", state="absent")
    other = {**RULE, "name": "another", "state": "absent"}
    result = verify(ruled, other)
    assert result["summary"]["grants"] == f"missing for {CALLED}"
    assert "missing_grant" not in [finding["check"] for finding in result["findings"]]


def test_no_rule_of_one_account_needs_a_grant(account_a: Account) -> None:
    own = {**RULE, "target_account_id": ACCOUNT_A}
    result = verify(account_a, own, account_id=ACCOUNT_A, destinations=[])
    assert result["summary"]["grants"] == "no rule needs one"


TRUST: dict[str, Any] = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": [f"{ACCOUNT_A}@cr.aliyuncs.com"]},
}
ALLOW = {"Effect": "Allow", "Action": ["cr:CreateRepositorySync", "cr:CreateSyncRule"], "Resource": "*"}
ON_CONDITION = {"Condition": {"IpAddress": {"acs:SourceIp": ["10.0.0.0/8"]}}}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "1", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("trust", "policy", "state", "why"),
    [
        (document(TRUST), document(ALLOW), IN_FORCE, ""),
        (None, document(ALLOW), MISSING, "its account has no role"),
        (document(), document(ALLOW), MISSING, f"the role does not trust account {ACCOUNT_A}"),
        (document(TRUST), document(), MISSING, "no attached policy allows cr:CreateRepositorySync"),
        (document(TRUST), document(ALLOW, {**ALLOW, "Effect": "Deny"}), MISSING, "denies"),
        (document({**TRUST, **ON_CONDITION}), document(ALLOW), DOUBTFUL, "condition"),
        (document(TRUST), None, DOUBTFUL, "policy Kept could not be read"),
    ],
)
def test_a_grant_is_judged_by_trust_and_policies(
    trust: dict[str, Any] | None, policy: dict[str, Any] | None, state: str, why: str
) -> None:
    access = Access(ACCOUNT_B, trust, (AttachedPolicy("Custom", "Kept", policy),), "2026-01-31T12:00:00Z")
    grant = judged(access, ACCOUNT_A, ("eu-central-1", TARGET))
    assert (grant.state, why.lower() in grant.why.lower()) == (state, True), grant.why


def test_a_grant_that_nobody_can_tell_is_a_warning() -> None:
    need = Need(TARGET, "eu-central-1", CALLED, ["to-eu"])
    grants = Grants(ACCOUNT_A, [need], {TARGET: Grant(DOUBTFUL, "policy Kept could not be read")})
    [finding] = grants.findings()
    assert (finding["severity"], finding["check"]) == ("warning", "doubtful_grant")
    assert grants.in_words(preview=False) == f"doubtful for {CALLED}"


def test_grants_of_several_instances_are_told_together() -> None:
    needs = [Need(f"cri-{name}", "eu-central-1", name, [name]) for name in ("one", "two", "three")]
    grants = Grants(ACCOUNT_A, needs, {"cri-two": Grant(IN_FORCE)})
    assert grants.in_words(preview=False) == (
        f"not looked at for one and three, since no keys of them were given; {AUDIT}; in force for two"
    )
    assert grants.of("cri-one").state == UNSEEN
