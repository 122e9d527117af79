# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Return wanted rules, and those beside them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import (
    described,
    unlisted_rules,
    wanted_rules,
)

LISTED = {"name": "shop-to-eu", "namespace": "shop", "target_instance_id": "cri-eu", "target_region": "eu-central-1"}
FOUND = {
    **LISTED,
    "scope": "namespace",
    "instance_id": "cri-hz",
    "direction": "outbound",
    "trigger": "automatic",
    "target_namespace": "shop",
    "tag_filter": ".*",
}


@pytest.mark.parametrize(("said", "wanted"), [({}, True), ({"state": "present"}, True), ({"state": "absent"}, False)])
def test_a_rule_is_wanted_unless_it_should_be_absent(said: dict[str, Any], wanted: bool) -> None:
    rule = {**LISTED, **said}
    assert wanted_rules([rule]) == ([rule] if wanted else [])


def test_what_stands_in_for_a_listed_rule_is_not_unlisted() -> None:
    half_replaced = {**FOUND, "name": "shop-to-eu-acr-stand-in", "stand_in": True}
    assert unlisted_rules([half_replaced], [LISTED]) == []
    assert len(unlisted_rules([half_replaced], [])) == 1


def test_a_rule_that_is_not_listed_is_named_with_what_it_carries_and_how_it_goes() -> None:
    [found] = unlisted_rules([FOUND], [])
    assert found.renamed_to is None
    assert found.problem == (
        "sync rule shop-to-eu is on cri-hz and not in the inventory;"
        " it still replicates namespace shop to cri-eu (eu-central-1)"
    )
    assert found.remedy == (
        "If it is wanted, add it to acr_sync_rules. If not: list shop-to-eu in acr_sync_rules with state: absent, or"
        " run registryops.alicloud.configure_sync with -e configure_sync_purge=true, which deletes every rule that the"
        " inventory does not list."
    )


def test_a_rule_that_does_the_same_under_another_name_is_pointed_out() -> None:
    [found] = unlisted_rules([FOUND, {**FOUND, "name": "shop-renamed"}], [{**LISTED, "name": "shop-renamed"}])
    assert (found.rule["name"], found.renamed_to) == ("shop-to-eu", "shop-renamed")
    assert found.problem.endswith("(eu-central-1), and may have been renamed to shop-renamed")
    assert found.remedy.startswith("List shop-to-eu in acr_sync_rules with state: absent, or run ")


@pytest.mark.parametrize(
    "other",
    [
        {"namespace": "else"},
        {"target_instance_id": "cri-us"},
        {"scope": "repository", "repository": "web"},
        {"target_namespace": "copy"},
        {"repository_filter": "^web"},
        {"state": "absent"},
    ],
)
def test_a_rule_that_does_something_else_is_not_its_new_name(other: dict[str, Any]) -> None:
    [found] = unlisted_rules([FOUND], [{**LISTED, "name": "other", **other}])
    assert found.renamed_to is None


def test_listed_and_inbound_rules_are_no_matter() -> None:
    assert unlisted_rules([FOUND], [{**LISTED, "state": "absent"}]) == []
    assert unlisted_rules([{**FOUND, "direction": "inbound"}], []) == []


def test_a_manual_rule_replicates_nothing_by_itself() -> None:
    [found] = unlisted_rules([{**FOUND, "trigger": "manual"}], [])
    assert "it covers namespace shop to cri-eu" in found.problem


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"namespace": "prod"}, "namespace prod"),
        ({"scope": "repository", "namespace": "prod", "repository": "web"}, "repository prod/web"),
        (
            {"scope": "instance", "namespace_filter": "^p", "tag_filter": "^v"},
            "the whole instance (namespaces that match '^p' and tags that match '^v')",
        ),
    ],
)
def test_what_a_rule_covers_is_said_in_a_few_words(rule: dict[str, Any], words: str) -> None:
    assert described(rule) == words
