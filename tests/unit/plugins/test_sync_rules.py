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

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

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
    with pytest.raises(ModuleFailedError, match="60 of 60 sync rules failed; .* has not granted account"):
        keep(account_a, *rules)
    # Twenty calls are made at a time. The first twenty rules wait 6 seconds in three steps of two, and those that
    # follow learn from them.
    assert slept.count(2.0) <= 20 * 3


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
