# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow every connection option from each place where it may be said to the connection that is made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail

from ansible_collections.registryops.alicloud.plugins.action import acr
from ansible_collections.registryops.alicloud.plugins.doc_fragments import connection as connection_fragment
from ansible_collections.registryops.alicloud.plugins.doc_fragments import oss as oss_fragment
from ansible_collections.registryops.alicloud.plugins.doc_fragments import peers as peers_fragment
from ansible_collections.registryops.alicloud.plugins.module_utils._core import module as edge
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import AssumeRole, Keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    COMMON_OPTIONS,
    CONNECTION_OPTIONS,
    OSS_OPTIONS,
    OTHER_CONNECTION_OPTIONS,
    Connection,
    connection,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sources import VARIABLES
from ansible_collections.registryops.alicloud.plugins.plugin_utils import _in_process
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.variables import Hosts

from .conftest import SOURCE, TARGET, run_module

ROOT = Path(__file__).parents[3]
KEYS = {"access_key_id": "LTAIkeys", "access_key_secret": "s"}
ROLE = {**KEYS, "assume_role_arn": "acs:ram::1:role/r"}
NAMES = ("task", "host", "environment")


@dataclass(frozen=True)
class Case:
    """One option: its environment variable, how a connection has it, and what is said beside it in the same place."""

    option: str
    environment: str
    read: Callable[[Connection], Any]
    values: tuple[Any, Any, Any] = NAMES
    beside: Mapping[str, Any] = field(default_factory=lambda: KEYS)
    # Of a peer that does not say it, the task's own holds.
    shared: bool = False


def keys(made: Connection) -> Keys:
    assert isinstance(made.source, Keys)
    return made.source


def role(made: Connection) -> AssumeRole:
    return made.roles[-1] if made.roles else AssumeRole("", "")


UIDS = ("1000000000000001", "1000000000000002", "1000000000000003")
ENDPOINTS = ("task.example", "host.example", "environment.example")
CASES = [
    Case("access_key_id", "ALIBABA_CLOUD_ACCESS_KEY_ID", lambda made: keys(made).access_key_id),
    Case("access_key_secret", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", lambda made: keys(made).access_key_secret),
    Case("security_token", "ALIBABA_CLOUD_SECURITY_TOKEN", lambda made: keys(made).security_token),
    Case("profile", "ALIBABA_CLOUD_PROFILE", lambda made: keys(made).access_key_id, beside={}),
    Case("profile_file", "", lambda made: keys(made).access_key_secret, beside={"profile": "own"}),
    Case("assume_role_arn", "ALIBABA_CLOUD_ROLE_ARN", lambda made: role(made).arn),
    Case(
        "assume_role_session_name",
        "ALIBABA_CLOUD_ROLE_SESSION_NAME",
        lambda made: role(made).session_name,
        beside=ROLE,
    ),
    Case("assume_role_external_id", "", lambda made: role(made).external_id, beside=ROLE),
    Case("assume_role_policy", "", lambda made: role(made).policy, ('{"a": 1}', '{"a": 2}', ""), ROLE),
    Case("assume_role_duration", "", lambda made: role(made).duration, (900, 901, 0), ROLE),
    Case("region", "ALIBABA_CLOUD_REGION_ID", lambda made: made.region, ("cn-hangzhou", "cn-beijing", "cn-shanghai")),
    Case("account_id", "", lambda made: made.account_id, UIDS),
    Case("cr_endpoint", "ALIBABA_CLOUD_CR_ENDPOINT", lambda made: made.endpoints.get("cr"), ENDPOINTS),
    Case("ram_endpoint", "ALIBABA_CLOUD_RAM_ENDPOINT", lambda made: made.endpoints.get("ram"), ENDPOINTS),
    Case("sts_endpoint", "ALIBABA_CLOUD_STS_ENDPOINT", lambda made: made.endpoints.get("sts"), ENDPOINTS),
    Case("oss_endpoint", "ALIBABA_CLOUD_OSS_ENDPOINT", lambda made: made.endpoints.get("oss"), ENDPOINTS),
    Case("connect_timeout", "", lambda made: made.connect_timeout, (1, 2, 0), shared=True),
    Case("read_timeout", "", lambda made: made.read_timeout, (1, 2, 0), shared=True),
    Case("ca_bundle", "", lambda made: made.ca_bundle, ("/task", "/host", ""), shared=True),
    Case("rate_limit", "", lambda made: made.rate_limit, (1.5, 2.5, 3.5), shared=True),
]
IDS = [case.option for case in CASES]
Way = Callable[[str, dict[str, Any]], dict[str, Any]]


def here(module: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return _in_process.run_module(module, {**arguments, "_ansible_check_mode": False})


WAYS = [pytest.param(here, id="in this process"), pytest.param(run_module, id="as Ansible runs modules")]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Connection]]:
    """Return the connections that modules make.

    No call is made, and no environment is left but the profiles' files.
    """
    connections: list[Connection] = []

    class Recorder:
        def __init__(self, made: Connection) -> None:
            connections.append(made)

        def __call__(self, *_call: Any, **_parameters: Any) -> dict[str, Any]:
            raise AcrError("the test makes no call")

    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".aliyun").mkdir()
    for file in (".aliyun/config.json", "task", "host"):
        entries = [
            {"name": name, "mode": "AK", "access_key_id": name, "access_key_secret": Path(file).name}
            for name in (*NAMES, "own")
        ]
        (tmp_path / file).write_text(json.dumps({"profiles": entries}), encoding="utf-8")
    monkeypatch.setattr(edge, "SdkTransport", Recorder)
    yield connections
    _in_process._clients.clear()


