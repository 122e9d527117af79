# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit a source whose last rule has left the inventory."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account
from .playing import KEYS_A, PROGRAM, environment

RULE: dict[str, Any] = {
    "name": "kept",
    "namespace": "prod",
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
}


@pytest.mark.parametrize("known", [True, False], ids=["another source lists rules", "nobody lists rules"])
def test_a_source_without_rules_is_one_too_many_where_others_list_theirs(
    known: bool, cloud: Emulator, account_a: Account, granted: Account, tmp_path: Path
) -> None:
    rule: dict[str, Any] = {**RULE, "name": "forgotten", "target_account_id": ACCOUNT_B}
    account_a.run("acr_sync_rule", instance_id=SOURCE, **rule)
    other: dict[str, Any] = {"acr_instance_id": "cri-elsewhere"}
    if known:
        other["acr_sync_rules"] = [rule]
    keys = {f"acr_{option}": value for option, value in KEYS_A.items()}
    sources = {"here": {"acr_instance_id": SOURCE, "acr_account_id": ACCOUNT_A}, "other": other}
    inventory = tmp_path / "hosts.yml"
    inventory.write_text(json.dumps({"acr_source": {"hosts": sources, "vars": keys}}))
    done = subprocess.run(
        [PROGRAM, "-i", inventory, "-l", "here", "registryops.alicloud.audit_sync"],
        cwd=tmp_path,
        env=environment(cloud),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (f"sync rule forgotten is on {SOURCE} and not in the inventory" in done.stdout) is known


def test_an_audit_tells_a_rule_that_is_wanted_and_missing(account_a: Account) -> None:
    listed = [{**RULE, "name": "to-eu"}, {**RULE, "name": "gone", "state": "absent"}]
    result = account_a.run("acr_sync_audit", instance_id=SOURCE, sides=["source"], rules=listed)
    [finding] = result["findings"]
    assert (finding["check"], finding["severity"], finding["problem"]) == (
        "missing_rule",
        "error",
        "sync rule to-eu is missing",
    )
    assert finding["remedy"] == (
        "Run registryops.alicloud.configure_sync, which makes it. If a run of registryops.alicloud.switch_over stopped"
        " before its end, run that again instead, with the same command."
    )
