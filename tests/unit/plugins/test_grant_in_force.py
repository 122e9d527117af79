# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse grants that would not work, and revocations that would not."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from .conftest import ACCOUNT_A, ACCOUNT_B, TARGET
from .local_ram import ROLE, LocalRam
from .test_grant_histories import BOTH, CONDITION, allow, document, trust

OTHER = "3333000033330003"
HERE = {"region": "eu-central-1", "instance_id": TARGET}
X = f"acs:cr:eu-central-1:{ACCOUNT_B}:instance/{TARGET}"
ROOT = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [f"acs:ram::{ACCOUNT_B}:root"]}}
OURS = "Lets Container Registry of other accounts replicate images into this one. Kept by registryops.alicloud."
Statement = dict[str, Any]


def serve(trusts: list[Statement], *policies: Statement, more: tuple[str, ...] = (), apart: Any = ()) -> LocalRam:
    """Serve RAM with the role, a policy for each statement, and policies that are not attached.

    The first statement's policy is the module's own.
    """
    names = ["AcrCrossAccountSync", "Other", "Third"][: len(policies)]
    made = [{"name": name, "document": document([statement])} for name, statement in zip(names, policies, strict=True)]
    role = {"name": ROLE, "trust_policy": document(trusts), "policies": [*names, *more]}
    return LocalRam(role, policies=(*made, *apart))


def grant(cloud: LocalRam, *accounts: str, **more: Any) -> dict[str, Any]:
    return cloud.run(source_account_ids=list(accounts), destination_instances=[HERE], **more)


def opened(cloud: LocalRam, account: str = ACCOUNT_A) -> bool:
    return cloud.lets_in(account, "eu-central-1", TARGET)


@pytest.mark.parametrize(
    ("cloud", "obstacle"),
    [
        (
            serve([trust(ACCOUNT_A)], allow(BOTH, X), allow(BOTH[0], X, effect="Deny")),
            f"statement 1 of policy Other denies cr:CreateSyncRule on {X}.",
        ),
        (
            serve([trust(ACCOUNT_A)], allow(BOTH, X), allow("cr:*", "*", effect="Deny", Condition=CONDITION)),
            "statement 1 of policy Other denies cr:* on * on a condition, and nothing shows whether sync meets it.",
        ),
        (
            serve([trust(ACCOUNT_A), trust(ACCOUNT_A, effect="Deny")], allow(BOTH, X)),
            f"statement 2 of the trust policy denies sts:AssumeRole to {ACCOUNT_A}@cr.aliyuncs.com.",
        ),
    ],
)
def test_a_grant_that_is_denied_is_refused_and_what_denies_it_is_named(cloud: LocalRam, obstacle: str) -> None:
    was = cloud.world()
    for check in (True, False):
        said = cloud.run(check, source_account_ids=[ACCOUNT_A], destination_instances=[HERE])["msg"]
        void = f"the grant would not be in force for {ACCOUNT_A} into {TARGET} (eu-central-1): {obstacle}"
        assert said.startswith(f"Cannot plan role {ROLE}: {void} Nothing was changed.")
    assert cloud.world() == was
    assert not opened(cloud)


def test_a_trust_on_a_condition_is_made_good_by_one_without() -> None:
    cloud = serve([trust(ACCOUNT_A, Condition=CONDITION)], allow(BOTH, X))
    assert not opened(cloud)
    assert grant(cloud, ACCOUNT_A)["diff"]["prepared"] == f"+ {ACCOUNT_A} may replicate into {TARGET} (eu-central-1)\n"
    assert opened(cloud)


@pytest.mark.parametrize(
    ("policies", "opening"),
    [
        ([allow(BOTH, X), allow(BOTH, X)], f"statement 1 of policy Other, which allows {', '.join(BOTH)} on {X}."),
        ([allow("cr:Create*", X)], f"statement 1 of policy AcrCrossAccountSync, which allows cr:Create* on {X}."),
        (
            [allow(BOTH, f"acs:cr:*:{ACCOUNT_B}:instance/*")],
            f"statement 1 of policy AcrCrossAccountSync, which allows {', '.join(BOTH)}"
            f" on acs:cr:*:{ACCOUNT_B}:instance/*.",
        ),
        (
            [allow(BOTH, X), allow(BOTH, X, Condition=CONDITION)],
            f"statement 1 of policy Other, which allows {', '.join(BOTH)} on {X}.",
        ),
    ],
)
def test_an_instance_that_stays_open_is_not_said_to_be_closed(policies: list[Statement], opening: str) -> None:
    cloud = serve([trust(ACCOUNT_A)], *policies)
    was = cloud.world()
    said = cloud.run(state="absent", destination_instances=[HERE])["msg"]
    assert f"{ACCOUNT_A} may still replicate into {TARGET} (eu-central-1) by {opening} Nothing was changed." in said
    assert cloud.world() == was
    # The way that the message names closes it.
    assert "or revoke by source_account_ids" in said
    gone = cloud.run(state="absent", source_account_ids=[ACCOUNT_A])
    assert f"- {ACCOUNT_A} may no longer replicate into" in gone["diff"]["prepared"]
    assert not opened(cloud)


