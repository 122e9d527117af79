# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep all rules of an instance in few calls."""

from __future__ import annotations

import math
import time
from collections import Counter
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

TARGET_OPTIONS = {
    "target_account_id": ACCOUNT_B,
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
}
PAGE = 50  # rules that are asked for at a time


def rule(number: int, **changed: Any) -> dict[str, Any]:
    options = {"name": f"rule-{number:04}", "namespace": "prod", "target_namespace": f"prod-{number}"}
    return {**options, **TARGET_OPTIONS, **changed}


def keep(account: Account, *rules: dict[str, Any], **options: Any) -> dict[str, Any]:
    return account.run("acr_sync_rules", instance_id=SOURCE, rules=list(rules), **options)


def actions(result: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["action"] for entry in result["sync_rules"]}


def calls(cloud: Emulator) -> Counter[str]:
    """Return the number of new calls of each action."""
    counted = Counter(call["action"] for call in cloud.calls())
    cloud.delete("/_emulator/calls")
    return counted


@pytest.fixture
def bare(cloud: Emulator, account_a: Account, granted: Account) -> Account:
    """Return Account A without rules, with the grant, and before any call that counts."""
    keep(account_a, purge=True)
    calls(cloud)
    return account_a


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 120])
def test_it_lists_once_and_makes_only_the_calls_that_differ(count: int, cloud: Emulator, bare: Account) -> None:
    rules = [rule(number) for number in range(count)]
    pages = max(1, math.ceil(count / PAGE))  # an empty list takes a call, too
    assert keep(bare, *rules, check=True)["changed"] is (count > 0)
    assert calls(cloud) == Counter({"ListRepoSyncRule": 1})

    assert keep(bare, *rules)["counts"]["created"] == count
    assert calls(cloud) == Counter({"ListRepoSyncRule": 1, "CreateRepoSyncRule": count})

    for check in (True, False):
        again = keep(bare, *rules, check=check)
        assert (again["changed"], again["counts"]["unchanged"]) == (False, count)
        assert "prepared" not in again["diff"]
        assert calls(cloud) == Counter({"ListRepoSyncRule": pages})

    left = keep(bare, *rules[:1], purge=True)
    assert left["counts"]["deleted"] == max(0, count - 1)
    assert calls(cloud) == Counter({"ListRepoSyncRule": pages, "DeleteRepoSyncRule": max(0, count - 1)})


def test_it_says_what_it_would_do_and_then_does_it(bare: Account) -> None:
    keep(bare, rule(1), rule(2), rule(3), rule(4))
    # Each kind of change, and rule-0004, which is not listed, so that `purge` deletes it.
    wanted = (rule(1), rule(2, tag_filter="^v"), {"name": "rule-0003", "state": "absent"}, rule(5))
    predicted = keep(bare, *wanted, purge=True, check=True)
    done = keep(bare, *wanted, purge=True)
    expected = {
        "rule-0001": "unchanged",
        "rule-0002": "replaced",
        "rule-0003": "deleted",
        "rule-0005": "created",
        "rule-0004": "deleted",
    }
    assert actions(predicted) == actions(done) == expected
    assert predicted["diff"] == done["diff"]
    assert done["diff"]["prepared"].splitlines() == [
        f"sync rule rule-0002 on {SOURCE}: replaced, tag_filter '.*' -> '^v';"
        " pushes meanwhile are carried or synced afterwards",
        f"sync rule rule-0003 on {SOURCE}: deleted",
        f"sync rule rule-0005 on {SOURCE}: created",
        f"sync rule rule-0004 on {SOURCE}: deleted",
    ]
    names = [entry["name"] for entry in bare.run("acr_sync_rule_info", instance_id=SOURCE)["sync_rules"]]
    assert sorted(names) == ["rule-0001", "rule-0002", "rule-0005"]
    assert done["sync_rules"][1]["caught_up"] == []
    assert keep(bare, *wanted, purge=True)["changed"] is False