class Templar:
    """Ansible's templates, in which nothing has to be replaced here."""

    def template(self, value: Any) -> Any:
        return value

    def copy_with_new_env(self, available_variables: Any) -> Templar:
        return self


class HostVars(dict[str, Any]):
    """As Ansible has it, with its way to untemplated variables."""

    def raw_get(self, name: str) -> Any:
        return self[name]


def filled(module: str, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that the action plugin hands on, in either way."""
    found = SimpleNamespace(resolved_fqcn=f"registryops.alicloud.{module}")
    loader = SimpleNamespace(module_loader=SimpleNamespace(find_plugin_with_context=lambda *_a, **_k: found))
    task = SimpleNamespace(action=module, args=arguments, collections=[], async_val=0)
    return acr.ActionModule(task, None, None, None, Templar(), loader)._filled(variables)


def named(case: Case, value: Any) -> dict[str, Any]:
    """Return what one place says."""
    beside = {option: other for option, other in case.beside.items() if option != case.option}
    return {**beside, case.option: value}


def as_variables(said: Mapping[str, Any]) -> dict[str, Any]:
    return {f"acr_{option}": value for option, value in said.items()}


def test_the_table_has_every_option() -> None:
    """Expect every option of a connection; what is reported besides is no part of it."""
    assert sorted(IDS) == sorted({*CONNECTION_OPTIONS, *OSS_OPTIONS}), "add a Case for the new option"
    assert {case.option: case.environment for case in CASES if case.environment} == VARIABLES


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_task_wins_then_its_host_then_the_environment(
    case: Case, way: Way, made: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, needed = "acr_instance_info", {}
    if case.option in OSS_OPTIONS:
        module, needed = "oss_bucket_grant_info", {"bucket": "images-of-target"}
    in_task, of_host, of_environment = (named(case, value) for value in case.values)
    if case.environment:
        for option, value in of_environment.items():
            monkeypatch.setenv(VARIABLES[option], value)
    for arguments, variables in ((in_task, of_host), ({}, of_host), ({}, {})):
        if arguments or variables or case.environment:
            way(module, filled(module, {**needed, **arguments}, as_variables(variables)))
    read = [case.read(connection) for connection in made]
    if case.option == "profile_file":
        assert read == ["task", "host"]
        return
    assert read == list(case.values if case.environment else case.values[:2])


PEERS = [case for case in CASES if case.option in OTHER_CONNECTION_OPTIONS]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", PEERS, ids=[case.option for case in PEERS])
def test_the_task_wins_over_the_peers_host(
    case: Case, way: Way, made: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expect nothing of another account from the environment and the task's own host."""
    said, of_peer, of_own = (named(case, value) for value in case.values)
    own = {"acr_access_key_id": "LTAIown", "acr_access_key_secret": "own"}
    for option, value in {**KEYS, "profile": "environment", "region": "cn-shanghai"}.items():
        monkeypatch.setenv(VARIABLES[option], value)
    if not {case.option, *case.beside} & {"profile"}:
        own |= as_variables(of_own)
    where = {"acr_instance_id": TARGET, "acr_region": "eu-central-1"}
    arguments = {"instance_id": SOURCE, "to": "prod-eu", "namespace": "prod", "repository": "web", "tag": "1.0"}
    for auth in (said, {}):
        peers = HostVars({"prod-eu": {**where, **as_variables(of_peer)}})
        made.clear()
        _in_process._clients.clear()
        given = filled(
            "acr_image_sync", {**arguments, **({"destination_auth": auth} if auth else {})}, {**own, "hostvars": peers}
        )
        way("acr_image_sync", given)
        assert case.read(made[1]) == case.values[0 if auth else 1]


@pytest.mark.parametrize("case", [case for case in PEERS if case.beside], ids=lambda case: case.option)
def test_a_peer_that_says_nothing_has_timeouts_of_the_task_and_nothing_else(
    case: Case, made: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    if case.option in (*KEYS, "region", "profile_file"):
        return  # a host without these has no connection, or none of its own
    own = as_variables(named(case, case.values[0]))
    peers = HostVars({"prod-eu": {"acr_instance_id": TARGET, "acr_region": "eu-central-1", **as_variables(KEYS)}})
    arguments = {"instance_id": SOURCE, "to": "prod-eu", "namespace": "prod", "repository": "web", "tag": "1.0"}
    here("acr_image_sync", filled("acr_image_sync", arguments, {**own, "hostvars": peers}))
    assert case.read(made[0]) == case.values[0]
    assert case.read(made[1]) == (case.values[0] if case.shared else case.read(nobody()))


def nobody() -> Connection:
    """Return a connection of which nothing is said."""
    return connection({**KEYS, "connect_timeout": 5, "read_timeout": 20}, {})


@pytest.mark.parametrize("way", WAYS)
def test_whether_permissions_are_reported_can_be_a_variable(way: Way, made: list[Connection]) -> None:
    results = []
    for arguments in ({}, {"report_actions": False}):
        variables = as_variables({**KEYS, "report_actions": True})
        results.append(way("acr_instance_info", filled("acr_instance_info", dict(arguments), variables)))
    assert ["resource_actions" in result for result in results] == [True, False]


def test_a_variable_of_a_peer_that_cannot_be_read_is_named_with_its_host() -> None:
    class Failing(Templar):
        def template(self, value: Any) -> Any:
            raise AnsibleActionFail("no such variable")

    hosts = Hosts(Failing(), HostVars({"prod-eu": {"acr_profile": "{{ gone }}"}}))
    with pytest.raises(AcrError, match="The variable acr_profile of host prod-eu cannot be read: no such variable"):
        hosts["prod-eu"].get("acr_profile")
    assert hosts["prod-eu"].get("acr_region") is None


def test_a_variable_of_a_peer_that_is_omitted_is_unsaid() -> None:
    hosts = Hosts(Templar(), HostVars({"prod-eu": {"acr_profile": "left out", "omit": "left out"}}))
    assert hosts["prod-eu"].get("acr_profile") is None


def rows() -> dict[str, list[str]]:
    """Return the cells of the page's table of connection variables."""
    page = (ROOT / "docs/variables.md").read_text(encoding="utf-8")
    section = page.partition("## The variables\n")[2].partition("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "`acr_" in line]
    return {first.strip("`"): others for first, *others in cells if len(others) == 2}


def test_the_page_has_each_variable_with_its_environment_name() -> None:
    listed = {name: re.findall(r"`(ALIBABA_CLOUD_\w+)`", cells[1]) for name, cells in rows().items()}
    options = {*COMMON_OPTIONS, *OSS_OPTIONS}
    assert listed == {f"acr_{option}": [VARIABLES[option]] if option in VARIABLES else [] for option in options}, (
        "list it with its environment variable in docs/variables.md"
    )


def test_the_documentation_has_each_option_and_environment_name() -> None:
    texts = [connection_fragment.ModuleDocFragment.DOCUMENTATION, oss_fragment.ModuleDocFragment.DOCUMENTATION]
    common, oss = (yaml.safe_load(text)["options"] for text in texts)
    assert (set(common), set(oss)) == (set(COMMON_OPTIONS), set(OSS_OPTIONS)), "describe it in plugins/doc_fragments"
    assert set(re.findall(r"E\((ALIBABA_CLOUD_\w+)\)", "".join(texts))) >= set(VARIABLES.values())


@pytest.mark.parametrize("name", ["SOURCES", "VERIFIED", "FILLED", "WAITED", "COMPARED"])
def test_the_documentation_of_a_peer_has_each_option(name: str) -> None:
    (option,) = yaml.safe_load(getattr(peers_fragment.ModuleDocFragment, name))["options"].values()
    suboptions = {key: spec["type"] for key, spec in option["suboptions"].items() if key not in ("instance_id", "name")}
    options = {key: spec["type"] for key, spec in OTHER_CONNECTION_OPTIONS.items()}
    assert suboptions == options, "describe it in _CONNECTION of plugins/doc_fragments/peers.py"
