# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the parts of a regular expression."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Union

_OTHER = 128  # stands for every character beyond ASCII
# A set of characters is one integer, so union and intersection are one operation.
EVERYTHING = (1 << (_OTHER + 1)) - 1


@dataclass(frozen=True)
class Char:
    """One character out of a set, which has a bit for each character."""

    bits: int


@dataclass(frozen=True)
class Anchor:
    r"""A place between characters: ^, $, \b or \B."""

    kind: str


@dataclass(frozen=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    options: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    body: Node
    least: int
    most: int | None


Node = Union[Char, Anchor, Sequence, Choice, Repeat]  # noqa: UP007 - the oldest Python that is linted has no |


def bit(character: str) -> int:
    return 1 << min(ord(character), _OTHER)


def bits(characters: str) -> int:
    return sum(bit(character) for character in set(characters))


WORD = bits(string.ascii_letters + string.digits + "_")
