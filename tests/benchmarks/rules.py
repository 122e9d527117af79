"""Measure hundreds of rules in one task.

Beside it stands what nobody can undercut: starting Ansible, and the calls themselves.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain, product
from typing import Any

from acr_emulator.testing import Emulator, running

from . import worlds
from .ansible import ROOT, Ansible
from .calls import send, signed
from .figures import Bench, BenchmarkError, Figure, Ratio, Result, in_turns, seconds

COUNTS = (1, 10, 100, 500, 1000)
LATENCIES = (0, 50)  # milliseconds: what we compute alone, and a call from another region
AT_ONCE, PAGE = 10, 100
# What somebody else's tool took, on the same emulator at 50 ms a call and ten at once, by its number of rules.
PEER = {100: {"first": 3.7, "second": 3.4}, 500: {"first": 12.8, "second": 6.8}}
# What is promised, and of how many rules.
PROMISED, MOST_BESIDE_FLOOR, MOST_BESIDE_PEER = 500, 1.3, 1 / 4
INTERPRETER = "python -c pass"
PING = "ansible-playbook with one ansible.builtin.ping"
MODULE, ROLE = "acr_sync_rules", "configure_sync"
RUNS = ("first", "second")
Measurements = dict[str, Callable[[], float]]


@dataclass(frozen=True)
class Case:
    """Hold one way to keep rules.

    `by` is the module, as the only task of a playbook, or the playbook whose role uses it.
    """

    by: str
    count: int
    latency: int

    def title(self, run: str) -> str:
        return f"{self.count:,} rule{'s' if self.count > 1 else ''} at {self.latency} ms, {run} run"


def measure(bench: Bench) -> Result:
    if not (ROOT / f"plugins/modules/{MODULE}.py").exists():
        return Result(notes=(f"SKIPPED: there is no module {MODULE} yet.",))
    cases = [Case(MODULE, count, latency) for latency, count in product(LATENCIES, COUNTS)]
    notes = [
        f"The floor is {PING}, which has the interpreter's start in it, and the calls.",
        f"The calls are a creation for each rule and a list for each {PAGE}, or in the second run the lists alone;"
        f" they are signed before the clock starts and sent over {AT_ONCE} kept connections at once.",
    ]
    if MODULE in (ROOT / f"roles/{ROLE}/tasks/keep.yml").read_text(encoding="utf-8"):
        cases.append(Case(ROLE, PROMISED, LATENCIES[-1]))
    else:
        notes.append(f"SKIPPED: the role {ROLE} does not use {MODULE} yet.")
    with running(_world(0)) as emulator:
        ansible = Ansible(bench.folder, emulator.endpoint)
        rehearsal = Rehearsal(ansible, emulator)
        measurements = _start_up(ansible)
        for case in cases:
            measurements |= rehearsal.measurements(case)
        samples = in_turns(bench.runs, measurements)
    figures = {name: Figure(name, "s", found) for name, found in samples.items()}
    ratios = chain.from_iterable(_ratios(figures, case, run) for case, run in product(cases, RUNS))
    return Result(tuple(ratios), tuple(figures.values()), (*notes, *rehearsal.surprises))


def _world(latency: int) -> dict[str, Any]:
    return worlds.two_accounts(granted=True, latency_ms=latency, namespaces=[worlds.prod()])


def _start_up(ansible: Ansible) -> Measurements:
    interpreter = partial(subprocess.run, [sys.executable, "-c", "pass"], check=True)
    ping = ansible.write("ping", [{"ansible.builtin.ping": {}}])
    return {INTERPRETER: partial(seconds, interpreter), PING: lambda: ansible.play(ping).seconds}


class Rehearsal:
    """Runs of our playbooks, and of their calls alone.

    `surprises` are sentences on what was not as it should be.
    """

    def __init__(self, ansible: Ansible, emulator: Emulator) -> None:
        self.ansible = ansible
        self.emulator = emulator
        self.surprises: dict[str, None] = {}

    def measurements(self, case: Case) -> Measurements:
        """Yield them in their order: a second run finds what the first has made."""
        first, second = (case.title(run) for run in RUNS)
        endpoint, arguments = self.emulator.endpoint, self._arguments(case)
        calls: Measurements = {
            f"{first}: the calls": self._anew(case, partial(_creations, endpoint, case.count)),
            f"{second}: the calls": partial(_lists, endpoint, case.count),
        }
        lists = math.ceil(case.count / PAGE)
        play = partial(self._play, arguments)
        ours: Measurements = {
            f"{first}: {case.by}": self._anew(case, partial(play, f"{first}, {case.by}", 1, case.count + lists)),
            f"{second}: {case.by}": partial(play, f"{second}, {case.by}", 0, lists),
        }
        return {**(calls if case.by == MODULE else {}), **ours}

    def _arguments(self, case: Case) -> tuple[str, ...]:
        name, rules = f"{case.by}_{case.count}", [_rule(number) for number in range(case.count)]
        if case.by == MODULE:
            options = {"instance_id": worlds.SOURCE, "rules": "{{ rules }}"}
            task = {f"registryops.alicloud.{MODULE}": options}
            return (str(self.ansible.write(name, [task], rules=rules)),)
        inventory = self.ansible.inventory(name, acr_sync_rules=rules)
        return (f"registryops.alicloud.{ROLE}", "-i", str(inventory))

    def _anew(self, case: Case, measure: Callable[[], float]) -> Callable[[], float]:
        def measure_anew() -> float:
            self.emulator.reset(_world(case.latency))
            return measure()

        return measure_anew

    def _play(self, arguments: tuple[str, ...], title: str, changes: int, most_calls: int) -> float:
        self.emulator.delete("/_emulator/calls")
        played = self.ansible.play(*arguments)
        if played.changed != changes:
            raise BenchmarkError(f"{title}: {played.changed} tasks changed something, not {changes}")
        if (calls := len(self.emulator.calls())) > most_calls:
            self.surprises[f"{title}: {calls:,} calls were made, where the floor has {most_calls:,}."] = None
        return played.seconds


def _creations(endpoint: str, count: int) -> float:
    requests = [
        signed(endpoint, worlds.KEYS_A, "cr", "CreateRepoSyncRule", **_parameters(number)) for number in range(count)
    ]
    return send(endpoint, requests, AT_ONCE) + _lists(endpoint, count)


def _lists(endpoint: str, count: int) -> float:
    asked = {"InstanceId": worlds.SOURCE, "PageSize": str(PAGE)}
    pages = range(1, math.ceil(count / PAGE) + 1)
    requests = [signed(endpoint, worlds.KEYS_A, "cr", "ListRepoSyncRule", **asked, PageNo=str(page)) for page in pages]
    return send(endpoint, requests, AT_ONCE)


def _rule(number: int) -> dict[str, str]:
    """Return a rule as the module's users write it."""
    return {
        "name": f"rule-{number}",
        "scope": "namespace",
        "namespace": "prod",
        "tag_filter": "^v[0-9]",
        "target_account_id": worlds.ACCOUNT_B,
        "target_region": worlds.REGION_B,
        "target_instance_id": worlds.TARGET,
        "target_namespace": f"prod-{number}",
    }


