# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say of a rule that is missing after an exchange that its counterpart holds."""

from __future__ import annotations

from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import missing_rule, missing_rules

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account

LISTED = {"name": "prod", "namespace": "prod", "target_instance_id": "cri-eu"}
BACK = {"name": "prod-reversed", "target_instance_id": "cri-eu", "direction": "inbound"}


def test_a_rule_whose_counterpart_holds_is_not_to_be_made() -> None:
    assert missing_rules([BACK], [LISTED]) == [LISTED]
    finding = missing_rule([BACK], LISTED)
    assert finding["problem"] == (
        "sync rule prod is missing, and prod-reversed brings from cri-eu what it would send there"
    )
    assert finding["remedy"] == (
        "If source and destination are exchanged, set acr_direction: reversed in the inventory of the host of"
        " acr_source. To exchange them, run registryops.alicloud.switch_over."
    )


def test_a_reversed_rule_whose_counterpart_holds_tells_the_direction_that_holds() -> None:
    finding = missing_rule([{**BACK, "name": "prod"}], {**LISTED, "name": "prod-reversed"})
    assert "set acr_direction: forward in the inventory" in finding["remedy"]


@pytest.mark.parametrize("other", [{"target_instance_id": "cri-us"}, {"direction": "outbound"}, {"name": "reversed"}])
def test_another_rule_does_not_hold_a_missing_one_back(other: dict[str, str]) -> None:
    finding = missing_rule([{**BACK, **other}], LISTED)
    assert finding["problem"] == "sync rule prod is missing"
    assert finding["remedy"].startswith("Run registryops.alicloud.configure_sync, which makes it. If a run of")


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize("visible", [True, False])
@pytest.mark.parametrize("module", ["acr_sync_verify", "acr_sync_audit"])
def test_verification_and_audit_find_the_counterpart(
    module: str, visible: bool, cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    cloud.post("/_emulator/behaviour", {"destination_lists_inbound_rules": visible})
    there: dict[str, Any] = {
        "target_account_id": ACCOUNT_B,
        "target_region": "eu-central-1",
        "target_instance_id": TARGET,
    }
    account_a.run("acr_sync_rule", instance_id=SOURCE, name="prod", namespace="prod", **there)
    back = {"namespace": "prod", "target_region": "cn-hangzhou", "target_instance_id": SOURCE}
    rule = {"name": "prod-reversed", **back, "target_account_id": ACCOUNT_A}
    options: dict[str, Any] = {"side": "source"} if module == "acr_sync_audit" else {"settings": []}
    result = account_b.run(module, instance_id=TARGET, rules=[rule], **options)
    problems = [finding["problem"] for finding in result["findings"]]
    bringing = f", and prod brings from {SOURCE} what it would send there" if visible else ""
    assert f"sync rule prod-reversed is missing{bringing}" in problems
    # A rule that ends here is not one that the inventory should list.
    assert not any("not in the inventory" in problem for problem in problems)
