# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the inventory plugin by Ansible's own manager."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account
from .test_lives import GRANT, TARGET_OPTIONS
from .test_modules import ROOT

REGIONS = ["cn-hangzhou", "eu-central-1"]


@pytest.fixture
def accounts(cloud: Emulator) -> list[dict[str, Any]]:
    url = f"http://{cloud.endpoint}"
    keys = [("LTAIaaaa", "secretA"), ("LTAIbbbb", "secretB")]
    return [
        {"access_key_id": key, "access_key_secret": secret, "cr_endpoint": url, "sts_endpoint": url}
        for key, secret in keys
    ]


class InventoryError(Exception):
    """ansible-inventory did not take the source.

    The text is what it printed.
    """


def read(folder: Path, **options: Any) -> dict[str, Any]:
    """Return a source's inventory as `ansible-inventory --list` does."""
    source = folder / "acr_instances.yml"
    source.write_text(yaml.safe_dump({"plugin": "registryops.alicloud.acr_instances", "regions": REGIONS, **options}))
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"), "ANSIBLE_NOCOLOR": "1"}
    environment |= {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", "COLUMNS": "1000"}
    program = Path(sys.executable).parent / "ansible-inventory"
    command: list[str | Path] = [program, "-i", source, "--list"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InventoryError(done.stderr)
    shown: dict[str, Any] = json.loads(done.stdout, object_hook=lambda found: found.get("__ansible_unsafe", found))
    return shown


def hosts_of(inventory: dict[str, Any], group: str) -> list[str]:
    hosts: list[str] = inventory[group]["hosts"]
    return sorted(hosts)


def variables_of(inventory: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the variables of each host."""
    variables: dict[str, dict[str, Any]] = inventory["_meta"]["hostvars"]
    return variables


def test_instances_of_two_accounts_are_hosts(accounts: list[dict[str, Any]], tmp_path: Path) -> None:
    inventory = read(tmp_path, accounts=accounts)
    assert sorted(variables_of(inventory)) == ["source", "target"]
    assert hosts_of(inventory, f"account_{ACCOUNT_A}") == ["source"]
    assert hosts_of(inventory, f"account_{ACCOUNT_B}") == ["target"]
    assert hosts_of(inventory, "region_cn_hangzhou") == ["source"]
    assert hosts_of(inventory, "edition_Enterprise_Basic") == ["target"]
    variables = variables_of(inventory)["target"]
    assert variables["acr_instance_id"] == TARGET
    assert variables["acr_region"] == "eu-central-1"
    assert variables["acr_account_id"] == ACCOUNT_B
    assert variables["acr_cr_endpoint"] == accounts[1]["cr_endpoint"]
    assert variables["acr_feeds"] == []


def test_no_secret_becomes_a_variable(accounts: list[dict[str, Any]], tmp_path: Path) -> None:
    inventory = read(tmp_path, accounts=accounts)
    shown = json.dumps(inventory)
    assert "secretA" not in shown
    assert "LTAI" not in shown


def test_rules_tell_sources_from_destinations(
    accounts: list[dict[str, Any]], account_a: Account, account_b: Account, tmp_path: Path
) -> None:
    account_b.run("acr_cross_account_role", **GRANT)
    account_a.run("acr_sync_rule", instance_id=SOURCE, name="r", namespace="prod", **TARGET_OPTIONS)
    inventory = read(tmp_path, accounts=accounts)
    assert hosts_of(inventory, "acr_source") == ["source"]
    assert hosts_of(inventory, "acr_destination") == ["target"]
    assert variables_of(inventory)["source"]["acr_feeds"] == [TARGET]
    assert "acr_source" not in read(tmp_path, accounts=accounts, rules=False)


def test_a_host_for_each_namespace(accounts: list[dict[str, Any]], tmp_path: Path) -> None:
    inventory = read(tmp_path, accounts=accounts[:1], host_kind="namespace")
    assert sorted(variables_of(inventory)) == ["source-prod", "source-team-a"]
    assert variables_of(inventory)["source-team-a"]["acr_namespace"] == "team-a"


def test_a_host_for_each_share(accounts: list[dict[str, Any]], tmp_path: Path) -> None:
    inventory = read(tmp_path, accounts=accounts, instance_ids=[SOURCE], host_kind="share", shards=3)
    assert sorted(variables_of(inventory)) == ["source-0", "source-1", "source-2"]
    variables = variables_of(inventory)["source-2"]
    assert (variables["backfill_images_shard_index"], variables["backfill_images_shard_count"]) == (2, 3)


def test_hosts_are_grouped_by_what_the_source_says(accounts: list[dict[str, Any]], tmp_path: Path) -> None:
    inventory = read(
        tmp_path,
        accounts=accounts,
        strict=True,
        compose={"acr_is_running": "acr_status == 'RUNNING'"},
        groups={"running": "acr_is_running"},
        keyed_groups=[{"key": "acr_instance_name", "prefix": "name"}],
    )
    assert hosts_of(inventory, "running") == ["source", "target"]
    assert hosts_of(inventory, "name_source") == ["source"]


def test_the_cache_saves_the_calls(cloud: Emulator, accounts: list[dict[str, Any]], tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    before = read(tmp_path, accounts=accounts, **cache)
    calls = len(cloud.calls())
    after = read(tmp_path, accounts=accounts, **cache)
    assert sorted(variables_of(after)) == sorted(variables_of(before)) == ["source", "target"]
    assert len(cloud.calls()) == calls


def test_an_account_that_cannot_be_read_is_named(accounts: list[dict[str, Any]], tmp_path: Path) -> None:
    accounts[1]["access_key_secret"] = "wrong"
    with pytest.raises(InventoryError, match="Check access_key_secret"):
        read(tmp_path, accounts=accounts)


def test_a_misspelt_option_of_an_account_is_named(accounts: list[dict[str, Any]], tmp_path: Path) -> None:
    accounts[1]["access_key_secrt"] = "x"
    with pytest.raises(InventoryError, match="connection of account 2.*access_key_secrt"):
        read(tmp_path, accounts=accounts)


def test_an_account_that_is_another_one_is_refused(accounts: list[dict[str, Any]], tmp_path: Path) -> None:
    accounts[0]["account_id"] = ACCOUNT_B
    with pytest.raises(InventoryError, match=f"belong to account {ACCOUNT_A}"):
        read(tmp_path, accounts=accounts)


@pytest.mark.parametrize(
    ("regions", "words"),
    [
        (["cn-hangzhou", "cn-hangzou"], "(?i)regions 'cn-hangzou' is not a region .* did you mean cn-hangzhou"),
        ([], "(?i)regions names none"),
    ],
    ids=["misspelt", "none"],
)
def test_regions_in_which_nothing_can_be_found_are_refused(
    regions: list[str], words: str, accounts: list[dict[str, Any]], tmp_path: Path
) -> None:
    with pytest.raises(InventoryError, match=words):
        read(tmp_path, accounts=accounts, regions=regions)


def test_instances_that_are_nowhere_are_refused(accounts: list[dict[str, Any]], tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="(?i)instance_ids names cri-misspelt, .* cn-hangzhou, eu-central-1"):
        read(tmp_path, accounts=accounts, instance_ids=[SOURCE, "cri-misspelt"])
