# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Note the writing calls, so that a failure can name them."""

from __future__ import annotations

import threading
from collections import Counter


class Journal:
    """The writing calls of one deed, by their action.

    Several threads may write to it at a time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: Counter[str] = Counter()
        self._uncertain: Counter[str] = Counter()

    def note(self, action: str, *, certain: bool) -> None:
        """Note a call that was, or may have been, carried out."""
        with self._lock:
            (self._done if certain else self._uncertain)[action] += 1

    def __bool__(self) -> bool:
        """Return whether anything was or may have been written."""
        return bool(self._done or self._uncertain)

    @property
    def is_certain(self) -> bool:
        """Return whether something was certainly written."""
        return bool(self._done)

    def __str__(self) -> str:
        """Return the calls in the order of their first.

        An example is 'CreateRole, 2 x CreatePolicy, TagPolicy (no answer)'.
        """
        done = [_counted(action, count) for action, count in self._done.items()]
        return ", ".join([*done, *(f"{_counted(*entry)} (no answer)" for entry in self._uncertain.items())])


def _counted(action: str, count: int) -> str:
    return action if count == 1 else f"{count:,} x {action}"