def test_each_rule_shows_its_state_as_the_module_for_one_does(bare: Account) -> None:
    keep(bare, rule(1))
    (kept,) = keep(bare, rule(1))["sync_rules"]
    assert kept["sync_rule"] == bare.run("acr_sync_rule", instance_id=SOURCE, **rule(1))["sync_rule"]


@pytest.mark.parametrize("behaviour", [{}, {"duplicate_rule_route": "reject"}], ids=["accept", "reject"])
def test_a_rule_under_a_new_name_replaces_the_old_one(
    behaviour: dict[str, str], cloud: Emulator, bare: Account
) -> None:
    cloud.post("/_emulator/behaviour", behaviour)
    keep(bare, rule(1))
    done = keep(bare, rule(1, name="renamed"), purge=True)
    assert actions(done) == {"renamed": "replaced"}
    assert "name 'rule-0001' -> 'renamed'" in done["diff"]["prepared"]
    assert keep(bare, rule(1, name="renamed"), purge=True)["changed"] is False


def test_without_purge_other_rules_are_left(bare: Account) -> None:
    keep(bare, rule(1))
    assert actions(keep(bare, rule(2))) == {"rule-0002": "created"}
    assert keep(bare, rule(1), rule(2), purge=True)["changed"] is False


def test_inbound_rules_are_not_purged(account_a: Account, granted: Account) -> None:
    keep(account_a, rule(1))
    purged = granted.run("acr_sync_rules", instance_id=TARGET, rules=[], purge=True)
    assert (purged["changed"], purged["sync_rules"]) == (False, [])


def test_a_bad_rule_does_not_stop_the_others(cloud: Emulator, bare: Account) -> None:
    wrong = [rule(1, tag_filter="("), rule(2, target_region=None), rule(3, target_instance_id="cri-nobodys")]
    with pytest.raises(ModuleFailedError, match=r"^3 of 5 sync rules failed; the first is rule-0001: ") as failed:
        keep(bare, *wrong, rule(4), rule(5))
    result = failed.value.result
    assert list(actions(result).values()) == ["failed"] * 3 + ["created"] * 2
    assert result["changed"] is True
    assert result["counts"]["failed"] == 3
    for entry, reason in zip(
        result["sync_rules"], ("not a regular expression", "needs target_region", ""), strict=False
    ):
        assert reason in entry["msg"]
    assert result["sync_rules"][2]["error"]["action"] == "CreateRepoSyncRule"
    assert calls(cloud)["CreateRepoSyncRule"] >= 3
    # Check mode cannot know that the third one's target does not exist.
    with pytest.raises(ModuleFailedError, match=r"^2 of 3 sync rules failed; ") as predicted:
        keep(bare, *wrong, check=True)
    assert predicted.value.result["sync_rules"][2]["action"] == "created"


def test_a_rule_that_fails_after_a_write_tells_what_is_left(cloud: Emulator, bare: Account) -> None:
    keep(bare, rule(1), rule(2))
    # The first Create makes the stand-in, and the second one is the new rule's.
    fault = {"fault": "error_500", "match": {"action": "CreateRepoSyncRule", "nth": 2}, "times": 999}
    cloud.post("/_emulator/faults", fault)
    with pytest.raises(ModuleFailedError, match=r"rule-0001-acr-stand-in carries .*: CreateRepo.*DeleteRepo") as failed:
        keep(bare, rule(1, tag_filter="1.*"), rule(2))
    result = failed.value.result
    first, second = result["sync_rules"]
    assert (result["changed"], first["action"], first["changed"], second["changed"]) == (True, "failed", True, False)
    there = {found["name"]: found for found in bare.run("acr_sync_rule_info", instance_id=SOURCE)["sync_rules"]}
    assert first["sync_rule"].get("tag_filter") == there["rule-0001-acr-stand-in"].get("tag_filter")
    assert list(result["diff"]["before"]) == ["rule-0001"]


def test_no_action_is_counted_that_does_not_exist(bare: Account) -> None:
    assert keep(bare, rule(1))["counts"] == {"unchanged": 0, "created": 1, "replaced": 0, "deleted": 0, "failed": 0}


