# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse filters that engines read differently, or never finish."""

from __future__ import annotations

import re

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_growth import may_take_for_ever
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_match import matches
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_syntax import (
    BadFilterError,
    UnsharedError,
    parse,
)

# Which engine the service uses is not documented. So what RE2, Java and Python do not all share is refused.
# What is said of a filter that an instance has although this collection would refuse it.
UNCLEAR = "has a filter that engines for regular expressions read in different ways, so nobody can tell what it covers"
# What every engine reads in the same way.
PLAIN_FILTER = "Write it with characters, classes, groups, alternatives, quantifiers and the anchors ^ and $."
_UNSHARED_SYNTAX = (
    (re.compile(r"\(\?<?[=!]"), "a look-around"),
    (re.compile(r"\(\?>"), "an atomic group"),
    (re.compile(r"\(\?(P[<=>]|<[A-Za-z])"), "a named group"),
    (re.compile(r"\(\?\("), "a conditional"),
    (re.compile(r"(?<!\\)(\\\\)*\\[1-9]"), "a back-reference"),
    (re.compile(r"(?<!\\)(\\\\)*\\[ZzGAkpP]"), "an engine-specific escape"),
    (re.compile(r"(?<!\\)[*+?}]\+"), "a possessive quantifier"),
)


def check_filter(value: str, option: str) -> None:
    """Refuse a filter that engines read differently, or never finish."""
    if any(character == " " or not character.isprintable() for character in value):
        raise AcrError(
            f"{option} {value!r} has a line break, a blank or another character in it that no name has",
            "Write it without blanks and on one line; a YAML block adds a line break, unless it begins with |- or >-.",
        )
    # Inside a character class such as [*+] these signs are literal.
    outside = re.sub(r"(?<!\\)\[\^?\]?(\\.|[^\]\\])*\]", "[]", value)
    for pattern, construct in _UNSHARED_SYNTAX:
        if pattern.search(outside):
            raise _unshared(value, option, construct)
    try:
        endless = may_take_for_ever(parse(value))
        matches(value, "")
    except UnsharedError as cause:
        raise _unshared(value, option, str(cause)) from cause
    except (BadFilterError, RecursionError) as cause:
        reason = str(cause) if isinstance(cause, BadFilterError) else "it is nested too deeply"
        raise AcrError(
            f"{option} {value!r} is not a regular expression: {reason}", "Correct it, or leave it out."
        ) from cause
    if endless:
        raise AcrError(
            f"{option} {value!r} repeats what can match one text in several ways, so that matching may take for ever",
            "Repeat only a part that begins or ends with a character of its own, as in (-[a-z]+)*.",
        )


def _unshared(value: str, option: str, construct: str) -> AcrError:
    return AcrError(
        f"{option} {value!r} uses {construct}, which the service may not understand",
        PLAIN_FILTER,
    )
