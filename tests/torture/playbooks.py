"""Break the main playbooks at each of their calls, or kill them there, and run them again until they are done."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from acr_emulator.world import read_world

from .breaking import difference
from .case import Case, Judged
from .cloud import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, WORLD, Cloud, earlier, eventually
from .faults import LASTING
from .flows import AFTER, AMID, BETWEEN
from .kills import HELD_MS
from .tasks import KEYS, Outcome
from .verdict import BADLY_TOLD, DOUBLED, HELD, LOST, TRACEBACK, Verdict, badly_told

KIND = "playbooks"
COLLECTIONS = Path(__file__).parents[5]
PROGRAM = Path(sys.executable).with_name("ansible-playbook")
MAIN, BACKFILL = "cross_account_sync", "backfill_images"
# A run of a playbook takes seconds, so that each call is broken in one of these ways in turn, and killed in one.
FAULTS = (
    *(("error_503", LASTING), ("reset_after", LASTING), ("expired_token", LASTING), ("denied", LASTING)),
    *(("wrong_shape", 1), ("reset_after", 1), ("hang", 1)),
)
# Seconds until a playbook must have come to the call at which it is killed; a busy machine starts Ansible slowly.
PATIENCE = 300.0
KILLS = ("amid a call", "after a call")
# As the ansible-core that prints the most does it.
_FAILED = re.compile(r"(?m)^(?:fatal|failed): \[[^\]]+\][^{]*=> (\{.*\})$")
_CHANGED = re.compile(r"(?m)^\S+ +: ok=\d+ +changed=([1-9]\d*)")
API = {"namespace": "team-a", "repository": "api", "tag_filter": "^v[12]$"}
RULES = (
    {"name": "releases-to-eu", "scope": "namespace", "namespace": "prod", "to": "prod-eu"},
    {"name": "api-to-eu", "scope": "repository", **API, "to": "prod-eu"},
)
# What must be at the destination in the end. The rules carry what is pushed once they are there, and the backfill the
# rest.
EXPECTED: Mapping[str, frozenset[str]] = {
    MAIN: frozenset((AFTER,)),
    BACKFILL: frozenset((AMID, BETWEEN, AFTER, "1.0", "1.1")),
}


@dataclass(frozen=True)
class Run:
    """What came of one run of a playbook; its status is None if it was killed."""

    status: int | None
    output: str

    @property
    def changed(self) -> bool:
        return bool(_CHANGED.search(self.output))

    @property
    def failures(self) -> list[Outcome]:
        return [Outcome(json.loads(found)) for found in _FAILED.findall(self.output)]


@dataclass(frozen=True)
class Plain:
    """A playbook's world, the calls that it makes there, and what is kept in the end."""

    world: Mapping[str, Any]
    actions: tuple[str, ...]
    goal: Mapping[str, Any]


def cases(cloud: Cloud) -> Iterator[Case]:
    for playbook in (MAIN, BACKFILL):
        faults, kills = itertools.cycle(FAULTS), itertools.cycle(KILLS)
        for nth, action in enumerate(plain(cloud, playbook).actions, 1):
            (fault, times), when = next(faults), next(kills)
            how = f"{fault} {'once' if times == 1 else 'lasting'} at call {nth}, {action}"
            yield Case(KIND, playbook, how, _case(playbook, how, _faulty(fault, nth, times)))
            how = f"killed {when}, {nth}, {action}"
            yield Case(KIND, playbook, how, _case(playbook, how, _killed(when, nth)))


_plain: dict[tuple[str, str], Plain] = {}


def plain(cloud: Cloud, playbook: str) -> Plain:
    """Run the playbook with nothing broken."""
    key = (cloud.endpoint, playbook)
    if key not in _plain:
        cloud.reset(earlier(read_world(WORLD)))
        if playbook == BACKFILL:
            _must(play(cloud, MAIN))
        world = cloud.emulator.state()
        cloud.emulator.delete("/_emulator/calls")
        _must(play(cloud, playbook))
        actions = tuple(call["action"] for call in cloud.emulator.calls())
        # A rule makes repositories at the destination, too.
        cloud.push(AFTER)
        cloud.settle()
        _plain[key] = Plain(world, actions, cloud.kept())
    return _plain[key]


def _must(run: Run) -> None:
    if run.status != 0:
        raise RuntimeError(f"a playbook fails with nothing broken: {run.output}")


def play(cloud: Cloud, playbook: str, until: Callable[[], bool] | None = None) -> Run:
    """Run a playbook; kill its controller as soon as `until` holds."""
    command = [str(PROGRAM), f"registryops.alicloud.{playbook}", f"--inventory={_inventory(cloud.endpoint)}"]
    keep = f"backfill_images_directory={_folder() / 'kept'}"
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*command, "--extra-vars", keep], cwd=_folder(), env=_environment(), stdout=output, stderr=output
        )
        if until:
            ready = until
            eventually(lambda: process.poll() is not None or ready(), PATIENCE)
            process.kill()
        status = process.wait()
        output.seek(0)
        text = output.read().decode()
    return Run(None if status < 0 else status, text)


