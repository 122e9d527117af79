# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Match filters in time that grows only with the text.

Python's own engine may take for ever, and nothing can interrupt it. Here all ways through a filter are followed at
once, and the state after each character is kept for the next text. So it is about as fast.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_nodes import (
    WORD,
    Anchor,
    Char,
    Choice,
    Node,
    Sequence,
    bit,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_syntax import BadFilterError, parse

# The usual ways to write that everything matches. No name is empty, so .+ is one of them.
ANYTHING = (None, "", ".*", "^.*$", ".+", "^.+$")
_MOST_STATES = 20_000  # kept for a filter, some tens of MB; then they are found anew
_MOST_STEPS = 20_000  # of a filter, since counts within counts multiply: (a{1000}){1000} would have a million
# What the anchors ^, \b and \B need to know of the text before.
_BEGIN, _AFTER_WORD, _AFTER_OTHER = 0, 1, 2


class _Step:
    """A place in the filter, with the places after it.

    It takes a character, or holds at an anchor.
    """

    __slots__ = ("anchor", "bits", "following")

    def __init__(self, following: list[_Step], bits: int = 0, anchor: str = "") -> None:
        self.following = following
        self.bits = bits
        self.anchor = anchor


class _Builder:
    def __init__(self) -> None:
        self.count = 0

    def step(self, following: list[_Step], bits: int = 0, anchor: str = "") -> _Step:
        self.count += 1
        if self.count > _MOST_STEPS:
            raise BadFilterError("its counts are too many")
        return _Step(following, bits, anchor)

    def build(self, node: Node, after: _Step) -> _Step:
        """Return the first step of a node, before another step."""
        if isinstance(node, Char):
            return self.step([after] if node.bits else [], bits=node.bits)
        if isinstance(node, Anchor):
            return self.step([after], anchor=node.kind)
        if isinstance(node, Choice):
            return self.step([self.build(option, after) for option in node.options])
        if isinstance(node, Sequence):
            for part in reversed(node.parts):
                after = self.build(part, after)
            return after
        if node.most is None:
            loop = self.step([])
            loop.following = [self.build(node.body, loop), after]
            after = loop
        else:
            end = after
            # Each optional repetition may also be the end.
            for _time in range(node.most - node.least):
                after = self.step([self.build(node.body, after), end])
        for _time in range(node.least):
            after = self.build(node.body, after)
        return after


class _State:
    """What may come next, after some text."""

    __slots__ = ("before", "next", "steps")

    def __init__(self, steps: frozenset[_Step], before: int) -> None:
        self.steps = steps
        self.before = before
        self.next: dict[str, _State | None] = {}


class Filter:
    """A filter that is ready to search.

    The state None means that it was found.
    """

    def __init__(self, pattern: str) -> None:
        self._found = _Step([])
        self._begin = _Builder().build(parse(pattern), self._found)
        self._clear()

    def _clear(self) -> None:
        self._states: dict[tuple[frozenset[_Step], int], _State] = {}
        self._start = self._state(frozenset((self._begin,)), _BEGIN)

    def search(self, text: str) -> bool:
        """Return whether the filter occurs anywhere in a text."""
        state: _State | None = self._start
        # The empty text at the end lets anchors such as $ hold there.
        for character in (*text, ""):
            if state is None:
                return True
            state = state.next[character] if character in state.next else self._go(state, character)
        return state is None

    def _go(self, state: _State, character: str) -> _State | None:
        """Return the state after one more character.

        An empty character is the end of the text.
        """
        steps = self._reached(state, character)
        if self._found in steps:
            following = None
        else:
            own = bit(character) if character else 0
            taken = set(chain.from_iterable(step.following for step in steps if step.bits & own))
            word = _AFTER_WORD if own & WORD else _AFTER_OTHER
            # A match may begin at each character, so the first step is always among them.
            following = self._state(frozenset((*taken, self._begin)), word)
        state.next[character] = following
        return following

    def _reached(self, state: _State, character: str) -> set[_Step]:
        """Return all steps in reach without taking a character."""
        reached: set[_Step] = set()
        waiting = list(state.steps)
        while waiting:
            step = waiting.pop()
            # Following a step twice would never end in (a*)*.
            if step in reached or (step.anchor and not _holds(step.anchor, state.before, character)):
                continue
            reached.add(step)
            if not step.bits:
                waiting += step.following
        return reached

    def _state(self, steps: frozenset[_Step], before: int) -> _State:
        if len(self._states) > _MOST_STATES:
            self._states = {}
        return self._states.setdefault((steps, before), _State(steps, before))


def _holds(anchor: str, before: int, character: str) -> bool:
    if anchor == "^":
        return before == _BEGIN
    if anchor == "$":
        return not character
    at_boundary = (before == _AFTER_WORD) != bool(character and bit(character) & WORD)
    return at_boundary == (anchor == "b")


# Enough for the filters of 500 rules, which have up to three each.
@lru_cache(maxsize=2000)
def _filter(pattern: str) -> Filter:
    return Filter(pattern)


def matches(pattern: str | None, text: str) -> bool:
    """Tell whether a filter selects a text.

    Raises:
        BadFilterError, UnsharedError: it is not a filter that is read everywhere alike.
    """
    return pattern in ANYTHING or _filter(str(pattern)).search(text)


def selects_all(pattern: str | None) -> bool:
    """Return whether a filter matches the empty text, perhaps by mistake.

    Filters that plainly select everything, such as .*, do not count.
    """
    return pattern not in ANYTHING and matches(pattern, "")
