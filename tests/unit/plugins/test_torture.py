# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a part of `make torture` that a seed chooses."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import Guard
from ansible_collections.registryops.alicloud.tests.torture.__main__ import tried
from ansible_collections.registryops.alicloud.tests.torture.breaking import broken
from ansible_collections.registryops.alicloud.tests.torture.case import Case
from ansible_collections.registryops.alicloud.tests.torture.cloud import Cloud
from ansible_collections.registryops.alicloud.tests.torture.flows import FLOWS, Flow, repository, rule
from ansible_collections.registryops.alicloud.tests.torture.hostile import Attack, serving
from ansible_collections.registryops.alicloud.tests.torture.tasks import Outcome, run
from ansible_collections.registryops.alicloud.tests.torture.verdict import (
    BADLY_TOLD,
    DOUBLED,
    HELD,
    LOST,
    TRACEBACK,
    Verdict,
    badly_told,
    changed_wrongly,
    table,
)

SEED = 2026
# How much of each kind fits into a minute.
SHARES = {
    "faults": 0.015,
    "refusals": 0.03,
    "transport": 0.006,
    "kills": 0.06,
    "changes": 0.08,
    "worlds": 0.01,
    "inputs": 0.03,
    "histories": 0.02,
}
GOOD = (
    "Cannot create rule r: the service is away. The rule was not created; run the task again."
    " [CreateRepoSyncRule: InternalError, request 1]"
)


@pytest.fixture
def torture(cloud: Emulator) -> Iterator[Cloud]:
    yield Cloud(cloud)
    cloud.reset()


@pytest.mark.parametrize("kind", SHARES)
def test_nothing_is_lost(kind: str, torture: Cloud) -> None:
    verdicts = list(tried(torture, [kind], SHARES[kind], SEED))
    assert verdicts
    assert [verdict for verdict in verdicts if verdict.judgement not in (HELD, BADLY_TOLD)] == []


def test_a_killed_playbook_is_finished_by_the_next_run(torture: Cloud) -> None:
    def wanted(case: Case) -> bool:
        return case.flow == "cross_account_sync" and case.how.endswith("AttachPolicyToRole") and "killed" in case.how

    # The first alone, since what comes after it would run other playbooks.
    verdict = next(tried(torture, ["playbooks"], 1.0, SEED, wanted))
    assert verdict.judgement == HELD, verdict.words


def test_the_judge_sees_a_worker_that_outlives_its_controller(torture: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def wanted(case: Case) -> bool:
        return case.flow == "grant a first account" and case.how.startswith("controller killed")

    monkeypatch.setattr(Guard, "check", lambda _guard: None)
    words = [verdict.words for verdict in tried(torture, ["kills"], 1.0, SEED, wanted)]
    assert words[0].startswith("wrote on: ")


def named(name: str) -> Flow:
    return next(flow for flow in FLOWS if flow.name == name)


def lose(cloud: Cloud, flow: Flow) -> Outcome:
    """Run it, and remove the rule for a moment."""
    outcome = run(flow.task, cloud.endpoint)
    run(rule(state="absent"), cloud.endpoint)
    return outcome


def forget(cloud: Cloud, flow: Flow) -> Outcome:
    run(flow.task, cloud.endpoint)
    return Outcome({"failed": True, "msg": GOOD, "changed": False})


def elsewhere(cloud: Cloud, flow: Flow) -> Outcome:
    return run(repository("other"), cloud.endpoint)


def crash(cloud: Cloud, flow: Flow) -> Outcome:
    return Outcome({}, "Traceback\nValueError: no")


def meet(cloud: Cloud, flow: Flow) -> Outcome:
    """Let a second rule of the same name stand beside the first."""
    world = cloud.emulator.state()
    rules = world["accounts"][0]["instances"][0]["sync_rules"]
    wanted = {**rules[0], "Priority": 5}
    rules[:] = [{**wanted, "SyncRuleId": "crsr-1"}, {**wanted, "SyncRuleId": "crsr-2"}]
    cloud.reset(world)
    return Outcome({"failed": True, "msg": GOOD, "changed": True})


@pytest.mark.parametrize(
    ("flow", "breaking", "judgement", "words"),
    [
        ("replace a rule", lose, LOST, "never carried: amid, between"),
        ("create a repository", forget, BADLY_TOLD, "changed is false after 1 writes"),
        ("create a repository", crash, TRACEBACK, "ValueError: no"),
        ("create a repository", lambda cloud, flow: run(flow.task, cloud.endpoint), HELD, ""),
        ("create a repository", elsewhere, LOST, "another world"),
    ],
    ids=["lost", "forgotten", "crashed", "held", "elsewhere"],
)
def test_the_judge_sees_it(torture: Cloud, flow: str, breaking: object, judgement: str, words: str) -> None:
    verdict = broken(torture, named(flow), "kind", "broken so", breaking)  # type: ignore[arg-type]
    assert (verdict.judgement, verdict.words[: len(words)]) == (judgement, words)


def test_the_judge_sees_what_is_doubled(torture: Cloud) -> None:
    task = named("replace a rule")
    torture.world((*task.before,), {"duplicate_rule_name": "accept"})
    meet(torture, task)
    assert torture.doubled() == ["2 rules named to-eu"]


@pytest.mark.parametrize(
    ("message", "lacking"),
    [
        (GOOD, ""),
        ("The service is away. Run it again, as soon as it is back.", "it does not say what was attempted"),
        ("Cannot create rule r: the service is away. [CreateRepoSyncRule: X]", "it does not say what to do next"),
        ("Cannot create rule r: it is away. Run the task again later.", "it does not say what is done already"),
    ],
    ids=["well", "nothing attempted", "no hint", "nothing done"],
)
def test_how_a_failure_is_told(message: str, lacking: str) -> None:
    assert badly_told(Outcome({"failed": True, "msg": message}), wrote=True) == lacking


@pytest.mark.parametrize(
    ("changed", "certain", "possible", "wrong"),
    [(False, 1, 1, True), (True, 0, 0, True), (True, 0, 1, False), (False, 0, 1, False), (True, 2, 2, False)],
)
def test_whether_changed_is_true(changed: bool, certain: int, possible: int, wrong: bool) -> None:
    assert bool(changed_wrongly(Outcome({"changed": changed}), certain, possible)) is wrong


def test_the_gateway_notices_a_client_that_an_attack_deceived(torture: Cloud, tmp_path: Path) -> None:
    attacks = [Attack("redirect", 1), Attack("endless answer", 1)]
    came = []
    for attack in attacks:
        with serving(torture.endpoint, attack, tmp_path) as hostile:
            with suppress(OSError), urllib.request.urlopen(hostile.endpoint) as answer:
                answer.read()
            came.append(hostile.thief.came)
    assert came == [1, 0]
    assert attacks[1].fell_for == ["read 64 MiB"]


def test_the_table() -> None:
    verdicts = [Verdict("faults", "a"), Verdict("faults", "b", LOST), Verdict("kills", "c", DOUBLED)]
    lines = [line.split() for line in table(verdicts).splitlines()]
    assert lines[1:] == [
        ["faults", "2", "1", "0", "0", "1", "0"],
        ["kills", "1", "0", "0", "1", "0", "0"],
        ["all", "3", "1", "0", "1", "1", "0"],
    ]
