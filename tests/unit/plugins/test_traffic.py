# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the sums of bytes by pair of regions, and the border between them."""

from __future__ import annotations

from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.regions import (
    AREAS,
    INDUSTRY,
    MAINLAND,
    border,
    is_industry_cloud,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.traffic import Load, traffic
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.rules import Standing

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account
from .report_estate import DESTINATION, INSTANCES, compared, verified_of
from .test_sync_report import reported

NOTHING = {"images": 0, "bytes": 0, "distinct_bytes": 0}


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("cn-hangzhou", "cn-hangzhou", "same_region"),
        # A region that is not known is still the same as itself.
        ("xx-new-1", "xx-new-1", "same_region"),
        ("cn-hangzhou", "cn-wuhan-lr", "within_mainland"),
        # Hong Kong is outside the mainland, as price lists have it.
        ("cn-hongkong", "cn-shenzhen", "cross_border"),
        ("cn-hangzhou", "eu-central-1", "cross_border"),
        ("us-west-1", "cn-zhengzhou-jva", "cross_border"),
        ("cn-hongkong", "ap-southeast-1", "outside_mainland"),
        ("eu-central-1", "us-east-1", "outside_mainland"),
        ("cn-hangzhou-finance", "cn-hangzhou", "industry_cloud"),
        ("cn-shanghai-finance-1", "cn-shenzhen-finance-1", "industry_cloud"),
        ("cn-heyuan-acdr-1", "eu-central-1", "industry_cloud"),
        # Nothing is guessed by a name, not even of one that begins with cn-.
        ("cn-hangzhou", "cn-new-1", "unknown"),
        ("xx-new-1", "eu-central-1", "unknown"),
        (None, "eu-central-1", "unknown"),
        ("cn-hangzhou", "", "unknown"),
    ],
)
def test_a_border_is_what_the_price_lists_make_it(source: str | None, target: str | None, expected: str) -> None:
    assert border(source, target) == expected


def test_each_region_is_in_the_area_that_its_name_suggests() -> None:
    for region, area in AREAS.items():
        assert is_industry_cloud(region) is (area == INDUSTRY)
        if area != INDUSTRY:
            assert (area == MAINLAND) is (region.startswith("cn-") and region != "cn-hongkong"), region


def test_bytes_are_summed_by_pair_and_over_the_border() -> None:
    told = traffic(
        [
            # One digest twice to the same region, then to another one, then with another digest, then without any.
            Load("cn-hangzhou", "eu-central-1", 3 << 30, "sha256:a"),
            Load("cn-hangzhou", "eu-central-1", 3 << 30, "sha256:a"),
            Load("cn-hangzhou", "cn-shanghai", 1 << 20, "sha256:a"),
            Load("cn-hangzhou", "us-west-1", 2 << 20, "sha256:a"),
            Load("cn-hangzhou", "us-west-1", 2 << 20, "sha256:b"),
            Load("cn-hangzhou", "xx-new-1", 5, images=4),
        ]
    )
    assert [(pair["target_region"], pair["border"], pair["images"], pair["bytes"]) for pair in told["pairs"]] == [
        ("cn-shanghai", "within_mainland", 1, 1 << 20),
        ("eu-central-1", "cross_border", 2, 6 << 30),
        ("us-west-1", "cross_border", 2, 4 << 20),
        ("xx-new-1", "unknown", 4, 5),
    ]
    # If each digest goes once: 3 GiB to eu-central-1, and two images of 2 MiB to us-west-1.
    crossing = (3 << 30) + (4 << 20)
    assert told["cross_border"] == {"images": 4, "bytes": crossing + (3 << 30), "distinct_bytes": crossing}
    assert told["unknown"] == {"images": 4, "bytes": 5, "distinct_bytes": None}
    assert told["summary"] == [
        "cn-hangzhou to cn-shanghai, within the mainland of China: 1 image, 1.00 MB",
        "cn-hangzhou to eu-central-1, cross-border: 2 images, 6.00 GB (3.00 GB if each digest goes once)",
        "cn-hangzhou to us-west-1, cross-border: 2 images, 4.00 MB",
        "cn-hangzhou to xx-new-1, not known whether cross-border: 4 images, 5.00 Bytes",
    ]


