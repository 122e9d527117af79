# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together the lines that a role prints at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Result = Mapping[str, Any]

# Twenty lines leave room for the sentence below them on a screen of 24; `--diff` has all of them.
_MOST = 20


@dataclass(frozen=True)
class Outcome:
    """What a role has done on one host, or would do.

    Attributes:
        changes: a line for each change.
        done: the sentence at the end, which also holds as a plan.
        remarks: lines that are no changes.
    """

    changes: Sequence[str]
    done: str
    remarks: Sequence[str] = ()

    def lines(self, next_step: str, *, check_mode: bool) -> list[str]:
        """Return the lines, and what comes next at their end."""
        planned = check_mode and self.changes
        heading = ["Without check mode, this would be done:"] if planned else []
        done = f"{'Afterwards' if planned else 'Now'}: {self.done}" if self.changes else self.done
        ending = [f"Next: {next_step}"] if next_step and not check_mode else []
        return [*heading, *capped(self.changes), *capped(self.remarks), done, *ending]


def capped(lines: Sequence[str], most: int = _MOST) -> list[str]:
    """Return the first lines, and how many there are beside them."""
    left = len(lines) - most
    # One line more takes no more room than the sentence about it.
    return list(lines) if left <= 1 else [*lines[:most], f"... and {left} more lines, which --diff shows"]


def named(names: Iterable[str], most: int = _MOST) -> str:
    """Return names with commas between them, the first ones alone if there are many."""
    found = list(dict.fromkeys(names))
    left = len(found) - most
    return ", ".join(found if left <= 1 else [*found[:most], f"and {left} more"])


def single(results: Iterable[Result]) -> Iterator[Result]:
    """Yield the results of modules, also those of loops."""
    for result in results:
        yield from result.get("results") or ([result] if "changed" in result else [])


def prepared(result: Result) -> list[str]:
    """Return the lines that a module's diff has for its changes."""
    return str((result.get("diff") or {}).get("prepared") or "").splitlines()
