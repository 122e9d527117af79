# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images a rule carries."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import covers

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
