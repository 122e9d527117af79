# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what can be done about a rule that another one contains, also before either is made."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.shadowed import shadowed

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account

WIDE: dict[str, Any] = {"name": "twin", "namespace": "prod", "target_instance_id": TARGET}
NARROW = {**WIDE, "name": "releases", "tag_filter": "^v?[0-9]"}


def test_the_remedy_leaves_it_open_which_of_the_two_is_meant() -> None:
    [finding] = shadowed([NARROW, WIDE], {"twin", "releases"})
    assert finding["subject"] == "sync rule releases"
    assert finding["remedy"] == (
        "If twin is to carry namespace prod, list releases in acr_sync_rules with state: absent. If only what releases"
        " carries is wanted, which is namespace prod (tags that match '^v?[0-9]'), list twin so, or give it the same"
        " filters."
    )


def test_a_rule_of_another_namespace_contains_nothing() -> None:
    assert list(shadowed([WIDE, {**NARROW, "namespace": "shop"}], set())) == []


def test_a_rule_of_all_namespaces_contains_those_of_one() -> None:
    whole = {"name": "whole", "scope": "instance", "target_instance_id": TARGET}
    assert [finding["subject"] for finding in shadowed([whole, NARROW], set())] == ["sync rule releases"]


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize(("trigger", "told"), [("automatic", True), ("manual", False)])
def test_a_preflight_warns_of_it_before_the_rules_are_made(trigger: str, told: bool, account_a: Account) -> None:
    there = {"target_account_id": ACCOUNT_B, "target_region": "eu-central-1"}
    rules = [{**NARROW, **there}, {**WIDE, **there, "trigger": trigger}]
    result = account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE, sync_rules=rules)
    said = "sync rule releases carries nothing that sync rule twin does not carry to the same place. If twin is"
    assert (said in str(result.get("warnings", ""))) is told
