# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that filters which match nothing are told wherever somebody looks."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.idle_filters import IdleFilters
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wide_filters import wide_filter

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account

IMAGES = {
    ("prod", "web"): ["1.0", "1.1"],
    ("prod", "worker"): ["2.0"],
    ("prod", "empty"): [],
    ("team-a", "api"): ["v1", "v2"],
}
REMEDY = "Correct {} in acr_sync_rules, unless what it is for is still to be pushed."


def idle(*rules: dict[str, Any]) -> list[str]:
    filters = IdleFilters([{"name": "r", **rule} for rule in rules], list(IMAGES))
    for origin, tags in IMAGES.items():
        filters.add(origin, tags)
        filters.add(origin, tags)  # an image that was looked at twice counts once
    return [found.problem for found in filters.found()]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (
            {"namespace": "prod", "tag_filter": "^relase-"},
            "matches none of the 3 tags of namespace prod, such as 1.0, 1.1, 2.0: its tag_filter is '^relase-'",
        ),
        (
            {"scope": "repository", "namespace": "prod", "repository": "worker", "tag_filter": "^1"},
            "matches none of the 1 tag of repository prod/worker, such as 2.0: its tag_filter is '^1'",
        ),
        (
            {"namespace": "prod", "repository_filter": "^web$", "tag_filter": "^2"},
            "matches none of the 2 tags of namespace prod (repositories that match '^web$'), such as 1.0, 1.1:"
            " its tag_filter is '^2'",
        ),
        (
            {"namespace": "prod", "repository_filter": "^wbe", "tag_filter": "^9"},
            "matches none of the 3 repositories of namespace prod, such as empty, web, worker:"
            " its repository_filter is '^wbe'",
        ),
        (
            {"scope": "instance", "namespace_filter": "^prd"},
            "matches none of the 2 namespaces of the whole instance, such as prod, team-a:"
            " its namespace_filter is '^prd'",
        ),
        (
            {"scope": "instance", "namespace_filter": "^team", "tag_filter": "^1"},
            "matches none of the 2 tags of the whole instance (namespaces that match '^team'), such as v1, v2:"
            " its tag_filter is '^1'",
        ),
    ],
)
def test_a_filter_that_matches_nothing_is_named_with_what_there_is(rule: dict[str, Any], problem: str) -> None:
    assert idle(rule) == [f"sync rule r {problem}"]


@pytest.mark.parametrize(
    "rule",
    [
        {"namespace": "prod", "tag_filter": "^2"},
        {"namespace": "prod", "tag_filter": ".*"},
        {"namespace": "prod", "repository_filter": "w"},
        {"scope": "instance", "tag_filter": "^v"},
        # Nothing is there that a filter could match.
        {"namespace": "prod", "repository_filter": "^empty$", "tag_filter": "^relase-"},
        {"namespace": "new", "repository_filter": "^web", "tag_filter": "^relase-"},
    ],
)
def test_a_filter_that_matches_or_has_nothing_to_match_is_no_fault(rule: dict[str, Any]) -> None:
    assert idle(rule) == []


@pytest.mark.parametrize(
    ("pattern", "begin", "wide"),
    [
        ("release-*", "release-", "release"),
        ("v1.2*", "v1[.]2", "v1."),
        ("rc*", "rc", "r"),
        # These may well be meant as they are.
        ("^release-*", "", ""),
        ("1.*", "", ""),
        ("release-.*", "", ""),
        ("release-[0-9]*", "", ""),
        ("v1|rc*", "", ""),
        (".*", "", ""),
        (None, "", ""),
    ],
)
def test_a_wildcard_is_pointed_out_where_it_is_surely_one(pattern: str | None, begin: str, wide: str) -> None:
    found = wide_filter(pattern)
    assert bool(found) == bool(begin)
    if found:
        assert found.problem.endswith(f"it selects everything in which {wide} is found")
        assert found.remedy == f"Write ^{begin} for all that begins with {str(pattern)[:-1]}."


RULE: dict[str, Any] = {
    "name": "to-eu",
    "namespace": "prod",
    "tag_filter": "^relase-",
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
    "target_account_id": ACCOUNT_B,
}
PROBLEM = (
    "sync rule to-eu matches none of the 3 tags of namespace prod, such as 1.0, 1.1, 2.0: its tag_filter is '^relase-'"
)


@pytest.fixture
def ruled(granted: Account, account_a: Account) -> Account:
    """Return Account A with a rule whose filter is misspelt."""
    account_a.run("acr_sync_rule", False, instance_id=SOURCE, **RULE)
    return account_a


def warnings(result: dict[str, Any]) -> list[str]:
    """Return the texts of warnings, which newer releases of ansible-core wrap."""
    return [told if isinstance(told, str) else told["event"]["msg"] for told in result.get("warnings", [])]


def test_verification_and_audit_tell_it_alike(ruled: Account) -> None:
    result = ruled.run("acr_sync_verify", instance_id=SOURCE, rules=[RULE], audit=True)
    [finding] = result["findings"]
    assert (finding["check"], finding["severity"], finding["problem"]) == ("dead_rule", "warning", PROBLEM)
    assert finding["remedy"] == REMEDY.format("tag_filter")
    assert (result["state"], result["audit"]) == ("warning", [finding])
    assert ruled.run("acr_sync_audit", instance_id=SOURCE, sides=["source"])["findings"] == [finding]


def test_a_part_of_an_instance_cannot_tell_it(ruled: Account) -> None:
    result = ruled.run("acr_sync_verify", instance_id=SOURCE, rules=[RULE], select={"repositories": ["web"]})
    assert result["findings"] == []


def test_a_preflight_tells_it_before_the_rule_is_made(account_a: Account) -> None:
    repository_rule = {**RULE, "name": "r", "tag_filter": ".*", "repository_filter": "^wbe"}
    rules = [RULE, repository_rule]
    result = account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE, sync_rules=rules)
    assert warnings(result) == [
        f"{PROBLEM}. {REMEDY.format('tag_filter')}",
        "sync rule r matches none of the 2 repositories of namespace prod, such as web, worker:"
        f" its repository_filter is '^wbe'. {REMEDY.format('repository_filter')}",
    ]


def test_a_preflight_looks_into_each_rules_own_namespace(account_a: Account) -> None:
    rules = [{**RULE, "tag_filter": "^1"}, {**RULE, "name": "again"}, {**RULE, "name": "other", "namespace": "team-a"}]
    meeting = [{**rule, "target_namespace": "mirror"} for rule in rules]
    result = account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE, sync_rules=meeting, fail=False)
    told = [warning.split(" such as")[0] for warning in warnings(result)]
    assert told == [
        "sync rule again matches none of the 3 tags of namespace prod,",
        "sync rule other matches none of the 120 tags of namespace team-a,",
    ]


def test_a_backfill_tells_why_it_sends_nothing(ruled: Account) -> None:
    rules = [RULE]
    result = ruled.run("acr_sync_backfill", instance_id=SOURCE, rules=rules)
    assert warnings(result) == [f"{PROBLEM}. {REMEDY.format('tag_filter')}"]
    corrected = ruled.run("acr_sync_backfill", instance_id=SOURCE, rules=[{**RULE, "tag_filter": "^1"}], check=True)
    assert warnings(corrected)[0] == (
        "sync rule to-eu differs from the inventory (tag_filter is '^relase-', not '^1'), and images are chosen by the"
        " rule as it is. Run registryops.alicloud.configure_sync before, or correct the inventory."
    )
    selected = ruled.run("acr_sync_backfill", instance_id=SOURCE, rules=rules, select={"repositories": ["web"]})
    assert warnings(selected) == []