def test_a_rule_that_is_named_twice_is_refused_before_any_call(cloud: Emulator, bare: Account) -> None:
    with pytest.raises(ModuleFailedError, match="names rule-0001 more than once"):
        keep(bare, rule(1), rule(2), rule(1))
    assert calls(cloud) == Counter()


def test_a_missing_grant_is_waited_for_once_not_by_each_rule(
    cloud: Emulator, account_a: Account, slept: list[float]
) -> None:
    rules = [rule(number, grant_timeout=6) for number in range(60)]
    with pytest.raises(ModuleFailedError) as failed:
        keep(account_a, *rules)
    assert str(failed.value).startswith(
        "60 of 60 sync rules failed, rule-0000, rule-0001, rule-0002, rule-0003, rule-0004 and 55 more, all for one"
        f" reason. Cannot create sync rule rule-0000 on {SOURCE}: account {ACCOUNT_B} has not granted account"
    )
    # The first rule waits 6 seconds in three steps of two, and the others learn from it.
    assert slept.count(2.0) == 3
    assert calls(cloud)["CreateRepoSyncRule"] == 4
    told = [entry["msg"] for entry in failed.value.result["sync_rules"]]
    assert [text.partition(":")[0] for text in told] == [
        f"Cannot create sync rule rule-{number:04} on {SOURCE}" for number in range(60)
    ]


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("TARGET_INSTANCE_NOT_EXIST", {"target_instance_id": "cri-gone"}),
    ("TARGET_REGION_NOT_MATCH", {"target_region": "cn-beijing"}),
]


@pytest.mark.parametrize(("code", "changed"), REFUSED)
def test_what_is_wrong_with_a_target_is_asked_of_the_service_once(
    code: str, changed: dict[str, Any], cloud: Emulator, bare: Account
) -> None:
    wrong = [rule(number, **changed) for number in range(3)]
    with pytest.raises(ModuleFailedError, match=f"3 of 4 sync rules failed, .*, all for one reason.*{code}") as failed:
        keep(bare, *wrong, rule(9))
    assert calls(cloud)["CreateRepoSyncRule"] == 2
    assert actions(failed.value.result)["rule-0009"] == "created"


def test_a_refusal_of_one_rule_says_nothing_of_others(cloud: Emulator, bare: Account) -> None:
    """Refuse the first rule of a target for itself alone."""
    with pytest.raises(ModuleFailedError, match="^1 of 3 sync rules failed; rule-0000: "):
        keep(bare, rule(0, namespace="missing"), rule(1), rule(2))


