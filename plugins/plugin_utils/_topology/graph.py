# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Order instances and flows: which come first, and which go round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")

# Circles that are told. Breaking these breaks most of the others, too.
_MOST = 20


def circles(following: Mapping[T, Iterable[T]]) -> Iterator[list[T]]:
    """Yield circles; the first step of each is not repeated at its end.

    Args:
        following: what can come after each step.
    """
    left = {start: set(ends) for start, ends in following.items()}
    for _circle in range(_MOST):
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            # The sorter was given what comes after as if it came before, so its circle is backwards.
            way: list[T] = error.args[1][:0:-1]
            # One step is taken out, so that the next round finds another circle.
            left[way[0]].discard(way[1 % len(way)])
            yield way
        else:
            return


def layers(pairs: Iterable[tuple[str, str]], first: Mapping[str, int]) -> dict[str, int]:
    """Return the layer of each instance: 0 if nothing feeds it, otherwise one more than the last that feeds it.

    Args:
        pairs: instances, each with one that it feeds. Of a circle, the pair is left out that ends at what should be
            first.
        first: how much each instance should be first.
    """
    before: dict[str, set[str]] = {name: set() for name in first}
    for source, target in pairs:
        before.setdefault(source, set())
        before.setdefault(target, set()).add(source)
    while True:
        try:
            order = list(TopologicalSorter(before).static_order())
        except CycleError as error:
            way = error.args[1]
            source, target = max(pairwise(way), key=lambda pair: (first[pair[1]], pair))
            before[target].discard(source)
        else:
            break
    found: dict[str, int] = {}
    for name in order:
        found[name] = max((found[other] + 1 for other in before[name]), default=0)
    return found
