"""Measure the main playbook beside idle tasks."""

from __future__ import annotations

import time
from functools import partial

from acr_emulator.testing import Emulator, running

from . import worlds
from .ansible import INVENTORIES, Ansible, Played
from .figures import Bench, BenchmarkError, Figure, Ratio, Result

PLAYBOOK = "registryops.alicloud.cross_account_sync"
LATENCIES = (0, 50)  # milliseconds: what we compute alone, and a call from another region
IMAGES, SECONDS_TO_ARRIVE = 10, 30
MOST = 1.5  # times the tasks that do nothing and the calls' own time, for a run that has nothing to do


def measure(bench: Bench) -> Result:
    ratios: list[Ratio] = []
    figures: list[Figure] = []
    notes = ["The calls' own time is what the emulator's journal says they took, added up."]
    with running(worlds.two_accounts(namespaces=[worlds.prod()])) as emulator:
        ansible = Ansible(bench.folder, emulator.endpoint)
        for latency in LATENCIES:
            rounds = [_round(ansible, emulator, latency) for _number in range(bench.runs)]
            for number, name in enumerate(("first", "second")):
                title = f"{name} run at {latency} ms"
                runs, nothing, calls = zip(*(figures[number] for figures in rounds), strict=True)
                own = [Figure(f"{title}: {PLAYBOOK}", "s", tuple(run.seconds for run in runs))]
                own.append(Figure(f"{title}: as many ansible.builtin.debug", "s", nothing))
                own.append(Figure(f"{title}: the calls' own time", "s", tuple(sum(taken) for taken in calls)))
                figures += own
                floor = own[1].median + own[2].median
                most = MOST if name == "second" else None
                ratios.append(
                    Ratio(f"{title}, beside as many debug tasks and the calls", own[0].median / floor, most=most)
                )
                notes.append(
                    f"{title.capitalize()}: {runs[0].tasks} tasks, {runs[0].changed} changes, {len(calls[0])} calls."
                )
    return Result(tuple(ratios), tuple(figures), tuple(notes))


def _round(ansible: Ansible, emulator: Emulator, latency: int) -> list[tuple[Played, float, list[float]]]:
    """Measure a first run and a second.

    Images are pushed and arrive in between, so that the second has some to verify.

    Each with the seconds of a playbook with as many tasks that do nothing, and those of each of its calls.
    """
    emulator.reset(worlds.two_accounts(namespaces=[worlds.prod()], latency_ms=latency))
    run = partial(_run, ansible, emulator)
    first = run()
    _push(emulator)
    return [first, run()]


def _push(emulator: Emulator) -> None:
    """Push, and return once the images have arrived."""
    emulator.post("/_emulator/tasks", {"seconds": 0})
    repository = {"instance_id": worlds.SOURCE, "namespace": "prod", "repository": "web"}
    emulator.post("/_emulator/images", {**repository, "tags": [f"v{number}" for number in range(IMAGES)]})
    deadline = time.monotonic() + SECONDS_TO_ARRIVE
    while [task["TaskStatus"] for task in emulator.state()["sync_tasks"]] != ["SUCCESS"] * IMAGES:
        if time.monotonic() > deadline:
            raise BenchmarkError(f"{IMAGES} images did not arrive in {SECONDS_TO_ARRIVE} s")
        time.sleep(0.1)


def _run(ansible: Ansible, emulator: Emulator) -> tuple[Played, float, list[float]]:
    emulator.delete("/_emulator/calls")
    played = ansible.play(PLAYBOOK, *INVENTORIES, *ansible.profiles())
    calls = [call["milliseconds"] / 1000 for call in emulator.calls()]
    nothing = ansible.write("debug", [{"ansible.builtin.debug": {"msg": "Hello"}}] * played.tasks)
    return played, ansible.play(nothing).seconds, calls
