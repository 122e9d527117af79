# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in inventories, each with its own remedy."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.registryops.alicloud.plugins.filter.acr_known_options import known_options
from ansible_collections.registryops.alicloud.plugins.filter.acr_source_accounts import source_accounts
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory import known
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import ways
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.mistakes import (
    ANY_HOST,
    ANY_SIDE,
    mistakes,
    play_hosts,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.needed import check_needed
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.shapes import LISTS

from .conftest import PLUGINS
from .playing import PROGRAM, ROOT

GROUPS = {"all": ["here", "there"], "ungrouped": [], "acr_source": ["here"], "acr_destination": ["there"]}
RULE = {"name": "prod", "namespace": "prod", "to": "there"}
HERE = {"acr_instance_id": "cri-a", "acr_region": "r-a", "acr_account_id": "1"}
THERE = {"acr_instance_id": "cri-b", "acr_region": "r-b", "acr_account_id": "2"}


def hosts(*rules: dict[str, Any], here: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    return {"here": {**HERE, "acr_sync_rules": list(rules), **(here or {})}, "there": THERE}


@pytest.mark.parametrize("side", ["", "source", "destination", "both"])
def test_nothing_is_said_where_all_is_well(side: str) -> None:
    for name in ("here", "there"):
        assert mistakes(hosts(RULE), GROUPS, name, side, ["1"]) == []


MISSPELT = "Rename it to acr_source."
GROUP_MISTAKES: list[tuple[dict[str, list[str]], str, str]] = [
    ({"acr_sources": ["here"], "acr_destination": ["there"]}, "", MISSPELT),
    ({"acr_sources": ["here"]}, "source", MISSPELT),
    ({"ACR-Source": ["here"]}, "source", MISSPELT),
    ({"acr_source": ["here"], "acr_sources": ["here", "there"]}, "", "acr_sources of the inventory has there, and"),
    ({"acr_destinations": ["there"], "acr_source": ["here"]}, "destination", "Rename it to acr_destination."),
    ({"acr_source": ["here"]}, "destination", "Add the inventory of Account B, as in -i inventories/account_b."),
    ({"acr_destination": ["there"]}, "source", "Add the inventory of Account A, as in -i inventories/account_a."),
    ({"acr_source": ["here"]}, "both", "Add the inventory of Account B, as in -i inventories/account_b."),
    ({"acr_destination": ["there"]}, "both", "Add the inventory of Account A, as in -i inventories/account_a."),
    ({"all": []}, "", "It has no hosts at all. Give the inventories of this collection"),
    ({"all": ["here"], "web": ["here"]}, "source", "Its groups are web. Give the inventories of this collection"),
    ({"all": ["here"], "ungrouped": ["here"]}, "", "It has no groups. Give the inventories of this collection"),
]


@pytest.mark.parametrize(("groups", "side", "said"), GROUP_MISTAKES)
def test_a_group_that_is_not_there_is_told(groups: dict[str, list[str]], side: str, said: str) -> None:
    name = next(iter(groups.get("acr_source") or groups.get("acr_destination") or ["here"]))
    [told] = mistakes(hosts(RULE), groups, name, side)
    assert said in told


@pytest.mark.parametrize(
    "groups",
    [
        {"acr_source": ["here"], "acr_sources": ["here"], "acr_destination": ["there"]},  # a parent of the right one
        {"acr_source": ["here"], "source_code": ["web"], "acr_destination": ["there"]},
        {"acr_destination": ["there"]},  # Account B alone, where either side will do
    ],
)
def test_groups_that_are_somebody_elses_are_left_alone(groups: dict[str, list[str]]) -> None:
    assert mistakes(hosts(RULE), groups, "there") == []


def test_a_play_without_hosts_takes_others_to_fail_on() -> None:
    assert play_hosts(GROUPS) == ANY_SIDE
    assert play_hosts({"acr_source": ["here"]}) == ANY_SIDE
    assert play_hosts({"all": ["here"], "acr_sources": ["here"]}) == ANY_HOST


ELSEWHERE = {**RULE, "to": "third"}
NOBODY: list[tuple[dict[str, Any], str]] = [
    (
        hosts(),
        "here lists no acr_sync_rules. Add a rule with `to: there`, or name the accounts, as in -e acr_source_acc",
    ),
    (hosts(here={"acr_sync_rules": None, "acr_sync_rule": [RULE]}), "It may be a misspelt acr_sync_rules. Add a rule"),
    (
        hosts({**RULE, "to": "their"}),
        "prod of here goes to their, which is no host of the inventory. Write `to: there` if that is meant.",
    ),
    (
        hosts({**RULE, "to": "x"}),
        "prod of here goes to x, which is no host of the inventory. Add a rule with `to: there`.",
    ),
    (
        hosts({**RULE, "to": None, "target_instance_id": "cri-c"}),
        "prod of here goes to cri-c, and there is cri-b. Write `to: there` if that is meant",
    ),
    (hosts({**RULE, "to": None}), "prod of here names no destination. Add `to: there` to it."),
    (
        {**hosts(ELSEWHERE), "third": {"acr_instance_id": "cri-c"}},
        "prod of here goes to third. Add a rule with `to: there`, take there out of acr_destination, or name",
    ),
    (
        hosts({**RULE, "state": "absent"}),
        "all rules that end there have state: absent (prod of here). To let one replicate, take state: absent from it. "
        "To end what was granted, run `ansible-playbook registryops.alicloud.revoke_access -i inventories/account_b",
    ),
    (hosts(RULE, here={"acr_account_id": None}), "here, whose rule prod ends there, has no acr_account_id. Set it in"),
    (hosts(RULE, here={"acr_account_id": 2}), "has the same acr_account_id (2). Within one account nothing is granted"),
]


@pytest.mark.parametrize(("estate", "said"), NOBODY)
def test_why_nobody_may_replicate_is_told_by_its_cause(estate: dict[str, Any], said: str) -> None:
    [told] = mistakes(estate, GROUPS, "there", "destination", [])
    assert told.startswith("It is not known which accounts may replicate into there: ")
    assert said in told


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"to": "their"}, ["Write `to: there` if that is meant."]),
        ({"to": "x"}, ["Its destinations are there."]),
        ({"to": "x", "state": "absent"}, []),
    ],
)
def test_a_rule_to_no_host_is_told_at_its_source(rule: dict[str, Any], said: list[str]) -> None:
    estate = hosts({**RULE, **rule})
    begin = f"Sync rule prod of here goes to {rule['to']}, which is no host of the inventory. "
    assert mistakes(estate, GROUPS, "here", "both", ["1"]) == [begin + advice for advice in said]
    assert mistakes(estate, GROUPS, "here", "source", ["1"]) == []  # the task that needs the host says it