def _parameters(number: int) -> dict[str, str]:
    """Return the same rule as it is sent to the service."""
    return {
        "InstanceId": worlds.SOURCE,
        "SyncRuleName": f"rule-{number}",
        "SyncScope": "NAMESPACE",
        "SyncTrigger": "PASSIVE",
        "NamespaceName": "prod",
        "TagFilter": "^v[0-9]",
        "TargetUserId": worlds.ACCOUNT_B,
        "TargetRegionId": worlds.REGION_B,
        "TargetInstanceId": worlds.TARGET,
        "TargetNamespaceName": f"prod-{number}",
    }


def _ratios(figures: dict[str, Figure], case: Case, run: str) -> list[Ratio]:
    title = case.title(run)
    ours = figures[f"{title}: {case.by}"].median
    floor = figures[PING].median + figures[f"{title}: the calls"].median
    slow, promised = case.latency == LATENCIES[-1], case.count == PROMISED
    ratio = Ratio(
        f"{title}: {case.by}, beside the floor",
        ours / floor,
        most=MOST_BESIDE_FLOOR if slow and promised and run == "first" else None,
    )
    if not slow or case.count not in PEER:
        return [ratio]
    peer = PEER[case.count][run]
    most = MOST_BESIDE_PEER if promised else None
    return [ratio, Ratio(f"{title}: {case.by}, beside the peer's {peer} s", ours / peer, most=most)]
