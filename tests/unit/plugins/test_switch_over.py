# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exchange source and destination and go back, stopped after each step, with pushes in between, and never in a circle.

The steps are those of the role `switch_over`, in its order, each with what the plan says at that time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.filter.acr_switch_over_plan import switch_over_plan
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import FORWARD, REVERSED
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.peers import with_target
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.switch_steps import STEPS

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

GROUPS = {"acr_source": ["here"], "acr_destination": ["there"]}
RULE = {"name": "prod", "namespace": "prod", "to": "there"}
INSTANCES = {"here": SOURCE, "there": TARGET}
WHERE = {
    "here": {"acr_instance_id": SOURCE, "acr_region": "cn-hangzhou", "acr_account_id": ACCOUNT_A},
    "there": {"acr_instance_id": TARGET, "acr_region": "eu-central-1", "acr_account_id": ACCOUNT_B},
}


@dataclass
class Estate:
    """Both sides, and one run after the other."""

    cloud: Emulator
    accounts: dict[str, Account]
    both_keys: bool = True
    direction: str = FORWARD
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: int = 0

    def hosts(self) -> dict[str, dict[str, Any]]:
        here: dict[str, Any] = {"acr_sync_rules": [RULE], "acr_direction": self.direction}
        hosts: dict[str, dict[str, Any]] = {"here": {**WHERE["here"], **here}, "there": {**WHERE["there"]}}
        return {name: {**host, **self.facts.get(name, {})} for name, host in hosts.items()}

    def plan(self, host: str, *stopped: str) -> dict[str, Any]:
        return switch_over_plan(self.hosts(), GROUPS, host, stopped)

    def run(self, module: str, host: str, **params: Any) -> dict[str, Any]:
        result = self.accounts[host].run(module, instance_id=INSTANCES[host], **params)
        self.changed += bool(result.get("changed"))
        return result

    def look(self, *hosts: str) -> None:
        for host in hosts:
            self.facts[host] = {"switch_over_rules": self.run("acr_sync_rule_info", host)["sync_rules"]}

    def switch(
        self,
        until: str = "finish",
        *,
        only: tuple[str, ...] = ("here", "there"),
        lost: str = "",
        stopped: tuple[str, ...] = (),
    ) -> None:
        """Take the steps up to a given one, as the role does on the hosts of a run."""
        # Each run begins with nothing but what it sees.
        self.facts, self.changed = {lost: {"switch_over_failure": "no answer"}}, 0
        self.look(*only)
        for step in STEPS[: STEPS.index(until) + 1] if until in STEPS else ():
            for host in only:
                getattr(self, step)(host, self.plan(host, *stopped))
            self.check()

    def prepare(self, host: str, plan: dict[str, Any]) -> None:
        other = "there" if host == "here" else "here"
        if plan["prepare"]:
            place = {"region": WHERE[host]["acr_region"], "instance_id": INSTANCES[host]}
            role = self.accounts[host].run(
                "acr_cross_account_role",
                source_account_ids=[WHERE[other]["acr_account_id"]],
                destination_instances=[place],
            )
            self.changed += role["changed"]
            self.run("acr_namespace", host, name="prod", auto_create_repositories=True)

    def send(self, host: str, plan: dict[str, Any]) -> None:
        self.backfill(host, plan["send"])

    send_rest = send

    def stop(self, host: str, plan: dict[str, Any]) -> None:
        if plan["stop"]:
            self.run("acr_sync_rules", host, rules=plan["stop"])
            self.look(host)

    def start(self, host: str, plan: dict[str, Any]) -> None:
        if plan["keep"] and not plan["waits_for"]:
            self.run("acr_sync_rules", host, rules=self.resolved(plan["keep"]))
            self.look(host)

    def finish(self, host: str, plan: dict[str, Any]) -> None:
        if plan["keep"] and not plan["waits_for"]:
            self.backfill(host, plan["keep"])

    def backfill(self, host: str, rules: list[dict[str, Any]]) -> None:
        if rules:
            there = "there" if host == "here" else "here"
            destinations = [{"instance_id": INSTANCES[there], **self.keys(there)}] if self.both_keys else []
            given = {"rules": self.resolved(rules), "assume_rules": True, "destinations": destinations}
            self.run("acr_sync_backfill", host, **given)

    def keys(self, host: str) -> dict[str, str]:
        url = f"http://{self.cloud.endpoint}"
        account = self.accounts[host]
        return {**account.keys, "region": account.region, "cr_endpoint": url, "sts_endpoint": url}

    def resolved(self, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [with_target(rule, self.hosts(), "the rule") for rule in rules]

    def push(self, host: str, tag: str) -> None:
        pushed = {"instance_id": INSTANCES[host], "namespace": "prod", "repository": "web", "tags": [tag]}
        self.cloud.post("/_emulator/images", pushed)

    def settle(self) -> None:
        """Wait until what is under way has arrived."""
        ends = time.monotonic() + 30
        while any(task["TaskStatus"] in ("PENDING", "SYNCHRONIZING") for task in self.tasks()):
            assert time.monotonic() < ends
            time.sleep(0.01)

    def tasks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cloud.state()["sync_tasks"]
        return found

    def tags(self, host: str) -> dict[str, str]:
        found = self.run("acr_image_info", host, namespace="prod", repository="web")["images"]
        return {image["tag"]: image["digest"] for image in found}

    def check(self) -> None:
        """Assert that rules never go both ways, and that no image went back to where it came from."""
        rules = [self.run("acr_sync_rule_info", host, direction="outbound")["sync_rules"] for host in INSTANCES]
        assert not all(rules)
        # With the keys of one account, images are sent back once, since its records do not tell where they come from.
        if self.both_keys:
            origins: dict[str, set[str]] = {}
            for task in self.tasks():
                origins.setdefault(task["ImageFrom"]["ImageTag"], set()).add(task["ImageFrom"]["InstanceId"])
            assert [tag for tag, instances in origins.items() if len(instances) > 1] == []


@pytest.fixture(params=[False, True], ids=["replication fires nothing", "replication fires rules"])
def estate(request: pytest.FixtureRequest, cloud: Emulator, account_a: Account, granted: Account) -> Estate:
    """Make both instances Premium, with rules forward and an image older than them."""
    state = cloud.state()
    state["accounts"][1]["instances"][0]["edition"] = "Enterprise_Advanced"
    cloud.reset(state)
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    cloud.post("/_emulator/behaviour", {"replication_fires_rules": request.param})
    found = Estate(cloud, {"here": account_a, "there": granted})
    found.run("acr_sync_rules", "here", rules=found.resolved([RULE]))
    return found


def test_there_and_back_with_pushes_in_between(estate: Estate) -> None:
    for direction, old, new in ((REVERSED, "here", "there"), (FORWARD, "there", "here")):
        estate.direction = direction
        for step in STEPS:
            # The old source may be pushed to until its rest is sent, although its rules are gone by then.
            begin = old if STEPS.index(step) <= STEPS.index("send_rest") else new
            estate.push(begin, f"{direction}-{step}")
            estate.switch(step)
            estate.settle()
        assert estate.plan("here")["holds"] == direction
        estate.push(new, f"{direction}-after")
        estate.settle()
        assert estate.tags("here") == estate.tags("there")
        # Two images of the world, one for each of six steps, and one afterwards.
        assert len(estate.tags("here")) >= 9
        estate.switch()
        assert estate.changed == 0


def test_a_source_that_is_lost_is_taken_up_when_it_is_back(estate: Estate) -> None:
    estate.direction = REVERSED
    # Seen from there alone, nobody knows about the rules here.
    estate.cloud.post("/_emulator/behaviour", {"destination_lists_inbound_rules": False})
    estate.switch(only=("there",), lost="here")
    assert estate.changed == 0
    lacks = ["there does not get prod-reversed yet: here cannot be looked at (no answer), and may still have prod"]
    assert estate.plan("there")["lacks"] == lacks
    assert estate.plan("there")["refusals"] == []
    estate.push("there", "meanwhile")
    estate.switch()
    assert estate.plan("there")["lacks"] == []
    assert estate.tags("here") == estate.tags("there")
    assert "meanwhile" in estate.tags("here")


def test_nothing_is_stopped_for_a_new_source_that_cannot_be_looked_at(estate: Estate) -> None:
    estate.direction = REVERSED
    estate.switch("look", only=("here",), lost="there")
    plan = estate.plan("here")
    assert plan["refusals"] == ["there cannot be looked at (no answer), and should become the source"]
    assert (plan["stop"], plan["send"]) == ([], [])


@pytest.mark.parametrize("visible", [True, False], ids=["inbound rules are listed", "they are not"])
def test_two_teams_run_a_half_each(visible: bool, estate: Estate) -> None:
    estate.cloud.post("/_emulator/behaviour", {"destination_lists_inbound_rules": visible})
    estate.direction, estate.both_keys = REVERSED, False
    # The new source's team comes too early.
    estate.switch(only=("there",))
    assert estate.changed == 0
    assert "may still have prod" in estate.plan("there")["lacks"][0] or visible
    estate.switch(only=("here",))
    assert estate.plan("here")["lacks"] == []
    assert estate.plan("here")["remaining"] == ["there is not in this run, and should get prod-reversed"]
    estate.switch(only=("there",), stopped=("here",))
    assert estate.plan("there", "here")["lacks"] == []
    assert estate.tags("here") == estate.tags("there")


def test_a_host_that_still_has_rules_is_not_believed_to_be_stopped(estate: Estate) -> None:
    estate.direction = REVERSED
    estate.switch(only=("there",), stopped=("here",))
    assert estate.changed == 0
    assert estate.plan("there", "here")["lacks"] == ["there does not get prod-reversed yet: here still has prod"]


def test_the_rules_that_will_be_left_show_what_comes_next(estate: Estate) -> None:
    estate.direction = REVERSED
    estate.switch("look")
    estate.facts["here"]["switch_over_rules"].append({"name": "other", "direction": "outbound"})
    plan = estate.plan("here")
    assert [rule["name"] for rule in plan["stop"]] == ["prod"]
    assert [rule["name"] for rule in plan["left"]] == ["other"]
    assert estate.plan("there")["waits_for"] == ["here still has prod"]
    estate.facts["here"]["switch_over_rules"] = plan["left"]
    assert estate.plan("there")["waits_for"] == []


def test_the_steps_are_told_before_they_are_done(estate: Estate) -> None:
    estate.direction = REVERSED
    estate.switch("look")
    plan = estate.plan("there")
    assert plan["directions"] == ["here and there: forward holds, and acr_direction says reversed"]
    assert plan["steps"] == [
        "1 of 6: here grants access to the account of there, and has the namespaces and repositories",
        "2 of 6: here sends there what is missing there of prod, by digest where both can be looked at",
        "3 of 6: here loses the rules prod",
        "4 of 6: here sends there what is missing there of prod, as far as it was pushed in between",
        "5 of 6: there gets the rules prod-reversed",
        "6 of 6: there sends here what was pushed before its rules were there, and verifies",
    ]


def test_without_a_direction_there_is_nothing_to_exchange(estate: Estate) -> None:
    estate.direction = ""
    plan = estate.plan("here")
    assert (plan["involved"], plan["holds"], plan["steps"]) == (False, None, [])
    assert "says acr_direction" in plan["refusals"][0]


def test_with_the_inventory_of_the_destination_alone_the_other_one_is_asked_for() -> None:
    plan = switch_over_plan({"there": WHERE["there"]}, {"acr_destination": ["there"]}, "there", [])
    assert (plan["directions"], plan["steps"]) == ([], [])
    assert "no host is in the group acr_source" in plan["refusals"][0]
    assert "-i inventories/account_a" in plan["refusals"][0]


def test_a_grant_that_was_revoked_comes_back_after_the_old_rules_are_gone(estate: Estate) -> None:
    estate.switch()
    estate.accounts["there"].run("acr_cross_account_role", state="absent", source_account_ids=[ACCOUNT_A])
    estate.push("here", "new")
    estate.settle()
    estate.direction = REVERSED
    with pytest.raises(ModuleFailedError, match="grant_access"):
        estate.switch()
    advice = estate.plan("here")["advice"]
    assert "-e switch_over_send=false -e switch_over_until=stop" in advice
    assert "grant_access with -e acr_direction=forward --limit there" in advice
    assert estate.plan("there")["advice"] == ""


def test_the_end_says_what_to_write_down_and_a_stop_says_that_nothing_is_replicated(estate: Estate) -> None:
    estate.direction = REVERSED
    estate.switch("stop")
    plan = estate.plan("there")
    assert plan["write_down"] == []
    assert plan["directions"] == [
        "here and there: neither direction holds, so that nothing is replicated, and acr_direction says reversed"
    ]
    estate.switch()
    assert estate.plan("there")["write_down"] == [
        "Set acr_direction: reversed for here in the inventory now, unless it is there already. The next run reads it"
        " from there."
    ]
