"""Measure sending existing images.

The figures are calls, rate, time, memory and shards.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from acr_emulator.testing import Emulator, running

from . import worlds
from .ansible import Ansible, Played
from .calls import ask, signed
from .figures import Bench, BenchmarkError, Figure, Ratio, Result

CREATE = "CreateRepoSyncTask"
MODULE = "acr_image_sync"
TAGS_EACH, MANY, SOME, SHARED, MOST = 50, 10_000, 1_000, 6_000, 100_000
LATENCY, AT_ONCE, RATE, SHARDS = 50, 20, 20, 4
# What is promised: calls beside the creations, the share of the rate that the service takes, seconds, and MB.
OTHER_CALLS, OF_RATE, SECOND_RUN, MEMORY = 0.1, 0.95, 5.0, 250.0
A_QUARTER = 0.3  # or about that


def measure(bench: Bench) -> Result:
    samples: dict[str, list[float]] = {}
    with running(_world(0, 0)) as emulator:
        trial = _Trial(Ansible(bench.folder, emulator.endpoint), emulator)
        for _run in range(bench.runs):
            for name, value in {**trial.many(), **trial.limited()}.items():
                samples.setdefault(name, []).append(value)
        samples |= {name: [value] for name, value in {**trial.most(), **trial.shards()}.items()}
    figures = {name: Figure(name, name.rpartition(", in ")[2], tuple(found)) for name, found in samples.items()}
    return Result(_ratios({name: figure.median for name, figure in figures.items()}), tuple(figures.values()), _NOTES)


_FIRST = f"{MANY:,} images at {LATENCY} ms, first run"
_AGAIN = f"{MANY:,} images at 0 ms, nothing to do"
_RATED = f"{SOME:,} images at {LATENCY} ms and {RATE} calls a second"
_CHECKED, _SENT, _REPEATED = (f"{MOST:,} images, {what}" for what in ("check mode", "first run", "nothing to do"))
_ALONE, _TOGETHER = (
    f"{SHARED:,} images at {RATE} calls a second each, {jobs}" for jobs in ("one job", f"{SHARDS} jobs")
)
_NOTES = (
    f"There are {TAGS_EACH} tags in a repository, and a task takes a second.",
    f"The floor of a first run is its creations alone, {AT_ONCE} at once.",
    f"The memory is that of the largest process of ansible-playbook. What is of {MOST:,} images or of {SHARDS} jobs is"
    " measured once, since it takes minutes.",
    f"The {SHARDS} jobs are ansible-runner processes that share nothing; the calls were counted, and no image was sent"
    " twice.",
)


def _ratios(found: dict[str, float]) -> tuple[Ratio, ...]:
    floor = MANY / AT_ONCE * LATENCY / 1000
    return (
        Ratio(
            f"{_FIRST}: other calls, beside the creations", found[f"{_FIRST}, in other calls"] / MANY, most=OTHER_CALLS
        ),
        Ratio(f"{_FIRST}: seconds, beside the floor", found[f"{_FIRST}, in s"] / floor),
        Ratio(f"{_AGAIN}: seconds, beside {SECOND_RUN:g} s", found[f"{_AGAIN}, in s"] / SECOND_RUN, most=1),
        Ratio(f"{_RATED}: images a second, beside the limit", found[f"{_RATED}, in images/s"] / RATE, least=OF_RATE),
        *(
            Ratio(f"{what}: memory, beside {MEMORY:g} MB", found[f"{what}, in MB"] / MEMORY, most=1)
            for what in (_CHECKED, _SENT, _REPEATED)
        ),
        Ratio(f"{_TOGETHER}, beside one job", found[f"{_TOGETHER}, in s"] / found[f"{_ALONE}, in s"], most=A_QUARTER),
    )


class _Trial:
    """Make a world, play in it, and return figures."""

    def __init__(self, ansible: Ansible, emulator: Emulator) -> None:
        self.ansible = ansible
        self.emulator = emulator

    def many(self) -> dict[str, float]:
        self._reset(MANY, LATENCY)
        played, calls = self._play("many", MANY)
        self.emulator.post("/_emulator/behaviour", {"latency_ms": 0})
        again, _calls = self._play("many", 0)
        others = sum(calls.values()) - calls[CREATE]
        return {
            f"{_FIRST}, in s": played.seconds,
            f"{_FIRST}, in other calls": others,
            f"{_AGAIN}, in s": again.seconds,
        }

    def limited(self) -> dict[str, float]:
        self._reset(SOME, LATENCY)
        self.emulator.post("/_emulator/behaviour", {"rate_limits": {"cr": RATE}})
        self._play("limited", SOME)
        begun = [int(task["CreateTime"]) / 1000 for task in self.emulator.state()["sync_tasks"]]
        self.emulator.post("/_emulator/behaviour", {"rate_limits": {}})
        return {f"{_RATED}, in images/s": (len(begun) - 1) / (max(begun) - min(begun))}

    def most(self) -> dict[str, float]:
        self._reset(MOST, 0)
        found: dict[str, float] = {}
        for what, sent, arguments in ((_CHECKED, 0, ["--check"]), (_SENT, MOST, []), (_REPEATED, MOST, [])):
            played = self.ansible.play(self._file("most", wait_timeout=3600), *arguments)
            if (records := self._records()) != sent:
                raise BenchmarkError(f"{what}: there are {records:,} sync records, not {sent:,}")
            found |= {f"{what}, in s": played.seconds, f"{what}, in MB": played.megabytes}
        return found

    def _records(self) -> int:
        """Return how many there are."""
        selected = {"InstanceId": worlds.SOURCE, "PageNo": "1", "PageSize": "1"}
        request = signed(self.emulator.endpoint, worlds.KEYS_A, "cr", "ListRepoSyncTask", **selected)
        return int(ask(self.emulator.endpoint, request)["TotalCount"])

    def shards(self) -> dict[str, float]:
        self._reset(SHARED, 0)
        alone = self.ansible.play_as_job(self._file("alone", rate_limit=RATE))
        self._creations("one job", SHARED)
        self._reset(SHARED, 0)
        jobs = [
            self._file(f"job-{shard}", rate_limit=RATE, shard_index=shard, shard_count=SHARDS)
            for shard in range(SHARDS)
        ]
        with ThreadPoolExecutor(SHARDS) as pool:
            together = max(played.seconds for played in pool.map(self.ansible.play_as_job, jobs))
        self._creations("the shards", SHARED)
        return {f"{_ALONE}, in s": alone.seconds, f"{_TOGETHER}, in s": together}

    def _reset(self, images: int, latency: int) -> None:
        self.emulator.reset(_world(images, latency))
        self.emulator.post("/_emulator/tasks", {"seconds": 1})
        self.emulator.delete("/_emulator/calls")

    def _play(self, name: str, creations: int) -> tuple[Played, Counter[str]]:
        """Play, and raise BenchmarkError if too few images are sent."""
        self.emulator.delete("/_emulator/calls")
        return self.ansible.play(self._file(name)), self._creations(name, creations)

    def _creations(self, name: str, expected: int) -> Counter[str]:
        calls = [call for call in self.emulator.calls() if call["code"] == "success"]
        found = Counter(str(call["action"]) for call in calls)
        if found[CREATE] != expected:
            raise BenchmarkError(f"{name}: {found[CREATE]:,} images were sent, not {expected:,}")
        return found

    def _file(self, name: str, **options: float) -> Path:
        target = {"account_id": worlds.ACCOUNT_B, "region": worlds.REGION_B, "instance_id": worlds.TARGET}
        said = {"instance_id": worlds.SOURCE, "select": {}, **{f"target_{key}": text for key, text in target.items()}}
        return self.ansible.write(name, [{f"registryops.alicloud.{MODULE}": {**said, **options}}])


def _world(images: int, latency: int) -> dict[str, Any]:
    tags = {"generated": {"prefix": "v", "count": TAGS_EACH}}
    repositories = [{"name": f"app-{number}", **tags} for number in range(images // TAGS_EACH)]
    source = {**worlds.prod(), "repositories": repositories}
    return worlds.two_accounts(granted=True, latency_ms=latency, namespaces=[source], target_namespaces=[worlds.prod()])
