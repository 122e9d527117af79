# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare and change policy documents by their meaning.

Most tests draw documents at random, of statements that this collection writes and statements of others.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import pytest
from acr_emulator import policy as emulated
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy
from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import Access, AttachedPolicy
from ansible_collections.registryops.alicloud.plugins.module_utils._access.statement import as_list, service

ME = "5222000022220002"
ACCOUNTS = ["1252879610640001", "3333000033330003", "4444000044440004"]
GRANTS = [("cn-hangzhou", "cri-a"), ("eu-central-1", "cri-b"), ("*", "cri-c")]
BOTH = list(policy.GRANT_ACTIONS)


def one_or_many(values: list[str]) -> st.SearchStrategy[Any]:
    """Draw some of the values in any order.

    A single value is a text or a list.
    """
    some = st.lists(st.sampled_from(values), min_size=1, unique=True)
    return st.one_of(st.sampled_from(values), some)


def allow(action: Any, **rest: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, **rest}


# Statements of other purposes, which must survive every change: with another principal, another action, or a Deny.
FOREIGN_TRUST: list[dict[str, Any]] = [
    allow("sts:AssumeRole", Principal={"RAM": [f"acs:ram::{ME}:root"]}),
    allow("sts:AssumeRole", Principal={"Service": ["ecs.aliyuncs.com"]}),
    allow(["sts:AssumeRole", "sts:SetContext"], Principal={"Service": "fc.aliyuncs.com"}),
    {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"Service": [service(ACCOUNTS[0])]}},
]
# Likewise: of another service, account or kind of resource, with a Condition, with a Deny, and with a wildcard.
FOREIGN_GRANTS: list[dict[str, Any]] = [
    allow("oss:GetObject", Resource="*"),
    allow(BOTH, Resource=policy.resource("9999000099990009", GRANTS[0])),
    allow(BOTH, Resource=[policy.resource(ME, GRANTS[0]), "acs:cr:*:*:repository/*"]),
    allow(BOTH, Resource=policy.resource(ME, GRANTS[0]), Condition={"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}),
    {"Effect": "Deny", "Action": BOTH, "Resource": policy.resource(ME, GRANTS[1])},
    allow("cr:*", Resource=policy.resource(ME, GRANTS[2])),
]
SERVICES = one_or_many([*map(service, ACCOUNTS), "ecs.aliyuncs.com"])
OUR_TRUST = st.builds(
    lambda services, ram: allow("sts:AssumeRole", Principal={"Service": services, **ram}),
    SERVICES,
    st.sampled_from([{}, {"RAM": f"acs:ram::{ME}:root"}]),
)
OUR_GRANT = st.builds(
    lambda actions, named: allow(actions, Resource=named),
    st.permutations(BOTH),
    one_or_many([policy.resource(ME, grant) for grant in GRANTS]),
)


def documents(ours: st.SearchStrategy[Any], foreign: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    some = st.lists(st.one_of(ours, st.sampled_from(foreign)), max_size=5)
    return some.map(lambda found: {"Version": "1", "Statement": found[0] if len(found) == 1 else found})


TRUSTS, POLICIES = documents(OUR_TRUST, FOREIGN_TRUST), documents(OUR_GRANT, FOREIGN_GRANTS)
SOME_ACCOUNTS, SOME_GRANTS = st.lists(st.sampled_from(ACCOUNTS)), st.lists(st.sampled_from(GRANTS))


def others(document: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Return a trust policy's statements about anyone else."""
    found = set()
    for statement in policy.statements(document):
        for who in chain.from_iterable(map(as_list, statement["Principal"].values())):
            if statement["Effect"] == "Deny" or not who.endswith("@cr.aliyuncs.com"):
                found.add((statement["Effect"], json.dumps(statement["Action"]), who))
    return found


def named_accounts(document: dict[str, Any]) -> set[str]:
    return set(Access(ME, document, ()).named_accounts)


@given(TRUSTS, SOME_ACCOUNTS, SOME_ACCOUNTS)
def test_trust_is_as_asked_and_asking_again_changes_nothing(
    document: dict[str, Any], add: list[str], remove: list[str]
) -> None:
    once = policy.with_trust(document, add, remove)
    assert named_accounts(once) == (named_accounts(document) - set(remove)) | set(add)
    assert policy.with_trust(once, add, ()) == once
    assert policy.meaning(policy.with_trust(once, add, remove)) == policy.meaning(once)


@given(TRUSTS, SOME_ACCOUNTS, SOME_ACCOUNTS)
def test_other_principals_and_statements_survive_any_change_of_trust(
    document: dict[str, Any], add: list[str], remove: list[str]
) -> None:
    assert others(policy.with_trust(document, add, remove)) == others(document)


@given(TRUSTS, SOME_ACCOUNTS)
def test_trust_added_and_removed_restores_the_meaning(document: dict[str, Any], accounts: list[str]) -> None:
    new = set(accounts) - named_accounts(document)
    restored = policy.with_trust(policy.with_trust(document, new, ()), (), new)
    assert policy.meaning(restored) == policy.meaning(document)


def opened(document: dict[str, Any], grant: policy.Grant) -> bool:
    """Return whether the emulator lets both actions through."""
    parsed = [emulated.parse(policy.dump({**document, "Version": "1"}))] if policy.statements(document) else []
    decisions = {emulated.decide(parsed, action, policy.resource(ME, grant)) for action in BOTH}
    return decisions == {emulated.Decision.ALLOW}


def listed(document: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "1", "Statement": policy.statements(document)}


@given(POLICIES, SOME_GRANTS, SOME_GRANTS)
def test_grants_are_as_asked_and_nothing_else_changes(
    document: dict[str, Any], add: list[policy.Grant], remove: list[policy.Grant]
) -> None:
    once = policy.with_grants(document, ME, add, remove)
    # The statement with a Deny, and the one with a wildcard, decide about an instance whatever is asked for.
    denied = {GRANTS[1]} if FOREIGN_GRANTS[4] in policy.statements(document) else set()
    wide = {GRANTS[2]} if FOREIGN_GRANTS[5] in policy.statements(document) else set()
    for grant in GRANTS:
        before, after = (opened(listed(found), grant) for found in (document, once))
        if grant in add:
            assert after is (grant not in denied)
        elif grant in remove:
            assert after is (grant in wide)  # a wildcard says more than can be taken out of it
        else:
            assert after is before
    assert policy.with_grants(once, ME, add, ()) == once
    again = policy.with_grants(once, ME, add, remove)
    assert policy.meaning(again) == policy.meaning(once)


@given(POLICIES, SOME_GRANTS)
def test_statements_of_other_purposes_survive_any_new_grant(document: dict[str, Any], add: list[policy.Grant]) -> None:
    foreign = [statement for statement in policy.statements(document) if statement in FOREIGN_GRANTS]
    after = policy.statements(policy.with_grants(document, ME, add, ()))
    assert [statement for statement in after if statement in FOREIGN_GRANTS] == foreign
    assert len(after) - len(foreign) in (0, 1)


@given(POLICIES, SOME_GRANTS, SOME_GRANTS)
def test_other_rights_survive_any_revocation(
    document: dict[str, Any], add: list[policy.Grant], remove: list[policy.Grant]
) -> None:
    # A statement that allows a further action besides the two. Only the two may be taken out of it.
    more = {
        "Effect": "Allow",
        "Action": [*BOTH, "cr:GetInstance"],
        "Resource": [policy.resource(ME, grant) for grant in GRANTS],
    }
    mixed = {"Version": "1", "Statement": [*policy.statements(document), more]}
    after = emulated.parse(policy.dump(policy.with_grants(mixed, ME, add, remove)))
    for grant in GRANTS:
        assert emulated.decide([after], "cr:GetInstance", policy.resource(ME, grant)) is emulated.Decision.ALLOW


@given(POLICIES, SOME_GRANTS)
def test_grants_added_and_removed_restore_the_meaning(document: dict[str, Any], grants: list[policy.Grant]) -> None:
    tidy = policy.with_grants(document, ME, (), ())
    named = Access(ME, None, (AttachedPolicy("Custom", "P", tidy),)).named_places
    new = set(grants) - named
    restored = policy.with_grants(policy.with_grants(tidy, ME, new, ()), ME, (), new)
    assert policy.meaning(restored) == policy.meaning(tidy)


@given(st.one_of(TRUSTS, POLICIES), st.randoms(use_true_random=False))
def test_meaning_ignores_order_lists_of_one_and_the_case_of_actions(document: dict[str, Any], random: Any) -> None:
    def rewritten(value: Any) -> list[Any]:
        values = as_list(value)
        random.shuffle(values)
        return values

    statements = [dict(statement) for statement in policy.statements(document)]
    random.shuffle(statements)
    for statement in statements:
        statement["Effect"] = statement["Effect"].upper()
        statement["Action"] = [action.swapcase() for action in rewritten(statement["Action"])]
        if "Resource" in statement:
            statement["Resource"] = rewritten(statement["Resource"])
        if "Principal" in statement:
            statement["Principal"] = {kind: rewritten(who) for kind, who in statement["Principal"].items()}
    assert policy.meaning({"Version": "1", "Statement": statements}) == policy.meaning(document)
    assert policy.meaning(policy.parse(policy.dump(document))) == policy.meaning(document)


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Deny"},
        {"Action": "cr:Get"},
        {"Resource": "acs:cr:*:1:instance/X"},
        {"Principal": "*"},
        {"Condition": {"Bool": {"acs:MFAPresent": "true"}}},
        {"NotAction": "cr:Get"},
    ],
)
def test_meaning_sees_every_other_difference(change: dict[str, Any]) -> None:
    statement = allow("cr:List", Resource="acs:cr:*:1:instance/x")
    assert policy.meaning({"Statement": {**statement, **change}}) != policy.meaning({"Statement": statement})


@pytest.mark.parametrize("text", [None, "", "not json", "[]", '"text"', "{}", '{"Statement": ["text"]}'])
def test_a_badly_kept_document_is_read_as_an_empty_one(text: str | None) -> None:
    assert policy.statements(policy.parse(text)) == []
    assert policy.meaning(policy.parse(text)) == frozenset()


NAMED = policy.resource(ME, GRANTS[0])


@pytest.mark.parametrize(
    ("statements", "granted"),
    [
        ([allow(BOTH, Resource=NAMED)], True),
        ([allow(BOTH[0], Resource=NAMED), allow(BOTH[1], Resource=[NAMED])], True),
        ([allow("CR:*", Resource=NAMED)], True),  # RAM compares actions without regard to case
        ([allow(BOTH[0], Resource=NAMED)], False),
        ([allow(BOTH, Resource="acs:cr:*:*:repository/cri-a")], False),
        ([allow(BOTH, Resource=NAMED.replace(ME, ACCOUNTS[0]))], False),
        ([FOREIGN_GRANTS[3]], False),
        ([{**allow(BOTH, Resource=NAMED), "Effect": "Deny"}], False),
    ],
)
def test_an_instance_is_granted_by_both_actions_without_a_condition(statements: list[Any], granted: bool) -> None:
    document = {"Version": "1", "Statement": statements}
    access = Access(ME, None, (AttachedPolicy("Custom", "P", document),))
    assert access.places() == ({GRANTS[0]} if granted else set())


def test_a_statement_without_anyone_left_goes() -> None:
    document = policy.with_trust(None, ACCOUNTS[:1], ())
    assert policy.with_trust(document, (), ACCOUNTS) == {"Version": "1", "Statement": []}


CONTAINER_REGISTRY = {"Service": service(ACCOUNTS[0])}


@pytest.mark.parametrize(
    "statement",
    [
        allow(["sts:AssumeRole", "sts:SetContext"], Principal=CONTAINER_REGISTRY),
        allow("sts:AssumeRole", Principal={**CONTAINER_REGISTRY, "RAM": f"acs:ram::{ME}:root"}),
        allow("sts:AssumeRole", Principal=CONTAINER_REGISTRY, Condition={"StringEquals": {"sts:ExternalId": "x"}}),
        allow("sts:AssumeRole", Principal={"Service": "ecs.aliyuncs.com"}),
    ],
)
def test_an_account_never_joins_a_statement_that_says_more_than_trust(statement: dict[str, Any]) -> None:
    document = policy.with_trust({"Statement": statement}, ACCOUNTS[1:2] * 2, ())
    joined = allow("sts:AssumeRole", Principal={"Service": [service(ACCOUNTS[1])]})
    assert policy.statements(document) == [statement, joined]


def test_an_account_joins_the_statement_of_the_others() -> None:
    document = policy.with_trust({"Statement": allow("sts:assumerole", Principal=CONTAINER_REGISTRY)}, ACCOUNTS, ())
    [statement] = policy.statements(document)
    assert statement["Principal"] == {"Service": [service(account) for account in ACCOUNTS]}


def test_the_meaning_of_a_principal_that_is_no_mapping_counts() -> None:
    anyone, nobody = {"Statement": allow("a", Principal="*")}, {"Statement": allow("a")}
    other = {"Statement": allow("a", Principal="b")}
    assert len({policy.meaning(anyone), policy.meaning(nobody), policy.meaning(other)}) == 3


def test_a_policy_without_a_grant_left_is_an_empty_document() -> None:
    granted = policy.with_grants(None, ME, [GRANTS[0]], [])
    assert policy.with_grants(granted, ME, [], [GRANTS[0]]) == {"Version": "1", "Statement": []}
    assert policy.without_any_grant(granted, ME) == {"Version": "1", "Statement": []}


def test_a_document_is_written_in_one_way() -> None:
    assert policy.dump({"Version": "1", "Statement": []}) == '{"Statement":[],"Version":"1"}'
