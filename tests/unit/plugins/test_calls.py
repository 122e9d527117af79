# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the calls of a task: nothing is asked twice."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from acr_emulator.testing import Emulator

from .conftest import run_module
from .test_in_process import KEYS, lives

READS = ("Get", "List")
# The reads of a task that finds everything as it should be, and so makes no other calls.
UNCHANGED = {
    "acr_cross_account_role": {"GetCallerIdentity": 1, "GetRole": 1, "ListPoliciesForRole": 1, "GetPolicy": 1},
    "acr_namespace": {"GetNamespace": 1},
    "acr_repository": {"GetRepository": 1},
    "acr_sync_rule": {"ListRepoSyncRule": 1},
    "acr_sync_rules": {"ListRepoSyncRule": 1},
    "acr_image_sync": {"GetRepository": 1, "ListRepoTag": 1, "ListRepoSyncTask": 1},
    # Where an endpoint is given, calls reach the instance whatever the region is. The list tells its own region, too.
    "acr_sync_preflight": {"ListInstance": 1},
}


@pytest.mark.parametrize("name", lives())
def test_nothing_is_asked_twice_in_one_task(name: str, cloud: Emulator) -> None:
    url = f"http://{cloud.endpoint}"
    endpoints = {f"{product}_endpoint": url for product in ("cr", "ram", "sts")}
    for who, module, params in lives()[name]:
        given = {key: value for key, value in {**KEYS[who], **endpoints, **params}.items() if value is not None}
        for check in (True, False):
            cloud.delete("/_emulator/calls")
            result = run_module(module, given, check)
            calls = cloud.calls()
            since_write: Counter[str] = Counter()
            for call in calls:
                if call["action"].startswith(READS):
                    since_write[json.dumps([call["action"], call["parameters"]], sort_keys=True)] += 1
                else:
                    since_write.clear()
                polled = call["action"] == "ListRepoSyncTask"  # what is waited for is asked for until it is there
                assert polled or max(since_write.values(), default=0) <= 1, [call["action"] for call in calls]
            if module in UNCHANGED and result.get("changed") is False and not absent(params):
                assert Counter(call["action"] for call in calls) == Counter(UNCHANGED[module]), module


def absent(params: dict[str, object]) -> bool:
    return params.get("state") == "absent"
