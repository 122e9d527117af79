# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace, double and refuse sync rules."""

from __future__ import annotations

import threading
import time
from itertools import chain
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import ApiError
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.rule_calls import RuleCalls
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule

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


def names(account: Account) -> list[tuple[str, str]]:
    return [(rule["name"], rule["tag_filter"]) for rule in rules(account, instance_id=SOURCE)]


def replace_while_something_is_pushed(cloud: Emulator, account: Account, *tags: str) -> dict[str, Any]:
    """Push while the deletion of the old rule is under way."""
    cloud.post("/_emulator/faults", {"match": {"action": "DeleteRepoSyncRule"}, "fault": "slow", "retry_after_ms": 400})
    replaced: list[dict[str, Any]] = []
    run = threading.Thread(target=lambda: replaced.append(account.run("acr_sync_rule", **RULE, tag_filter="^[0-9]")))
    run.start()
    while not cloud.calls("DeleteRepoSyncRule"):
        time.sleep(0.01)
    push(cloud, "web", *tags)
    run.join()
    return replaced[0]


@pytest.mark.usefixtures("granted")
def test_a_stand_in_carries_what_is_pushed_while_a_rule_is_replaced(cloud: Emulator, account_a: Account) -> None:
    account_a.run("acr_sync_rule", **RULE)
    replaced = replace_while_something_is_pushed(cloud, account_a, "3.0", "latest")
    assert replaced["caught_up"] == []
    records = account_a.run("acr_sync_task_info", instance_id=SOURCE, namespace="prod")["sync_tasks"]
    assert [record["tag"] for record in records] == ["3.0"]
    calls = [call["action"] for call in cloud.calls() if call["action"].endswith("RepoSyncRule")]
    create, delete = "CreateRepoSyncRule", "DeleteRepoSyncRule"
    assert [call for call in calls if not call.startswith("List")] == [create, create, delete, create, delete]
    assert names(account_a) == [("to-eu", "^[0-9]")]
    assert "pushes meanwhile are carried or synced afterwards" in replaced["diff"]["prepared"]
    assert "replaced, tag_filter '.*' -> '^[0-9]'" in replaced["diff"]["prepared"]


