# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the permission that a refused call needs."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.permissions import (
    PERMISSIONS,
    permission_in_words,
    resources,
)

SENTENCES: list[tuple[str, dict[str, Any], str]] = [
    ("GetInstance", {"InstanceId": "cri-1"}, "cr:GetInstance on acs:cr:*:*:instance/cri-1"),
    ("ListRepoSyncRule", {"InstanceId": "cri-1"}, "cr:ListSyncRule on acs:cr:*:*:repository/cri-1"),
    (
        "GetRepository",
        {"InstanceId": "cri-1", "RepoNamespaceName": "prod", "RepoName": "web"},
        "cr:GetRepository on acs:cr:*:*:repository/cri-1/prod/web",
    ),
    ("GetRepository", {"InstanceId": "cri-1"}, "cr:GetRepository on acs:cr:*:*:repository/cri-1/*"),
    ("GetInstance", {"InstanceId": None}, "cr:GetInstance on acs:cr:*:*:instance/*"),
    ("GetInstance", {"InstanceId": 5}, "cr:GetInstance on acs:cr:*:*:instance/*"),
    (
        "AttachPolicyToRole",
        {"RoleName": "r", "PolicyName": "p"},
        "ram:AttachPolicyToRole on acs:ram:*:*:role/r and acs:ram:*:*:policy/p",
    ),
    ("AssumeRole", {"RoleArn": "acs:ram::1:role/r"}, "sts:AssumeRole on acs:ram::1:role/r"),
    ("FlyToTheMoon", {}, "the permission for FlyToTheMoon"),
]


@pytest.mark.parametrize(("action", "parameters", "sentence"), SENTENCES)
def test_a_call_names_its_permission_and_resource(action: str, parameters: dict[str, Any], sentence: str) -> None:
    assert permission_in_words(action, parameters) == sentence


@pytest.mark.parametrize("action", sorted(PERMISSIONS))
def test_every_listed_permission_can_be_said_without_parameters(action: str) -> None:
    permission, _resource = PERMISSIONS[action]
    service, _colon, name = permission.partition(":")
    assert service in ("cr", "oss", "ram", "sts")
    assert name[:1].isupper()
    assert permission_in_words(action, {}).startswith(f"{permission} on ")
    assert "{" not in permission_in_words(action, {})


def test_a_call_that_needs_no_permission_names_none() -> None:
    assert resources("GetCallerIdentity", {}) == []