def _environment() -> dict[str, str]:
    foreign = re.compile(r"(?i)ANSIBLE_|ALIBABA_?CLOUD_|.*_PROXY$")
    return {
        **{name: value for name, value in os.environ.items() if not foreign.match(name)},
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
        "ANSIBLE_CALLBACK_FORMAT_PRETTY": "false",
        "NO_COLOR": "1",
    }


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="torture-"))


def _inventory(endpoint: str) -> Path:
    url = f"http://{endpoint}"
    common = {f"acr_{product}_endpoint": url for product in ("cr", "ram", "sts")} | {"acr_read_timeout": 5}
    source = {**_connection("a"), "acr_account_id": ACCOUNT_A, "acr_instance_id": SOURCE, "acr_sync_rules": RULES}
    destination = {**_connection("b"), "acr_account_id": ACCOUNT_B, "acr_instance_id": TARGET}
    hosts = {
        "acr_source": {"hosts": {"prod-sh": {**source, **common}}},
        "acr_destination": {"hosts": {"prod-eu": {**destination, **common}}},
    }
    file = _folder() / "inventory.json"
    file.write_text(json.dumps(hosts), encoding="utf-8")
    return file


def _connection(owner: str) -> dict[str, str]:
    return {f"acr_{name}": value for name, value in KEYS[owner].items()}


def _case(playbook: str, how: str, breaking: Callable[[Cloud, str], Run]) -> Judged:
    def judge(cloud: Cloud) -> Verdict:
        known = plain(cloud, playbook)
        cloud.reset(known.world)
        cloud.emulator.delete("/_emulator/calls")
        first = breaking(cloud, playbook)
        wrote = cloud.writes()[0] > 0
        cloud.push(AMID)
        cloud.emulator.delete("/_emulator/faults")
        cloud.push(BETWEEN)
        second = play(cloud, playbook)
        cloud.settle()
        third = play(cloud, playbook)
        cloud.push(AFTER)
        cloud.settle()
        judgement, words = _judge(cloud, playbook, known, (first, second, third), wrote)
        return Verdict(KIND, f"{playbook}, {how}", judgement, words)

    return judge


def _judge(cloud: Cloud, playbook: str, known: Plain, runs: tuple[Run, Run, Run], wrote: bool) -> tuple[str, str]:
    first, second, third = runs
    if any("Traceback (most recent call last)" in run.output for run in runs):
        return TRACEBACK, next(run.output for run in runs if "Traceback" in run.output)[-500:]
    if second.status != 0:
        return LOST, f"the second run fails: {_words(second)}"
    if third.status != 0 or third.changed:
        return LOST, f"the third run is not without change: {third.output[-500:]}"
    if missing := sorted(EXPECTED[playbook] - cloud.arrived()):
        return LOST, f"never carried: {', '.join(missing)}"
    if doubled := cloud.doubled():
        return DOUBLED, "; ".join(doubled)
    if cloud.kept() != known.goal:
        return LOST, f"another world than without the fault: {difference(cloud.kept(), known.goal)}"
    return _told(first, wrote)


def _told(first: Run, wrote: bool) -> tuple[str, str]:
    """Judge the failures of the run that was broken: whoever reads the last one must know what to do."""
    if first.status in (None, 0):
        return HELD, ""
    if not first.failures:
        return BADLY_TOLD, f"it fails without a word: {first.output[-500:]}"
    for failure in first.failures:
        # What earlier tasks have done stands above it in Ansible's own lines.
        if words := badly_told(failure, wrote and failure.changed):
            return BADLY_TOLD, f"{words}: {failure.message}"
    return HELD, ""


def _words(run: Run) -> str:
    return " ".join(failure.message for failure in run.failures) or run.output[-500:]


def _faulty(fault: str, nth: int, times: int) -> Callable[[Cloud, str], Run]:
    def run_it(cloud: Cloud, playbook: str) -> Run:
        match = {"nth": nth}
        cloud.emulator.post("/_emulator/faults", {"fault": fault, "match": match, "times": times, "retry_after_ms": 20})
        return play(cloud, playbook)

    return run_it


def _killed(when: str, nth: int) -> Callable[[Cloud, str], Run]:
    def run_it(cloud: Cloud, playbook: str) -> Run:
        if when == "amid a call":
            fault = {"fault": "slow", "match": {"nth": nth}, "retry_after_ms": HELD_MS}
            cloud.emulator.post("/_emulator/faults", fault)
        return play(cloud, playbook, lambda: len(cloud.emulator.calls()) >= nth)

    return run_it