@pytest.mark.parametrize(
    ("statements", "left"),
    [
        ([allow([*BOTH, "cr:GetInstance"], X)], [allow(["cr:GetInstance"], [X])]),
        ([allow(BOTH[0], X), allow(BOTH[1], [X])], []),
        (
            [allow(BOTH, [X, X + "x"], Condition=CONDITION), allow(BOTH, X)],
            [allow(BOTH, [X + "x"], Condition=CONDITION)],
        ),
    ],
    ids=["one more action", "two statements", "a condition"],
)
def test_an_instance_is_taken_out_of_whatever_statement_names_it(
    statements: list[Statement], left: list[Statement]
) -> None:
    policy = {"name": "AcrCrossAccountSync", "document": document(statements)}
    role = {"name": ROLE, "trust_policy": document([trust(ACCOUNT_A)]), "policies": ["AcrCrossAccountSync"]}
    cloud = LocalRam(role, policies=(policy,))
    assert opened(cloud)
    gone = cloud.run(state="absent", destination_instances=[HERE])
    assert gone["diff"]["prepared"].startswith(f"- {ACCOUNT_A} may no longer replicate into {TARGET} (eu-central-1)\n")
    assert not opened(cloud)
    assert gone["cross_account_role"]["access"] == []
    assert gone["cross_account_role"]["policy_document"].get("Statement", []) == left


@pytest.mark.parametrize("action", ["sts:*", ["STS:Assume*"], "*"])
def test_a_wide_trust_is_revoked_like_any_other(action: Any) -> None:
    def cloud() -> LocalRam:
        return serve([trust(ACCOUNT_A, Action=action), trust(OTHER)], allow(BOTH, X))

    by_name, by_purge = cloud(), cloud()
    assert by_name.run(state="absent", source_account_ids=[ACCOUNT_A])["changed"] is True
    assert grant(by_purge, OTHER, purge_source_accounts=True)["changed"] is True
    for found in (by_name, by_purge):
        assert (opened(found), opened(found, OTHER)) == (False, True)


def test_a_trust_in_everybody_is_said_to_be_left() -> None:
    everybody = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "*@cr.aliyuncs.com"}}
    cloud = serve([trust(ACCOUNT_A), everybody], allow(BOTH, X))
    gone = cloud.run(state="absent", source_account_ids=[ACCOUNT_A])
    assert gone["diff"]["prepared"].splitlines() == [
        f"- {ACCOUNT_A} may no longer replicate into {TARGET} (eu-central-1)",
        "! statement 1 of the trust policy may still trust every account, and is not changed",
    ]


def test_what_other_policies_open_is_in_the_diff_and_in_the_result() -> None:
    cloud = serve([trust(ACCOUNT_A)], allow("oss:GetObject", "*"), more=("AliyunContainerRegistryFullAccess",))
    assert opened(cloud)
    result = grant(cloud, OTHER)
    assert result["diff"]["prepared"].splitlines() == [
        f"+ {OTHER} may replicate into * (*)",
        f"+ {OTHER} may replicate into {TARGET} (eu-central-1)",
    ]
    assert result["cross_account_role"]["access"] == [
        {"source_account_id": account, "region": region, "instance_id": instance}
        for account, (region, instance) in product((ACCOUNT_A, OTHER), (("*", "*"), ("eu-central-1", TARGET)))
    ]
    shown = cloud.run(module="acr_cross_account_role_info")["cross_account_roles"]
    assert shown == [result["cross_account_role"]]


SOMEBODYS = {"name": "Somebodys", "document": document([allow("oss:*", "*"), allow(BOTH, X)])}


