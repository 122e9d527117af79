# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit a destination and its account's grant."""

from __future__ import annotations

from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.several_sources import several_sources

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError
from .test_audit_grant import EXTERNAL, allow, document, trusting

OTHER = "3333000033330003"
ROLE = "aliyuncontainerregistrycrossaccoutsyncrole"
INBOUND = {"name": "to-eu", "account_id": ACCOUNT_A, "namespace": "prod"}
GRANT = allow(["cr:CreateSyncRule", "cr:CreateRepositorySync"], f"acs:cr:eu-central-1:{ACCOUNT_B}:instance/{TARGET}")
OWN_ROOT = f"acs:ram::{ACCOUNT_B}:root"
Row = tuple[str, str, str]


def audit(account: Account, check: bool = False, **params: Any) -> list[Row]:
    """Check, severity and subject of each finding."""
    result = account.run("acr_sync_audit", check, side="destination", instance_id=TARGET, **params)
    assert result["changed"] is False
    assert all(set(finding) == {"check", "severity", "subject", "problem", "remedy"} for finding in result["findings"])
    return [(finding["check"], finding["severity"], finding["subject"]) for finding in result["findings"]]


def serve(cloud: Emulator, trust: list[dict[str, Any]], *policies: Any, more: tuple[str, ...] = ()) -> None:
    """Serve a world whose role has this trust and these policies.

    Each statement is a policy of its own.
    """
    world = cloud.state()
    world.pop("sync_tasks", None)
    names = [f"Policy{place}" for place, _statement in enumerate(policies)]
    role = {"name": ROLE, "trust_policy": document(*trust), "policies": [*names, *more]}
    made = [{"name": name, "document": document(statements)} for name, statements in zip(names, policies, strict=True)]
    world["accounts"][1] |= {"roles": [role], "policies": made}
    cloud.reset(world)


def make_rule(account: Account, **more: Any) -> None:
    rule = {"name": "to-eu", "namespace": "prod", "target_region": "eu-central-1", "target_instance_id": TARGET, **more}
    account.run("acr_sync_rule", instance_id=SOURCE, target_account_id=ACCOUNT_B, **rule)


def test_a_grant_that_rules_use_is_no_finding(account_a: Account, granted: Account) -> None:
    make_rule(account_a)
    for known in ({}, {"inbound_rules": [INBOUND]}, {"inbound_rules": [INBOUND], "source_account_ids": [ACCOUNT_A]}):
        assert audit(granted, **known) == audit(granted, check=True, **known) == []


def test_the_region_may_be_left_to_the_profile(granted: Account) -> None:
    assert audit(granted, inbound_rules=[INBOUND], region=None) == []


def test_where_nothing_is_replicated_there_is_nothing_to_find(account_b: Account) -> None:
    assert audit(account_b) == audit(account_b, inbound_rules=[], source_account_ids=[]) == []


def test_what_inbound_rules_need_must_be_there(cloud: Emulator, account_a: Account, granted: Account) -> None:
    make_rule(account_a, target_namespace="listed")
    said = [{**INBOUND, "name": "said", "namespace": "nothing"}, {**INBOUND, "name": "one", "repository": "web"}]
    granted.run("acr_namespace", instance_id=TARGET, name="listed", auto_create_repositories=False)
    found = [
        ("namespace", "error", "sync rule said"),
        ("repository", "error", "sync rule one"),
        ("auto_create_repositories", "error", "sync rule to-eu"),
    ]
    assert audit(granted, inbound_rules=said) == found
    cloud.post("/_emulator/behaviour", {"destination_lists_inbound_rules": False})
    assert audit(granted, inbound_rules=said) == found[:2]


def test_a_rule_that_is_listed_and_said_is_one_rule(account_a: Account, granted: Account) -> None:
    make_rule(account_a)
    granted.run("acr_namespace", instance_id=TARGET, name="prod", auto_create_repositories=False)
    assert audit(granted, inbound_rules=[INBOUND]) == [("auto_create_repositories", "error", "sync rule to-eu")]


