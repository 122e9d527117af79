# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live through the modules that replicate buckets, under each answer that OSS leaves undocumented."""

from __future__ import annotations

from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_A, ACCOUNT_B, WITH_OSS_SDK, Account
from .test_lives import OF_STORAGE, Life, check_then_run, listed_after_a_change

pytestmark = WITH_OSS_SDK
BUCKETS: dict[str, Any] = {"source_bucket": "images-of-source", "destination_bucket": "images-of-target"}
LIVES = [
    Life(
        "oss_bucket_grant",
        "b",
        {"bucket": "images-of-target", "source_account_id": ACCOUNT_A},
        {"replicate_deletions": True, "callers": [ACCOUNT_A]},
        "bucket_grant",
        {"replicate_deletions": True, "callers": [ACCOUNT_A], "role_name": "acr-transfer-by-storage"},
        {"bucket": "images-of-target"},
        "bucket_grants",
        {"role_name": "acr-transfer-by-storage-next"},
    ),
    Life(
        "oss_replication_role",
        "a",
        {"source_buckets": ["images-of-source"]},
        {"source_buckets": ["images-of-source", "more-images"]},
        "replication_role",
        {"source_buckets": ["images-of-source", "more-images"], "trusts_oss": True, "policy_attached": True},
        info_key="replication_roles",
    ),
    Life(
        "oss_bucket_replication",
        "a",
        {**BUCKETS, "destination_region": "eu-central-1", "destination_account_id": ACCOUNT_B},
        {"prefixes": ["docker/"], "transfer_acceleration": True},
        "replication",
        {"prefixes": ["docker/"], "transfer_acceleration": True, "historical_progress": 1.0, "status": "doing"},
        BUCKETS,
        "replications",
    ),
]
BEHAVIOURS: list[dict[str, Any]] = [
    {},
    {
        "bucket_replication_ungranted": "later",
        "bucket_replication_asks_caller": True,
        "bucket_replication_shows_role": False,
    },
]


def test_every_switch_is_turned() -> None:
    assert set(BEHAVIOURS[1]) == OF_STORAGE


def granted(account_a: Account, account_b: Account) -> None:
    account_b.run("oss_bucket_grant", bucket="images-of-target", source_account_id=ACCOUNT_A, callers=[ACCOUNT_A])
    account_a.run("oss_replication_role", source_buckets=["images-of-source"])


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=["defaults", "otherwise"])
@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.module)
def test_a_whole_life(
    life: Life, behaviour: dict[str, Any], cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    cloud.post("/_emulator/behaviour", behaviour)
    account = {"a": account_a, "b": account_b}[life.owner]
    if life.module == "oss_bucket_replication":
        granted(account_a, account_b)
    listed = listed_after_a_change(cloud, account, life)
    assert dict(life.changed_to) in listed
    assert len(listed) == (2 if life.neighbour else 1)

    check_then_run(cloud, account, life, {**life.create, **life.change, "state": "absent"})
    left = account.run(f"{life.module}_info", **life.info)[life.info_key]
    assert [thing["role_name"] for thing in left] == [life.neighbour["role_name"]] if life.neighbour else not left
