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

# Circles that are told; whoever breaks these has broken most of the rest.
_MOST = 20


def circles(following: Mapping[T, Iterable[T]]) -> Iterator[list[T]]:
    """Yield ways that come back to where they began.

    Their first step is not repeated at the end.

    Args:
        following: what can come after each.
    """
    left = {start: set(ends) for start, ends in following.items()}
    for _circle in range(_MOST):
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            # The sorter takes what comes after for what comes before.
            way: list[T] = error.args[1][:0:-1]
            left[way[0]].discard(way[1 % len(way)])
            yield way
        else:
            return


def layers(pairs: Iterable[tuple[str, str]], first: Mapping[str, int]) -> dict[str, int]:
    """Return the layer of each instance.

    It is 0 for one that nothing feeds, else one more than the last that feeds it.

    Args:
        pairs: instances with those that they feed; of a circle, the pair that leads to what should be first is not.
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
