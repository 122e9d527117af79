"""Break or kill the main playbooks at each call."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from acr_emulator.world import read_world

from .breaking import difference
from .case import Case, Judged
from .cloud import WORLD, Cloud, earlier
from .faults import LASTING
from .flows import AFTER, AMID, BETWEEN
from .kills import HELD_MS
from .playing import MAIN, SWITCH, Run, play
from .verdict import BADLY_TOLD, DOUBLED, HELD, LOST, TRACEBACK, Verdict, badly_told

KIND = "playbooks"
BACKFILL = "backfill_images"
# A run of a playbook takes seconds, so that each call is broken in one of these ways in turn, and killed in one.
FAULTS = (
    *(("error_503", LASTING), ("reset_after", LASTING), ("expired_token", LASTING), ("denied", LASTING)),
    *(("wrong_shape", 1), ("reset_after", 1), ("hang", 1)),
)
KILLS = ("amid a call", "after a call")
# What must be at the destination in the end. The rules carry what is pushed once they are there, and the backfill the
# rest.
EXPECTED: Mapping[str, frozenset[str]] = {
    MAIN: frozenset((AFTER,)),
    BACKFILL: frozenset((AMID, BETWEEN, AFTER, "1.0", "1.1")),
    # What is pushed to the old source after its rules are gone stays there.
    SWITCH: frozenset(("1.0", "1.1")),
}


@dataclass(frozen=True)
class Plain:
    """Hold a playbook's world, calls and end."""

    world: Mapping[str, Any]
    actions: tuple[str, ...]
    goal: Mapping[str, Any]


def cases(cloud: Cloud) -> Iterator[Case]:
    for playbook in EXPECTED:
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
        given = earlier(read_world(WORLD))
        for account in given["accounts"]:
            account["instances"][0]["edition"] = "Enterprise_Advanced"  # so that each can become the source
        cloud.reset(given)
        if playbook != MAIN:
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
    """Judge a failed run: its last message must help."""
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
