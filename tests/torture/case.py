"""Describe one thing to try."""

from __future__ import annotations

from collections.abc import Callable
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
