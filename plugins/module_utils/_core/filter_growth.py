# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whether a backtracking engine could take for ever.

It could if a part repeats that can read one text in two ways, such as (a+)+. The number of ways then doubles with each
character. Here each character set of the filter is a position, with the positions that may follow it (Glushkov's
automaton). Two different ways from a position back to itself by the same text are what is looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_nodes import (
    Anchor,
    Char,
    Choice,
    Node,
    Repeat,
    Sequence,
)

# From so many repeats on, a count is taken for endless. Three repeats make at most the cube of the text's length.
_MANY = 4
# Pairs of positions that are looked at, which takes less than a second. A filter with more is refused.
_MOST_PAIRS = 200_000


@dataclass(frozen=True)
class _Part:
    """The first and last positions of a part, and whether the part may be empty."""

    first: frozenset[int]
    last: frozenset[int]
    empty: bool


_NOTHING = _Part(frozenset(), frozenset(), True)


class _Positions:
    def __init__(self) -> None:
        self.bits: list[int] = []
        self.follow: list[set[int]] = []
        self.doubled = False

    def add(self, node: Node) -> _Part:
        if isinstance(node, Char):
            self.bits.append(node.bits)
            self.follow.append(set())
            own = frozenset((len(self.bits) - 1,))
            return _Part(own, own, False)
        if isinstance(node, Anchor):
            return _NOTHING
        if isinstance(node, Choice):
            parts = [self.add(option) for option in node.options]
            first = frozenset().union(*(part.first for part in parts))
            last = frozenset().union(*(part.last for part in parts))
            return _Part(first, last, any(part.empty for part in parts))
        if isinstance(node, Sequence):
            whole = _NOTHING
            for child in node.parts:
                whole = self._after(whole, self.add(child))
            return whole
        return self._repeat(node)

    def _repeat(self, node: Repeat) -> _Part:
        exact = isinstance(node.body, Char) and node.least == node.most
        if node.most is None or (node.most >= _MANY and not exact):
            part = self.add(node.body)
            self._connect(part, part)
            return _Part(part.first, part.last, part.empty or node.least == 0)
        whole = _NOTHING
        for number in range(min(node.most, _MANY)):
            part = self.add(node.body)
            whole = self._after(whole, part if number < node.least else _Part(part.first, part.last, True))
        return whole

    def _after(self, before: _Part, part: _Part) -> _Part:
        self._connect(before, part)
        first = before.first | part.first if before.empty else before.first
        last = before.last | part.last if part.empty else part.last
        return _Part(first, last, before.empty and part.empty)

    def _connect(self, before: _Part, part: _Part) -> None:
        for position in before.last:
            # Two ways from one position to another are two ways to read one text, over and over.
            self.doubled = self.doubled or bool(self.follow[position] & part.first)
            self.follow[position] |= part.first


def may_take_for_ever(node: Node) -> bool:
    """Return whether the ways to read a text may double with each character, or are too many to tell."""
    positions = _Positions()
    positions.add(node)
    if positions.doubled:
        return True
    looked_at = 0
    for position in range(len(positions.bits)):
        seen: set[tuple[int, int]] = set()
        waiting = [(position, position)]
        while waiting:
            first, second = waiting.pop()
            for one_way in positions.follow[first]:
                for other_way in positions.follow[second]:
                    pair = (min(one_way, other_way), max(one_way, other_way))
                    looked_at += 1
                    if not positions.bits[one_way] & positions.bits[other_way]:
                        continue
                    if pair == (position, position) and first != second:
                        return True
                    if pair in seen:
                        continue
                    seen.add(pair)
                    waiting.append(pair)
            if looked_at > _MOST_PAIRS:
                return True
    return False
