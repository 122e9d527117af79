"""Measure the emulator: calls a second, and a large world."""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from acr_emulator.testing import Emulator, running

from . import worlds
from .calls import send, signed
from .figures import Bench, Figure, Ratio, Result, in_turns

CALLS = 2000  # about two seconds of them
CALLS_A_SECOND = 1000  # wanted, so that the emulator never is what a benchmark measures
IMAGES = 100_000  # as many as the largest promise is about
READY_SECONDS, MEGABYTES = 5, 300
REPOSITORY = "crr-benchmark0000001"
# A namespace, its repositories, a page of tags, rules, a role, and a write: what the modules ask all day.
MIX = (
    ("cr", "GetNamespace", {"InstanceId": worlds.SOURCE, "NamespaceName": "prod"}),
    ("cr", "ListRepository", {"InstanceId": worlds.SOURCE, "RepoNamespaceName": "prod"}),
    ("cr", "ListRepoTag", {"InstanceId": worlds.SOURCE, "RepoId": REPOSITORY, "PageSize": "30"}),
    ("cr", "ListRepoSyncRule", {"InstanceId": worlds.SOURCE}),
    ("ram", "GetRole", {"RoleName": worlds.ROLE}),
    ("cr", "UpdateNamespace", {"InstanceId": worlds.SOURCE, "NamespaceName": "prod", "AutoCreateRepo": "true"}),
)


def measure(bench: Bench) -> Result:
    rate, catalogue = _rate(bench), _catalogue(bench)
    return Result(rate.ratios + catalogue.ratios, rate.figures + catalogue.figures, rate.notes + catalogue.notes)


def _rate(bench: Bench) -> Result:
    namespace = worlds.prod(images=100)
    namespace["repositories"][0]["id"] = REPOSITORY
    with running(worlds.two_accounts(granted=True, namespaces=[namespace])) as emulator:
        requests = _requests(emulator.endpoint)
        send(emulator.endpoint, requests[: len(MIX) * 10])  # so that no run pays for what happens once
        with _one_core(emulator) as placed:
            rates = {at_once: partial(_calls_a_second, emulator.endpoint, requests, at_once) for at_once in (1, 10)}
            before = _processor_seconds(emulator)
            samples = in_turns(bench.runs, rates)
            spent = (_processor_seconds(emulator) - before) * 1000 / (bench.runs * len(rates) * CALLS)
    single = Figure("API calls over one kept connection", "/s", samples[1])
    ten = Figure("API calls over ten kept connections", "/s", samples[10])
    figures = (single, ten, *([Figure("processor time of the emulator for a call", "ms", (spent,))] if spent else []))
    ratio = Ratio(f"calls a second, beside {CALLS_A_SECOND:,}", single.median / CALLS_A_SECOND, least=1)
    note = f"{CALLS:,} calls a run, each signed by the client's process before the clock starts; {placed}."
    return Result((ratio,), figures, (note,))


def _calls_a_second(endpoint: str, requests: Sequence[bytes], at_once: int) -> float:
    return len(requests) / send(endpoint, requests, at_once)


def _requests(endpoint: str) -> list[bytes]:
    """Return the signed requests.

    The owner of the role asks for it, and Account A for all else.
    """
    keys = {"cr": worlds.KEYS_A, "ram": worlds.KEYS_B}
    chosen = (MIX[number % len(MIX)] for number in range(CALLS))
    return [signed(endpoint, keys[product], product, action, **told) for product, action, told in chosen]


@contextlib.contextmanager
def _one_core(emulator: Emulator) -> Iterator[str]:
    """Run the emulator on one core, this process elsewhere.

    Yield a clause that says so.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield "this system cannot pin a process to a core"
        return
    ours = os.sched_getaffinity(0)
    first, *others = sorted(ours)
    os.sched_setaffinity(emulator.process.pid, {first})
    os.sched_setaffinity(0, set(others) or ours)
    try:
        yield f"the emulator pinned to one core, the client {'to others' if others else 'to the same one'}"
    finally:
        os.sched_setaffinity(0, ours)


def _processor_seconds(emulator: Emulator) -> float:
    """Return those of all its threads, in user and system mode."""
    stat = Path(f"/proc/{emulator.process.pid}/stat")
    if not stat.exists():
        return 0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _catalogue(bench: Bench) -> Result:
    ratios: list[Ratio] = []
    figures: list[Figure] = []
    for listed, how in ((True, "listed one by one"), (False, "as `generated`")):
        file = bench.folder / "catalogue.json"
        file.write_text(json.dumps(worlds.catalogue(IMAGES, listed=listed)), encoding="utf-8")
        found = [_load(file) for _run in range(bench.runs)]
        ready = Figure(f"{IMAGES:,} images {how}: ready after", "s", tuple(seconds for seconds, _memory in found))
        figures.append(ready)
        ratios.append(Ratio(f"images {how}: ready, beside {READY_SECONDS} s", ready.median / READY_SECONDS, most=1))
        for field, name in (("VmRSS", "memory when ready"), ("VmHWM", "peak memory")):
            if samples := tuple(memory[field] for _seconds, memory in found if field in memory):
                figures.append(Figure(f"{IMAGES:,} images {how}: {name}", "MB", samples))
                ratio = figures[-1].median / MEGABYTES
                ratios.append(Ratio(f"images {how}: {name}, beside {MEGABYTES} MB", ratio, most=1))
    note = "Ready is from the start of the process to its line that says so; memory is VmRSS and VmHWM, in 10^6 bytes."
    return Result(tuple(ratios), tuple(figures), (note,))


def _load(file: Path) -> tuple[float, dict[str, float]]:
    """Return the seconds and the memory of loading a world.

    The memory is by the names of proc(5).
    """
    started = time.perf_counter()
    with running(file) as emulator:
        return time.perf_counter() - started, _memory(emulator)


def _memory(emulator: Emulator) -> dict[str, float]:
    """Return megabytes; nothing where there is no /proc."""
    status = Path(f"/proc/{emulator.process.pid}/status")
    fields = re.findall(r"^(Vm\w+):\s+(\d+) kB", status.read_text() if status.exists() else "", re.MULTILINE)
    return {name: int(number) * 1024 / 1e6 for name, number in fields}
