# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse the regular expressions that all engines read alike.

The engines are RE2, Java and Python; other expressions are refused.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field

from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_nodes import (
    EVERYTHING,
    WORD,
    Anchor,
    Char,
    Choice,
    Node,
    Repeat,
    Sequence,
    bit,
    bits,
)

MOST_REPEATS = 1000  # RE2 takes no more


class BadFilterError(Exception):
    """It is no regular expression; the text says why."""


class UnsharedError(Exception):
    """Engines read it differently; the text names the construct."""


_CLASSES = {"d": bits(string.digits), "w": WORD, "s": bits(" \t\n\r\f")}
_CLASSES.update({name.upper(): EVERYTHING & ~signs for name, signs in dict(_CLASSES).items()})
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


def parse(pattern: str) -> Node:
    """Return what a filter consists of.

    Raises:
        BadFilterError: it is no regular expression.
        UnsharedError: it is one that not every engine reads alike.
    """
    return _Parser(pattern).whole()


@dataclass
class _Parser:
    text: str
    at: int = 0
    folds: bool = field(default=False)

    def whole(self) -> Node:
        # The only flag that is taken, and at the beginning alone, where Python wants it.
        if self.text.startswith("(?i)"):
            self.folds, self.at = True, 4
        node = self._choice()
        if self.at < len(self.text):
            raise BadFilterError(f"unbalanced parenthesis at position {self.at}")
        return node

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self) -> str:
        self.at += 1
        return self.text[self.at - 1 : self.at]

    def _choice(self) -> Node:
        options = [self._sequence()]
        while self._peek() == "|":
            self._take()
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return Sequence(tuple(parts))

    def _repeated(self, body: Node) -> Node:
        if self._peek() not in ("*", "+", "?", "{"):
            return body
        # Python refuses ^*, RE2 takes it.
        if isinstance(body, Anchor):
            raise UnsharedError("a repeated anchor")
        sign = self._take()
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign) or self._counts()
        if self._peek() == "?":
            self._take()  # a lazy repeat matches the same texts
        if self._peek() in ("*", "+", "?", "{"):
            raise BadFilterError(f"multiple repeat at position {self.at}")
        return Repeat(body, least, most)

    def _counts(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.at)
        least, comma, most = self.text[self.at : max(end, 0)].partition(",")
        if end < 0 or not least.isdecimal() or (most and not most.isdecimal()):
            raise UnsharedError("a brace that is neither escaped nor a count")
        self.at = end + 1
        highest = least if not comma else most
        # MOST_REPEATS has four digits. The length comes first, since int() is slow with thousands of digits.
        if any(len(count) > 4 or int(count) > MOST_REPEATS for count in (least, most) if count):
            raise BadFilterError(f"a count above {MOST_REPEATS}")
        if highest and int(highest) < int(least):
            raise BadFilterError("a count whose end is before its beginning")
        return int(least), int(highest) if highest else None

    def _atom(self) -> Node:
        sign = self._take()
        if sign == "(":
            return self._group()
        if sign == "[":
            return Char(self._class())
        if sign == ".":
            return Char(EVERYTHING & ~bit("\n"))
        if sign in "^$":
            return Anchor(sign)
        if sign == "\\":
            return self._escape()
        if sign in "*+?":
            raise BadFilterError(f"nothing to repeat at position {self.at - 1}")
        if sign in "{}":
            raise UnsharedError("a brace that is neither escaped nor a count")
        return Char(self._folded(bit(sign)))

    def _group(self) -> Node:
        if self._peek() == "?":
            kind = self.text[self.at : self.at + 2]
            if kind != "?:":
                raise UnsharedError("a group of a special kind")
            self.at += 2
        node = self._choice()
        if self._take() != ")":
            raise BadFilterError("missing ), unterminated group")
        return node

    def _escape(self) -> Node:
        name = self._peek()
        if name in ("b", "B"):
            self._take()
            return Anchor(name)
        return Char(self._folded(self._escaped()))

    def _escaped(self) -> int:
        name = self._take()
        if not name:
            raise BadFilterError("a backslash at the end")
        if name in _CLASSES:
            return _CLASSES[name]
        if name in _CONTROLS:
            return bit(_CONTROLS[name])
        # An escaped sign is itself in every engine; an escaped letter means something else in each.
        if name.isalnum() or not name.isascii():
            raise UnsharedError("an engine-specific escape")
        return bit(name)

    def _class(self) -> int:
        negated = self._peek() == "^"
        if negated:
            self._take()
        found, first = 0, True
        while first or self._peek() != "]":
            if self.at >= len(self.text):
                raise BadFilterError("unterminated character set")
            if self.text[self.at : self.at + 2] in ("&&", "--", "~~", "||") or self._peek() == "[":
                raise UnsharedError("a set within a set, such as a POSIX class")
            if first and self._peek() == "]":
                raise UnsharedError("a ] at the beginning of a set")
            found |= self._member()
            first = False
        self._take()
        found = self._folded(found)
        return EVERYTHING & ~found if negated else found

    def _member(self) -> int:
        low = self._letter()
        if self._peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("", "]"):
            return low
        if self.text[self.at : self.at + 2] == "--":
            raise UnsharedError("a set within a set, such as a POSIX class")
        self._take()
        high = self._letter()
        # Both ends have to be one character, not a class such as \d.
        if low.bit_count() != 1 or high.bit_count() != 1 or high < low:
            raise BadFilterError("a bad range in a character set")
        # All bits from low to high.
        return (high << 1) - low

    def _letter(self) -> int:
        sign = self._take()
        return self._escaped() if sign == "\\" else bit(sign)

    def _folded(self, some: int) -> int:
        if not self.folds:
            return some
        # Letters beyond ASCII are not folded, since engines differ on them.
        both = [(lower, lower.upper()) for lower in string.ascii_lowercase]
        return some | sum(bits(lower + upper) for lower, upper in both if some & bits(lower + upper))
