# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whether anybody still waits for this task.

That is Ansible's controller, and the terminal that it prints on.
"""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

# The action plugin tells a module in a process of its own which processes wait for it, as in "1200:8400 1199:8300".
ASKERS_VARIABLE = "ACR_ASKED_BY"


class Asker:
    """The processes that wait for this task.

    A worker of Ansible's lives on when its controller ends. It then gets another parent, which may be any process
    that adopts orphans. So the controller is remembered from when the worker was made, not from its first call.
    """

    def __init__(self) -> None:
        maker = multiprocessing.parent_process()
        self._parent = maker.pid if maker else os.getppid()
        named = os.environ.get(ASKERS_VARIABLE, "").split()
        # A process that cannot be seen from the start, such as one outside this container, is not watched.
        self._others = [process for process in named if _runs(process)]
        shown_by = [str(self._parent), *(process.partition(":")[0] for process in self._others)]
        # Made once, since each call asks.
        self._outputs = [Path(f"/proc/{process}/fd/1") for process in shown_by]

    def is_gone(self) -> bool:
        """Return whether nobody reads this task's result any more."""
        if os.getppid() != self._parent or not all(_runs(process) for process in self._others):
            return True
        return any(map(_is_closed_terminal, self._outputs))


def askers() -> str:
    """Return the processes that wait for the module, for ASKERS_VARIABLE."""
    return " ".join(f"{process}:{_started(process)}" for process in (os.getpid(), os.getppid()))


def _runs(process: str) -> bool:
    number, _separator, started = process.partition(":")
    return bool(started) and _started(int(number)) == started


def _started(process: int) -> str:
    """Return when a process was started.

    The time tells a process from a later one with the same number. It is empty once the process has ended.
    """
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name comes first, in brackets, and may hold anything.
    state, *fields = stat.rpartition(")")[2].split()
    # proc(5): Z and X are processes that have ended; the start is the 22nd field, and the state the third.
    return "" if state in ("Z", "X") else fields[18]


def _is_closed_terminal(output: Path) -> bool:
    """Return whether what a process prints on is a closed terminal.

    A terminal is closed when the program that opened it was killed.
    """
    try:
        prints_on = str(output.readlink())
    except OSError:
        return False
    return prints_on.startswith("/dev/pts/") and prints_on.endswith(" (deleted)")
