"""Run a task in a child that can be killed.

It is forked from this process as ansible-core forks its workers.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .cloud import eventually

ENDED_WELL, ENDED_BADLY = 0, 1


def fork(work: Callable[[], Any]) -> tuple[int, int]:
    """Do the work in a child; return its ID and result pipe."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    status = ENDED_BADLY
    try:
        os.close(reader)
        _leave_connections()
        with os.fdopen(writer, "w") as file:
            json.dump(work(), file)
        status = ENDED_WELL
    finally:
        # Whatever the parent has open is the parent's to close.
        os._exit(status)


def _leave_connections() -> None:
    """Leave the parent's connections alone.

    Otherwise each would read what the other has asked for.

    A connection in whose place there is an end of file counts as dropped, and the client opens another.
    """
    nothing = os.open(os.devnull, os.O_RDONLY)
    for name in list(Path("/proc/self/fd").iterdir()):
        number = int(name.name)
        with contextlib.suppress(OSError):  # the listing's own is gone
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                os.dup2(nothing, number)


def result(child: int, reader: int) -> Any:
    """Wait for a child, and return its result.

    None if it was killed.
    """
    with os.fdopen(reader) as file:
        text = file.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Return the results of works that begin together."""
    return [result(*child) for child in [fork(work) for work in works]]


def killed(work: Callable[[], Any], moment: Callable[[], bool]) -> Any:
    """Kill a child's work once `moment` holds.

    Return its result if it ended before, else None.
    """
    child, reader = fork(work)

    def due() -> bool:
        return moment() or _is_over(child)

    eventually(due)
    os.kill(child, signal.SIGKILL)
    return result(child, reader)


def _is_over(child: int) -> bool:
    found = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    return found is not None
