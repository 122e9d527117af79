"""Hold a benchmark's figures: ratios first, then medians."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

K = TypeVar("K")


class BenchmarkError(Exception):
    """Tell that what was to be measured failed."""


@dataclass(frozen=True)
class Figure:
    """One thing measured several times, in `unit`."""

    name: str
    unit: str
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.samples)


@dataclass(frozen=True)
class Ratio:
    """A figure beside another.

    `least` and `most` are what we want it to be, where we want anything.
    """

    name: str
    value: float
    least: float | None = None
    most: float | None = None

    @property
    def reached(self) -> bool | None:
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value < self.most)


@dataclass(frozen=True)
class Result:
    """Hold figures and notes.

    `notes` say what a reader must know to repeat the measurement, or why there is none.
    """

    ratios: tuple[Ratio, ...] = ()
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bench:
    """Hold how often to measure, and a folder."""

    runs: int
    folder: Path


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turns(runs: int, measurements: Mapping[K, Callable[[], float]]) -> dict[K, tuple[float, ...]]:
    """Return samples by name.

    Measure all once before any is measured again, so that all share a busy minute.
    """
    samples: dict[K, list[float]] = {name: [] for name in measurements}
    for _run in range(runs):
        for name, measure in measurements.items():
            samples[name].append(measure())
    return {name: tuple(values) for name, values in samples.items()}
