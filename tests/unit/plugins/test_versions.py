# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read tags as semantic versions."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.versions import VersionRange, precedence

# As https://semver.org orders them.
RISING = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"]


@pytest.mark.parametrize(("lower", "higher"), list(pairwise(RISING)))
def test_pre_releases_are_ordered(lower: str, higher: str) -> None:
    assert higher in VersionRange(f">{lower}")
    assert lower not in VersionRange(f">{higher},>0-0")
    assert lower in VersionRange(f"<{higher},>0-0")


@pytest.mark.parametrize(
    ("tag", "said", "expected"),
    [
        ("v1.2.3", ">=1.2,<2", True),
        ("1.2", ">=1.2,<2", True),
        ("v1", "1.0.0", True),
        ("1", ">=0", False),
        ("2024", ">=0", False),
        ("20240131", ">=0", False),
        ("2024-01-31", ">=0", False),
        ("v2024-01-31", ">=0,<9999-z", False),
        ("2024.01.31", ">=0", False),
        ("2024.12.31", ">=0", False),
        ("v2024.12.31", ">=0", False),
        ("v20240131", ">=0", False),
        ("20240131.1", ">=0", False),
        ("20241331.1", ">=0", True),
        ("2024.1.2", ">=2024", True),
        ("01.2.3", ">=0", False),
        ("1-alpine", ">=0-0", False),
        ("1.2.3_build.5", "1.2.3", True),
        ("1.2.3-rc.1_build.5", ">=1.2.3-0,<1.2.3", True),
        ("1.2.3_build.5", "1.2.3+other", True),
        ("2.0.0", ">=1.2,<2", False),
        ("2.0.0-rc1", ">=1.2,<2", False),
        ("2.0.0-rc1", ">=1.2,<2-0", False),
        ("1.9.0-rc1", ">=1.2,<2-0", True),
        ("1.10.0", ">1.9", True),
        ("1.2.3+build5", "=v1.2.3", True),
        ("1.2.3", "!=1.2.3", False),
        ("latest", ">=0", False),
        ("1.2.3.4", ">=0", False),
    ],
)
def test_a_tag_is_in_a_range_or_not(tag: str, said: str, expected: bool) -> None:
    assert (tag in VersionRange(said)) is expected


@pytest.mark.parametrize("said", ["", "newest", ">=", "~1.2", "1.2,,2", ">=1.x"])
def test_what_is_no_range_is_told(said: str) -> None:
    with pytest.raises(AcrError, match=r"is not a range of versions\. Write one such as >=1\.2,<2"):
        VersionRange(said)


def test_tags_that_are_no_versions_come_before_all_versions() -> None:
    assert sorted(["1.10.0", "latest", "1.9.0"], key=precedence) == ["latest", "1.9.0", "1.10.0"]