@pytest.mark.usefixtures("granted")
def test_uncarried_pushes_are_sent_where_a_route_takes_one_rule(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/behaviour", {"duplicate_rule_route": "reject"})
    account_a.run("acr_sync_rule", **RULE)
    replaced = replace_while_something_is_pushed(cloud, account_a, "3.0", "latest")
    assert [(image["source"], image["action"]) for image in replaced["caught_up"]] == [("prod/web:3.0", "sent")]
    assert names(account_a) == [("to-eu", "^[0-9]")]


@pytest.mark.usefixtures("granted")
def test_nothing_is_caught_up_that_the_new_rule_carried(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/behaviour", {"duplicate_rule_route": "reject"})
    account_a.run("acr_sync_rule", **RULE)
    push(cloud, "web", "3.0")
    time.sleep(0.1)
    result = account_a.run("acr_sync_rule", **RULE, priority=1)
    assert {image["action"] for image in result["caught_up"]} <= {"unchanged", "joined"}
    assert "caught_up" not in account_a.run("acr_sync_rule", **RULE, priority=2, catch_up=False)


def test_a_refused_replacement_leaves_the_old_rule_untouched(account_a: Account, granted: Account) -> None:
    account_a.run("acr_sync_rule", **RULE)
    before = rules(account_a, instance_id=SOURCE)
    for wrong, said in (
        ({"target_instance_id": "cri-doesnotexist0001"}, "target instance does not exist"),
        ({"target_account_id": "3333000033330003", "target_instance_id": "cri-elsewhere000001"}, "does not exist"),
    ):
        with pytest.raises(ModuleFailedError, match=f"{said}.* The old rule to-eu is in force as it was") as failed:
            account_a.run("acr_sync_rule", **{**RULE, **wrong}, grant_timeout=0)
        assert "changed" not in failed.value.result
    granted.run("acr_cross_account_role", state="absent")
    with pytest.raises(ModuleFailedError, match="has not granted.* The old rule to-eu is in force as it was"):
        account_a.run("acr_sync_rule", **RULE, priority=4, grant_timeout=0)
    assert rules(account_a, instance_id=SOURCE) == before


def test_an_undocumented_refusal_deletes_no_rule(cloud: Emulator, account_a: Account, granted: Account) -> None:
    account_a.run("acr_sync_rule", **RULE)
    granted.run("acr_cross_account_role", state="absent")
    cloud.post("/_emulator/behaviour", {"ungranted": {"at": "create", "code": "WHATEVER_IT_IS", "http": 200}})
    with pytest.raises(ModuleFailedError, match="The old rule to-eu is in force as it was"):
        account_a.run("acr_sync_rule", **RULE, priority=4)
    assert [rule["priority"] for rule in rules(account_a, instance_id=SOURCE)] == [3]


@pytest.mark.usefixtures("granted")
def test_a_refused_successor_of_one_route_puts_the_old_rule_back(
    cloud: Emulator, account_a: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.post("/_emulator/behaviour", {"duplicate_rule_route": "reject"})
    account_a.run("acr_sync_rule", **RULE)
    post = RuleCalls.post

    def refuse(self: RuleCalls, rule: SyncRule) -> SyncRule:
        if rule.priority == 5 and rule.name == "to-eu":
            raise ApiError("CreateRepoSyncRule", "NO_MORE_RULES", "no more rules", status=200)
        return post(self, rule)

    monkeypatch.setattr(RuleCalls, "post", refuse)
    with pytest.raises(ModuleFailedError, match="The old rule was put back as it was. The next run sends") as failed:
        account_a.run("acr_sync_rule", **RULE, priority=5)
    assert (failed.value.result["rolled_back"], failed.value.result["changed"]) == (True, True)
    push(cloud, "web", "3.0")
    again = account_a.run("acr_sync_rule", **RULE, priority=3)
    assert again["changed"] is True
    assert [rule["priority"] for rule in rules(account_a, instance_id=SOURCE)] == [3]
    assert account_a.run("acr_sync_rule", **RULE, priority=3)["changed"] is False


@pytest.mark.parametrize("routes", ["accept", "reject"])
@pytest.mark.usefixtures("granted")
def test_absent_deletes_what_stands_in_too(
    routes: str, cloud: Emulator, account_a: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.post("/_emulator/behaviour", {"duplicate_rule_route": routes})
    account_a.run("acr_sync_rule", **RULE)
    with monkeypatch.context() as patched:
        patched.setattr(RuleCalls, "delete", interrupted)
        with pytest.raises(KeyboardInterrupt):
            account_a.run("acr_sync_rule", **RULE, priority=5)
    stand_in = [rule["name"] for rule in rules(account_a, instance_id=SOURCE) if rule.get("stand_in")]
    assert stand_in == ["to-eu-acr-stand-in"]
    with pytest.raises(ModuleFailedError, match="the name of a rule that stands in for another"):
        account_a.run("acr_sync_rule", **{**RULE, "name": "x-acr-stand-in"})
    gone = account_a.run("acr_sync_rule", instance_id=SOURCE, name="to-eu", state="absent")
    assert gone["changed"] is True
    assert "sync rule to-eu-acr-stand-in on cri-sourcesource0001: deleted" in gone["diff"]["prepared"]
    assert rules(account_a, instance_id=SOURCE) == []


def interrupted(self: RuleCalls, *rules: SyncRule) -> None:
    raise KeyboardInterrupt


PARTLY: dict[str, Any] = {"instance_id": SOURCE, "name": "to-eu", "tag_filter": "^v"}


@pytest.mark.usefixtures("granted")
def test_a_rule_into_another_account_is_not_replaced_without_its_uid(account_a: Account) -> None:
    account_a.run("acr_sync_rule", **RULE)
    unsaid = {name: value for name, value in RULE.items() if name not in ("target_account_id", "instance_id")}
    rule = {**unsaid, "tag_filter": "^v"}
    renamed = {**unsaid, "name": "renamed"}
    said = "sync rule to-eu ends in another account, and the service does not tell in which.* Say target_account_id"
    for check in (True, False):
        for module, options in (
            ("acr_sync_rule", PARTLY),
            ("acr_sync_rule", {**PARTLY, "tag_filter": ".*", "target_instance_id": "cri-elsewhere000001"}),
            ("acr_sync_rules", {"instance_id": SOURCE, "rules": [rule]}),
            ("acr_sync_rules", {"instance_id": SOURCE, "rules": [renamed], "purge": True}),
        ):
            with pytest.raises(ModuleFailedError, match=said) as failed:
                account_a.run(module, check, **options)
            assert not failed.value.result.get("changed")
    assert names(account_a) == [("to-eu", ".*")]
    assert account_a.run("acr_sync_rule", **{**PARTLY, "tag_filter": ".*"})["changed"] is False
    assert account_a.run("acr_sync_rule", **PARTLY, target_account_id=ACCOUNT_B)["changed"] is True


def test_without_a_grant_it_says_who_must_do_what(account_a: Account, slept: list[float]) -> None:
    with pytest.raises(ModuleFailedError) as failed:
        account_a.run("acr_sync_rule", **RULE, grant_timeout=6)
    message = str(failed.value)
    assert message.startswith(
        f"Cannot create sync rule to-eu on {SOURCE}: account {ACCOUNT_B} has not granted account {ACCOUNT_A}."
        f" If account {ACCOUNT_B} has granted access already, give the user of these credentials the right"
        f" cr:CreateSyncRule on acs:cr:*:{ACCOUNT_A}:repository/{SOURCE}. Otherwise ask the team of account {ACCOUNT_B}"
        " to run `ansible-playbook registryops.alicloud.grant_access -i inventories/account_b"
        f" -e acr_source_account_ids={ACCOUNT_A} -e acr_instance_id={TARGET} -e acr_region=eu-central-1`. ["
    )
    assert "[CreateRepoSyncRule: NoPrivilege, request " in message
    # All of grant_timeout, since a fresh grant may take a moment to be seen.
    assert sum(slept) == 6


def test_without_a_grant_and_its_own_account_it_still_gives_a_command(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/faults", {"match": {"action": "GetCallerIdentity"}, "fault": "error_500", "times": 99})
    with pytest.raises(ModuleFailedError) as failed:
        account_a.run("acr_sync_rule", **RULE, grant_timeout=0)
    message = str(failed.value)
    assert f"account {ACCOUNT_B} has not granted the account of these credentials. If" in message
    assert f"cr:CreateSyncRule on acs:cr:*:*:repository/{SOURCE}. Otherwise" in message
    assert f"-e acr_source_account_ids=UID -e acr_instance_id={TARGET} -e acr_region=eu-central-1`. [" in message


def test_an_undocumented_refusal_still_hints_at_the_grant(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/behaviour", {"ungranted": {"at": "create", "code": "WHATEVER_IT_IS", "http": 200}})
    with pytest.raises(
        ModuleFailedError, match=f"If account {ACCOUNT_B} has not granted account {ACCOUNT_A}: ask the team of"
    ):
        account_a.run("acr_sync_rule", **RULE)


def test_a_grant_that_takes_a_moment_to_be_seen_is_waited_for(
    cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    # A grant that nobody sees for the first 60 ms. RAM's own propagation is not documented.
    cloud.post("/_emulator/behaviour", {"propagation_ms": 60})
    instances = [{"region": "eu-central-1", "instance_id": TARGET}]
    account_b.run("acr_cross_account_role", source_account_ids=[ACCOUNT_A], destination_instances=instances)
    assert account_a.run("acr_sync_rule", **RULE, grant_timeout=60)["changed"] is True


def test_inbound_rules_are_listed_but_never_touched(account_a: Account, granted: Account) -> None:
    account_a.run("acr_sync_rule", **RULE)
    inbound = rules(granted, instance_id=TARGET)
    assert [(rule["direction"], rule["namespace"], rule["target_instance_id"]) for rule in inbound] == [
        ("inbound", "prod", SOURCE)
    ]
    assert rules(granted, instance_id=TARGET, direction="outbound") == []
    gone = granted.run("acr_sync_rule", instance_id=TARGET, name="to-eu", state="absent")
    assert gone["changed"] is False
    assert len(rules(account_a, instance_id=SOURCE)) == 1


def twins(cloud: Emulator, account_a: Account) -> dict[str, Any]:
    """Serve two rules of one name."""
    cloud.post("/_emulator/behaviour", {"duplicate_rule_name": "accept"})
    world = cloud.state()
    account_a.run("acr_sync_rule", **RULE)
    instances = chain.from_iterable(account["instances"] for account in world["accounts"])
    source = next(instance for instance in instances if instance["id"] == SOURCE)
    assert source["sync_rules"] == []
    rule = cloud.state()["accounts"][0]["instances"][0]["sync_rules"][0]
    twin = {**rule, "SyncRuleId": "crsr-twintwintwintwin", "TagFilter": "^twin"}
    state = cloud.state()
    state["accounts"][0]["instances"][0]["sync_rules"].append(twin)
    state.pop("sync_tasks", None)
    cloud.reset(state)
    return state


# The filter of one rule, of its twin, and of neither.
@pytest.mark.parametrize("wanted", [".*", "^twin", "^third"])
@pytest.mark.parametrize("module", ["acr_sync_rule", "acr_sync_rules", "purging"])
@pytest.mark.usefixtures("granted")
def test_one_of_several_rules_of_a_name_is_left(module: str, wanted: str, cloud: Emulator, account_a: Account) -> None:
    twins(cloud, account_a)

    def keep(check: bool = False) -> dict[str, Any]:
        if module == "acr_sync_rule":
            return account_a.run("acr_sync_rule", check, **RULE, tag_filter=wanted)
        rule = {**RULE, "tag_filter": wanted}
        del rule["instance_id"]
        return account_a.run("acr_sync_rules", check, instance_id=SOURCE, rules=[rule], purge=module == "purging")

    predicted, kept = keep(check=True), keep()
    assert predicted["changed"] is kept["changed"] is True
    assert predicted["diff"]["prepared"] == kept["diff"]["prepared"]
    assert "deleted, a second rule of this name (crsr-" in kept["diff"]["prepared"]
    assert names(account_a) == [("to-eu", wanted)]
    if module != "acr_sync_rule":
        assert sum(kept["counts"].values()) == 1
    assert keep()["changed"] is False


@pytest.mark.parametrize("purge", [False, True])
@pytest.mark.usefixtures("granted")
def test_no_rule_of_an_unwanted_name_is_left(purge: bool, cloud: Emulator, account_a: Account) -> None:
    twins(cloud, account_a)
    options: dict[str, Any] = {"instance_id": SOURCE, "name": "to-eu", "state": "absent"}
    if purge:
        gone = account_a.run("acr_sync_rules", instance_id=SOURCE, rules=[], purge=True)
    else:
        gone = account_a.run("acr_sync_rule", **options)
    assert len(gone["diff"]["prepared"].splitlines()) == 2
    assert names(account_a) == []
    assert account_a.run("acr_sync_rule", **options)["changed"] is False


@pytest.mark.usefixtures("granted")
def test_a_target_with_its_sources_name_follows_it(account_a: Account) -> None:
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
    # To replace a rule takes a Create and a Delete. This time the first is refused, and the second's answer is lost.
    cloud.post("/_emulator/faults", {"match": {"action": "CreateRepoSyncRule"}, "fault": "error_500"})
    cloud.post("/_emulator/faults", {"match": {"action": "DeleteRepoSyncRule"}, "fault": "reset_after"})
    assert account_a.run("acr_sync_rule", **RULE, priority=5)["changed"] is True
    assert [rule["priority"] for rule in rules(account_a, instance_id=SOURCE)] == [5]


GLOB = (
    "tag_filter 'v*' of sync rule to-eu matches the empty text; as filters are searched for and not compared as a"
    " whole, such a one mostly selects everything. Write a regular expression that needs a character, such as ^v for"
    " all that begins with v."
)


@pytest.mark.usefixtures("granted")
def test_a_warning_of_an_ordinary_module_is_no_deprecated_one(
    account_a: Account, capfd: pytest.CaptureFixture[str]
) -> None:
    result = account_a.run("acr_sync_rule", check=True, **{**RULE, "tag_filter": "v*"})
    assert GLOB in str(result["warnings"])
    # Returned by a process that is no controller, displayed by one that is.
    assert "deprecations" not in result
    assert "deprecated" not in capfd.readouterr().err


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize("check", [True, False])
def test_a_filter_that_selects_everything_is_a_warning(check: bool, account_a: Account) -> None:
    globbed = {**RULE, "tag_filter": "v*"}
    rest = {name: value for name, value in globbed.items() if name != "instance_id"}
    assert GLOB in str(account_a.run("acr_sync_rule", check, **globbed)["warnings"])
    assert GLOB in str(account_a.run("acr_sync_rules", check, instance_id=SOURCE, rules=[rest])["warnings"])
    assert "warnings" not in account_a.run("acr_sync_rule", check, **{**globbed, "tag_filter": "^v"})
    assert "warnings" not in account_a.run("acr_sync_rule", check, **globbed, state="absent")


@pytest.mark.parametrize("check", [True, False])
def test_public_cloud_to_finance_cloud_is_refused_before_anything_is_sent(
    check: bool, cloud: Emulator, account_a: Account
) -> None:
    sentence = (
        r"public cloud \(cn-hangzhou\) cannot replicate to Finance or Gov Cloud \(cn-shanghai-finance-1\)\."
        r" Choose a destination in a public region"
    )
    with pytest.raises(ModuleFailedError, match=sentence):
        account_a.run("acr_sync_rule", check, **{**RULE, "target_region": "cn-shanghai-finance-1"})
    assert not cloud.calls("CreateRepoSyncRule")
