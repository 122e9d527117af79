# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the one role from several runs at once.

None undoes another, and what one leaves blocks nobody for long.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from acr_emulator.identity import Policy
from acr_emulator.ids import now_ms

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import api_error
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity

from .conftest import TARGET
from .local_ram import LocalRam, lost_answer

LOCK = "AcrCrossAccountSync-Lock"
HERE = [{"region": "eu-central-1", "instance_id": TARGET}]
ACCOUNTS = [f"{number}111000011110000" for number in range(1, 9)]
OLD = "9999000099990009"
NOBODY = json.dumps({"Version": "1", "Statement": [{"Effect": "Deny", "Action": "cr:GetInstance", "Resource": "*"}]})
# Seconds by which RAM's clock tells that nobody can be at work any more.
AGES_AGO = 3600 * 1000


def grant(cloud: LocalRam, *accounts: str) -> dict[str, Any]:
    return cloud.run(source_account_ids=list(accounts), destination_instances=HERE)


def trusted(cloud: LocalRam, account: str) -> bool:
    return cloud.lets_in(account, "eu-central-1", TARGET)


def actions(cloud: LocalRam) -> list[str]:
    return [action for action, _parameters in cloud.calls]


@pytest.mark.parametrize("before", [(), (OLD,)], ids=["first grants", "beside a revocation"])
def test_no_writer_undoes_another_of_the_same_moment(before: tuple[str, ...]) -> None:
    cloud = LocalRam()
    if before:
        grant(cloud, *before)
    cloud.latency = 0.002
    cloud.haste = 10  # so that a busy machine does not make a holder seem to be dead

    def write(account: str) -> dict[str, Any]:
        return grant(cloud, account) if account != OLD else cloud.run(state="absent", source_account_ids=[OLD])

    with ThreadPoolExecutor(9) as pool:
        results = list(pool.map(write, [*ACCOUNTS, *before]))
    assert [result.get("msg") for result in results] == [None] * len(results)
    assert [account for account in (*ACCOUNTS, OLD) if trusted(cloud, account)] == ACCOUNTS
    for result, account in zip(results, ACCOUNTS, strict=False):
        assert account in [pair["source_account_id"] for pair in result["cross_account_role"]["access"]]
    assert list(cloud.account.policies) == ["AcrCrossAccountSync"]


def test_nothing_is_locked_where_nothing_is_changed() -> None:
    cloud = LocalRam()
    grant(cloud, OLD)
    cloud.calls.clear()
    assert grant(cloud, OLD)["changed"] is False
    assert set(actions(cloud)) == {"GetRole", "GetPolicy", "ListPoliciesForRole", "GetCallerIdentity"}


def test_what_a_killed_run_left_is_taken_over_and_removed() -> None:
    cloud = LocalRam()
    cloud.account.policies[LOCK] = Policy(LOCK, document=NOBODY)
    assert grant(cloud, OLD)["changed"] is True
    assert list(cloud.account.policies) == ["AcrCrossAccountSync"]
    assert [parameters["PolicyName"] for action, parameters in cloud.calls if action == "CreatePolicyVersion"] == [LOCK]


def test_what_was_left_long_ago_is_taken_over_at_once() -> None:
    cloud = LocalRam()
    cloud.account.policies[LOCK] = Policy(LOCK, document=NOBODY)
    cloud.account.policies[LOCK].default.create_time = now_ms() - AGES_AGO
    grant(cloud, OLD)
    looks = [action for action, parameters in cloud.calls if parameters.get("PolicyName") == LOCK]
    assert looks == ["CreatePolicy", "GetPolicy", "GetPolicy", "CreatePolicyVersion", "DeletePolicy"]


def test_one_of_the_waiting_runs_takes_over_from_a_killed_run() -> None:
    cloud = LocalRam()
    cloud.account.policies[LOCK] = Policy(LOCK, document=NOBODY)
    cloud.latency = 0.002
    cloud.haste = 10  # so that a busy machine does not make a holder seem to be dead
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda account: grant(cloud, account), ACCOUNTS))
    assert [result.get("msg") for result in results] == [None] * len(results)
    assert all(trusted(cloud, account) for account in ACCOUNTS)
    assert list(cloud.account.policies) == ["AcrCrossAccountSync"]


def test_a_lock_that_others_always_hold_is_told() -> None:
    """Let each look find another holder, so that none of them seems to be dead."""
    cloud = LocalRam()
    cloud.account.policies[LOCK] = Policy(LOCK, document=NOBODY)

    def change(action: str, parameters: Mapping[str, Any]) -> None:
        if action == "GetPolicy" and parameters["PolicyName"] == LOCK:
            cloud.account.policies[LOCK].default.document = NOBODY.replace(
                '"*"', f'"acs:cr:*:*:instance/{len(cloud.calls):032}"'
            )

    cloud.before = change
    result = grant(cloud, OLD)
    assert result["msg"].startswith("Cannot lock role aliyuncontainerregistrycrossaccoutsyncrole: other runs have been")
    assert f"If no run is at work, delete the policy {LOCK}" in result["msg"]
    assert not trusted(cloud, OLD)


