# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take connections from the variables of hosts."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    COMMON_OPTIONS,
    CONNECTION_OPTIONS,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.connection import (
    connection_to,
    with_connection,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.host_keys import check_host_keys
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.peers import with_peers, with_target

from .conftest import PLUGINS

ROOT = Path(__file__).parents[3]
KEYS = {"acr_access_key_id": "LTAIhost", "acr_access_key_secret": "secret", "acr_security_token": "token"}
ROLE = {"acr_assume_role_arn": "acs:ram::1:role/host", "acr_assume_role_external_id": "external"}
FILLED: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("nothing is said", {}, {}, {}),
    ("the host says its region", {}, {"acr_region": "cn-hangzhou"}, {"region": "cn-hangzhou"}),
    ("the task wins", {"region": "eu-central-1"}, {"acr_region": "cn-hangzhou"}, {}),
    ("an alias is the option", {"alicloud_region": "eu-central-1"}, {"acr_region": "cn-hangzhou"}, {}),
    ("the guard holds for other keys too", {"profile": "b"}, {"acr_account_id": "1"}, {"account_id": "1"}),
    ("empty is unsaid in a task", {"region": ""}, {"acr_region": "cn-hangzhou"}, {"region": "cn-hangzhou"}),
    ("empty is unsaid in a variable", {}, {"acr_region": "", "acr_profile": None}, {}),
    ("no is said", {"rate_limit": 0}, {"acr_rate_limit": 5}, {}),
    ("keys", {}, {**KEYS, **ROLE}, {name.removeprefix("acr_"): value for name, value in {**KEYS, **ROLE}.items()}),
    ("keys of the task stay whole", {"access_key_id": "LTAItask", "access_key_secret": "x"}, {**KEYS, **ROLE}, {}),
    ("half a set stays half", {"access_key_id": "LTAItask"}, KEYS, {}),
    ("a profile keeps keys out", {"profile": "task"}, {**KEYS, **ROLE}, {}),
    ("keys keep a profile out", {"access_key_id": "LTAItask"}, {"acr_profile": "host"}, {}),
    ("keys by an alias", {"alicloud_access_key": "LTAItask"}, {"acr_profile": "host"}, {}),
    (
        "a role of the task keeps out what belongs to the host's",
        {"assume_role_arn": "acs:ram::1:role/task"},
        {"acr_profile": "host", **ROLE},
        {"profile": "host"},
    ),
]


@pytest.mark.parametrize(
    ("said", "variables", "filled"), [case[1:] for case in FILLED], ids=[case[0] for case in FILLED]
)
def test_what_is_unsaid_is_filled_in(said: dict[str, Any], variables: dict[str, Any], filled: dict[str, Any]) -> None:
    assert with_connection({"name": "x", **said}, variables.get) == {"name": "x", **said, **filled}


HALF = {"access_key_id": "LTAIhost"}
HOST_KEYS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (HALF, {}, "The variables of host here hold acr_access_key_id but not acr_access_key_secret."),
    (
        {**HALF, "access_key_secret": "a b"},
        {},
        "acr_access_key_secret of the variables of host here holds a blank, a line break or another character",
    ),
    ({**HALF, "profile": "b"}, {}, "The variables of host here hold both keys and a profile. Keep acr_profile, or"),
]