def test_naming_the_accounts_is_no_advice_where_the_rule_cannot_be_made() -> None:
    [told] = mistakes(hosts({**RULE, "to": "their"}), GROUPS, "there", "both", [])
    assert told.endswith("Write `to: there` if that is meant.")


def test_without_a_source_its_inventory_is_asked_for() -> None:
    groups = {"acr_destination": ["there"]}
    [told] = mistakes({"there": THERE}, groups, "there", "destination", [])
    assert "no host is in the group acr_source. Add the inventory of Account A, as in -i inventories/account_a" in told
    assert mistakes({"there": THERE}, groups, "there", "destination", ["1"]) == []


@pytest.mark.parametrize(
    ("here", "said"),
    [
        ({"acr_sync_rules": [{**RULE, "namespaze": "prod"}]}, "no option namespaze. Perhaps namespace is meant."),
        ({"acr_namespaces": [{"nam": "prod"}]}, "Namespace 1 of 1 has no option nam. Perhaps name is meant."),
        ({"acr_direction": "reverse"}, "acr_direction of here is 'reverse'. It is forward or reversed."),
        ({"acr_sync_rules": [RULE, RULE]}, "Sync rule prod is in the list more than once."),
    ],
)
def test_what_the_inventory_gets_wrong_is_a_sentence(here: dict[str, Any], said: str) -> None:
    [told] = mistakes(hosts(here=here), GROUPS, "here", "source")
    assert said in told


