# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut a replacement short at any call.

The next run finishes it, and every push has arrived.

Before each call about rules an image is pushed that the old and the new rule both cover.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import UnreachableError

from .conftest import SOURCE, Account, ModuleFailedError
from .test_sync_rule import RULE, push

ROUTES = pytest.mark.parametrize("routes", ["accept", "reject"])
FAULTS = ("throttle", "error_500", "reset_before", "reset_after", "wrong_shape")
MOST_CALLS = 25  # of a replacement with its retries; it only ends a test that would never end
Answer = dict[str, Any]
Once = Callable[[Client, str, str, Mapping[str, Any]], Answer]


class Stopped(BaseException):
    """The process is killed."""


class Moments:
    """Push before each call, and cut one run short."""

    def __init__(self, cloud: Emulator, once: Once) -> None:
        self.cloud = cloud
        self.once = once
        self.pushed: list[str] = []
        self.number = 0
        # What somebody else does just before the first rule is created.
        self.meanwhile: Callable[[], object] | None = None
        self.begin("", 0)

    def begin(self, way: str, at: int) -> None:
        """Begin a run, and say at which call it fails.

        It is cut short at that call or after it, or cut off from the service from that call on.
        """
        self.way, self.at, self.calls = way, at, 0

    def forget(self) -> None:
        """Expect nothing of what was pushed so far."""
        self.pushed.clear()

    def call(self, client: Client, product: str, action: str, parameters: Mapping[str, Any]) -> Answer:
        """Make one call.

        Those that follow images are many, and are neither counted nor pushed at.
        """
        if self.way == "stop" and self.calls >= self.at:
            raise Stopped
        over = self.way in ("stop after", "lost and cut off") and self.calls >= self.at
        if action.endswith("SyncRule"):
            self.calls += 1
            self.number += 1
            self.pushed.append(f"m{self.number}")
            push(self.cloud, "web", self.pushed[-1])
        if action == "CreateRepoSyncRule" and self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if over or (self.way == "cut off" and self.calls >= self.at):
            raise self._end(action)
        answer = self.once(client, product, action, parameters)
        if self.way in ("stop after", "lost and cut off") and self.calls >= self.at:
            raise self._end(action)
        return answer

    def _end(self, action: str) -> BaseException:
        if self.way == "stop after":
            return Stopped()
        return UnreachableError(action, "", "no answer", uncertain=True)


@pytest.fixture
def moments(cloud: Emulator, granted: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Moments]:
    made = Moments(cloud, Client._once)

    def call(client: Client, product: str, action: str, parameters: Mapping[str, Any]) -> Answer:
        return made.call(client, product, action, parameters)

    monkeypatch.setattr(Client, "_once", call)
    yield made


def run_rule(account: Account, **changed: Any) -> dict[str, Any]:
    return account.run("acr_sync_rule", **{**RULE, **changed})


def run_partly(account: Account, **changed: Any) -> dict[str, Any]:
    """Say no more than the change."""
    names = ("instance_id", "name", "target_account_id")
    return account.run("acr_sync_rule", **{name: RULE[name] for name in names}, **changed)


def run_set(account: Account, **changed: Any) -> dict[str, Any]:
    rule = {name: value for name, value in {**RULE, **changed}.items() if name != "instance_id"}
    return account.run("acr_sync_rules", instance_id=SOURCE, rules=[rule])


def run_renamed(account: Account, **changed: Any) -> dict[str, Any]:
    """Rename the rule, too."""
    rule = {name: value for name, value in {**RULE, **changed}.items() if name != "instance_id"}
    return account.run("acr_sync_rules", instance_id=SOURCE, rules=[{**rule, "name": "renamed"}], purge=True)


WAYS = pytest.mark.parametrize("run", [run_rule, run_partly, run_set, run_renamed])


def source_rules(cloud: Emulator) -> list[tuple[str, str, str]]:
    rules = cloud.state()["accounts"][0]["instances"][0]["sync_rules"]
    return [(rule["SyncRuleName"], rule["TagFilter"], rule["TargetNamespaceName"]) for rule in rules]


def missing(cloud: Emulator, tags: list[str]) -> list[str]:
    """Return tags that have not arrived when all is quiet."""
    while any(task["TaskStatus"] in ("PENDING", "SYNCHRONIZING") for task in cloud.state().get("sync_tasks", [])):
        time.sleep(0.01)
    target = cloud.state()["accounts"][1]["instances"][0]
    prod = [namespace["repositories"] for namespace in target["namespaces"] if namespace["name"] == "prod"]
    web = [repository["images"] for repository in chain.from_iterable(prod) if repository["name"] == "web"]
    arrived = {image["tag"] for image in chain.from_iterable(web)}
    return [tag for tag in tags if tag not in arrived]


