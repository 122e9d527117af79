"""Describe one thing to try."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .cloud import Cloud
from .verdict import Verdict

Judged = Callable[[Cloud], Verdict]


@dataclass(frozen=True)
class Case:
    """How to break something, and what judges it.

    `flow` and `how` name it.
    """

    kind: str
    flow: str
    how: str
    judge: Judged


def numbered(kind: str, flow: str, noun: str, how_many: int, judge: Callable[[int], Judged]) -> Iterator[Case]:
    """Yield that many cases of chance, such as 'world 1'."""
    for number in range(1, how_many + 1):
        yield Case(kind, flow, f"{noun} {number}", judge(number))
