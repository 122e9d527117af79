# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose the next images, so that parallel runs share them.

Runs know of each other only by the records of what they have sent. All go through the same images in the same order,
but each begins somewhere else. A run that comes to images of another run goes on in the middle of the largest gap that
is left. That is as far as possible from where any run is at work.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import (
    IN_FLIGHT,
    SyncTask,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    JOINED,
    SEND,
    UNCHANGED,
    Transfer,
)

# Images of the first portion, which is doubled each time. A few show what is refused, and whether others are at work.
_FIRST = 5
# Images of the largest portion. More would take so long that the records which it was chosen by are a minute old.
_MOST = 500
# A portion is at most this part of the gap ahead. Another run begins in its middle, so that it is seen in time.
_SHARE = 3
# A gap with so many images is taken as a whole: that is twice as many as there are calls at a time. A gap of less than
# twice this size is left to another run that is about to fill it.
_SMALL = 40
# Seconds without another run's record, after which no run is about to fill a gap.
_QUIET = 3.0
# Milliseconds before the newest record. A run that was at work within them may still be at work.
_RECENT = 60_000

# The state of each image is one byte, so that 100,000 of them are searched fast: to be sent, taken by this run, or sent
# by others.
_WAITING, _TAKEN, _OTHERS = b"w", b"t", b"o"


class Course:
    """A run's images in order, and the next one.

    Args:
        transfers: all that the run is about.
        begin: chooses where to begin; a test gives a seed.
    """

    def __init__(self, transfers: Sequence[Transfer], begin: random.Random) -> None:
        self._transfers = transfers
        self._places = {transfer.route: place for place, transfer in enumerate(transfers)}
        newest = max((transfer.begun for transfer in transfers), default=0)
        self._state = bytearray(b"".join(_state(transfer, newest - _RECENT) for transfer in transfers))
        self._random = begin
        self._size = _FIRST
        self._next = begin.randrange(len(transfers)) if transfers else 0
        self._company = _OTHERS in self._state
        self._begun = False
        self._met = False  # whether another run has sent the very image that this one has sent
        self._seen = float("-inf")  # when another run's record was seen last
        self.left = self._state.count(_WAITING)

    def __bool__(self) -> bool:
        return self.left > 0

    def ahead(self) -> list[Transfer]:
        """Return what may be taken next, without taking it."""
        if not self.left:
            return []
        place = self._next if self._is_waiting(self._next) else self._gaps()[0][0]
        return list(self._transfers[place : place + self._size])

    def see(self, task: SyncTask, now: float) -> Transfer | None:
        """Note a record; return the transfer if another run has sent it, for this run to follow."""
        place = self._places.get(task.route)
        if place is None:
            return None
        transfer, created = self._transfers[place], task.create_time or 0
        if not self._is_waiting(place):
            mine = self._state[place : place + 1] == _TAKEN and transfer.attempts == 0
            if mine and transfer.task_id not in (None, task.sync_task_id):
                self._meet(place, now)  # both runs have sent it, and would go on side by side
            return None
        if created <= transfer.begun or created < transfer.pushed or task.status not in (*IN_FLIGHT, "success"):
            return None
        transfer.follow(task)
        transfer.decide(JOINED if transfer.status in IN_FLIGHT else UNCHANGED)
        self._mark(place, _OTHERS)
        self._seen, self._company = now, True
        return transfer

    def _meet(self, place: int, now: float) -> None:
        self._mark(place, _OTHERS)
        self._seen, self._company, self._met = now, True, True

    def take(self, most: int, now: float) -> list[Transfer]:
        """Return the next images to send; none if another run seems about to send the rest."""
        if not self.left or most < 1:
            return []
        first = self._company and not self._begun
        if self._met or first or not self._is_waiting(self._next):
            start = self._jump(now)
            if start is None:
                return []
            self._next, self._met = start, False
        self._begun = True
        end = self._end(self._next)
        gap = end - self._next
        size = min(self._size, gap if gap <= _SMALL else gap // _SHARE, most)
        chosen = range(self._next, min(self._next + size, end))
        for place in chosen:
            self._mark(place, _TAKEN)
        self._next = chosen.stop % len(self._state)
        self._size = min(self._size * 2, _MOST)
        return [self._transfers[place] for place in chosen]

    def again(self, transfer: Transfer) -> None:
        """Put back what is to be sent once more."""
        self._mark(self._places[transfer.route], _WAITING)

    def rest(self) -> list[Transfer]:
        """Take all that is left."""
        places = [place for place in range(len(self._state)) if self._is_waiting(place)]
        for place in places:
            self._mark(place, _TAKEN)
        return [self._transfers[place] for place in places]

    def _jump(self, now: float) -> int | None:
        """Return where to continue, or None to leave the gap to another run for now."""
        start, end = self._gaps()[0]
        if not self._company:
            return start
        if self._met and self.left > _SMALL:
            # The other run sees the same gaps, and would choose the same one. Only chance can part them.
            self._size = _FIRST
            waiting = [place for place in range(len(self._state)) if self._is_waiting(place)]
            return self._random.choice(waiting)
        if end - start > 2 * _SMALL:
            # Somewhere in the third quarter: several runs may choose the same gap at the same moment.
            quarter = (end - start) // 4
            self._size = _FIRST * 4
            return start + 2 * quarter + self._random.randrange(quarter)
        before = (start - 1) % len(self._state)
        after_others = self._state[before : before + 1] == _OTHERS
        return None if after_others and now < self._seen + _QUIET else start

    def _gaps(self) -> list[tuple[int, int]]:
        """Return the runs of waiting images, the largest first."""
        found = [match.span() for match in re.finditer(b"w+", self._state)]
        return sorted(found, key=lambda gap: gap[0] - gap[1])

    def _end(self, start: int) -> int:
        found = re.compile(b"w*").match(self._state, start)
        return found.end() if found else start

    def _is_waiting(self, place: int) -> bool:
        return self._state[place : place + 1] == _WAITING

    def _mark(self, place: int, state: bytes) -> None:
        self.left += (state == _WAITING) - self._is_waiting(place)
        self._state[place : place + 1] = state


def _state(transfer: Transfer, recent: int) -> bytes:
    if transfer.action == SEND:
        return _WAITING
    return _OTHERS if transfer.action in (JOINED, UNCHANGED) and transfer.begun > max(recent, 0) else _TAKEN
