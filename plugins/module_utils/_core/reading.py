# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limit the time of a whole answer.

Each byte alone may come in time.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

# A page of 100 images in one read; each read takes three calls of the system.
_BUFFER = 64 * 1024


class TimedResponse(http.client.HTTPResponse):
    """An answer that must be complete within the socket's timeout, from its first byte to its last."""

    def __init__(self, sock: Any, *args: Any, **settings: Any) -> None:
        super().__init__(_TimedFiles(sock), *args, **settings)  # type: ignore[arg-type]


class _TimedFiles:
    """A socket as http.client needs it to read an answer."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReads(self._sock), _BUFFER)


class _TimedReads(socket.SocketIO):
    """Read no longer than the socket's timeout in all."""

    def __init__(self, sock: Any) -> None:
        super().__init__(sock, "r")
        # As socket.makefile does it; TLS within TLS keeps the count at the outer socket.
        counted: Any = sock if isinstance(sock, socket.socket) else sock.socket
        counted._io_refs += 1
        self._connection = sock
        self._bound = sock.gettimeout()
        self._ends = time.monotonic() + self._bound

    def readinto(self, b: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._connection.settimeout(left)
        return super().readinto(b)

    def close(self) -> None:
        if not self.closed and self._connection.fileno() >= 0:
            self._connection.settimeout(self._bound)  # for the request that follows on this connection
        super().close()
