# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell misspelt names, with the nearest one."""

from __future__ import annotations

import importlib
import re
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.registryops.alicloud.plugins.action import acr
from ansible_collections.registryops.alicloud.plugins.filter import acr_known_options, acr_misspelt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import nearest
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory import known
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.items import check_lists
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.peers import with_target
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.spelling import misspelt

from .conftest import PLUGINS

ROOT = Path(__file__).parents[3]
MISSPELT = {
    "configure_sync_prune": "configure_sync_purge",
    "verify_sync_failon": "verify_sync_fail_on",
    "backfill_image_retry": "backfill_images_retry",
    "config_sync_purge": "configure_sync_purge",
    "acr_sync_rule": "acr_sync_rules",
    "acr_instanceid": "acr_instance_id",
    "acr_regoin": "acr_region",
    "acr_acess_key_id": "acr_access_key_id",
    "acr_revoke_account_ids": "acr_revoked_account_ids",
    "acr_digset": "acr_digest",
}


def _no_text() -> str:
    return ""


@pytest.mark.parametrize(("name", "meant"), MISSPELT.items())
def test_a_misspelt_variable_is_told(name: str, meant: str) -> None:
    [told] = misspelt({name: "x", "acr_account_id": "1"}, _no_text)
    assert told == f"The variable {name} is set, but nothing reads it. It may be a misspelt {meant}."


@pytest.mark.parametrize("name", ["acr_team", "report_sync_recipients", "controller_hostname", "audited", "acr_uid"])
def test_what_is_unlike_any_is_the_users_own(name: str) -> None:
    assert list(misspelt({name: "x"}, _no_text)) == []


def test_what_is_read_elsewhere_is_the_users_own() -> None:
    rules = {"acr_sync_rule": {}, "acr_sync_rules": ["{{ acr_sync_rule }}"]}
    assert list(misspelt(rules, _no_text)) == []
    assert list(misspelt({"acr_namespace": "prod"}, lambda: "name: '{{ acr_namespace }}'")) == []
    assert list(misspelt({"acr_sync_rule": {"changed": False}}, _no_text)) == []  # a task registers it


@pytest.mark.parametrize(
    ("name", "meant"),
    [("acr_revoke_account_ids", "acr_revoked_account_ids"), ("prune_destination_kept", "prune_destination_keep")],
)
def test_what_deletes_refuses_a_misspelt_limit(name: str, meant: str) -> None:
    find = acr_misspelt.FilterModule().filters()["acr_misspelt"]
    variables = {name: "x", "acr_regoin": "cn-hangzhou"}
    [told] = find(variables, ["acr_revoke", "prune_destination_"])
    assert told.endswith(f"It may be a misspelt {meant}.")
    assert find(variables, ["configure_sync_"]) == []


def test_names_of_all_roles_and_playbooks_are_known() -> None:
    specs = [yaml.safe_load(path.read_text()) for path in ROOT.glob("roles/*/meta/argument_specs.yml")]
    options = set(chain.from_iterable(spec["argument_specs"]["main"]["options"] for spec in specs))
    said = set(re.findall(r"^\| `(acr_\w+)`", (ROOT / "docs/variables.md").read_text(), re.MULTILINE))
    assert len(options) > 100
    assert len(said) > 10
    assert options | said <= known.names()
    assert options | said | {"acr_rule", "acr_image", "acr_digest", "acr_revoke_all"} <= known.variables()
    assert not known.variables() & {"acr_source", "acr_sync_rule", "acr_configure_sync"}


def test_a_task_reads_the_file_that_it_is_in(tmp_path: Path) -> None:
    for part in ("task", "play"):
        (tmp_path / part).write_text(f"{part} reads acr_{part}")
    play = SimpleNamespace(get_path=lambda: f"{tmp_path}/play:1")
    block = SimpleNamespace(_parent=SimpleNamespace(_play=play))
    action = object.__new__(acr.ActionModule)
    action._task = SimpleNamespace(get_path=lambda: f"{tmp_path}/task:7", _parent=block)
    assert action._own_text() == "play reads acr_play\ntask reads acr_task"


ITEMS: list[tuple[str, dict[str, Any], str]] = [
    ("rules", {"name": "to-eu", "tag_fliter": "^1"}, "Sync rule to-eu has no option tag_fliter. Perhaps tag_filter is"),
    ("rules", {"name": "to-eu", "zzz": 1}, r"Sync rule to-eu has no option zzz. Choose from catch_up, "),
    ("rules", {"namespace": "prod"}, "Sync rule 2 of 2 lacks name. Add name to it."),
    (
        "rules",
        {"name": "r", "scope": "namepsace"},
        "r has scope namepsace, which is none of .* Perhaps namespace is meant.",
    ),
    (
        "rules",
        {"name": "r", "state": "gone"},
        "Sync rule r has state gone, which is none of present, absent. Choose one",
    ),
]


@pytest.mark.parametrize(("option", "item", "said"), ITEMS)
@pytest.mark.parametrize("module", ["acr_sync_rules", "acr_sync_verify", "acr_sync_backfill", "acr_sync_audit"])
def test_an_item_is_named(module: str, option: str, item: dict[str, Any], said: str) -> None:
    options = importlib.import_module(f"{PLUGINS}.modules.{module}").MODULE.options
    with pytest.raises(AcrError, match=said):
        check_lists(options, {option: [{"name": "good", "to": "prod-eu"}, item]})


def test_what_is_right_or_not_a_list_is_left_to_ansible() -> None:
    options = importlib.import_module(f"{PLUGINS}.modules.acr_sync_rules").MODULE.options
    for rules in ([{"name": "r", "state": "absent", "scope": None}], "none", [1], None):
        check_lists(options, {"rules": rules})


def test_lists_of_roles_name_the_item() -> None:
    check = acr_known_options.FilterModule().filters()["acr_known_options"]
    assert check([{"name": "prod"}], "namespace") == [{"name": "prod"}]
    with pytest.raises(
        AnsibleFilterError, match="Namespace prod has no option auto_create_repos. Perhaps auto_create_repositor"
    ):
        check([{"name": "prod", "auto_create_repos": True}], "namespace")
    with pytest.raises(
        AnsibleFilterError, match="Sync rule r is in the list more than once. Give each rule another name"
    ):
        check([{"name": "r"}, {"name": "q"}, {"name": "r"}], "sync rule")
    with pytest.raises(AnsibleFilterError, match="Repository web lacks namespace"):
        check([{"name": "web"}], "repository")


@pytest.mark.parametrize(
    ("hosts", "said"),
    [
        (
            {"prod-hz": {"group_names": ["acr_source"]}},
            "Add the inventory of Account B, as in -i inventories/account_b",
        ),
        ({"prod-eu": {"group_names": ["acr_destination"]}}, "Name prod-eu, the only host of acr_destination, or"),
        (
            {name: {"group_names": ["acr_destination"]} for name in ("prod-eu", "prod-us")},
            "Perhaps prod-eu is meant. Name a host of acr_destination, or give target_region",
        ),
    ],
)
def test_a_misspelt_host_leads_to_the_right_one(hosts: dict[str, Any], said: str) -> None:
    with pytest.raises(AcrError, match=said):
        with_target({"name": "r", "to": "prd-eu"}, hosts, "Sync rule r")


def test_the_nearest_has_the_most_letters_in_common() -> None:
    assert nearest("prune", ["rules", "purge", "look"]) == "purge"
    assert nearest("prune", ["look"]) is None
