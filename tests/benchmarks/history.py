"""Measure an idle run behind a million sync records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acr_emulator.testing import Emulator, running

from . import worlds
from .ansible import Ansible
from .figures import Bench, BenchmarkError, Figure, Ratio, Result

REPOSITORIES, TAGS, RECORDS = 60, 20, 1_000_000
IMAGES = REPOSITORIES * TAGS
MOST = 2.0  # times the calls without them
# Where the million stands among the images' own records, and in which order the service lists them.
CASES: dict[str, dict[str, Any]] = {
    "older, newest first": {},
    "newer, newest first": {"newest": True},
    "older, oldest first": {"order": "oldest_first"},
    "newer, in no order": {"newest": True, "order": "none"},
}
_NOTES = (
    f"{IMAGES:,} images in {REPOSITORIES} repositories have arrived; the {RECORDS:,} records are of another repository"
    " of the same namespace.",
    "Each run reads one page of repositories and a page of tags for each, and then records.",
)


def measure(bench: Bench) -> Result:
    calls: dict[str, list[float]] = {}
    seconds: dict[str, list[float]] = {}
    with running(_world()) as emulator:
        ansible = Ansible(bench.folder, emulator.endpoint)
        arrived = _arrived(ansible, emulator)
        cases = {"no further record": {"count": 0}, **CASES}
        for _run in range(bench.runs):
            for name, case in cases.items():
                emulator.reset(_behind(arrived, **case))
                took, made = _idle(ansible, emulator, "idle")
                calls.setdefault(name, []).append(made)
                seconds.setdefault(name, []).append(took)
        emulator.reset(_behind(arrived, newest=True))
        _took, compared = _idle(ansible, emulator, "idle-compared", destination_auth=_destination())
        calls["newer, with destination_auth"] = [compared]
    figures = [Figure(f"{name}: calls", "calls", tuple(found)) for name, found in calls.items()]
    figures += [Figure(f"{name}: seconds", "s", tuple(found)) for name, found in seconds.items()]
    median = {figure.name: figure.median for figure in figures}
    floor = median["no further record: calls"]
    ratios = [
        Ratio(f"a million records, {name}: calls, beside none", median[f"{name}: calls"] / floor, most=MOST)
        for name in CASES
    ]
    return Result(tuple(ratios), tuple(figures), _NOTES)


def _arrived(ansible: Ansible, emulator: Emulator) -> dict[str, Any]:
    """Send all images.

    Return the world with them and their records.
    """
    emulator.post("/_emulator/tasks", {"seconds": 0.1})
    ansible.play(_file(ansible, "first"))
    return emulator.state()


def _behind(arrived: dict[str, Any], count: int = RECORDS, order: str = "newest_first", **old: Any) -> dict[str, Any]:
    """Return the world behind so many old records."""
    account, *others = arrived["accounts"]
    (instance,) = account["instances"]
    records = {"namespace": "prod", "repository": "gone", "count": count, **old}
    source = {**account, "instances": [{**instance, "old_records": records}]}
    return {**arrived, "accounts": [source, *others], "behaviour": {"sync_task_order": order}}


def _idle(ansible: Ansible, emulator: Emulator, name: str, **options: Any) -> tuple[float, int]:
    """Return an idle run's seconds and calls."""
    emulator.delete("/_emulator/calls")
    played = ansible.play(_file(ansible, name, **options))
    calls = emulator.calls()
    if any(call["action"] == "CreateRepoSyncTask" for call in calls):
        raise BenchmarkError(f"{name}: an image was sent again")
    return played.seconds, len(calls)


def _file(ansible: Ansible, name: str, **options: Any) -> Path:
    target = {"account_id": worlds.ACCOUNT_B, "region": worlds.REGION_B, "instance_id": worlds.TARGET}
    said = {"instance_id": worlds.SOURCE, "select": {}, **{f"target_{key}": text for key, text in target.items()}}
    return ansible.write(name, [{"registryops.alicloud.acr_image_sync": {**said, **options}}])


def _destination() -> dict[str, str]:
    return {"access_key_id": worlds.KEYS_B[0], "access_key_secret": worlds.KEYS_B[1], "region": worlds.REGION_B}


def _world() -> dict[str, Any]:
    repositories = [
        {"name": f"app-{number}", "generated": {"prefix": "v", "count": TAGS}} for number in range(REPOSITORIES)
    ]
    source = {**worlds.prod(), "repositories": repositories}
    return worlds.two_accounts(granted=True, namespaces=[source], target_namespaces=[worlds.prod()])