UID = "1252879610640001"
NAMED: list[tuple[list[str], bool]] = [
    (["125287961064000"], True),  # a digit short
    (["1252879610460001"], True),  # two digits exchanged
    (["5222000022220002", "1252879610640007"], True),
    ([UID, "1252879610640002"], False),  # the source is named, so the other account is another one
    (["5222000022220002"], False),
    ([UID], False),
]


@pytest.mark.parametrize(("named", "is_misspelt"), NAMED)
def test_an_account_that_may_be_a_misspelt_source_is_told(named: list[str], is_misspelt: bool) -> None:
    told = mistakes(hosts(RULE, here={"acr_account_id": UID}), GROUPS, "there", "destination", named)
    assert told == ([TYPED.format(named[-1])] if is_misspelt else [])
    elsewhere = hosts({**RULE, "to": "third"}, here={"acr_account_id": UID})
    assert mistakes(elsewhere, GROUPS, "there", "destination", named) == []


TYPED = (
    f"Account {{}} is named to replicate into there, and the rules of here come from {UID}, which is not named. Correct"
    " acr_source_account_ids, or acr_account_id of here."
)
SHAPES: list[tuple[str, Any, str, str]] = [
    (
        "acr_sync_rules",
        "prod-to-eu",
        "acr_sync_rules of here is the text 'prod-to-eu', and a list is wanted.",
        '{"acr_sync_rules": [{"name": "...", "namespace": "...", "to": "..."}]}',
    ),
    (
        "acr_sync_rules",
        ["a"],
        "Item 1 of acr_sync_rules of here is the text 'a', and a mapping is wanted.",
        '[{"name":',
    ),
    ("acr_sync_rules", RULE, "acr_sync_rules of here is a mapping, and a list is wanted.", '[{"name":'),
    (
        "acr_namespaces",
        "prod",
        "acr_namespaces of here is the text 'prod', and",
        '{"acr_namespaces": [{"name": "..."}]}',
    ),
    ("acr_repositories", 7, "acr_repositories of here is the number 7, and", '[{"namespace": "...", "name": "..."}]'),
    ("acr_reversed_rules", "b", "acr_reversed_rules of here is the text 'b', and a mapping is wanted.", "{"),
    ("configure_sync_rules", "abc", "configure_sync_rules of here is the text 'abc', and", '[{"name": "..."'),
    (
        "backfill_images_select",
        "prod",
        "backfill_images_select of here is the text 'prod', and a mapping is wanted.",
        '{"backfill_images_select": {"namespaces": ["..."]}}',
    ),
    ("verify_sync_select", ["prod"], "verify_sync_select of here is a list, and a mapping is wanted.", "namespaces"),
]


@pytest.mark.parametrize(("variable", "value", "said", "written"), SHAPES)
def test_what_is_no_list_or_mapping_is_told_by_its_variable(variable: str, value: Any, said: str, written: str) -> None:
    [told] = mistakes(hosts(RULE, here={variable: value}), GROUPS, "here", "source", ["1"])
    assert told.startswith(said)
    assert re.search(r" With -e, write it as JSON: -e '\{.*\}'\.$", told)
    assert written in told


def every_shape() -> list[tuple[str, str]]:
    found = {name: str(spec["type"]) for name, spec in known.options().items() if spec["type"] in ("list", "dict")}
    return sorted({**found, **dict.fromkeys(LISTS, "list")}.items())


