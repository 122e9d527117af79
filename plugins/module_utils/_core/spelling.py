# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggest the name that was probably meant by a misspelt one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import SequenceMatcher, get_close_matches

from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import listed

# difflib's own default for what is close.
_ALIKE = 0.6
# As alike as two UIDs that differ in one or two digits.
UIDS_ALIKE = 0.85
# Its order of candidates is not ours, so a few are compared again.
_CANDIDATES = 5


def nearest(name: str, known: Iterable[str], alike: float = _ALIKE) -> str | None:
    """Return the known name that is most alike; None if none is.

    Common letters count even if their order differs: `prune` is nearer to `purge` than to `rules`.
    """
    near = get_close_matches(name, sorted(known), n=_CANDIDATES, cutoff=alike)
    return max(near, key=lambda other: _likeness(name, other), default=None)


def _likeness(name: str, other: str) -> float:
    matcher = SequenceMatcher(None, name, other)
    return matcher.ratio() + matcher.quick_ratio()


def there_are(name: str, known: Collection[str]) -> str:
    """Return a sentence about the names that exist, for a name that does not."""
    if not known:
        return "There is none at all."
    if len(known) == 1:
        return f"The only one is {next(iter(known))}."
    return perhaps(name, known) or f"There are {listed(sorted(known))}."


def perhaps(name: str, known: Collection[str]) -> str:
    """Return a sentence about the name that was probably meant; empty if none is alike."""
    near = nearest(name, known)
    return f"Perhaps {near} is meant." if near else ""