def test_somebodys_policy_is_not_attached_unless_that_is_said() -> None:
    cloud = serve([trust(ACCOUNT_A)], apart=(SOMEBODYS,))
    was = cloud.world()
    for check in (True, False):
        said = cloud.run(check, source_account_ids=[ACCOUNT_A], destination_instances=[HERE], policy_name="Somebodys")[
            "msg"
        ]
        assert "policy Somebodys is there already, is not attached to the role and was not made by this" in said
        assert "module: oss:* on *. Nothing was changed." in said
        assert "adopt_policy: true" in said
    assert cloud.world() == was
    adopted = grant(cloud, ACCOUNT_A, policy_name="Somebodys", adopt_policy=True)
    assert adopted["diff"]["prepared"].splitlines() == [
        f"+ {ACCOUNT_A} may replicate into {TARGET} (eu-central-1)",
        "+ whoever acts as the role may use oss:* on * (policy Somebodys)",
    ]
    assert grant(cloud, ACCOUNT_A, policy_name="Somebodys")["changed"] is False


def test_a_policy_of_ours_that_is_not_attached_is_taken_up_again() -> None:
    left = {"name": "AcrCrossAccountSync", "document": document([allow(BOTH, X)]), "description": OURS}
    cloud = serve([ROOT], apart=(left,))
    assert grant(cloud, ACCOUNT_A)["changed"] is True
    assert opened(cloud)


def test_somebodys_policy_that_is_not_attached_survives_a_revocation() -> None:
    grants_alone = {**SOMEBODYS, "document": document([allow(BOTH, X)])}
    cloud = serve([trust(ACCOUNT_A)], apart=(grants_alone,))
    gone = cloud.run(state="absent", policy_name="Somebodys")
    assert (gone["changed"], list(cloud.account.policies), list(cloud.account.roles)) == (True, ["Somebodys"], [])


def test_users_of_the_account_who_may_act_as_a_kept_role_are_in_the_diff() -> None:
    cloud = serve([trust(ACCOUNT_A)], allow(BOTH, X), allow("oss:*", "*"))
    gone = cloud.run(state="absent")
    assert gone["diff"]["prepared"].splitlines() == [
        f"- {ACCOUNT_A} may no longer replicate into {TARGET} (eu-central-1)",
        f"+ users of account {ACCOUNT_B} who may assume roles may act as the role, which is kept for policy Other and"
        " cannot trust nobody",
    ]
    assert gone["cross_account_role"]["trust_policy"]["Statement"] == [ROOT]


@pytest.mark.parametrize("option", ["source_account_ids", "destination_instances"])
def test_an_empty_list_revokes_nobody(option: str) -> None:
    cloud = serve([trust(ACCOUNT_A)], allow(BOTH, X))
    for check in (True, False):
        empty: dict[str, Any] = {option: []}
        said = cloud.run(check, state="absent", **empty)["msg"]
        assert f"{option} is empty, which would revoke the grants of everybody. Name what to revoke." in said
    assert opened(cloud)
    assert cloud.run(state="absent")["changed"] is True
    assert not opened(cloud)
    # Whatever is there by now: the list is as empty where there is more.
    empty = {option: []}
    assert "would revoke the grants of everybody" in cloud.run(state="absent", **empty)["msg"]


def test_a_sixth_policy_is_refused_before_the_role_is_made() -> None:
    policies = [{"name": f"P{number}", "document": document([allow("oss:*", "*")])} for number in range(5)]
    role = {"name": ROLE, "trust_policy": document([ROOT]), "policies": [policy["name"] for policy in policies]}
    cloud = LocalRam(role, policies=tuple(policies))
    was = cloud.world()
    said = grant(cloud, ACCOUNT_A)["msg"]
    assert "has 5 other custom policies, of which RAM allows 5 in all: P0, P1, P2, P3, P4. Nothing was changed." in said
    assert cloud.world() == was


@pytest.mark.parametrize("action", ["GetRole", "GetPolicy", "ListPoliciesForRole", "ListEntitiesForPolicy"])
def test_an_answer_of_another_shape_is_a_sentence(action: str) -> None:
    cloud = serve([trust(ACCOUNT_A)], allow(BOTH, X))
    send = cloud.send

    def misshapen(product: str, called: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        answer = send(product, called, parameters)
        return {name: str(value) for name, value in answer.items()} if called == action else answer

    cloud.send = misshapen  # type: ignore[method-assign, assignment]
    for result in (cloud.run(state="absent"), cloud.run(check=True, state="absent")):
        assert "the answer is not in the documented shape. Run it again" in result["msg"]
        assert result["msg"].endswith(f"[{action}: HTTP 200]")
