# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read whom policies trust and what they allow."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy
from ansible_collections.registryops.alicloud.plugins.module_utils._access.breadth import excess, trust_of
from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import Access, AttachedPolicy
from ansible_collections.registryops.alicloud.plugins.module_utils._access.statement import service

ONE, TWO = "1252879610640001", "3333000033330003"
ASSUME = "sts:AssumeRole"
HERE = "acs:cr:eu-central-1:5222000022220002:instance/cri-1"
ELSEWHERE = "acs:cr:eu-central-1:5222000022220002:instance/cri-2"
BOTH = list(policy.GRANT_ACTIONS)
EXTERNAL = {"StringEquals": {"sts:ExternalId": "x"}}
Statement = dict[str, Any]


def trusting(*accounts: str, effect: str = "Allow", action: Any = ASSUME, **more: Any) -> Statement:
    principal = {"Service": [service(account) for account in accounts]}
    return {"Effect": effect, "Action": action, "Principal": principal, **more}


def allow(action: Any, resource: Any, effect: str = "Allow", **more: Any) -> Statement:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def document(*statements: Statement) -> dict[str, Any]:
    return {"Version": "1", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("statements", "always", "on_condition", "others"),
    [
        ([], [], [], []),
        ([trusting(ONE, TWO)], [ONE, TWO], [], []),
        ([trusting(ONE, action=["sts:*"]), trusting(TWO, action="*")], [ONE, TWO], [], []),
        ([trusting(ONE, action="sts:SetContext")], [], [], []),
        ([trusting(ONE, Condition={})], [ONE], [], []),
        ([trusting(ONE, Condition=EXTERNAL)], [], [ONE], []),
        ([trusting(ONE, Condition=EXTERNAL), trusting(ONE)], [ONE], [], []),
        ([trusting(ONE, TWO), trusting(ONE, effect="Deny")], [TWO], [], []),
        ([trusting(ONE, Condition=EXTERNAL), trusting(ONE, effect="deny", action="*")], [], [], []),
        ([trusting(ONE), trusting(ONE, effect="Deny", Condition=EXTERNAL)], [], [ONE], []),
        (
            [{"Effect": "Allow", "NotAction": "sts:GetFederationToken", "Principal": {"Service": "x"}}],
            [],
            [],
            ["Service x"],
        ),
        ([{"Effect": "Allow", "NotAction": ASSUME, "Principal": {"Service": "x"}}], [], [], []),
        (
            [{"Effect": "Allow", "Action": ASSUME, "Principal": {"Service": "ecs.aliyuncs.com", "RAM": ["a", "b"]}}],
            *([], []),
            ["RAM a", "RAM b", "Service ecs.aliyuncs.com"],
        ),
        ([trusting("*")], [], [], ["Service *@cr.aliyuncs.com"]),
        ([{"Effect": "Allow", "Action": ASSUME, "Principal": "*"}], [], [], ["everybody *"]),
    ],
)
def test_whom_a_trust_policy_trusts(
    statements: list[Statement], always: list[str], on_condition: list[str], others: list[str]
) -> None:
    trust = trust_of(document(*statements))
    assert (sorted(trust.accounts), sorted(trust.on_condition), list(trust.others)) == (always, on_condition, others)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (allow(BOTH, HERE), []),
        (allow([action.upper() for action in BOTH], [HERE, ELSEWHERE]), []),
        (allow(BOTH, "acs:cr:*:*:instance/cri-1"), []),  # an ID is one instance, wherever it is
        (allow("oss:*", "*", effect="Deny"), []),
        (allow("cr:*", HERE), [f"cr:* on {HERE}"]),
        (allow(["cr:GetInstance", *BOTH], HERE), [f"cr:GetInstance on {HERE}"]),
        (allow(BOTH[0], "*"), [f"{BOTH[0]} on *"]),
        (allow(BOTH[0], [HERE, "acs:cr:*:*:instance/*"]), [f"{BOTH[0]} on acs:cr:*:*:instance/*"]),
        (allow(BOTH[0], HERE[:-1] + "?"), [f"{BOTH[0]} on {HERE[:-1]}?"]),
        (
            allow(BOTH[0], HERE.replace("instance/", "repository/")),
            [f"{BOTH[0]} on {HERE.replace('instance/', 'repository/')}"],
        ),
        ({"Effect": "Allow", "NotAction": "ram:*", "Resource": "*"}, ["all but ram:* on *"]),
        ({"Effect": "Allow", "Action": BOTH[0], "NotResource": HERE}, [f"{BOTH[0]} on all but {HERE}"]),
    ],
)
def test_what_a_policy_allows_beyond_sync(statement: Statement, found: list[str]) -> None:
    assert list(excess(document(statement))) == found


