# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of each module that keeps a state: check, create, again, change, again, delete, again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account

READS = ("Get", "List", "AssumeRole")
OTHER_ACCOUNT = "3333000033330003"


@dataclass(frozen=True)
class Life:
    """One module's life: what it is created with, what is changed, and what its result must then say."""

    module: str
    owner: str
    create: Mapping[str, Any]
    change: Mapping[str, Any]
    result: str
    changed_to: Mapping[str, Any]
    info: Mapping[str, Any] = field(default_factory=dict)
    info_key: str = ""


TARGET_OPTIONS: dict[str, Any] = {
    "target_account_id": ACCOUNT_B,
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
}
GRANT: dict[str, Any] = {
    "source_account_ids": [ACCOUNT_A],
    "destination_instances": [{"region": "eu-central-1", "instance_id": TARGET}],
}
LIVES = [
    Life(
        "acr_cross_account_role",
        "b",
        GRANT,
        {"source_account_ids": [ACCOUNT_A, OTHER_ACCOUNT]},
        "cross_account_role",
        {"source_account_ids": [ACCOUNT_A, OTHER_ACCOUNT], "policy_attached": True},
        info_key="cross_account_roles",
    ),
    Life(
        "acr_namespace",
        "b",
        {"instance_id": TARGET, "name": "shop"},
        {"auto_create_repositories": True, "tag_immutability": True},
        "namespace",
        {"auto_create_repositories": True, "tag_immutability": True, "repository_type": "private"},
        {"instance_id": TARGET, "name": "shop"},
        "namespaces",
    ),
    Life(
        "acr_repository",
        "a",
        {"instance_id": SOURCE, "namespace": "prod", "name": "cart"},
        {"summary": "The cart", "description": "At length", "tag_immutability": True, "repository_type": "public"},
        "repository",
        {"summary": "The cart", "description": "At length", "tag_immutability": True, "repository_type": "public"},
        {"instance_id": SOURCE, "namespace": "prod", "name": "cart"},
        "repositories",
    ),
    Life(
        "acr_sync_rule",
        "a",
        {"instance_id": SOURCE, "name": "to-eu", "namespace": "prod", **TARGET_OPTIONS},
        {"tag_filter": "^v", "priority": 5},
        "sync_rule",
        {"tag_filter": "^v", "priority": 5, "cross_account": True, "scope": "namespace", "target_namespace": "prod"},
        {"instance_id": SOURCE, "name": "to-eu"},
        "sync_rules",
    ),
]
BEHAVIOURS = [
    {},
    {"duplicate_rule_name": "accept"},
    {"duplicate_rule_route": "reject"},
    {"namespace_filter": "prefix"},
    {"destination_lists_inbound_rules": False},
    {"ungranted": {"at": "create", "code": "SYNC_NOT_AUTHORIZED", "http": 200}},
    {"ungranted": {"at": "task", "code": "NoPrivilege", "http": 403}},
    {"max_page_size": 10},
]


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: ",".join(one) or "defaults")
@pytest.mark.parametrize("life", LIVES, ids=lambda one: one.module)
def test_a_whole_life(
    life: Life, behaviour: dict[str, Any], cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    cloud.post("/_emulator/behaviour", behaviour)
    account = {"a": account_a, "b": account_b}[life.owner]
    if life.module == "acr_sync_rule":
        account_b.run("acr_cross_account_role", **GRANT)
    changed = {**life.create, **life.change}

    check_then_run(cloud, account, life, life.create)
    check_then_run(cloud, account, life, changed)
    result = account.run(life.module, **changed)[life.result]
    assert {name: result[name] for name in life.changed_to} == dict(life.changed_to)

    found = account.run(f"{life.module}_info", **life.info)
    assert found["changed"] is False
    assert {name: found[life.info_key][0][name] for name in life.changed_to} == dict(life.changed_to)

    check_then_run(cloud, account, life, {**life.create, "state": "absent"})
    if life.module == "acr_cross_account_role":
        # Only the account that was named is revoked.
        assert account.run(life.module, **GRANT, check=True)["cross_account_role"]["source_account_ids"] == [
            ACCOUNT_A,
            OTHER_ACCOUNT,
        ]
        check_then_run(cloud, account, life, {"state": "absent"})
    assert account.run(f"{life.module}_info", **life.info)[life.info_key] == []


def check_then_run(cloud: Emulator, account: Account, life: Life, params: Mapping[str, Any]) -> None:
    """Check mode predicts and only reads, the run does what was predicted, and a second one changes nothing."""
    cloud.delete("/_emulator/calls")
    predicted = account.run(life.module, check=True, **params)
    assert predicted["changed"] is True
    assert [call["action"] for call in cloud.calls() if not call["action"].startswith(READS)] == []

    done = account.run(life.module, **params)
    assert done["changed"] is True
    assert done["diff"]["prepared"] == predicted["diff"]["prepared"]
    assert done["diff"]["before"] == predicted["diff"]["before"]
    assert predicted["diff"]["after"].items() <= {**done["diff"]["after"], **_unknown(predicted, done)}.items()

    for check in (True, False):
        again = account.run(life.module, check=check, **params)
        assert again["changed"] is False
        assert again["diff"]["before"] == again["diff"]["after"]
        assert "prepared" not in again["diff"]


def _unknown(predicted: dict[str, Any], done: dict[str, Any]) -> dict[str, Any]:
    """What check mode carries over although a replacement gives it anew: the ID and the times."""
    names = ("sync_rule_id", "create_time", "create_time_iso", "modified_time", "modified_time_iso", "exists")
    return {name: value for name, value in predicted["diff"]["after"].items() if name in names}
