# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell which images a rule carries."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import (
    contains,
    covers,
    is_readable,
)

IMAGE = {"namespace": "prod", "repository": "web", "tag": "v1.0"}


@pytest.mark.parametrize(
    ("rule", "covered"),
    [
        ({}, True),
        ({"namespace": "prod"}, True),
        ({"namespace": "team-a"}, False),
        ({"namespace": None, "repository": None}, True),
        ({"namespace": "prod", "repository": "web"}, True),
        ({"namespace": "prod", "repository": "worker"}, False),
        ({"namespace": "team-a", "repository": "web"}, False),
        ({"tag_filter": ".*"}, True),
        ({"tag_filter": "^v"}, True),
        ({"tag_filter": r"1\.0$"}, True),
        ({"tag_filter": "^1"}, False),
        ({"tag_filter": ""}, True),
        ({"repository_filter": "^we"}, True),
        ({"repository_filter": "^api$"}, False),
        ({"namespace_filter": "^(prod|test)$"}, True),
        ({"namespace_filter": "^test$"}, False),
        ({"namespace": "prod", "repository_filter": "web", "tag_filter": "^x"}, False),
    ],
)
def test_a_rule_carries_what_its_scope_and_all_its_filters_cover(rule: dict[str, Any], covered: bool) -> None:
    assert covers(rule, IMAGE) is covered


@pytest.mark.parametrize(
    ("rule", "readable"),
    [({}, True), ({"tag_filter": "^v"}, True), ({"tag_filter": "(?<n>"}, False), ({"namespace_filter": "a++"}, False)],
)
def test_a_filter_that_engines_read_differently_is_not_readable(rule: dict[str, Any], readable: bool) -> None:
    assert is_readable(rule) is readable


WIDE = {"target_instance_id": "cri-b", "trigger": "automatic", "namespace": "prod"}


@pytest.mark.parametrize(
    ("wide", "narrow", "contained"),
    [
        ({}, {}, True),
        ({}, {"repository": "web"}, True),
        ({"repository": "web"}, {}, False),
        ({"namespace": None}, {}, True),
        ({"namespace": "dev"}, {}, False),
        ({}, {"target_instance_id": "cri-c"}, False),
        ({}, {"trigger": "manual"}, False),
        ({}, {"tag_filter": "^v"}, True),
        ({"tag_filter": ".*"}, {"tag_filter": "^v"}, True),
        ({"tag_filter": "^v"}, {"tag_filter": "^v"}, True),
        ({"tag_filter": "^v"}, {}, False),
        ({"tag_filter": "^v"}, {"tag_filter": "^w"}, False),
        ({"target_namespace": "copy"}, {}, False),
        ({"target_namespace": "copy"}, {"target_namespace": "copy"}, True),
        ({"target_namespace": "prod"}, {}, True),
        ({}, {"repository": "web", "target_repository": "shop"}, False),
    ],
)
def test_a_rule_contains_another_that_brings_no_more_and_nowhere_else(
    wide: dict[str, Any], narrow: dict[str, Any], contained: bool
) -> None:
    assert contains({**WIDE, **wide}, {**WIDE, **narrow}) is contained