def test_throttling_slows_it_down_and_never_fails_it(
    cloud: Emulator, bare: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Real sleeps, since the emulator counts calls by the real time. 45 calls are more than it takes in two seconds.
    monkeypatch.setitem(Client.__init__.__kwdefaults__ or {}, "sleep", time.sleep)
    cloud.post("/_emulator/behaviour", {"rate_limits": {"cr": 20}})
    assert keep(bare, *[rule(number) for number in range(45)])["counts"]["created"] == 45
    assert any(call["code"] == "Throttling.User" for call in cloud.calls("CreateRepoSyncRule"))


def test_no_more_calls_a_second_are_made_than_is_said(bare: Account, slept: list[float]) -> None:
    keep(bare, *[rule(number) for number in range(5)], rate_limit=2)
    # A list and five creates, half a second apart; the test's own sleep is shorter than what was asked for.
    assert len([seconds for seconds in slept if seconds > 0.3]) == 5
    with pytest.raises(ModuleFailedError, match="rate_limit 0 is out of range"):
        keep(bare, rate_limit=0)


@pytest.mark.parametrize("fault", ["reset_after", "error_503", "empty_body"])
def test_a_lost_answer_does_not_make_a_second_rule(fault: str, cloud: Emulator, bare: Account) -> None:
    cloud.post("/_emulator/faults", {"fault": fault, "match": {"action": "CreateRepoSyncRule"}, "times": 3})
    keep(bare, *[rule(number) for number in range(10)])
    found = bare.run("acr_sync_rule_info", instance_id=SOURCE)["sync_rules"]
    assert sorted(entry["name"] for entry in found) == [f"rule-{number:04}" for number in range(10)]


def test_a_rule_that_is_not_listed_is_named_until_it_is_purged(bare: Account) -> None:
    keep(bare, rule(1))
    renamed = {**rule(1), "name": "renamed"}
    [unlisted] = keep(bare, renamed)["unlisted"]
    assert (unlisted["name"], unlisted["renamed_to"]) == ("rule-0001", "renamed")
    assert f"it still replicates namespace prod to {TARGET}" in unlisted["sentence"]
    assert "configure_sync_purge=true" in unlisted["sentence"]
    assert keep(bare, renamed, rule(1, state="absent"))["unlisted"] == []
    keep(bare, rule(1), renamed)
    assert keep(bare, renamed, purge=True)["unlisted"] == []


def test_the_task_says_for_all_rules_what_a_rule_leaves_unsaid(slept: list[float], account_a: Account) -> None:
    """Grant nothing, so that each rule is tried for as long as its grant_timeout says."""
    rules = [{"name": "own", "namespace": "prod", "grant_timeout": 0, **TARGET_OPTIONS}]
    with pytest.raises(ModuleFailedError):
        account_a.run("acr_sync_rules", instance_id=SOURCE, grant_timeout=7, rules=rules)
    assert slept == []
    rules = [{**rules[0], "grant_timeout": None}]
    with pytest.raises(ModuleFailedError):
        account_a.run("acr_sync_rules", instance_id=SOURCE, grant_timeout=7, rules=rules)
    # Up to 7 seconds, and the calls' own pauses.
    assert 7 <= sum(slept) < 20


@pytest.fixture
def destination(account_b: Account) -> dict[str, Any]:
    """Return the connection to Account B's instance, as the host's variables give it."""
    url = f"http://{account_b.cloud.endpoint}"
    return {
        "instance_id": TARGET,
        "name": "prod-eu",
        "region": "eu-central-1",
        "cr_endpoint": url,
        "sts_endpoint": url,
        **account_b.keys,
    }


UNREADY: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "no grant",
        {"target_namespace": "prod"},
        f"account {ACCOUNT_B} has not granted account {ACCOUNT_A}.",
        f"-e acr_source_account_ids={ACCOUNT_A} -e acr_instance_id={TARGET} -e acr_region=eu-central-1`.",
    ),
    (
        "another region",
        {"target_region": "cn-beijing", "target_namespace": "prod"},
        f"target_region is cn-beijing, and prod-eu ({TARGET}) is in eu-central-1.",
        "Correct target_region cn-beijing, or target_instance_id",
    ),
    (
        "another account",
        {"target_account_id": "522200002222000", "target_namespace": "prod"},
        f"target_account_id is 522200002222000, and prod-eu ({TARGET}) belongs to {ACCOUNT_B}.",
        f"Correct target_account_id, or acr_account_id of the destination, to {ACCOUNT_B}.",
    ),
    ("no namespace", {}, f"prod-eu ({TARGET}) has no namespace prod-1, so that", "prepare_destination makes"),
    (
        "no repository",
        {"scope": "repository", "repository": "web", "target_namespace": "prod"},
        f"prod-eu ({TARGET}) has no repository prod/web, so that",
        "prepare_destination makes what rules need and acr_repositories lists.",
    ),
]