def test_nothing_to_send_is_no_pair() -> None:
    assert traffic([]) == {"pairs": [], "cross_border": NOTHING, "unknown": NOTHING, "summary": []}


TO_B: dict[str, Any] = {"target_account_id": ACCOUNT_B, "target_region": "eu-central-1", "target_instance_id": TARGET}
RULE = {"name": "to-eu", "namespace": "prod", **TO_B}


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("acr_image_sync", {**TO_B, "select": {"namespaces": ["prod"]}}),
        ("acr_sync_backfill", {"rules": [RULE]}),
    ],
)
def test_the_preview_says_what_the_run_then_sends(
    module: str, options: dict[str, Any], granted: Account, account_a: Account
) -> None:
    account_a.run("acr_sync_rule", instance_id=SOURCE, **RULE)
    planned = account_a.run(module, check=True, instance_id=SOURCE, **options)
    [pair] = planned["traffic"]["pairs"]
    assert pair["bytes"] == planned["bytes"] > 0
    assert (pair["source_region"], pair["target_region"], pair["border"]) == (
        "cn-hangzhou",
        "eu-central-1",
        "cross_border",
    )
    assert planned["diff"]["after"].splitlines()[-1] == planned["traffic"]["summary"][0]

    sent = account_a.run(module, instance_id=SOURCE, **options)
    assert sent["traffic"] == planned["traffic"]
    again = account_a.run(module, instance_id=SOURCE, **options)
    assert (again["changed"], again["traffic"]["pairs"]) == (False, [])


def test_a_source_whose_region_nobody_said_is_named_unknown(
    granted: Account, account_a: Account, cloud: Emulator
) -> None:
    planned = account_a.run(
        "acr_image_sync",
        check=True,
        instance_id=SOURCE,
        select={"namespaces": ["prod"]},
        **{**TO_B, "region": None, "cr_endpoint": f"http://{cloud.endpoint}"},
    )
    [pair] = planned["traffic"]["pairs"]
    assert (pair["source_region"], pair["border"]) == (None, "unknown")
    assert planned["traffic"]["unknown"]["bytes"] == planned["bytes"]


TO_EU = Standing("r", "as wanted", {"target_instance_id": INSTANCES[DESTINATION], "target_region": "eu-central-1"})
STATES = ("same", "carried", "waiting", "extra", "unsigned", "missing", "failed", "different", "older")


def test_a_verification_counts_what_is_not_there_yet() -> None:
    # Each state has its own decimal place, so that the sum shows which states it counts.
    images = [compared(state, size=10**place) for place, state in enumerate(STATES)]
    found = verified_of(images, [TO_EU], region="cn-hongkong")["traffic"]
    pair = {"source_region": "cn-hongkong", "target_region": "eu-central-1", "border": "outside_mainland"}
    assert found["pairs"] == [{**pair, "images": 4, "bytes": 111_100_000, "distinct_bytes": None}]
    assert found["cross_border"] == NOTHING


def test_a_target_that_no_rule_tells_the_region_of_is_unknown() -> None:
    found = verified_of([compared("missing", size=7)], region="cn-hangzhou")["traffic"]
    assert (found["pairs"][0]["target_region"], found["unknown"]["bytes"]) == (None, 7)


def test_a_report_sums_up_all_sources_pairs() -> None:
    images = [compared("missing", size=7), compared("same", size=100), compared("older", size=2)]
    report = reported(*images, rules=[TO_EU], region="cn-hangzhou")
    assert report["traffic"]["cross_border"] == {"images": 2, "bytes": 9, "distinct_bytes": None}
