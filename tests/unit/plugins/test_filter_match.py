# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare filters with Python's own engine, and bound their time."""

from __future__ import annotations

import random
import re

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core import filter_match as filters
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_growth import may_take_for_ever
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_syntax import parse

# Each kind of syntax that all engines share, alone and together with others.
PATTERNS = [
    *("", "a", "^a", "a$", "^a$", "a|b", "^(a|b)$", "a*", "^a+$", "v?1", "[a-c]", "[^a-c]", "[-a]", "[a-]", "^[a.]+$"),
    *(r"\.", r"\d", r"^\d+\.\d+$", r"\w", r"\W", r"\bb", r"b\b", r"\Bb", "a{2}", "a{1,2}b", "a{0}b", "^(ab){2,}$"),
    *(
        "(a|ab)(c|bcd)",
        "^(?:a|b){2,3}?$",
        "(?i)^A",
        "(?i)[^a]",
        "",
        "()",
        "a||b",
        "^$",
        "^v[0-9]+(\\.[0-9]+)*$",
        ".*b.*a",
    ),
]
# What these patterns name, and signs that tags have besides.
LETTERS = "abcv1.-_A"


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_filter_selects_what_pythons_engine_would(pattern: str) -> None:
    chosen = random.Random(7)  # any seed does; with a fixed one a failure comes again
    texts = ["", *LETTERS, *("".join(chosen.choices(LETTERS, k=chosen.randint(1, 8))) for _text in range(400))]
    compiled = filters.Filter(pattern)
    expected = {text: re.search(pattern, text) is not None for text in texts}
    assert {text: compiled.search(text) for text in texts} == expected


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*$", "(.*a){20}$", "(a?){60}a{60}", ".*.*.*.*.*.*=", "(a{1,30}){1,30}$"]
)
def test_no_filter_takes_longer_than_its_text_is_long(pattern: str) -> None:
    """Match at the limit of a tag's length.

    An engine that tries one way after the other would never end: each character doubles its ways.
    """
    # A tag has 128 characters at most. The ! makes ways fail at their very end.
    assert filters.Filter(pattern).search("a" * 128 + "!") in (True, False)


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a*)*", "(a|a)*", "(a|aa)+$", "([a-z]+-?)*", "(a*b*)*", "(.*a)*", "(a+){10}", "(a{1,30}){1,30}"],
)
def test_ways_that_double_are_recognised(pattern: str) -> None:
    assert may_take_for_ever(parse(pattern))


@pytest.mark.parametrize(
    "pattern",
    [
        *PATTERNS,
        r"^v?[0-9]+(\.[0-9]+)*(-[a-z0-9]+(\.[a-z0-9]+)*)?$",
        r"^([a-f0-9]{8}-)([a-f0-9]{4}-){3}[a-f0-9]{12}$",
        r"^(release|hotfix)-[0-9]{4}(-[0-9]{2}){2}$",
        r"^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$",
        "|".join(f"service-{number}" for number in range(60)),
    ],
)
def test_filters_that_people_write_are_not_taken_for_such(pattern: str) -> None:
    assert not may_take_for_ever(parse(pattern))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("v*", True),
        ("(v1)?", True),
        # Whoever writes these wants everything.
        ("", False),
        (".*", False),
        (None, False),
        ("^v", False),
        ("v+", False),
        ("$", True),
    ],
)
def test_a_filter_that_matches_nothing_at_all_selects_everything(pattern: str | None, expected: bool) -> None:
    assert filters.selects_all(pattern) is expected