def attempt_replacement(account: Account, run: Callable[..., dict[str, Any]]) -> str:
    """Run it, and return what it says when it fails."""
    try:
        run(account, tag_filter="^m")
    except ModuleFailedError as failure:
        return str(failure)
    except Stopped:
        return "stopped"
    return ""


def check_next_run(
    cloud: Emulator, account: Account, run: Callable[..., dict[str, Any]], moments: Moments, at: str
) -> None:
    """Check that the next run finishes, and the one after rests."""
    cloud.delete("/_emulator/faults")
    moments.begin("", 0)
    run(account, tag_filter="^m")
    name = "renamed" if run is run_renamed else "to-eu"
    assert source_rules(cloud) == [(name, "^m", "prod")], at
    assert missing(cloud, moments.pushed) == [], at
    assert run(account, tag_filter="^m")["changed"] is False, at


@ROUTES
@WAYS
@pytest.mark.parametrize("way", ["stop", "lost and cut off"])
def test_the_next_run_finishes_what_was_cut_short(
    way: str, run: Callable[..., dict[str, Any]], routes: str, cloud: Emulator, account_a: Account, moments: Moments
) -> None:
    cloud.post("/_emulator/behaviour", {"duplicate_rule_route": routes})
    for at in range(1, MOST_CALLS):
        run_rule(account_a)
        moments.forget()
        moments.begin(way, at)
        said = attempt_replacement(account_a, run)
        cut = moments.calls >= at
        check_next_run(cloud, account_a, run, moments, f"{way} at call {at}: {said}")
        account_a.run("acr_sync_rules", instance_id=SOURCE, rules=[], purge=True)
        if not cut:
            break
        if at > 1:
            assert (
                any(words in said for words in ("stopped", "again", "in force", "Cannot list", "was made")) or not said
            ), said
    assert at > 3, "it makes at least this many calls about rules"
    assert at < MOST_CALLS - 1


@ROUTES
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("action", ["CreateRepoSyncRule", "DeleteRepoSyncRule", "ListRepoSyncRule"])
@pytest.mark.parametrize("times", [1, 9999], ids=["once", "for ever"])
def test_a_fault_loses_no_push(
    times: int, action: str, fault: str, routes: str, cloud: Emulator, account_a: Account, moments: Moments
) -> None:
    cloud.post("/_emulator/behaviour", {"duplicate_rule_route": routes})
    for nth in (1, 2):
        run_rule(account_a)
        moments.forget()
        hit = {"match": {"action": action, "nth": nth}, "fault": fault, "times": times, "retry_after_ms": 1}
        cloud.post("/_emulator/faults", hit)
        said = attempt_replacement(account_a, run_rule)
        check_next_run(cloud, account_a, run_rule, moments, f"{fault} at {action} {nth}: {said}")
        account_a.run("acr_sync_rule", instance_id=SOURCE, name="to-eu", state="absent")


def delete_all_rules(cloud: Emulator) -> None:
    world = cloud.state()
    world["accounts"][0]["instances"][0]["sync_rules"] = []
    cloud.reset(world)


@pytest.mark.parametrize("way", ["", "stop", "lost and cut off"])
def test_a_rule_that_somebody_deletes_meanwhile_is_made_anew(
    way: str, cloud: Emulator, account_a: Account, moments: Moments
) -> None:
    """Delete the rule while its stand-in has the only place on the route.

    The stand-in then gives its place to the rule.
    """
    cloud.post("/_emulator/behaviour", {"duplicate_rule_route": "reject"})
    for at in range(4, MOST_CALLS):  # from the call on that follows the stand-in's creation
        run_rule(account_a)
        moments.forget()
        moments.begin(way, at)
        moments.meanwhile = lambda: delete_all_rules(cloud)
        said = attempt_replacement(account_a, run_rule)
        cut = moments.calls >= at
        check_next_run(cloud, account_a, run_rule, moments, f"{way} at call {at}: {said}")
        account_a.run("acr_sync_rule", instance_id=SOURCE, name="to-eu", state="absent")
        if not cut or not way:
            assert not said
            break
    assert at < MOST_CALLS - 1


def test_what_was_pushed_before_the_old_rule_was_put_back_is_sent(
    cloud: Emulator, account_a: Account, moments: Moments
) -> None:
    cloud.post("/_emulator/behaviour", {"duplicate_rule_route": "reject"})
    run_rule(account_a)
    moments.forget()
    # The third creation is the new rule's own, after those of the stand-in, which is refused, and of the placeholder.
    cloud.post("/_emulator/faults", {"match": {"action": "CreateRepoSyncRule", "nth": 3}, "fault": "expired_token"})
    said = attempt_replacement(account_a, run_rule)
    assert "The old rule was put back as it was. The next run sends what was pushed meanwhile." in said
    check_next_run(cloud, account_a, run_rule, moments, said)
