# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find rules that meet, lost signatures and empty filters."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.meeting import Meeting
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.selected import left_behind, selecting_all
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_check import check_filter
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held

DIGEST = "1" * 64


def rule(name: str, namespace: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "namespace": namespace, "target_instance_id": "cri-eu", "target_namespace": "mirror", **more}


IMAGES = {("library", "nginx"): ["1.0"], ("team-a", "nginx"): ["1.0"], ("team-a", "web"): ["v1"]}


def met(*rules: dict[str, Any]) -> list[dict[str, str]]:
    meeting = Meeting(rules, IMAGES)
    for origin, tags in IMAGES.items():
        meeting.add(origin, tags)
    return list(meeting.findings())


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        ({}, {}, True),
        ({"target_namespace": "library"}, {}, False),
        ({"target_instance_id": "cri-us"}, {}, False),
        ({"tag_filter": "^2"}, {}, False),
        ({"tag_filter": "^1"}, {"tag_filter": "0$"}, True),
        ({"repository_filter": "^web$"}, {}, False),
    ],
)
def test_rules_that_write_one_place_are_found(first: dict[str, Any], second: dict[str, Any], meet: bool) -> None:
    found = met(rule("library", "library", **first), rule("team-a", "team-a", **second))
    assert [finding["check"] for finding in found] == ["rules_meet"] * meet
    if meet:
        assert found[0]["problem"] == (
            "sync rules library and team-a both write mirror/nginx on cri-eu, from library/nginx and team-a/nginx,"
            " so that images with the same tag overwrite each other"
        )


def test_a_rule_that_meets_itself_is_found() -> None:
    found = met({"name": "all", "target_instance_id": "cri-eu", "target_namespace": "mirror"})
    assert [finding["problem"] for finding in found] == [
        "sync rule all writes mirror/nginx on cri-eu, from library/nginx and team-a/nginx,"
        " so that images with the same tag overwrite each other"
    ]


@pytest.mark.parametrize("ending", [".sig", ".att", ".sbom", ".vuln.json", ""])
@pytest.mark.parametrize(("tag_filter", "found"), [("^v", True), (".*", False), ("^v|^sha256-", False), ("^w", False)])
def test_signatures_that_are_left_behind_are_found(ending: str, tag_filter: str, found: bool) -> None:
    images = {"v1": Held(f"sha256:{DIGEST}", 1, 1), f"sha256-{DIGEST}{ending}": Held(f"sha256:{'2' * 64}", 1, 1)}
    finding = left_behind(rule("r", "prod", tag_filter=tag_filter), ("prod", "web"), images)
    assert bool(finding) == found
    if finding:
        assert finding["check"] == "signatures_left_behind"
        assert f"carries prod/web:v1 and leaves behind sha256-{DIGEST}{ending}," in finding["problem"]
        advised = finding["remedy"].removeprefix("Let its tag_filter select them too: ")
        check_filter(advised, "tag_filter")
        assert left_behind(rule("r", "prod", tag_filter=advised), ("prod", "web"), images) is None


@pytest.mark.parametrize(("tag_filter", "found"), [("v*", True), ("^v", False), (".*", False), (None, False)])
def test_a_filter_that_selects_everything_is_pointed_out(tag_filter: str | None, found: bool) -> None:
    findings = list(selecting_all([rule("r", "prod", tag_filter=tag_filter)]))
    assert [finding["check"] for finding in findings] == ["filter_selects_all"] * found