@pytest.mark.parametrize(
    ("statements", "reached"),
    [
        ([], False),
        ([allow(BOTH, HERE)], True),
        ([allow(BOTH, [ELSEWHERE, HERE])], True),
        ([allow(BOTH, ELSEWHERE)], False),
        ([allow(BOTH[0], HERE)], False),
        ([allow(BOTH[0], HERE), allow(BOTH[1], "*")], True),
        ([allow("CR:create*", "acs:cr:*:*:instance/cri-?")], True),
        ([allow(BOTH, HERE, Condition={"Bool": {"acs:SecureTransport": "true"}})], False),
        ([allow("*", "*"), allow(BOTH[1], HERE, effect="Deny")], False),
        ([allow("*", "*"), allow("*", ELSEWHERE, effect="Deny")], True),
        ([{"Effect": "Allow", "NotAction": "ram:*", "NotResource": ELSEWHERE}], True),
        ([{"Effect": "Allow", "NotAction": BOTH, "Resource": "*"}], False),
    ],
)
def test_whether_policies_reach_an_instance(statements: list[Statement], reached: bool) -> None:
    place = ("eu-central-1", "cri-1")
    assert access(document(*statements)).reaches(place) is reached
    assert access(*(document(statement) for statement in statements)).reaches(place) is reached


def access(*documents: dict[str, Any]) -> Access:
    attached = tuple(AttachedPolicy("Custom", f"P{number}", found) for number, found in enumerate(documents))
    return Access("5222000022220002", None, attached)


def test_where_the_region_is_not_known_any_will_do() -> None:
    assert access(document(allow(BOTH, HERE))).reaches_anywhere("cri-1") is True
    assert access(document(allow(BOTH, "*"))).reaches_anywhere("cri-1") is True
    assert access(document(allow(BOTH, ELSEWHERE))).reaches_anywhere("cri-1") is False


@pytest.mark.parametrize(
    ("statement", "places"),
    [
        (allow(BOTH, [HERE, ELSEWHERE]), [("eu-central-1", "cri-1"), ("eu-central-1", "cri-2")]),
        (allow(BOTH, HERE, effect="Deny"), []),
        (allow(BOTH, "acs:cr:*"), [("*", "*")]),
        (allow(BOTH, HERE.replace("instance/", "repository/")), []),
        (allow(BOTH, HERE.replace("5222", "1252")), []),  # another account's
        (allow(BOTH, "acs:cr:eu-central-1:*:*/cri-1"), [("eu-central-1", "*")]),  # instances, whatever their IDs
        (allow(BOTH, HERE + ":x"), [("eu-central-1", "cri-1:x")]),  # only the first four colons part anything
        # All but one instance: any may be open, and the one is named.
        ({"Effect": "Allow", "Action": BOTH, "NotResource": ELSEWHERE}, [("*", "*"), ("eu-central-1", "cri-2")]),
    ],
)
def test_which_instances_a_policy_names(statement: Statement, places: list[tuple[str, str]]) -> None:
    assert sorted(access(document(statement)).named_places) == places


def test_what_keeps_an_account_out_is_said() -> None:
    granted = document(allow(BOTH, HERE))
    nobody = Access("5222000022220002", document(), (AttachedPolicy("Custom", "P0", document()),))
    assert list(nobody.obstacles(ONE, ("eu-central-1", "cri-1"))) == [
        f"the role does not trust account {ONE}",
        *(f"no attached policy allows {action} on {HERE}" for action in BOTH),
    ]
    trusted = Access("5222000022220002", document(trusting(ONE)), (AttachedPolicy("Custom", "P0", granted),))
    assert list(trusted.obstacles(ONE, ("eu-central-1", "cri-1"))) == []
    denied = Access("5222000022220002", document(trusting(ONE), trusting(ONE, effect="Deny")), ())
    assert list(denied.denials(ONE)) == [f"statement 2 of the trust policy denies {ASSUME} to {service(ONE)}"]
    both = access(document(allow("*", "*"), allow(BOTH[1], HERE, effect="Deny")))
    assert both.refusals(("eu-central-1", "cri-1")) == [f"statement 2 of policy P0 denies {BOTH[1]} on {HERE}"]


def test_only_certain_trust_counts_unless_possible_trust_is_asked_for() -> None:
    statements = [trusting(ONE), trusting(TWO, Condition=EXTERNAL)]
    found = Access("5222000022220002", document(*statements), ())
    assert found.accounts() == {ONE}
    assert found.accounts(certain=False) == {ONE, TWO}


EVERYBODY = {"Effect": "Allow", "Action": ASSUME, "Principal": "*"}


@pytest.mark.parametrize(
    ("statements", "certainly", "possibly"),
    [
        # Whether RAM reads a * is not known. So it keeps out, and lets in only where that is the harm.
        ([trusting(ONE), {**EVERYBODY, "Effect": "Deny"}], False, True),
        ([EVERYBODY], False, True),
        ([trusting("*")], False, True),
        ([trusting(ONE), trusting("*", effect="Deny")], False, True),
        ([trusting(ONE)], True, True),
    ],
)
def test_a_principal_that_may_stand_for_any_account_counts_where_it_does_harm(
    statements: list[Statement], certainly: bool, possibly: bool
) -> None:
    found = Access("5222000022220002", document(*statements), ())
    assert (found.trusts(ONE), found.trusts(ONE, certain=False)) == (certainly, possibly)
    # What denies it is named where the account is kept out by that alone.
    denied = bool(len(statements) > 1)
    assert bool(list(found.denials(ONE))) is denied


def test_when_a_policy_was_changed_makes_no_difference_to_what_is_granted() -> None:
    policies = [AttachedPolicy("Custom", "P0", document(), updated) for updated in ("2026-01-01T00:00:00Z", "")]
    assert policies[0] == policies[1]
    accesses = [Access("5222000022220002", None, (), updated) for updated in ("2026-01-01T00:00:00Z", "")]
    assert accesses[0] == accesses[1]