@pytest.mark.parametrize(("variable", "wanted"), every_shape())
def test_each_list_and_mapping_of_each_role_is_looked_at(variable: str, wanted: str) -> None:
    wrong: Any = {"a": 1} if wanted == "list" else ["a"]
    [told] = mistakes(hosts(here={variable: wrong}), GROUPS, "here", "source")
    assert told.startswith(f"{variable} of here is a {'mapping' if wanted == 'list' else 'list'}, and a ")
    assert mistakes(hosts(here={variable: [] if wanted == "list" else {}}), GROUPS, "here", "source") == []
    assert mistakes(hosts(here={variable: None}), GROUPS, "here", "source") == []


@pytest.mark.parametrize(
    "here",
    [
        {"backfill_images_select": '{"newest": 3}'},  # what -e 'name={...}' gives; modules read it
        {"wait_for_image_to": "there"},
        {"acr_one_way_rules": "prod, other", "acr_direction": "forward"},
    ],
)
def test_a_text_that_can_be_read_is_no_mistake(here: dict[str, Any]) -> None:
    assert mistakes(hosts(RULE, here=here), GROUPS, "here", "source") == []


def test_the_rules_that_a_text_names_stay_as_they_are() -> None:
    estate = hosts(RULE, {**RULE, "name": "other"}, here={"acr_direction": "reversed", "acr_one_way_rules": "prod, x"})
    assert [way.forward["name"] for way in ways(estate, ["here"])] == ["other"]


def test_a_text_of_rules_breaks_no_other_host() -> None:
    estate = hosts(here={"acr_sync_rules": "prod-to-eu"})
    assert source_accounts(estate, ["here"], "there") == []
    assert mistakes(estate, GROUPS, "there", "destination", ["1"]) == []


@pytest.mark.parametrize(
    ("items", "said"), [("prod-to-eu", "is the text 'prod-to-eu', and a list is wanted"), (None, "")]
)
def test_a_role_alone_says_it_too(items: Any, said: str) -> None:
    if not said:  # a key with nothing behind it
        assert known_options(items, "sync rule") == []
        return
    with pytest.raises(AnsibleFilterError, match=f"acr_sync_rules {said}"):
        known_options(items, "sync rule")


