# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep text readable, whatever its length and content."""

from __future__ import annotations

from collections.abc import Collection, Sequence

# A screen has 24 lines of 80 characters. The beginning says what failed, the end what to do next.
_BEGINNING, _END = 1200, 600
_CUT = " [...] "
# Names in a sentence; nobody reads more of them.
_SHOWN = 5


def shown(text: str) -> str:
    """Return a message as one line without control characters, no longer than a screen."""
    plain = "".join(map(_printable, text))
    if len(plain) <= _BEGINNING + len(_CUT) + _END:
        return plain
    return f"{plain[:_BEGINNING]}{_CUT}{plain[-_END:]}"


def listed(names: Collection[str]) -> str:
    """Return the first names, and how many more; the last of a few is joined by a word."""
    shown = list(names)
    if len(shown) > _SHOWN:
        return first_of(shown)
    return " and ".join(text for text in (", ".join(shown[:-1]), *shown[-1:]) if text)


def first_of(names: Sequence[str]) -> str:
    """Return the first names with commas between them, and how many more there are."""
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def counted(count: int, what: str) -> str:
    """Return a number of things, as in 1 image and 1,112 images."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def called(instance_id: str, name: str) -> str:
    """Return what people call an instance."""
    return f"{name} ({instance_id})" if name else instance_id


def unreadable(text: str) -> str:
    """Return the first unreadable character as an escape sequence; empty if there is none."""
    for char in text:
        if not char.isprintable() and not char.isspace() and _is_control(char):
            return _escaped(char)
    return ""


def _is_control(char: str) -> bool:
    """Return whether it is a control character (C0, DEL or C1), or a surrogate, which UTF-8 cannot carry."""
    return ord(char) < 32 or 127 <= ord(char) < 160 or 0xD800 <= ord(char) < 0xE000


def _printable(char: str) -> str:
    if char.isprintable():
        return char
    return " " if char.isspace() else _escaped(char)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
