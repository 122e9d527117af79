"""Evaluate policies without a server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from acr_emulator.policy import Decision, Document, MalformedPolicyError, decide, match, parse, trusts
from hypothesis import given
from hypothesis import strategies as st

ARN = "acs:cr:cn-hangzhou:1:instance/cri-x"


def document(*statements: dict[str, Any], trust: bool = False) -> Document:
    return parse(json.dumps({"Version": "1", "Statement": list(statements)}), trust=trust)


def statement(effect: str, action: object, resource: object = "*", **more: object) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("statements", "decision"),
    [
        ([], Decision.IMPLICIT_DENY),
        ([statement("Allow", "cr:GetInstance")], Decision.ALLOW),
        ([statement("Allow", ["cr:List*", "CR:getinstance"])], Decision.ALLOW),
        ([statement("Allow", "cr:Get*", "acs:cr:*:1:instance/cri-?")], Decision.ALLOW),
        ([statement("Allow", "cr:*", ["acs:cr:*:2:*", "acs:cr:cn-*:1:*"])], Decision.ALLOW),
        ([statement("Allow", "*", "acs:cr:cn-shanghai:*")], Decision.IMPLICIT_DENY),
        ([statement("Allow", "*", "ACS:*")], Decision.IMPLICIT_DENY),
        ([statement("Allow", "cr:GetInstanc")], Decision.IMPLICIT_DENY),
        ([statement("Allow", "*"), statement("Deny", "cr:Get*")], Decision.EXPLICIT_DENY),
        ([statement("Deny", "cr:Get*", "acs:ram:*"), statement("Allow", "*")], Decision.ALLOW),
        ([statement("Allow", "*", Condition={"Bool": {"acs:MFAPresent": "true"}})], Decision.IMPLICIT_DENY),
        (
            [statement("Allow", "*"), statement("Deny", "*", Condition={"Bool": {"acs:MFAPresent": "false"}})],
            Decision.EXPLICIT_DENY,
        ),
        ([{"Effect": "Allow", "NotAction": "ram:*", "Resource": "*"}], Decision.ALLOW),
        ([{"Effect": "Allow", "NotAction": "cr:*", "Resource": "*"}], Decision.IMPLICIT_DENY),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "acs:cr:*"}], Decision.IMPLICIT_DENY),
    ],
)
def test_decisions(statements: list[dict[str, Any]], decision: Decision) -> None:
    documents = [document(allowed) for allowed in statements]
    assert decide(documents, "cr:GetInstance", ARN) is decision


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "must be an object"),
        ('{"Version": "2", "Statement": []}', 'Version "1"'),
        ('{"Version": "1", "Statement": []}', "no Statement"),
        ('{"Version": "1", "Statement": ["x"]}', "not an object"),
        ('{"Version": "1", "Statement": [{"Effect": "allow"}]}', "Effect"),
        ('{"Version": "1", "Statement": [{"Effect": "Allow", "Resource": "*"}]}', "Action"),
        ('{"Version": "1", "Statement": [{"Effect": "Allow", "Action": [], "Resource": "*"}]}', "Action"),
        ('{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*"}]}', "Resource"),
    ],
)
def test_malformed_documents(text: str, reason: str) -> None:
    with pytest.raises(MalformedPolicyError, match=reason):
        parse(text)


def test_a_trust_policy_needs_a_known_principal() -> None:
    for principal in (None, {}, "*", {"Robot": "x"}, {"Service": 1}):
        with pytest.raises(MalformedPolicyError, match="Principal"):
            document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}, trust=True)


def test_trust() -> None:
    def trusting(effect: str = "Allow", action: str = "sts:AssumeRole", **more: object) -> dict[str, Any]:
        return {"Effect": effect, "Action": action, "Principal": {"Service": ["1@cr.aliyuncs.com"]}, **more}

    assert trusts(document(trusting(), trust=True), "Service", ["1@cr.aliyuncs.com"])
    assert not trusts(document(trusting(), trust=True), "Service", ["11@cr.aliyuncs.com"])
    assert not trusts(document(trusting(), trust=True), "RAM", ["1@cr.aliyuncs.com"])
    assert not trusts(document(trusting(action="sts:TagSession"), trust=True), "Service", ["1@cr.aliyuncs.com"])
    assert not trusts(document(trusting(), trusting("Deny"), trust=True), "Service", ["1@cr.aliyuncs.com"])
    assert not trusts(document(trusting(Condition={"x": 1}), trust=True), "Service", ["1@cr.aliyuncs.com"])


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        ({"StringEquals": {"sts:ExternalId": "told"}}, ["told"]),
        ({"StringEquals": {"sts:ExternalId": ["told", "too"]}}, ["told", "too"]),
        ({"StringEquals": {"sts:ExternalId": "told", "acs:Service": "x"}}, []),
        ({"StringEquals": {"sts:ExternalId": "told"}, "Bool": {"acs:SecureTransport": "true"}}, []),
    ],
)
def test_a_trust_that_asks_for_an_external_id(condition: dict[str, Any], known: list[str]) -> None:
    principal = "acs:ram::1:root"
    trusting = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": principal}, "Condition": condition}
    read = document(trusting, trust=True)
    assert [
        external_id for external_id in ("", "told", "too", "other") if trusts(read, "RAM", [principal], external_id)
    ] == known


def test_wildcards() -> None:
    assert match("a*c?", "abbbcd")
    assert not match("a*c?", "abbbc")
    assert match("[a]*", "[a]b")
    assert not match("[a]*", "ab")
    assert match("*", "")
    assert not match("?", "")
    assert match("a*", "a\nb")


names = st.text("abc:*?/[", max_size=12)


@given(names, names)
def test_a_star_matches_anything_between(start: str, end: str) -> None:
    literal = start.replace("*", "x").replace("?", "x") + end.replace("*", "x").replace("?", "x")
    assert match(f"{start}*{end}", literal)


@given(st.text(max_size=40), st.lists(st.sampled_from("a*?"), max_size=40))
def test_matching_always_ends(text: str, pattern: list[str]) -> None:
    match("".join(pattern), text + "a" * 200)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
statements = st.fixed_dictionaries(
    {},
    optional={
        "Effect": st.sampled_from(["Allow", "Deny"]) | json_values,
        "Action": names | st.lists(names, max_size=3) | json_values,
        "NotAction": names | json_values,
        "Resource": names | st.lists(names, max_size=3) | json_values,
        "Principal": st.dictionaries(st.sampled_from(["RAM", "Service"]), names | json_values) | json_values,
        "Condition": json_values,
    },
)


@given(st.lists(statements | json_values, max_size=4), st.booleans(), names, names)
def test_any_document_is_read_or_refused(data: list[Any], trust: bool, action: str, resource: str) -> None:
    try:
        read = parse(json.dumps({"Version": "1", "Statement": data}), trust=trust)
    except MalformedPolicyError:
        return
    decision = decide([read], action, resource)
    # Adding a Deny of everything always denies, and more documents never turn a Deny into anything else.
    assert decide([read, document(statement("Deny", "*"))], action, resource) is Decision.EXPLICIT_DENY
    if decision is Decision.EXPLICIT_DENY:
        assert decide([document(statement("Allow", "*")), read], action, resource) is Decision.EXPLICIT_DENY


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(MalformedPolicyError):
        parse(text)
