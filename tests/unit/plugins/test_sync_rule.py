# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is particular to sync rules: replacement without lost pushes, roll-back, inbound rules, and refusals."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

RULE: dict[str, Any] = {
    "instance_id": SOURCE,
    "name": "to-eu",
    "namespace": "prod",
    "target_account_id": ACCOUNT_B,
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
}


def push(cloud: Emulator, repository: str, *tags: str) -> None:
    image = {"instance_id": SOURCE, "namespace": "prod", "repository": repository, "tags": list(tags)}
    cloud.post("/_emulator/images", image)


def rules(account: Account, **selected: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = account.run("acr_sync_rule_info", **selected)["sync_rules"]
    return found


@pytest.mark.usefixtures("granted")
def test_a_push_while_the_rule_is_replaced_is_synced_afterwards(cloud: Emulator, account_a: Account) -> None:
    account_a.run("acr_sync_rule", **RULE)
    # The new rule's creation is held up, so that a push falls between it and the deletion of the old one.
    cloud.post(
        "/_emulator/faults", {"match": {"action": "CreateRepoSyncRule"}, "fault": "throttle", "retry_after_ms": 1}
    )
    cloud.post("/_emulator/faults", {"match": {"action": "DeleteRepoSyncRule"}, "fault": "slow", "retry_after_ms": 400})
    replaced: list[dict[str, Any]] = []
    run = threading.Thread(target=lambda: replaced.append(account_a.run("acr_sync_rule", **RULE, tag_filter="^[0-9]")))
    run.start()
    while not cloud.calls("DeleteRepoSyncRule"):
        time.sleep(0.01)
    push(cloud, "web", "3.0", "latest")
    run.join()

    assert [(one["source"], one["action"]) for one in replaced[0]["caught_up"]] == [("prod/web:3.0", "sent")]
    assert "pushes meanwhile are synced afterwards" in replaced[0]["diff"]["prepared"]
    assert "replaced, tag_filter '.*' -> '^[0-9]'" in replaced[0]["diff"]["prepared"]


@pytest.mark.usefixtures("granted")
def test_nothing_is_caught_up_that_the_new_rule_carried(cloud: Emulator, account_a: Account) -> None:
    account_a.run("acr_sync_rule", **RULE)
    push(cloud, "web", "3.0")
    time.sleep(0.1)
    result = account_a.run("acr_sync_rule", **RULE, priority=1)
    assert {one["action"] for one in result["caught_up"]} <= {"unchanged", "joined"}
    assert "caught_up" not in account_a.run("acr_sync_rule", **RULE, priority=2, catch_up=False)


def test_a_refused_replacement_puts_the_old_rule_back(cloud: Emulator, account_a: Account, granted: Account) -> None:
    account_a.run("acr_sync_rule", **RULE)
    wrong = {**RULE, "target_instance_id": "cri-doesnotexist0001"}
    with pytest.raises(ModuleFailedError, match="The old rule was put back as it was") as failed:
        account_a.run("acr_sync_rule", **wrong, grant_timeout=0)
    assert failed.value.result["rolled_back"] is True
    assert [one["target_instance_id"] for one in rules(account_a, instance_id=SOURCE)] == [TARGET]

    granted.run("acr_cross_account_role", state="absent")
    with pytest.raises(ModuleFailedError, match="could not be put back") as failed:
        account_a.run("acr_sync_rule", **RULE, priority=4, grant_timeout=0)
    assert failed.value.result["rolled_back"] is False
    assert rules(account_a, instance_id=SOURCE) == []


@pytest.mark.usefixtures("granted")
def test_an_interrupted_replacement_puts_the_old_rule_back(account_a: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRules

    account_a.run("acr_sync_rule", **RULE)
    post = SyncRules._post

    def interrupted(self: SyncRules, rule: Any) -> None:
        if rule.priority == 5:
            raise KeyboardInterrupt
        post(self, rule)

    monkeypatch.setattr(SyncRules, "_post", interrupted)
    with pytest.raises(KeyboardInterrupt):
        account_a.run("acr_sync_rule", **RULE, priority=5)
    assert [one["priority"] for one in rules(account_a, instance_id=SOURCE)] == [3]


def test_without_a_grant_it_says_who_must_do_what(account_a: Account, slept: list[float]) -> None:
    with pytest.raises(ModuleFailedError) as failed:
        account_a.run("acr_sync_rule", **RULE, grant_timeout=6)
    message = str(failed.value)
    assert message.startswith(
        f"Cannot create sync rule to-eu on {SOURCE}: account {ACCOUNT_B} has not granted account {ACCOUNT_A}."
        " Ask its owner to run `ansible-playbook registryops.alicloud.grant_access -i inventories/account_b"
        f" -e acr_source_account_ids={ACCOUNT_A} -e acr_instance_id={TARGET} -e acr_region=eu-central-1`. If it has,"
    )
    assert "[CreateRepoSyncRule: NoPrivilege, request " in message
    assert sum(slept) == 6


def test_an_undocumented_refusal_still_hints_at_the_grant(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/behaviour", {"ungranted": {"at": "create", "code": "WHATEVER_IT_IS", "http": 200}})
    with pytest.raises(
        ModuleFailedError, match=f"If account {ACCOUNT_B} has not granted account {ACCOUNT_A}: ask its owner"
    ):
        account_a.run("acr_sync_rule", **RULE)


def test_a_grant_that_takes_a_moment_to_be_seen_is_waited_for(
    cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    cloud.post("/_emulator/behaviour", {"propagation_ms": 60})
    instances = [{"region": "eu-central-1", "instance_id": TARGET}]
    account_b.run("acr_cross_account_role", source_account_ids=[ACCOUNT_A], destination_instances=instances)
    assert account_a.run("acr_sync_rule", **RULE, grant_timeout=60)["changed"] is True


def test_inbound_rules_are_listed_but_never_touched(account_a: Account, granted: Account) -> None:
    account_a.run("acr_sync_rule", **RULE)
    inbound = rules(granted, instance_id=TARGET)
    assert [(one["direction"], one["namespace"], one["target_instance_id"]) for one in inbound] == [
        ("inbound", "prod", SOURCE)
    ]
    assert rules(granted, instance_id=TARGET, direction="outbound") == []
    gone = granted.run("acr_sync_rule", instance_id=TARGET, name="to-eu", state="absent")
    assert gone["changed"] is False
    assert len(rules(account_a, instance_id=SOURCE)) == 1


@pytest.mark.usefixtures("granted")
def test_of_rules_of_one_name_the_one_that_is_as_wanted_is_meant(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/behaviour", {"duplicate_rule_name": "accept"})
    world = cloud.state()
    account_a.run("acr_sync_rule", **RULE)
    source = next(one for account in world["accounts"] for one in account["instances"] if one["id"] == SOURCE)
    assert source["sync_rules"] == []
    rule = cloud.state()["accounts"][0]["instances"][0]["sync_rules"][0]
    twin = {**rule, "SyncRuleId": "crsr-twintwintwintwin", "TagFilter": "^twin"}
    state = cloud.state()
    state["accounts"][0]["instances"][0]["sync_rules"].append(twin)
    state.pop("sync_tasks", None)
    cloud.reset(state)
    assert account_a.run("acr_sync_rule", **RULE, tag_filter="^twin")["changed"] is False
    with pytest.raises(ModuleFailedError, match="2 sync rules named to-eu"):
        account_a.run("acr_sync_rule", **RULE, tag_filter="^third")


@pytest.mark.usefixtures("granted")
def test_a_target_that_bears_its_sources_name_follows_it(account_a: Account) -> None:
    account_a.run("acr_sync_rule", **RULE)
    moved = account_a.run("acr_sync_rule", **{**RULE, "namespace": "team-a"}, check=True)
    assert moved["sync_rule"]["target_namespace"] == "team-a"
    named = account_a.run("acr_sync_rule", **RULE, target_namespace="other", check=True)
    assert named["sync_rule"]["target_namespace"] == "other"


@pytest.mark.usefixtures("granted")
def test_every_scope_can_be_created(account_a: Account) -> None:
    for scope, more in (
        ("repository", {"namespace": "prod", "repository": "web"}),
        ("instance", {"namespace": None, "namespace_filter": "^prod$", "repository_filter": "^web"}),
    ):
        rule = {**RULE, "name": f"whole-{scope}", "scope": scope, **more}
        assert account_a.run("acr_sync_rule", **rule)["sync_rule"]["scope"] == scope
        assert account_a.run("acr_sync_rule", **rule)["changed"] is False


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"namespace": None}, "a rule of scope namespace needs namespace"),
        ({"target_region": None}, "needs target_region"),
        ({"repository": "web"}, "repository has no meaning for a rule of scope namespace"),
        ({"namespace_filter": "x"}, "namespace_filter has no meaning"),
        ({"target_instance_id": SOURCE}, "target is its own instance"),
        ({"name": " x "}, "is not a rule name"),
        ({"tag_filter": "(["}, "is not a regular expression"),
        ({"tag_filter": "(?!x)"}, "a look-around"),
        ({"priority": 9}, "out of range"),
    ],
)
def test_what_makes_no_sense_is_refused(account_a: Account, wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ModuleFailedError) as failed:
        account_a.run("acr_sync_rule", **{**RULE, **wrong})
    assert sentence.lower() in str(failed.value).lower()


def test_within_one_account_no_uid_is_sent(cloud: Emulator, account_a: Account) -> None:
    state = cloud.state()
    twin = {"id": "cri-secondsource0001", "name": "second", "region": "cn-beijing", "edition": "Enterprise_Basic"}
    state["accounts"][0]["instances"].append(
        {**twin, "namespaces": [{"name": "prod", "auto_create_repositories": True}]}
    )
    state.pop("sync_tasks", None)
    cloud.reset(state)
    rule: dict[str, Any] = {
        **RULE,
        "target_account_id": ACCOUNT_A,
        "target_region": "cn-beijing",
        "target_instance_id": twin["id"],
    }
    made = account_a.run("acr_sync_rule", **rule, account_id=ACCOUNT_A)
    assert made["sync_rule"]["cross_account"] is False
    assert "TargetUserId" not in cloud.calls("CreateRepoSyncRule")[0]["parameters"]
    assert account_a.run("acr_sync_rule", **rule, account_id=ACCOUNT_A)["changed"] is False


@pytest.mark.usefixtures("granted")
def test_a_lost_answer_does_not_make_a_second_rule(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/faults", {"match": {"action": "CreateRepoSyncRule"}, "fault": "reset_after"})
    assert account_a.run("acr_sync_rule", **RULE)["changed"] is True
    cloud.post("/_emulator/faults", {"match": {"action": "CreateRepoSyncRule"}, "fault": "error_500"})
    cloud.post("/_emulator/faults", {"match": {"action": "DeleteRepoSyncRule"}, "fault": "reset_after"})
    assert account_a.run("acr_sync_rule", **RULE, priority=5)["changed"] is True
    assert [one["priority"] for one in rules(account_a, instance_id=SOURCE)] == [5]