@pytest.mark.parametrize("source", ["inventories", "inventories/account_a", "inventories/account_a/hosts.yml"])
def test_variables_that_ansible_has_not_read_are_told(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "inventories" / "account_a"
    (folder / "group_vars").mkdir(parents=True)
    (folder / "hosts.yml").touch()
    origin = {"inventory_dir": str(folder), "ansible_inventory_sources": [str(tmp_path / source)]}
    estate = hosts(RULE, here={**origin, "group_names": ["acr_source"]})
    assert mistakes(estate, GROUPS, "here", "source") == []  # the folder has nothing for this host
    (folder / "group_vars" / "acr_source.yml").touch()
    said = (
        "Ansible has not read inventories/account_a/group_vars/acr_source.yml, which is for here: it reads the"
        " group_vars and host_vars beside what -i names, and that is inventories. Name each folder of an inventory"
        " itself, as in -i inventories/account_a."
    )
    assert mistakes(estate, GROUPS, "here", "source") == ([said] if source == "inventories" else [])


@pytest.mark.parametrize(
    ("side", "played", "said"),
    [
        ("source", ["there"], "--limit leaves out every host of acr_source, so there is nothing to do."),
        (
            "both",
            ["there"],
            "--limit leaves out every host of acr_source, while this run checks both sides before it writes to either.",
        ),
        ("both", ["there", "here"], ""),
        ("source", ["there", "here"], ""),
        ("", ["there"], ""),
    ],
)
def test_a_limit_that_leaves_a_side_out_is_said(side: str, played: list[str], said: str) -> None:
    told = mistakes(hosts(), GROUPS, "there", side, played=played)
    assert bool(told) == bool(said)
    assert all(sentence.startswith(said) and sentence.endswith("name one of them too: here.") for sentence in told)


def test_a_host_that_is_left_out_while_the_rules_go_back_is_no_mistake() -> None:
    back = hosts(here={"acr_direction": "reversed", "acr_sync_rules": [RULE]})
    assert mistakes(back, GROUPS, "there", "destination", played=["there"]) == []


def _playbooks() -> list[Path]:
    own = ("new_estate", "controller_content")  # these need no inventory
    return [path for path in sorted((ROOT / "playbooks").glob("*.yml")) if path.stem not in own]


@pytest.mark.parametrize("path", _playbooks(), ids=lambda path: path.stem)
def test_every_playbook_fails_where_a_group_is_misspelt(path: Path) -> None:
    play = yaml.safe_load(path.read_text())[0]
    assert play["hosts"] == "{{ groups | registryops.alicloud.acr_play_hosts }}"
    first = [*play.get("pre_tasks", []), *play.get("tasks", [])][0]
    assert first["ansible.builtin.import_tasks"] in ("tasks/know_inventory.yml", "tasks/take_side.yml")


def _play(folder: Path, playbook: str, inventory: dict[str, Any], *more: str) -> str:
    """Return what a playbook prints that is to fail before its first call."""
    (folder / "hosts.yml").write_text(json.dumps(inventory))
    ran = subprocess.run(
        [PROGRAM, f"registryops.alicloud.{playbook}", "-i", str(folder / "hosts.yml"), *more],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv" / "collections"), "NO_COLOR": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2, ran.stdout + ran.stderr
    return ran.stdout


def test_ansible_does_not_skip_what_is_misspelt(tmp_path: Path) -> None:
    inventory = {"acr_sources": {"hosts": {"prod-sh": {"acr_instance_id": "cri-sourcesource0001"}}}}
    said = _play(tmp_path, "verify_sync", inventory, "--limit", "prod-sh")
    assert '"msg": "The group acr_sources of the inventory has prod-sh, and nothing reads' in said


def test_misspelt_accounts_revoke_nobody(tmp_path: Path) -> None:
    inventory: dict[str, Any] = {"acr_source": {"hosts": {"here": {**HERE, "acr_sync_rules": [RULE]}}}}
    inventory["acr_destination"] = {"hosts": {"there": THERE}}
    said = _play(tmp_path, "revoke_access", inventory, "-e", "acr_revoked_ids=2", "-e", "revoked_account_ids=2")
    assert (
        '"msg": "Nothing was revoked, since no account was named. To revoke the accounts that the rules of the'
        " inventory come from, run it again with -e acr_revoked_account_ids=1. To revoke every account that has access,"
        " run it again with -e acr_revoke_all=true."
    ) in said


NEEDED: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (
        "acr_sync_rules",
        {},
        {},
        "Host here has no acr_instance_id, and the task has no instance_id. Set it for the host",
    ),
    ("acr_sync_rules", {}, {"acr_instance": "cri-a"}, "It may be a misspelt acr_instance_id. Set it for the host in"),
    (
        "acr_image_wait",
        {"instance_id": "cri-a"},
        {},
        "has no acr_image, .* Say which image, as in -e acr_image=prod/web",
    ),
    (
        "acr_cross_account_role",
        {"destination_instances": [{"instance_id": "cri-b"}]},
        {},
        "here has no acr_region, and",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "variables", "said"), NEEDED)
def test_a_variable_that_is_not_there_is_named(
    name: str, arguments: dict[str, Any], variables: dict[str, Any], said: str
) -> None:
    module = importlib.import_module(f"{PLUGINS}.modules.{name}").MODULE
    with pytest.raises(AcrError, match=said):
        check_needed(module, arguments, {"inventory_hostname": "here", **variables}, str)


def test_what_a_task_says_needs_no_variable() -> None:
    wait = importlib.import_module(f"{PLUGINS}.modules.acr_image_wait").MODULE
    check_needed(wait, {"instance_id": "cri-a", "tag": "1"}, {}, str)
    check_needed(wait, {}, {"acr_instance_id": "cri-a", "acr_image": "prod/web:1"}, str)  # Ansible says what lacks
    info = importlib.import_module(f"{PLUGINS}.modules.acr_instance_info").MODULE
    check_needed(info, {}, {}, str)


@pytest.mark.parametrize("path", sorted(ROOT.glob("roles/*/defaults/main.yml")), ids=lambda path: path.parts[-3])
def test_no_default_of_a_role_ends_in_something_undefined(path: Path) -> None:
    for name, value in (yaml.safe_load(path.read_text()) or {}).items():
        text = str(value)
        if "{{ acr_" in text or ".acr_" in text.replace("registryops.alicloud.acr_", ""):
            assert "default(" in text, f"{name} fails with Ansible's own words where a variable is missing"


@pytest.mark.parametrize("beside", ["acr_revoked_account_ids=1", "acr_revoke_all=true"])
def test_an_instance_and_accounts_are_not_revoked_at_once(beside: str, tmp_path: Path) -> None:
    inventory: dict[str, Any] = {"acr_destination": {"hosts": {"there": THERE}}}
    said = _play(tmp_path, "revoke_access", inventory, "-e", "acr_revoked_instance_id=cri-old", "-e", beside)
    name = beside.split("=")[0]
    assert f"Nothing was revoked, since acr_revoked_instance_id is set beside {name}. Run it once for" in said


@pytest.mark.parametrize("side", ["", "source", "destination", "both"])
def test_a_misspelt_list_of_rules_is_told_before_rules_are_taken_for_unlisted(side: str) -> None:
    wrong: dict[str, Any] = {**HERE, "acr_sync_rule": [RULE]}
    estate: dict[str, Any] = {"here": wrong, "there": THERE}
    [told] = mistakes(estate, GROUPS, "here", side)
    assert told == (
        "here has no acr_sync_rules. The variable acr_sync_rule is set, but nothing reads it. It may be a misspelt"
        " acr_sync_rules. Rename it to acr_sync_rules."
    )
    read_by_another = {**wrong, "own": "{{ acr_sync_rule }}"}
    for well in (read_by_another, {**wrong, "acr_sync_rules": []}, HERE):
        assert mistakes({**estate, "here": well}, GROUPS, "here") == []
    assert mistakes(estate, GROUPS, "there") == []


SCALARS = [
    ("backfill_images_max_in_flight", "lots", '"lots", and a whole number is wanted.'),
    ("configure_sync_purge", "yep", '"yep", and true or false is wanted.'),
    ("verify_sync_fail_on", "warnings", '"warnings", and error or warning is wanted.'),
    ("backfill_images_max_in_flight", 1.5, "1.5, and a whole number is wanted."),
]


@pytest.mark.parametrize(("variable", "value", "said"), SCALARS)
def test_a_value_that_a_role_cannot_read_is_told_in_a_sentence(variable: str, value: Any, said: str) -> None:
    [told] = mistakes(hosts(RULE, here={variable: value}), GROUPS, "here", "source")
    assert told == f"{variable} of here is {said} Correct it in the inventory, or behind -e."


@pytest.mark.parametrize(
    "here",
    [
        {"backfill_images_max_in_flight": "10", "configure_sync_purge": "yes", "verify_sync_fail_on": "warning"},
        {"backfill_images_max_in_flight": None, "configure_sync_purge": 0, "verify_sync_fail_on": ""},
        {"configure_sync_purge": "__omit_place_holder__0123", "verify_sync_timeout": 60.0},
    ],
)
def test_a_value_that_a_role_reads_is_no_mistake(here: dict[str, Any]) -> None:
    assert mistakes(hosts(RULE, here=here), GROUPS, "here", "source") == []