@pytest.mark.parametrize(("case", "changed", "said", "advice"), UNREADY, ids=[case[0] for case in UNREADY])
def test_what_the_destination_is_not_ready_for_is_refused_before_it_is_made(
    case: str,
    changed: dict[str, Any],
    said: str,
    advice: str,
    cloud: Emulator,
    bare: Account,
    account_b: Account,
    destination: dict[str, Any],
) -> None:
    if case == "no grant":
        account_b.run("acr_cross_account_role", state="absent", source_account_ids=[ACCOUNT_A])
    calls(cloud)
    failures = []
    for check in (True, False):
        with pytest.raises(ModuleFailedError) as failed:
            keep(bare, rule(1, **changed), destinations=[destination], check=check)
        failures.append(str(failed.value))
        assert failed.value.result["counts"]["failed"] == 1
        assert failed.value.result["changed"] is False
    assert calls(cloud)["CreateRepoSyncRule"] == 0
    assert failures[0] == failures[1]
    assert failures[0].startswith(f"Cannot create sync rule rule-0001 on {SOURCE}: {said}")
    assert advice in failures[0]


def test_an_instance_that_is_gone_is_refused_before_a_rule_is_made(bare: Account, destination: dict[str, Any]) -> None:
    gone = {**destination, "instance_id": "cri-gone"}
    with pytest.raises(
        ModuleFailedError, match=f"prod-eu .cri-gone. is no instance of account {ACCOUNT_B} in eu-central"
    ):
        keep(bare, rule(1, target_instance_id="cri-gone"), destinations=[gone], check=True)


def test_a_rule_that_is_refused_stops_no_other(bare: Account, destination: dict[str, Any]) -> None:
    with pytest.raises(ModuleFailedError) as failed:
        keep(bare, rule(1), rule(2, target_namespace="prod"), destinations=[destination])
    assert actions(failed.value.result) == {"rule-0001": "failed", "rule-0002": "created"}


def test_a_rule_that_is_there_is_left_to_the_audit(bare: Account, destination: dict[str, Any]) -> None:
    keep(bare, rule(1))  # without the keys of the destination, the service alone decides
    assert keep(bare, rule(1), destinations=[destination])["changed"] is False
    with pytest.raises(
        ModuleFailedError, match=f"^Cannot replace sync rule rule-0001 on {SOURCE}: prod-eu .* has no name"
    ):
        keep(bare, rule(1, tag_filter="^v"), destinations=[destination])


def test_a_run_with_nothing_to_do_looks_into_no_destination(
    cloud: Emulator, bare: Account, destination: dict[str, Any]
) -> None:
    keep(bare, rule(1, target_namespace="prod"), destinations=[destination])
    calls(cloud)
    assert keep(bare, rule(1, target_namespace="prod"), destinations=[destination])["changed"] is False
    assert calls(cloud) == Counter({"ListRepoSyncRule": 1})


@pytest.mark.parametrize("count", [1, 20, 21, 60])
def test_the_namespaces_of_many_rules_take_few_calls(
    count: int, cloud: Emulator, bare: Account, destination: dict[str, Any]
) -> None:
    with pytest.raises(ModuleFailedError) as failed:
        keep(bare, *(rule(number) for number in range(count)), destinations=[destination], check=True)
    assert failed.value.result["counts"]["failed"] == count
    made = calls(cloud)
    assert made["GetNamespace"] == (count if count <= 20 else 0)
    assert made["ListNamespace"] == (1 if count > 20 else 0)


def test_what_would_be_prepared_before_is_not_missed(bare: Account, destination: dict[str, Any]) -> None:
    """Check mode of a run that prepares the destination, too, has to show the rule."""
    assumed = {"destinations": [destination], "assume_prepared": True, "check": True}
    assert keep(bare, rule(1), **assumed)["counts"]["created"] == 1
    with pytest.raises(ModuleFailedError, match="target_region is cn-beijing"):
        keep(bare, rule(1, target_region="cn-beijing"), **assumed)


@pytest.mark.parametrize(
    "changed",
    [{"access_key_secret": "wrong"}, {"cr_endpoint": "http://127.0.0.1:1", "sts_endpoint": "http://127.0.0.1:1"}],
)
def test_a_destination_that_cannot_be_looked_into_is_left_to_the_service(
    changed: dict[str, Any], bare: Account, destination: dict[str, Any]
) -> None:
    assert keep(bare, rule(1), destinations=[{**destination, **changed}])["counts"]["created"] == 1
