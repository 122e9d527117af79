"""Measure two runs over the same images at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from acr_emulator.testing import Emulator, running

from . import worlds
from .ansible import Ansible
from .figures import Bench, Figure, Ratio, Result

CREATE = "CreateRepoSyncTask"
REPOSITORIES, TAGS, LATENCY = 60, 20, 50
IMAGES = REPOSITORIES * TAGS
RUNS = ("first", "second")
OTHERS, TWICE = 0.1, 0.01  # most that is wanted of other calls, and of images that are sent twice
# Repositories and tags are listed once, and each record is read once when it has ended.
FLOOR = (1 + REPOSITORIES + IMAGES / 100) / IMAGES
_EACH, _BOTH, _DOUBLED = (
    "other calls of a run, beside its images",
    "other calls of both, beside the creations",
    "images sent twice, beside all",
)
_NOTES = (
    f"{IMAGES:,} images in {REPOSITORIES} repositories at {LATENCY} ms, a second for a task, two processes of Ansible.",
    "A run's images are those that it sends, and those that the other has sent and that it follows or finds arrived.",
    f"Listing each page once is {FLOOR:.1%} for each run, {2 * FLOOR:.1%} for both, of which tags are"
    f" {2 * REPOSITORIES / IMAGES:.0%}: how many images a repository has is told by nothing else.",
)


def measure(bench: Bench) -> Result:
    found: dict[str, list[float]] = {_EACH: [], _BOTH: [], _DOUBLED: []}
    with running(_world()) as emulator:
        ansible = Ansible(bench.folder, emulator.endpoint)
        for _run in range(bench.runs):
            calls = _play(ansible, emulator)
            others = {run: sum(calls[run].values()) - calls[run][CREATE] for run in RUNS}
            creations = sum(calls[run][CREATE] for run in RUNS)
            found[_EACH] += [count / IMAGES for count in others.values()]
            found[_BOTH].append(sum(others.values()) / creations)
            found[_DOUBLED].append((creations - IMAGES) / IMAGES)
    figures = tuple(Figure(name, "", tuple(samples)) for name, samples in found.items())
    wanted = {_EACH: OTHERS, _BOTH: OTHERS, _DOUBLED: TWICE}
    return Result(
        tuple(Ratio(figure.name, figure.median, most=wanted[figure.name]) for figure in figures), figures, _NOTES
    )


def _play(ansible: Ansible, emulator: Emulator) -> dict[str, Counter[str]]:
    """Return the successful calls of each run by their actions."""
    emulator.reset(_world())
    emulator.post("/_emulator/tasks", {"seconds": 1})
    emulator.delete("/_emulator/calls")
    target = {"account_id": worlds.ACCOUNT_B, "region": worlds.REGION_B, "instance_id": worlds.TARGET}
    said = {"instance_id": worlds.SOURCE, "select": {}, **{f"target_{key}": text for key, text in target.items()}}
    tasks = [[{"registryops.alicloud.acr_image_sync": {**said, **_keys(run)}}] for run in RUNS]
    files = [ansible.write(run, task) for run, task in zip(RUNS, tasks, strict=True)]
    with ThreadPoolExecutor(len(files)) as pool:
        list(pool.map(ansible.play, files))
    calls: dict[str, Counter[str]] = {run: Counter() for run in RUNS}
    for call in emulator.calls():
        if call["code"] == "success":
            calls[str(call["identity"])][str(call["action"])] += 1
    return calls


def _keys(run: str) -> dict[str, str]:
    return {"access_key_id": f"LTAI{run}", "access_key_secret": f"secret-{run}"}


def _world() -> dict[str, Any]:
    tags = {"generated": {"prefix": "v", "count": TAGS}}
    repositories = [{"name": f"app-{number}", **tags} for number in range(REPOSITORIES)]
    source = {**worlds.prod(), "repositories": repositories}
    world = worlds.two_accounts(
        granted=True, latency_ms=LATENCY, namespaces=[source], target_namespaces=[worlds.prod()]
    )
    everything = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": ["cr:*"], "Resource": "*"}]}
    users = [{"name": run, "type": "user", "policies": [everything], **_keys(run)} for run in RUNS]
    world["accounts"][0]["identities"] += users
    return world
