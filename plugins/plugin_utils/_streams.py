# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say a last line if Ctrl-C or SIGTERM ends a run."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

# The controller's standard error, as a descriptor that its workers inherit; None if it has none.
standard_error: int | None = None
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def last_line(words: Callable[[], str]) -> Iterator[None]:
    """Write the result of `words` to standard error if a signal ends this process in the block, then let it end."""
    if standard_error is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {number: signal.getsignal(number) for number in _SIGNALS}

    def end(number: int, _frame: Any) -> None:
        line = words()
        if line and standard_error is not None:
            with suppress(OSError):  # the reader may be gone
                os.write(standard_error, f"{line}\n".encode())
        signal.signal(number, before[number] or signal.SIG_DFL)
        os.kill(os.getpid(), number)

    for number in _SIGNALS:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in _SIGNALS:
            signal.signal(number, before[number] or signal.SIG_DFL)
