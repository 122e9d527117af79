# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find filters that were probably meant as wildcards, such as v* and release-*."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_match import selects_all
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import FILTERS

# Plain characters with a star behind the last. A star after a dot, as in 1.*, may well be meant as it is.
_WILDCARD = re.compile(r"[\w./-]*[\w/-]\*")


class WideFilter(NamedTuple):
    """What is wrong with a filter, without a full stop, and how to write it."""

    problem: str
    remedy: str


def wide_filter(pattern: str | None) -> WideFilter | None:
    """Return what a filter selects beside what was probably meant; None if nothing."""
    if selects_all(pattern):
        return WideFilter(
            "matches the empty text; as filters are searched for and not compared as a whole, such a one mostly selects"
            " everything",
            "Write a regular expression that needs a character, such as ^v for all that begins with v.",
        )
    if pattern and _WILDCARD.fullmatch(pattern):
        begin = pattern[:-1]
        return WideFilter(
            "looks like a wildcard and is a regular expression: its * repeats the character before it, so that it"
            f" selects everything in which {pattern[:-2]} is found",
            f"Write ^{begin.replace('.', '[.]')} for all that begins with {begin}.",
        )
    return None


def wide_filters(rule: Mapping[str, Any]) -> Iterator[WideFilter]:
    """Yield what is wrong with a rule's filters."""
    for name in FILTERS:
        found = wide_filter(rule.get(name))
        if found:
            yield found._replace(problem=f"{name} {rule[name]!r} of sync rule {rule['name']} {found.problem}")
