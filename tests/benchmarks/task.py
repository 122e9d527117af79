"""Measure one more task, and one more loop item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from acr_emulator.testing import running

from . import worlds
from .ansible import ROOT, Ansible
from .figures import Bench, Figure, Ratio, Result, in_turns

PING, DEBUG = "ansible.builtin.ping", "ansible.builtin.debug"
CONFIGURED, PLAIN = "acr_namespace", "acr_namespace, acr_in_process: false"
# How long the tasks or items of a run should take together: long enough to stand out of what Ansible itself takes.
SECONDS, FEWEST, MOST = 3, 4, 300


@dataclass(frozen=True)
class Kind:
    """A task to repeat.

    `count` is how many tasks or items more than one a run has.
    """

    name: str
    task: Mapping[str, Any]
    arguments: tuple[str, ...] = ()
    count: int = FEWEST


NAMESPACE = {"registryops.alicloud.acr_namespace": {"instance_id": worlds.SOURCE, "name": "prod"}}
KINDS = (
    Kind(PING, {PING: {}}),
    Kind(DEBUG, {DEBUG: {"msg": "Hello"}}),
    Kind(CONFIGURED, NAMESPACE),
    Kind(PLAIN, NAMESPACE, ("-e", '{"acr_in_process": false}')),
)


def measure(bench: Bench) -> Result:
    with running(worlds.two_accounts(namespaces=[worlds.prod()])) as emulator:
        ansible = Ansible(bench.folder, emulator.endpoint)
        kinds = [_sized(ansible, kind) for kind in KINDS]
        measurements: dict[tuple[str, str], Callable[[], float]] = {}
        for kind in kinds:
            measurements |= _plays(ansible, kind)
        samples = in_turns(bench.runs, measurements)
    run = {kind.name: Figure(f"a run with one task: {kind.name}", "s", samples[kind.name, "task"]) for kind in kinds}
    item = {kind.name: _cost("item of a loop", "item", kind, samples) for kind in kinds}
    task = {kind.name: _cost("task", "task", kind, samples) for kind in kinds}
    ratios = [*_ratios("a loop item", item, most=1 / 20), *_ratios("a task", task)]
    counts = ", ".join(f"{kind.count} of {kind.name}" for kind in kinds)
    notes = [f"The cost of one more is that of as many more as take about {SECONDS} s, divided: {counts}."]
    if not (ROOT / "plugins/action/acr.py").exists():
        notes.append("There is no plugins/action/acr.py here: both ways of acr_namespace are the plain module.")
    return Result(tuple(ratios), (*item.values(), *task.values(), *run.values()), tuple(notes))


def _sized(ansible: Ansible, kind: Kind) -> Kind:
    """Return the kind with as many items as needed."""
    play = _plays(ansible, kind)
    cost = max(0.001, (play[kind.name, "items"]() - play[kind.name, "item"]()) / kind.count)
    return Kind(kind.name, kind.task, kind.arguments, min(MOST, max(FEWEST, round(SECONDS / cost))))


def _plays(ansible: Ansible, kind: Kind) -> dict[tuple[str, str], Callable[[], float]]:
    """Return the seconds of runs with one or many tasks."""
    shapes: dict[str, list[Mapping[str, Any]]] = {
        "task": [kind.task],
        "tasks": [kind.task] * (kind.count + 1),
        "item": [{**kind.task, "loop": [0]}],
        "items": [{**kind.task, "loop": list(range(kind.count + 1))}],
    }

    def seconds(shape: str) -> float:
        return ansible.play(ansible.write("task", shapes[shape]), *kind.arguments).seconds

    return {(kind.name, shape): partial(seconds, shape) for shape in shapes}


def _cost(what: str, unit: str, kind: Kind, samples: Mapping[tuple[str, str], tuple[float, ...]]) -> Figure:
    """Return milliseconds of one more.

    Each run of many is set against the run of one that was made just before it.
    """
    pairs = zip(samples[kind.name, unit], samples[kind.name, f"{unit}s"], strict=True)
    return Figure(
        f"one more {what}: {kind.name}",
        "ms",
        tuple((longer - shorter) * 1000 / kind.count for shorter, longer in pairs),
    )


def _ratios(what: str, costs: Mapping[str, Figure], most: float | None = None) -> list[Ratio]:
    def beside(name: str, other: str) -> float:
        return costs[name].median / costs[other].median

    return [
        Ratio(f"{what}, {CONFIGURED}, beside {PING}", beside(CONFIGURED, PING), most=most),
        Ratio(f"{what}, {CONFIGURED}, beside {DEBUG}", beside(CONFIGURED, DEBUG)),
        Ratio(f"{what}, {PLAIN}, beside {PING}", beside(PLAIN, PING)),
    ]
