# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the module with the emulator over random grants."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import ACCOUNT_A, ACCOUNT_B
from .local_ram import ROLE, LocalRam

Pair = tuple[str, str, str]

ACCOUNTS = [ACCOUNT_A, "3333000033330003", "4444000044440004"]
PLACES = [
    ("eu-central-1", "cri-one0000000000001"),
    ("eu-central-1", "cri-two0000000000002"),
    ("us-east-1", "cri-three00000000003"),
]
BOTH = ["cr:CreateSyncRule", "cr:CreateRepositorySync"]
CONDITION = {"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}
X, Y, Z = (f"acs:cr:{region}:{ACCOUNT_B}:instance/{instance}" for region, instance in PLACES)


def trust(*accounts: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    services = [f"{account}@cr.aliyuncs.com" for account in accounts]
    action = {} if "NotAction" in more else {"Action": "sts:AssumeRole"}
    return {"Effect": effect, "Principal": {"Service": services}, **action, **more}


def allow(action: Any, resource: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


TRUSTS = [
    trust(ACCOUNTS[0]),
    trust(*ACCOUNTS),
    trust(ACCOUNTS[1], Action="sts:*"),
    trust(ACCOUNTS[0], Action=["STS:Assume*", "sts:SetContext"]),
    trust(ACCOUNTS[2], NotAction="sts:GetCallerIdentity"),
    trust(ACCOUNTS[1], Condition=CONDITION),
    trust(ACCOUNTS[2], effect="Deny"),
    trust(ACCOUNTS[0], effect="Deny", Condition=CONDITION),
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": f"acs:ram::{ACCOUNT_B}:root"}},
]
GRANTS = [
    allow(BOTH, X),
    allow(BOTH, [X, Y, Z]),
    allow([*BOTH, "cr:GetInstance"], [X, Y]),
    allow(BOTH[0], X),
    allow(BOTH[1], [X, Z]),
    allow("cr:*", Y),
    allow("CR:Create*", [X, Y]),
    allow(BOTH, f"acs:cr:*:{ACCOUNT_B}:instance/*"),
    allow("*", "*"),
    allow(BOTH, f"acs:cr:*:*:instance/{PLACES[2][1]}"),
    allow(BOTH, Z, Condition=CONDITION),
    allow(BOTH[0], Y, effect="Deny"),
    allow("cr:*", "*", effect="Deny", Condition=CONDITION),
    {"Effect": "Allow", "NotAction": "ram:*", "Resource": Z},
    {"Effect": "Allow", "Action": BOTH, "NotResource": X},
    allow("oss:GetObject", "*"),
]


def document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "1", "Statement": statements}


def some(values: list[Any], least: int = 1, most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique_by=repr)


@st.composite
def worlds(draw: st.DrawFn) -> LocalRam:
    """Draw an account with up to three policies."""
    names = ["AcrCrossAccountSync", "Second", "Somebodys"]
    policies = [{"name": name, "document": document(draw(some(GRANTS)))} for name in draw(some(names, least=0))]
    attached = [policy["name"] for policy in policies if draw(st.booleans())]
    system = draw(st.sampled_from([[], [], [], ["AliyunContainerRegistryFullAccess"]]))
    role = {"name": ROLE, "trust_policy": document(draw(some(TRUSTS))), "policies": attached + system}
    return LocalRam(*([role] if draw(st.integers(0, 3)) else []), policies=tuple(policies))


@st.composite
def deeds(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the options of one run."""
    accounts, places = draw(some(ACCOUNTS)), draw(some(PLACES))
    named: dict[str, Any] = {
        "source_account_ids": accounts,
        "destination_instances": [{"region": region, "instance_id": instance} for region, instance in places],
    }
    options: dict[str, Any] = {"policy_name": draw(st.sampled_from(["AcrCrossAccountSync", "Second"]))}
    if draw(st.booleans()):
        purge = {f"purge_{option}": draw(st.booleans()) for option in ("source_accounts", "destination_instances")}
        return {**options, **named, **purge, "adopt_policy": draw(st.booleans())}
    kept = draw(some(["source_account_ids", "destination_instances"], least=0, most=1))
    return {**options, "state": "absent", **{option: named[option] for option in kept}}


def truth(cloud: LocalRam) -> set[Pair]:
    return {(who, *place) for who, place in product(ACCOUNTS, PLACES) if cloud.lets_in(who, *place)}


def covers(patterns: Iterable[Pair], pair: Pair) -> bool:
    return any(all(map(fnmatchcase, pair, pattern)) for pattern in patterns)


def lines(result: dict[str, Any], sign: str) -> set[Pair]:
    found = re.findall(r"^\%s (\d+) may (?:no longer )?replicate into (\S+) \((\S+)\)$" % sign, prepared(result), re.M)
    return {(who, region, instance) for who, instance, region in found}


def prepared(result: dict[str, Any]) -> str:
    return str(result.get("diff", {}).get("prepared", ""))


def concrete(pairs: set[Pair]) -> set[Pair]:
    return {pair for pair in pairs if pair[1:] in PLACES}


def asked(deed: dict[str, Any]) -> set[Pair]:
    """Return the pairs that a deed names.

    An option that is left out means all.
    """
    places = [
        (destination["region"], destination["instance_id"]) for destination in deed.get("destination_instances", [])
    ] or PLACES
    return {(who, *place) for who, place in product(deed.get("source_account_ids", ACCOUNTS), places)}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(worlds(), st.lists(deeds(), min_size=1, max_size=4))
def test_what_is_said_of_a_grant_is_so(cloud: LocalRam, history: list[dict[str, Any]]) -> None:
    for deed in history:
        had, was = truth(cloud), cloud.world()
        predicted = cloud.run(check=True, **deed)
        assert cloud.world() == was
        result = cloud.run(**deed)
        has = truth(cloud)
        assert (predicted.get("msg"), prepared(predicted)) == (result.get("msg"), prepared(result))
        if result.get("failed"):
            assert cloud.world() == was  # it was refused before anything was written
            assert "Nothing was changed" in result["msg"]
            continue
        assert predicted["changed"] is result["changed"] is (cloud.world() != was)
        if deed.get("state") == "absent":
            assert not asked(deed) & has
            assert has <= had
        else:
            assert asked(deed) <= has
        assert concrete(lines(result, "+")) <= has - had <= {pair for pair in has if covers(lines(result, "+"), pair)}
        assert concrete(lines(result, "-")) <= had - has <= {pair for pair in had if covers(lines(result, "-"), pair)}
        shown = result["cross_account_role"].get("access", [])
        listed = {(entry["source_account_id"], entry["region"], entry["instance_id"]) for entry in shown}
        assert concrete(listed) <= has <= {pair for pair in has if covers(listed, pair)}
        assert cloud.run(**deed)["changed"] is False
