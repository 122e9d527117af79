# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow many images with few calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    SENT,
    Target,
    Transfer,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.watch import Watch

from .conftest import ACCOUNT_B, SOURCE, TARGET


def records(count: int, repositories: int) -> list[dict[str, Any]]:
    """Return sync tasks, the newest first, of each repository in turn."""
    return [
        {
            "SyncTaskId": f"rst-{number}",
            "TaskStatus": "SUCCESS",
            "CreateTime": number,
            "ImageFrom": {"RepoNamespaceName": "prod", "RepoName": f"app-{number % repositories}"},
        }
        for number in range(count, 0, -1)
    ]


@pytest.mark.parametrize(
    ("step", "together", "by_repository"),
    # The calls of the first look and of the second. With the oldest first, the newest are on the last page, and the
    # total of the first page shows its number.
    [(1, [1, 1], [0, 0]), (-1, [2, 2], [0, 0])],
    ids=["newest first", "oldest first"],
)
def test_a_look_takes_few_calls_in_whichever_order_records_come(
    step: int, together: list[int], by_repository: list[int]
) -> None:
    listed = records(5000, repositories=30)[::step]
    calls: list[dict[str, Any]] = []

    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        assert (product, action) == ("cr", "ListRepoSyncTask")
        calls.append(dict(parameters))
        name, first = parameters.get("RepoName"), (parameters["PageNo"] - 1) * 100
        found = [record for record in listed if name in (None, record["ImageFrom"]["RepoName"])]
        return {"SyncTasks": found[first : first + 100], "TotalCount": str(len(found))}

    watch = Watch(Client(send), SOURCE)
    for look in (0, 1):
        calls.clear()
        # The newest 60 tasks, which fit into a page of 100.
        sent = [in_flight(f"app-{number % 30}", f"rst-{number}") for number in range(4941, 5001)]
        watch.refresh(sent)
        assert {transfer.status for transfer in sent} == {"success"}
        assert len([call for call in calls if "RepoName" not in call]) == together[look]
        assert len({call["RepoName"] for call in calls if "RepoName" in call}) == by_repository[look]


def in_flight(repository: str, task_id: str) -> Transfer:
    target = Target("eu-central-1", TARGET, ACCOUNT_B, "prod", repository, "1.0")
    return Transfer("prod", repository, "1.0", target, action=SENT, task_id=task_id)
