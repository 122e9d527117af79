# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know the regions, and which border lies between two of them."""

from __future__ import annotations

# Where a region is, as the price lists tell regions apart. China (Hong Kong) is outside the mainland.
MAINLAND, OUTSIDE, INDUSTRY = "mainland", "outside", "industry cloud"
# What is between two regions, as the results name it.
SAME_REGION, WITHIN_MAINLAND, BOTH_OUTSIDE = "same_region", "within_mainland", "outside_mainland"
CROSS_BORDER, INDUSTRY_CLOUD, UNKNOWN = "cross_border", "industry_cloud", "unknown"

# The regions are those of https://www.alibabacloud.com/help/en/acr/developer-reference/api-cr-2018-12-01-endpoint.
# The vendor bills transfers between regions as local or as cross-border, the latter between the mainland and the rest:
# https://www.alibabacloud.com/help/en/cloud-data-transmission/latest/cross-region-data-transfers (2024-09-19) and
# https://www.alibabacloud.com/help/en/dts/user-guide/definition-of-cross-border-and-cross-region-instances (2024-11-25)
# All were looked up on 2026-11-26.
AREAS: dict[str, str] = {
    "ap-northeast-1": OUTSIDE,
    "ap-northeast-2": OUTSIDE,
    "ap-south-1": OUTSIDE,
    "ap-southeast-1": OUTSIDE,
    "ap-southeast-2": OUTSIDE,
    "ap-southeast-3": OUTSIDE,
    "ap-southeast-5": OUTSIDE,
    "ap-southeast-6": OUTSIDE,
    "ap-southeast-7": OUTSIDE,
    "cn-beijing": MAINLAND,
    "cn-chengdu": MAINLAND,
    "cn-fuzhou": MAINLAND,
    "cn-guangzhou": MAINLAND,
    "cn-hangzhou": MAINLAND,
    "cn-heyuan": MAINLAND,
    "cn-hongkong": OUTSIDE,
    "cn-huhehaote": MAINLAND,
    "cn-nanjing": MAINLAND,
    "cn-qingdao": MAINLAND,
    "cn-shanghai": MAINLAND,
    "cn-shenzhen": MAINLAND,
    "cn-wuhan-lr": MAINLAND,
    "cn-wulanchabu": MAINLAND,
    "cn-zhangjiakou": MAINLAND,
    "cn-zhengzhou-jva": MAINLAND,
    "eu-central-1": OUTSIDE,
    "eu-west-1": OUTSIDE,
    "me-central-1": OUTSIDE,
    "me-east-1": OUTSIDE,
    "na-south-1": OUTSIDE,
    "us-east-1": OUTSIDE,
    "us-southeast-1": OUTSIDE,
    "us-west-1": OUTSIDE,
    "cn-hangzhou-finance": INDUSTRY,
    "cn-shanghai-finance-1": INDUSTRY,
    "cn-shenzhen-finance-1": INDUSTRY,
    "cn-beijing-finance-1": INDUSTRY,
    "cn-heyuan-acdr-1": INDUSTRY,
    "cn-north-2-gov-1": INDUSTRY,
}
_BETWEEN = {
    (MAINLAND, MAINLAND): WITHIN_MAINLAND,
    (OUTSIDE, OUTSIDE): BOTH_OUTSIDE,
    (MAINLAND, OUTSIDE): CROSS_BORDER,
    (OUTSIDE, MAINLAND): CROSS_BORDER,
}
_WORDS = {
    SAME_REGION: "within the region",
    WITHIN_MAINLAND: "within the mainland of China",
    BOTH_OUTSIDE: "outside the mainland of China",
    CROSS_BORDER: "cross-border",
    INDUSTRY_CLOUD: "Finance or Gov Cloud",
    UNKNOWN: "not known whether cross-border",
}


def is_industry_cloud(region: str) -> bool:
    """Return whether the region belongs to Finance or Gov Cloud, where public regions cannot replicate.

    The names are looked at, too, for regions that are newer than the table.
    """
    return AREAS.get(region) == INDUSTRY or "-finance" in region or "-gov" in region


def border(source: str | None, target: str | None) -> str:
    """Return what lies between two regions, as price lists have it.

    A region that is not in the table is not guessed at by its name.
    """
    if not source or not target:
        return UNKNOWN
    if source == target:
        return SAME_REGION
    if is_industry_cloud(source) or is_industry_cloud(target):
        return INDUSTRY_CLOUD
    return _BETWEEN.get((AREAS.get(source, ""), AREAS.get(target, "")), UNKNOWN)


def in_words(found: str) -> str:
    """Return a border as a person would say it."""
    return _WORDS[found]
