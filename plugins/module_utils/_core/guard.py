# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stop a task that is over, since its run was killed or Ansible has ended it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ansible_collections.registryops.alicloud.plugins.module_utils._core.asker import Asker
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.journal import Journal
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import leave_signals_to_main

# Calls at a time. With 50 ms a call they make up to 400 calls a second; pace.py slows down to what the service takes.
PARALLEL = 20
# Seconds until a waiting task notices that it is over. A look takes microseconds, and a person waits half a second.
_LOOK = 0.5


class OverError(AcrError):
    """Nobody waits for this task any more."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, "Run it again; it takes up what is left.")


@dataclass(frozen=True)
class _Thread:
    """The pools, unfinished work and journals of one thread."""

    pools: tuple[threading.Event, ...] = ()
    finishing: bool = False
    journals: tuple[Journal, ...] = ()


class _Threads(threading.local):
    now = _Thread()


_threads = _Threads()


class Guard:
    """Refuse to go on with a task that is over.

    Args:
        is_gone: tells whether nobody waits for the task any more; by default, by the processes that asked for it.
    """

    def __init__(self, is_gone: Callable[[], bool] | None = None) -> None:
        self._is_gone = is_gone or Asker().is_gone

    def check(self) -> None:
        """Refuse to go on, unless this thread finishes something.

        Raises:
            OverError: the task is over.
        """
        if _threads.now.finishing:
            return
        if any(ended.is_set() for ended in _threads.now.pools):
            raise OverError("the task was ended meanwhile")
        if self._is_gone():
            raise OverError("the run that asked for this was killed")

    def sleep(self, seconds: float) -> None:
        """Sleep, but wake up soon once the task is over."""
        ends = time.monotonic() + seconds
        left = seconds
        while left > 0:
            time.sleep(min(left, _LOOK))
            self.check()
            left = ends - time.monotonic()

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """Let all calls of the block through, although the task may end meanwhile.

        The block is not begun if the task is over already. It holds for calls of this thread, and of pools that are
        opened within.
        """
        self.check()
        with _as(replace(_threads.now, finishing=True)):
            yield


@contextmanager
def noting() -> Iterator[Journal]:
    """Note the block's writing calls, of its pools too."""
    journal = Journal()
    with _as(replace(_threads.now, journals=(*_threads.now.journals, journal))):
        yield journal


def note(action: str, *, certain: bool) -> None:
    """Note a writing call in each journal of this thread."""
    for journal in _threads.now.journals:
        journal.note(action, certain=certain)


@contextmanager
def pool() -> Iterator[ThreadPoolExecutor]:
    """Yield threads that are done when the block ends.

    If Ansible's `timeout` or Ctrl-C interrupts it, it does not wait for their calls. Each thread then makes no further
    call after the one that is on its way.
    """
    ended, caller = threading.Event(), _threads.now
    threads = ThreadPoolExecutor(PARALLEL, initializer=_work_for, initargs=(caller, ended))
    try:
        yield threads
    except BaseException as error:
        interrupted = not isinstance(error, Exception)
        if interrupted:
            ended.set()
        threads.shutdown(wait=not interrupted, cancel_futures=True)
        raise
    threads.shutdown()


@contextmanager
def _as(now: _Thread) -> Iterator[None]:
    before, _threads.now = _threads.now, now
    try:
        yield
    finally:
        _threads.now = before


def _work_for(caller: _Thread, ended: threading.Event) -> None:
    leave_signals_to_main()
    _threads.now = replace(caller, pools=(*caller.pools, ended))