@pytest.mark.parametrize(("filled", "said", "sentence"), HOST_KEYS)
def test_keys_of_variables_are_refused_by_the_names_of_the_variables(
    filled: dict[str, Any], said: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(AcrError) as refused:
        check_host_keys(filled, said, "here")
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("said", [HALF, {"profile": "task"}], ids=["keys", "profile"])
def test_what_a_task_says_itself_is_the_modules_to_refuse(said: dict[str, Any]) -> None:
    check_host_keys({"region": "cn-hangzhou", **said}, said, "here")


@pytest.mark.parametrize("option", COMMON_OPTIONS)
def test_every_option_has_a_variable(option: str) -> None:
    assert with_connection({}, {f"acr_{option}": "value"}.get) == {option: "value"}


def test_a_connection_to_a_host_needs_credentials_of_its_own() -> None:
    assert connection_to({"acr_region": "eu-central-1", "acr_account_id": "2"}) is None
    assert connection_to({"acr_region": "eu-central-1"}, {"profile": "b"}) == {
        "region": "eu-central-1",
        "profile": "b",
    }
    assert connection_to({"acr_profile": "b", "acr_ram_endpoint": "ram"}) == {"profile": "b"}
    narrowed = {
        "acr_profile": "b",
        "acr_assume_role_arn": "acs:ram::2:role/r",
        "acr_assume_role_policy": {"Version": "1"},
    }
    found = connection_to(narrowed)
    assert found is not None
    assert found["assume_role_policy"] == {"Version": "1"}


HOSTS = {
    "eu": {"acr_region": "eu-central-1", "acr_instance_id": "cri-eu", "acr_account_id": "2", "acr_profile": "b"},
    "blind": {"acr_region": "us-east-1", "acr_instance_id": "cri-us"},
    "bare": {},
}
EU = {"target_region": "eu-central-1", "target_instance_id": "cri-eu", "target_account_id": "2"}
AUTH = {"profile": "b", "region": "eu-central-1", "account_id": "2"}
PEERS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("a rule", "acr_sync_rule", {"to": "eu"}, EU),
    (
        "a rule that says more",
        "acr_sync_rule",
        {"to": "eu", "target_account_id": "3"},
        {**EU, "target_account_id": "3"},
    ),
    ("a rule without to", "acr_sync_rule", {"target_region": "eu-central-1"}, {"target_region": "eu-central-1"}),
    (
        "a rule of a set",
        "acr_sync_rules",
        {"rules": [{"name": "r", "to": "eu"}]},
        {"rules": [{"name": "r", **EU}], "destinations": [{"name": "eu", "instance_id": "cri-eu", **AUTH}]},
    ),
    (
        "a rule that should be gone may name a host that is gone",
        "acr_sync_rules",
        {"rules": [{"name": "r", "state": "absent", "to": "gone"}]},
        {"rules": [{"name": "r", "state": "absent"}], "destinations": []},
    ),
    ("images", "acr_image_sync", {"to": "eu"}, {**EU, "destination_auth": AUTH}),
    (
        "no credentials",
        "acr_image_sync",
        {"to": "blind", "from_rule": "r"},
        {"from_rule": "r", "destination_auth": None},
    ),
    (
        "images of a rule, which knows the rest",
        "acr_image_sync",
        {"to": "eu", "from_rule": "r"},
        {"from_rule": "r", "target_account_id": "2", "destination_auth": AUTH},
    ),
    (
        "sources, of which those with credentials can be looked into",
        "acr_sync_prune",
        {"source_hosts": ["eu", "blind"]},
        {"sources": [{"name": "eu", "instance_id": EU["target_instance_id"], **AUTH}]},
    ),
    (
        "credentials that the task says",
        "acr_image_sync",
        {"to": "blind", "destination_auth": {"profile": "c"}},
        {
            "target_region": "us-east-1",
            "target_instance_id": "cri-us",
            "destination_auth": {"profile": "c", "region": "us-east-1"},
        },
    ),
]


@pytest.mark.parametrize(("module", "said", "filled"), [case[1:] for case in PEERS], ids=[case[0] for case in PEERS])
def test_a_host_stands_for_its_target_and_connection(module: str, said: dict[str, Any], filled: dict[str, Any]) -> None:
    options = importlib.import_module(f"{PLUGINS}.modules.{module}").MODULE.options
    assert with_peers(options, said, HOSTS) == filled


@pytest.mark.parametrize(
    ("host", "why"), [("gone", "is not a host of the inventory"), ("bare", "has no acr_region and")]
)
def test_a_host_that_says_too_little_is_named(host: str, why: str) -> None:
    with pytest.raises(AcrError, match=f"Sync rule r goes to {host}, which {why}"):
        with_target({"name": "r", "to": host}, HOSTS, "Sync rule r")