@pytest.mark.parametrize("done", [False, True], ids=["not done", "done"])
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("action", ["CreateRole", "CreatePolicy", "CreatePolicyVersion", "UpdateRole", "DeletePolicy"])
def test_one_lost_answer_fails_nothing(action: str, nth: int, done: bool) -> None:
    cloud = LocalRam()
    met: list[str] = []

    def lose(called: str, _parameters: Mapping[str, Any]) -> None:
        met.extend([called] if called == action else [])
        if called == action and len(met) == nth:
            raise lost_answer(action)

    if done:
        cloud.after = lose
    else:
        cloud.before = lose
    first = grant(cloud, OLD)
    more = cloud.run(
        source_account_ids=[OLD, ACCOUNTS[0]],
        destination_instances=[*HERE, {"region": "us-east-1", "instance_id": "cri-elsewhere0000001"}],
    )
    assert [result.get("msg") for result in (first, more)] == [None, None]
    assert first["changed"] is more["changed"] is True
    assert trusted(cloud, OLD) and trusted(cloud, ACCOUNTS[0])
    assert list(cloud.account.policies) == ["AcrCrossAccountSync"]


def test_a_program_without_the_lock_undoes_no_grant() -> None:
    """Let another program write between what is read and what is written."""
    cloud = LocalRam()
    grant(cloud, OLD)
    before = cloud.trusted()
    met: list[str] = []

    def overwrite(action: str, _parameters: Mapping[str, Any]) -> None:
        if action == "UpdateRole" and not met:
            met.append(action)
            cloud.account.roles["aliyuncontainerregistrycrossaccoutsyncrole"].set_trust_policy(before)
            cloud.account.ram_changed(0)

    cloud.after = overwrite
    assert grant(cloud, ACCOUNTS[0])["changed"] is True
    assert trusted(cloud, ACCOUNTS[0]) and met


def test_a_program_that_overwrites_again_and_again_is_told() -> None:
    cloud = LocalRam()
    grant(cloud, OLD)
    before = cloud.trusted()

    def overwrite(action: str, _parameters: Mapping[str, Any]) -> None:
        if action == "UpdateRole":
            cloud.account.roles["aliyuncontainerregistrycrossaccoutsyncrole"].set_trust_policy(before)

    cloud.after = overwrite
    result = grant(cloud, ACCOUNTS[0])
    assert "what was written is not what is read back" in result["msg"]
    assert list(cloud.account.policies) == ["AcrCrossAccountSync"]


def test_a_role_that_another_program_makes_meanwhile_is_merged_into() -> None:
    cloud, other = LocalRam(), LocalRam()
    grant(other, OLD)

    def make(action: str, _parameters: Mapping[str, Any]) -> None:
        if action == "CreateRole" and not cloud.account.roles:
            cloud.account.roles.update(other.account.roles)
            cloud.account.policies.update(other.account.policies)
            cloud.account.ram_changed(0)

    cloud.before = make
    assert "msg" not in grant(cloud, ACCOUNTS[0])
    assert trusted(cloud, ACCOUNTS[0]) and trusted(cloud, OLD)


def test_a_change_that_takes_longer_than_the_lease_renews_the_lock() -> None:
    cloud = LocalRam()

    def wait(action: str, _parameters: Mapping[str, Any]) -> None:
        cloud.latency = 0.25 if action == "CreateRole" else 0.0

    cloud.before = wait
    assert grant(cloud, OLD)["changed"] is True
    assert (actions(cloud).count("CreatePolicyVersion"), list(cloud.account.policies)) == (1, ["AcrCrossAccountSync"])


def test_a_lock_that_was_taken_over_stops_the_change() -> None:
    cloud = LocalRam()

    def take(action: str, _parameters: Mapping[str, Any]) -> None:
        cloud.latency = 0.25 if action == "CreateRole" else 0.0
        if action == "CreateRole":
            lock = cloud.account.policies[LOCK]
            lock.last_version = 7

    cloud.before = take
    result = grant(cloud, OLD)
    assert "another run took over" in result["msg"] and "Run it again" in result["msg"]
    assert LOCK in cloud.account.policies  # it is the other run's


def test_without_the_right_to_unlock_it_is_said_that_the_change_was_made() -> None:
    cloud = LocalRam()

    def refuse(action: str, _parameters: Mapping[str, Any]) -> None:
        if action == "DeletePolicy":
            raise api_error(action, "NoPermission", "You are not authorized.", status=403)

    cloud.before = refuse
    result = grant(cloud, OLD)
    assert result["msg"].startswith("Cannot unlock role aliyuncontainerregistrycrossaccoutsyncrole: ")
    assert "The role was changed as asked, and the next run takes the lock over." in result["msg"]
    assert result["changed"] is True
    assert result["cross_account_role"]["policy_name"] == "AcrCrossAccountSync"
    assert f"The user of these credentials needs ram:DeletePolicy on acs:ram:*:*:policy/{LOCK}" in result["msg"]
    assert trusted(cloud, OLD)


def test_a_wait_for_another_run_is_told() -> None:
    cloud = LocalRam()
    cloud.account.policies[LOCK] = Policy(LOCK, document=NOBODY)
    lines: list[str] = []

    def look(action: str, _parameters: Mapping[str, Any]) -> None:
        if action == "GetPolicy":
            lines.append(activity.line())

    cloud.after = look
    grant(cloud, OLD)
    waits = "waiting for another run to be done with role aliyuncontainerregistrycrossaccoutsyncrole; if there is none,"
    assert f"{waits} its lock (policy {LOCK}) is taken over after 30 s" in lines
    assert activity.line() == ""
