# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say of a rule that is missing after an exchange that its counterpart holds."""

from __future__ import annotations

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import missing_rule, missing_rules

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