def _calling_roles() -> list[str]:
    """Return the roles that call a module.

    Report_sync only writes what others found.
    """
    calls = re.compile(r"^ *registryops\.alicloud\.acr_\w+:", re.MULTILINE)
    roles = (ROOT / "roles").iterdir()
    return sorted(role.name for role in roles if calls.search("".join(map(Path.read_text, role.glob("tasks/*.yml")))))


@pytest.mark.parametrize("role", _calling_roles())
def test_every_role_lists_the_connection_variables(role: str) -> None:
    spec = yaml.safe_load((ROOT / "roles" / role / "meta/argument_specs.yml").read_text())
    options = spec["argument_specs"]["main"]["options"]
    variables = {f"acr_{name}": option for name, option in CONNECTION_OPTIONS.items()}
    assert {name: options.get(name, {}).get("type") for name in variables} == {
        name: option["type"] for name, option in variables.items()
    }, f"describe each in roles/{role}/meta/argument_specs.yml"
    secret = {name for name, option in options.items() if option.get("no_log")}
    assert secret == {name for name, option in variables.items() if option.get("no_log")}


def test_the_page_lists_every_variable() -> None:
    page = (ROOT / "docs/variables.md").read_text()
    for option in COMMON_OPTIONS:
        assert f"| `acr_{option}` |" in page


def test_hosts_that_rules_name_by_their_instances_are_looked_into() -> None:
    options: dict[str, dict[str, Any]] = {
        "rules": {"type": "list", "options": {"to": {}}},
        "destinations": {"type": "list"},
    }
    hosts = {
        "prod-eu": {"acr_instance_id": "cri-eu", "acr_profile": "b"},
        "prod-us": {"acr_instance_id": "cri-us"},
        "other": {"acr_instance_id": "cri-other", "acr_profile": "c"},
    }
    rules = [{"name": name, "target_instance_id": f"cri-{name}"} for name in ("eu", "us", "gone")]
    found = with_peers(options, {"rules": rules}, hosts)
    assert found["destinations"] == [
        {"name": "prod-eu", "instance_id": "cri-eu", "profile": "b"},
        {"name": "prod-us", "instance_id": "cri-us"},  # messages call it by its name
    ]
    assert with_peers(options, {"rules": [{"name": "r", "state": "absent"}]}, hosts)["destinations"] == []


def test_hosts_that_a_task_lists_are_its_destinations() -> None:
    options = {"to": {"type": "list"}, "destinations": {"type": "list"}}
    hosts = {
        "prod-eu": {
            "acr_instance_id": "cri-eu",
            "acr_account_id": "2",
            "acr_profile": "b",
            "acr_region": "eu-central-1",
        },
        "prod-us": {"acr_instance_id": "cri-us", "acr_account_id": "3"},
        "spare": {"acr_account_id": "4"},
    }
    said = {"tag": "1.0", "destinations": [{"instance_id": "cri-own"}]}
    assert with_peers(options, {**said, "to": ["prod-eu", "prod-us"]}, hosts) == {
        "tag": "1.0",
        "destinations": [
            {"instance_id": "cri-own"},
            {"name": "prod-eu", "instance_id": "cri-eu", "account_id": "2", "profile": "b", "region": "eu-central-1"},
            {"name": "prod-us", "instance_id": "cri-us", "account_id": "3"},
        ],
    }
    assert with_peers(options, {"to": "prod-us"}, hosts)["destinations"][0]["instance_id"] == "cri-us"
    assert with_peers(options, {"to": []}, hosts) == {"to": []}
    with pytest.raises(AcrError, match="The task goes to spare, which has no acr_instance_id"):
        with_peers(options, {"to": ["spare"]}, hosts)
    with pytest.raises(AcrError, match="misspelt, which is not a host of the inventory"):
        with_peers(options, {"to": ["misspelt"]}, hosts)
