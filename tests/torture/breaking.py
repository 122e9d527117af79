"""Break a run, heal the world, repeat, and judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .cloud import Cloud
from .flows import AFTER, AMID, BETWEEN, Flow
from .tasks import Outcome, run
from .verdict import BADLY_TOLD, DOUBLED, HELD, LOST, TRACEBACK, Verdict, badly_told, changed_wrongly

# Runs the flow's task in a broken world; None if the run was killed, and nobody was told anything.
Broken = Callable[[Cloud, Flow], "Outcome | None"]


@dataclass(frozen=True)
class Plain:
    """Hold a flow's world, calls and end."""

    world: Mapping[str, Any]
    actions: tuple[str, ...]
    goal: Mapping[str, Any]
    arrived: frozenset[str]


_plain: dict[tuple[str, str], Plain] = {}


def plain(cloud: Cloud, flow: Flow) -> Plain:
    """Run the flow once with nothing broken."""
    key = (cloud.endpoint, flow.name)
    if key not in _plain:
        world = cloud.world(flow.before, flow.behaviour)
        cloud.reset(world)
        cloud.emulator.delete("/_emulator/calls")
        outcome = run(flow.task, cloud.endpoint)
        actions = tuple(call["action"] for call in cloud.emulator.calls())
        if outcome.failed:
            raise RuntimeError(f"{flow.name} fails with nothing broken: {outcome.message}")
        _push(cloud, flow, AMID, BETWEEN, AFTER)
        cloud.settle()
        run(flow.task, cloud.endpoint)
        cloud.settle()
        _plain[key] = Plain(world, actions, cloud.kept(), frozenset(cloud.arrived() - {AMID, BETWEEN, AFTER}))
    return _plain[key]


def broken(
    cloud: Cloud, flow: Flow, kind: str, how: str, breaking: Broken, *, alone: bool = True, same_goal: bool = True
) -> Verdict:
    """Judge a flow whose first run `breaking` breaks.

    Args:
        cloud: where it runs.
        flow: what runs.
        kind: the torture's name in the table.
        how: what is broken, in words.
        breaking: does the first run.
        alone: nobody else writes meanwhile.
        same_goal: the same is kept in the end as if nothing had been broken.
    """
    known = plain(cloud, flow)
    cloud.reset(known.world)
    cloud.emulator.delete("/_emulator/calls")
    first = breaking(cloud, flow)
    writes = cloud.writes() if alone else None
    _push(cloud, flow, BETWEEN)
    cloud.emulator.delete("/_emulator/faults")
    second = run(flow.task, cloud.endpoint)
    cloud.settle()
    third = run(flow.task, cloud.endpoint)
    _push(cloud, flow, AFTER)
    if "send" in flow.name:
        run(flow.task, cloud.endpoint)
    cloud.settle()
    judgement, words = _judge(cloud, flow, known, (first, second, third), writes, known.goal if same_goal else None)
    return Verdict(kind, f"{flow.name}, {how}", judgement, words)


def _judge(
    cloud: Cloud,
    flow: Flow,
    known: Plain,
    outcomes: tuple[Outcome | None, Outcome, Outcome],
    writes: tuple[int, int] | None,
    goal: Mapping[str, Any] | None,
) -> tuple[str, str]:
    first, second, third = outcomes
    for outcome in outcomes:
        if outcome and outcome.traceback:
            return TRACEBACK, outcome.traceback.strip().splitlines()[-1]
    if second.failed:
        return LOST, f"the second run fails: {second.message}"
    if third.failed or third.changed:
        return LOST, f"the third run is not without change: {third.message or third.result}"
    if missing := sorted((flow.carried | known.arrived) - cloud.arrived()):
        return LOST, f"never carried: {', '.join(missing)}"
    if doubled := cloud.doubled():
        return DOUBLED, "; ".join(doubled)
    if goal is not None and cloud.kept() != goal:
        return LOST, f"another world than without the fault: {difference(cloud.kept(), goal)}"
    return _told(first, writes)


def _told(first: Outcome | None, writes: tuple[int, int] | None) -> tuple[str, str]:
    if first is None:
        return HELD, ""
    words = changed_wrongly(first, *writes) if writes else ""
    if first.failed and not words:
        words = badly_told(first, writes is not None and writes[0] > 0)
    return (BADLY_TOLD, f"{words}: {first.message}") if words else (HELD, "")


def difference(found: Any, goal: Any, where: str = "") -> str:
    """Return what differs, each with the way to it."""
    if isinstance(found, dict) and isinstance(goal, dict) and set(found) == set(goal):
        parts = [difference(found[name], goal[name], f"{where}/{name}") for name in goal]
        return "; ".join(filter(None, parts))
    if isinstance(found, list) and isinstance(goal, list):
        more, less = [item for item in found if item not in goal], [item for item in goal if item not in found]
        if len(more) == len(less) == 1:
            return difference(more[0], less[0], where)
        return f"{where}: {more} is not {less}" if more or less else ""
    return f"{where}: {found} is not {goal}" if found != goal else ""


def _push(cloud: Cloud, flow: Flow, *moments: str) -> None:
    if flow.carried:
        for moment in moments:
            cloud.push(moment)
