"""Answer as a hostile gateway would.

Each attack writes to its victim, and notes where the victim falls for it.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from functools import cache
from typing import Protocol

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
# Seconds that a dripping answer takes, and MiB that an endless one has; nobody may wait for the one or read the other.
_DRIPS, _MEBIBYTES = 20, 64
_MEBIBYTE = b" " * 1024**2


class Victim(Protocol):
    """Whoever made a request, as far as attacks know them."""

    @property
    def elsewhere(self) -> str:
        """Return the host that a redirect leads to."""

    def write(self, content: bytes) -> None:
        """Answer with these bytes.

        Raises:
            OSError: the victim has left.
        """

    def fell_for(self, words: str) -> None:
        """Note what the victim did that nobody should."""


def _redirect(victim: Victim) -> None:
    head = f"HTTP/1.1 307 Elsewhere\r\nLocation: http://{victim.elsewhere}/\r\nContent-Length: 0\r\n\r\n"
    victim.write(head.encode())


def _drip(victim: Victim) -> None:
    victim.write(_HEAD + b"Content-Length: 1000\r\n\r\n")
    for _byte in range(_DRIPS * 10):
        victim.write(b" ")
        time.sleep(0.1)
    victim.fell_for(f"read for {_DRIPS} s")


def _endless(victim: Victim) -> None:
    victim.write(_HEAD + b"\r\n")
    for _mebibyte in range(_MEBIBYTES):
        victim.write(_MEBIBYTE)
    victim.fell_for(f"read {_MEBIBYTES} MiB")


def _bomb(victim: Victim) -> None:
    packed = _packed()
    victim.write(_HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)


@cache
def _packed() -> bytes:
    return gzip.compress(_MEBIBYTE * _MEBIBYTES)


def _break_off(victim: Victim) -> None:
    victim.write(_HEAD + b'Content-Length: 1000\r\n\r\n{"Code": "success"')


def _garbage(victim: Victim) -> None:
    victim.write(b"\x16\x03\x01\x00\xff" * 100)


def _continue(victim: Victim) -> None:
    for _line in range(_DRIPS * 10):
        victim.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.1)
    victim.fell_for(f"waited for {_DRIPS} s")


def _headers(victim: Victim) -> None:
    victim.write(_HEAD + b"".join(b"X-%d: %s\r\n" % (number, b"x" * 1000) for number in range(1000)) + b"\r\n")


ATTACKS: dict[str, Callable[[Victim], None]] = {
    "redirect": _redirect,
    "drip": _drip,
    "endless answer": _endless,
    "packed answer": _bomb,
    "broken off": _break_off,
    "garbage": _garbage,
    "always continue": _continue,
    "many headers": _headers,
}