@pytest.mark.parametrize("known", [{"inbound_rules": [INBOUND]}, {"source_account_ids": [ACCOUNT_A]}])
def test_without_the_role_nobody_can_replicate(known: dict[str, Any], account_b: Account) -> None:
    account_b.run("acr_namespace", instance_id=TARGET, name="prod", auto_create_repositories=True)
    assert audit(account_b, **known) == [("missing_grant", "error", f"role {ROLE}")]


def test_a_listed_rule_of_another_account_needs_the_role(account_a: Account, granted: Account) -> None:
    make_rule(account_a)
    granted.run("acr_cross_account_role", state="absent")
    assert audit(granted) == [("missing_grant", "error", f"role {ROLE}")]


def test_a_listed_rule_of_another_account_needs_a_trust(cloud: Emulator, account_a: Account, granted: Account) -> None:
    make_rule(account_a)
    serve(cloud, [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": OWN_ROOT}}])
    assert audit(granted) == [
        ("missing_grant", "error", f"role {ROLE}"),
        ("missing_grant", "error", f"instance {TARGET}"),
        ("trust_too_broad", "warning", f"RAM {OWN_ROOT}"),
    ]


def test_a_rule_of_an_unknown_account_may_need_no_grant(account_b: Account) -> None:
    assert audit(account_b, inbound_rules=[{"name": "whose"}]) == []


def test_a_rule_within_the_account_needs_no_grant(account_b: Account) -> None:
    rule = {"name": "own", "account_id": ACCOUNT_B}
    assert audit(account_b, inbound_rules=[rule], source_account_ids=[ACCOUNT_B]) == []


@pytest.mark.parametrize("known", [{"inbound_rules": [INBOUND]}, {"source_account_ids": [ACCOUNT_A]}])
@pytest.mark.parametrize(
    ("trust", "grant", "found"),
    [
        (trusting(ACCOUNT_A), GRANT, []),
        (trusting(ACCOUNT_B), GRANT, [("missing_grant", "error", f"account {ACCOUNT_A}")]),
        (trusting(ACCOUNT_A, Condition=EXTERNAL), GRANT, [("conditional_trust", "error", f"account {ACCOUNT_A}")]),
        (
            trusting(ACCOUNT_A),
            {**GRANT, "Resource": GRANT["Resource"] + "x"},
            [
                ("grant_without_instance", "error", f"instance {TARGET}x"),
                ("missing_grant", "error", f"instance {TARGET}"),
            ],
        ),
        (
            trusting(ACCOUNT_A),
            {**GRANT, "Resource": GRANT["Resource"].replace("eu-central-1", "us-east-1")},
            [
                ("grant_without_instance", "error", f"instance {TARGET}"),
                ("missing_grant", "error", f"instance {TARGET}"),
            ],
        ),
    ],
)
def test_an_account_that_rules_come_from_must_be_granted(
    known: dict[str, Any],
    trust: dict[str, Any],
    grant: dict[str, Any],
    found: list[Row],
    cloud: Emulator,
    granted: Account,
) -> None:
    serve(cloud, [trust], grant)
    assert audit(granted, **known) == found


def test_trust_beyond_what_is_said_is_too_broad(cloud: Emulator, granted: Account) -> None:
    ecs = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs.aliyuncs.com", "RAM": OWN_ROOT}}
    serve(cloud, [trusting(ACCOUNT_A, OTHER, "*"), ecs], GRANT)
    other = ("trust_too_broad", "error", f"account {OTHER}")
    always = [
        ("trust_too_broad", "error", "Service *@cr.aliyuncs.com"),
        ("trust_too_broad", "error", "Service ecs.aliyuncs.com"),
        ("trust_too_broad", "warning", f"RAM {OWN_ROOT}"),
    ]
    assert audit(granted) == always  # which accounts should be trusted is not known
    assert audit(granted, source_account_ids=[ACCOUNT_A, OTHER]) == always
    assert audit(granted, source_account_ids=[ACCOUNT_A], inbound_rules=[INBOUND]) == [other, *always]


@pytest.mark.parametrize(("listed", "is_said"), [([], True), ([ACCOUNT_B], True), ([OTHER], False)])
def test_a_list_of_accounts_that_came_out_empty_is_pointed_out(
    granted: Account, listed: list[str], is_said: bool
) -> None:
    findings = granted.run("acr_sync_audit", instance_id=TARGET, sides=["destination"], source_account_ids=listed)[
        "findings"
    ]
    [found] = [finding for finding in findings if finding["check"] == "trust_too_broad"]
    assert ("since source_account_ids names no other account" in found["problem"]) is is_said
    assert ("leave the list out" in found["remedy"]) is is_said
    assert f"acr_revoked_account_ids={ACCOUNT_A}" in found["remedy"]


def test_a_conditional_trust_that_nobody_needs_is_a_warning(cloud: Emulator, granted: Account) -> None:
    serve(cloud, [trusting(ACCOUNT_A), trusting(OTHER, Condition=EXTERNAL)], GRANT)
    assert audit(granted, source_account_ids=[ACCOUNT_A]) == [("conditional_trust", "warning", f"account {OTHER}")]


def test_trust_without_a_rule_is_found_where_the_rules_are_said(
    cloud: Emulator, account_a: Account, granted: Account
) -> None:
    serve(cloud, [trusting(ACCOUNT_A, OTHER)], GRANT)
    unused = ("grant_without_rule", "error", f"account {OTHER}")
    maybe = ("grant_without_rule", "warning", f"account {OTHER}")
    assert audit(granted) == []
    assert audit(granted, inbound_rules=[INBOUND]) == [unused]
    assert audit(granted, inbound_rules=[]) == [("grant_without_rule", "error", f"account {ACCOUNT_A}"), unused]
    # What nobody named may be of that account, and so may a rule that ends at another instance.
    assert audit(granted, inbound_rules=[INBOUND, {"name": "whose"}]) == [maybe]
    make_rule(account_a, name="unnamed")
    assert audit(granted, inbound_rules=[INBOUND]) == [maybe]
    account_a.run("acr_sync_rule", instance_id=SOURCE, name="unnamed", state="absent")
    elsewhere = {**GRANT, "Resource": f"acs:cr:us-east-1:{ACCOUNT_B}:instance/cri-elsewhere0000001"}
    serve(cloud, [trusting(ACCOUNT_A, OTHER)], GRANT, elsewhere)
    assert audit(granted, inbound_rules=[INBOUND]) == [maybe]
    serve(cloud, [trusting(ACCOUNT_A, OTHER)], elsewhere)
    assert audit(granted, inbound_rules=[], source_account_ids=[ACCOUNT_A, OTHER]) == []


def test_policies_beyond_sync_are_too_broad(cloud: Emulator, granted: Account) -> None:
    system = "AliyunContainerRegistryFullAccess"
    serve(cloud, [trusting(ACCOUNT_A)], GRANT, allow("cr:*", "*"), allow(GRANT["Action"], "*"), more=(system,))
    result = granted.run("acr_sync_audit", side="destination", instance_id=TARGET)
    assert {finding["check"] for finding in result["findings"]} == {"policy_too_broad"}
    assert {finding["severity"] for finding in result["findings"]} == {"error"}
    assert [finding["problem"] for finding in result["findings"]] == [
        f"role {ROLE} has system policy {system}, which allows more than cross-account sync needs",
        f"policy Policy1 of role {ROLE} allows cr:* on *",
        f"policy Policy2 of role {ROLE} allows cr:CreateSyncRule, cr:CreateRepositorySync on *",
    ]


def test_a_system_policy_may_be_what_grants(cloud: Emulator, granted: Account) -> None:
    serve(cloud, [trusting(ACCOUNT_A)], more=("AliyunContainerRegistryFullAccess",))
    assert [row[0] for row in audit(granted, inbound_rules=[INBOUND])] == ["policy_too_broad"]


def test_account_uids_are_checked(account_b: Account) -> None:
    for known in ({"source_account_ids": ["prod"]}, {"inbound_rules": [{"name": "r", "account_id": "prod"}]}):
        with pytest.raises(ModuleFailedError, match="'prod' is not an account UID"):
            audit(account_b, **known)


def test_a_grant_for_an_instance_that_is_gone_is_found(cloud: Emulator, granted: Account) -> None:
    old = {**GRANT, "Resource": f"acs:cr:eu-central-1:{ACCOUNT_B}:instance/cri-rebuilt000000001"}
    wide = allow(GRANT["Action"], f"acs:cr:eu-central-1:{ACCOUNT_B}:instance/cri-*")
    serve(cloud, [trusting(ACCOUNT_A)], GRANT, old)
    (found,) = granted.run("acr_sync_audit", side="destination", instance_id=TARGET)["findings"]
    assert found == {
        "check": "grant_without_instance",
        "severity": "error",
        "subject": "instance cri-rebuilt000000001",
        "problem": f"role {ROLE} lets others replicate into cri-rebuilt000000001 in eu-central-1, which does not exist",
        "remedy": "Run `ansible-playbook registryops.alicloud.revoke_access -i inventories/account_b"
        " -e acr_revoked_instance_id=cri-rebuilt000000001 -e acr_region=eu-central-1"
        " -e grant_access_policy_name=Policy1`.",
    }
    # What the remedy says is enough.
    there = [{"region": "eu-central-1", "instance_id": "cri-rebuilt000000001"}]
    granted.run("acr_cross_account_role", state="absent", destination_instances=there, policy_name="Policy1")
    assert audit(granted) == []
    serve(cloud, [trusting(ACCOUNT_A)], GRANT, wide)
    assert audit(granted) == [("policy_too_broad", "error", "policy Policy1")]


def test_what_may_not_be_asked_is_not_said_to_be_gone(cloud: Emulator, granted: Account) -> None:
    serve(cloud, [trusting(ACCOUNT_A)], GRANT, {**GRANT, "Resource": GRANT["Resource"] + "x"})
    world = cloud.state()
    world.pop("sync_tasks", None)
    reader = allow(["cr:List*", "cr:GetNamespace", "ram:*"], "*")
    user = {"name": "u", "type": "user", "access_key_id": "LTAIread", "access_key_secret": "read"}
    world["accounts"][1]["identities"].append({**user, "policies": [document(reader)]})
    cloud.reset(world)
    operator = Account(cloud, {"access_key_id": "LTAIread", "access_key_secret": "read"}, "eu-central-1")
    assert audit(operator) == []


def test_the_remedy_of_a_missing_grant_is_a_whole_command(cloud: Emulator, granted: Account) -> None:
    serve(cloud, [trusting(OTHER)], GRANT)
    result = granted.run("acr_sync_audit", side="destination", instance_id=TARGET, source_account_ids=[ACCOUNT_A])
    assert {found["check"]: found["remedy"] for found in result["findings"]} == {
        "missing_grant": "Run `ansible-playbook registryops.alicloud.grant_access -i inventories/account_b"
        f" -e acr_source_account_ids={ACCOUNT_A} -e acr_instance_id={TARGET} -e acr_region=eu-central-1`.",
        "trust_too_broad": "Run `ansible-playbook registryops.alicloud.revoke_access -i inventories/account_b"
        f" -e acr_revoked_account_ids={OTHER}`.",
    }


def test_a_grant_that_is_denied_is_missing_and_the_statement_is_named(cloud: Emulator, granted: Account) -> None:
    denied = allow("cr:*", "*", effect="Deny")
    serve(cloud, [trusting(ACCOUNT_A), trusting(ACCOUNT_A, effect="Deny")], GRANT, denied)
    result = granted.run("acr_sync_audit", side="destination", instance_id=TARGET, inbound_rules=[INBOUND])
    problems = [found["problem"] for found in result["findings"] if found["check"] == "missing_grant"]
    assert problems == [
        f"role {ROLE} does not trust account {ACCOUNT_A}, which is to replicate into account {ACCOUNT_B}: statement 2"
        f" of the trust policy denies sts:AssumeRole to {ACCOUNT_A}@cr.aliyuncs.com",
        "statement 1 of policy Policy1 denies cr:* on *",
    ]


def test_the_result_says_what_to_fail_for(account_b: Account, granted: Account) -> None:
    good = granted.run("acr_sync_audit", side="destination", instance_id=TARGET)
    assert (good["state"], good["counts"], good["summary"]["failure"]) == ("good", {"error": 0, "warning": 0}, "")
    assert good["summary"]["findings"] == ["Nothing is set up wrong, as far as this account can see."]
    unused: dict[str, Any] = {"instance_id": TARGET, "inbound_rules": [{"name": "r", "namespace": "prod"}]}
    maybe = granted.run("acr_sync_audit", side="destination", **unused)
    assert (maybe["state"], maybe["counts"], maybe["summary"]["failure"]) == ("warning", {"error": 0, "warning": 1}, "")
    [finding] = maybe["findings"]
    assert maybe["summary"]["findings"] == [f"warning: {finding['problem']}. {finding['remedy']}"]
    strict = granted.run("acr_sync_audit", side="destination", fail_on="warning", **unused)
    said = strict["summary"]["failure"]
    assert said == f"Sync is not set up as it should be: {finding['problem']}. {finding['remedy']}"


def test_both_sides_are_audited_by_one_task(cloud: Emulator, account_a: Account) -> None:
    """Expect findings of the destination's side alone."""
    both: dict[str, Any] = {"instance_id": SOURCE, "source_account_ids": [OTHER]}
    both["inbound_rules"] = [{"name": "r", "account_id": OTHER}]
    destination = account_a.run("acr_sync_audit", sides=["destination"], **both)["findings"]
    assert [finding["check"] for finding in destination] == ["missing_grant"]
    assert account_a.run("acr_sync_audit", sides=["source", "destination"], **both)["findings"] == destination
    cloud.delete("/_emulator/calls")
    account_a.run("acr_sync_audit", sides=["source"], **both)
    assert cloud.calls("GetRole") == []


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([("a", "hz", "shop", None), ("b", "sg", "shop", None)], [("warning", "namespace shop")]),
        ([("a", "hz", "shop", "web"), ("b", "sg", "shop", None)], [("warning", "namespace shop")]),
        ([("a", "hz", "shop", "web"), ("b", "sg", "shop", "web")], [("error", "repository shop/web")]),
        ([("a", "hz", "shop", "web"), ("b", "sg", "shop", "api")], []),
        ([("a", "hz", "shop", None), ("b", "sg", "mirror", None)], []),
        ([("a", "hz", "shop", None), ("b", "hz", "shop", None)], []),  # for the audit of the source, which knows more
        ([("a", None, "shop", None), ("b", "sg", "shop", None)], []),
        ([("a", "hz", None, None), ("b", "sg", "shop", None)], []),
        (
            [("a", "hz", "shop", None), ("b", "sg", "shop", None), ("c", "bj", "shop", None)],
            [("warning", "namespace shop")] * 3,
        ),
    ],
)
def test_places_that_several_sources_write_are_found(
    rules: list[tuple[str, str | None, str | None, str | None]], found: list[tuple[str, str]]
) -> None:
    names = ("name", "source", "namespace", "repository")
    told = list(several_sources(TARGET, [dict(zip(names, rule, strict=True)) for rule in rules], []))
    assert [finding["severity"] for finding in told] == [severity for severity, _place in found]
    for finding, (_severity, place) in zip(told, found, strict=True):
        assert f"both write {place} of {TARGET}, so that images with the same tag" in finding["problem"]


def test_a_rule_that_the_destination_lists_does_not_meet_itself(account_a: Account, granted: Account) -> None:
    make_rule(account_a)
    assert audit(granted, inbound_rules=[{**INBOUND, "source": "hz"}]) == []
    both = [{**INBOUND, "source": "hz"}, {**INBOUND, "source": "sg", "name": "other"}]
    assert audit(granted, inbound_rules=both) == [("sources_meet", "warning", "sync rule other")]


def test_a_misspelt_namespace_comes_with_the_one_that_was_probably_meant(granted: Account) -> None:
    def remedy(**rule: Any) -> str:
        said = [{**INBOUND, **rule}]
        [finding] = granted.run("acr_sync_audit", side="destination", instance_id=TARGET, inbound_rules=said)[
            "findings"
        ]
        return str(finding["remedy"])

    assert remedy(namespace="prd").endswith(" If the rule is wrong, correct it. Perhaps prod is meant.")
    # Here nothing is alike, and the namespace may still have to be made.
    assert remedy(namespace="team-a").endswith(" If the rule is wrong, correct it.")
