# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Order tags as semantic versions, as https://semver.org says.

ansible-core has code for that, but only on controllers; a module may run elsewhere.
"""

from __future__ import annotations

import operator
import re
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError

# A tag cannot hold the + that comes before build metadata; Helm and others write _ instead.
_VERSION = re.compile(r"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z.-]+))?(?:[+_][0-9A-Za-z.-]+)?")
_LEADING_ZERO = re.compile(r"v?(?:[0-9]+\.)*0[0-9]")
# A date such as 2026.10.31 or v20261031 would else be the highest version of all. With dots, earlier months begin with
# a zero, as in 2026.09, which no version does.
_DAY = "(?:0[1-9]|[12][0-9]|3[01])"
_DATE = re.compile(rf"v?(?:19|20)[0-9]{{2}}(?:\.1[0-2]\.{_DAY}|(?:0[1-9]|1[0-2]){_DAY})(?![0-9])")
_CONDITION = re.compile(rf"(>=|<=|!=|==|=|>|<)?\s*({_VERSION.pattern})")
_COMPARISONS = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}


class VersionRange:
    """A range such as '>=1.2,<2', which includes 'v1.4.0'.

    Raises:
        AcrError: a part of it is no condition.
    """

    def __init__(self, said: str) -> None:
        self._conditions = []
        self._pre_releases = False
        for condition in said.split(","):
            found = _CONDITION.fullmatch(condition.strip())
            if not found:
                raise AcrError(f"versions {said!r} is not a range of versions", "Write one such as >=1.2,<2.")
            self._conditions.append((_COMPARISONS[found[1] or "=="], _key(found[2]) or ()))
            self._pre_releases = self._pre_releases or found[6] is not None

    def __contains__(self, tag: str) -> bool:
        key = _key(tag) if is_version(tag) else None
        if key is None or (key[3] == 0 and not self._pre_releases):
            return False
        return all(compare(key, bound) for compare, bound in self._conditions)


def precedence(tag: str) -> tuple[Any, ...]:
    """Return a version's sort key; other tags come first."""
    return _key(tag) or ()


def is_version(tag: str) -> bool:
    """Return whether a tag is a version; plain numbers and dates are none.

    A version has two or three numbers without leading zeros. After a v, one number is enough.
    """
    found = _VERSION.fullmatch(tag)
    if not found or _LEADING_ZERO.match(tag) or _DATE.match(tag):
        return False
    return found[2] is not None or (tag.startswith("v") and found[4] is None)


def _key(tag: str) -> tuple[Any, ...] | None:
    """Return a version's sort key, by which a pre-release comes before its release; None for other tags."""
    found = _VERSION.fullmatch(tag)
    if not found:
        return None
    numbers = tuple(int(number or 0) for number in found.groups()[:3])
    if found[4] is None:
        # 1 sorts a release after its pre-releases, which have 0.
        return (*numbers, 1, ())
    # Numbers are compared as numbers and come before words, as SemVer orders them.
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in found[4].split("."))
    return (*numbers, 0, parts)
