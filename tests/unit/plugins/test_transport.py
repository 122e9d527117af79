# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn every failure of the SDK into an error."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator, running

from ansible_collections.registryops.alicloud.plugins.module_utils._core import errors
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, ApiError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import (
    AssumeRole,
    Keys,
    ProfileProvider,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import Connection
from ansible_collections.registryops.alicloud.plugins.module_utils._core.proxies import proxies_of
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk import SdkError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.transport import SdkTransport

WORLD = Path(__file__).parents[2] / "emulator" / "worlds" / "two_accounts.yml"
ACCOUNT = "1252879610640001"
ROOT, OPERATOR = Keys("LTAIaaaa", "secretA"), Keys("LTAIaaab", "secretAop")
ROOT_IDENTITY = {"name": "root", "type": "account", "access_key_id": "LTAIaaaa", "access_key_secret": "secretA"}
SOURCE = {"InstanceId": "cri-sourcesource0001"}


@pytest.fixture(scope="module")
def machine() -> Iterator[Emulator]:
    with running(WORLD) as started:
        yield started


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "DEBUG"):
        for spelling in (name, name.lower()):
            monkeypatch.setenv(spelling, "")
            monkeypatch.delenv(spelling)


def connect(machine: Emulator, source: Keys | ProfileProvider = ROOT, **changed: Any) -> SdkTransport:
    url = f"http://{machine.endpoint}"
    settings: dict[str, Any] = {
        "roles": (),
        "region": "cn-hangzhou",
        "account_id": None,
        "endpoints": {"cr": url, "ram": url, "sts": url},
        "proxies": proxies_of(os.environ),
        "connect_timeout": 2,
        "read_timeout": 1,
        "ca_bundle": None,
        "rate_limit": None,
    }
    return SdkTransport(Connection(source=source, **{**settings, **changed}))


@pytest.mark.parametrize(
    ("product", "action", "parameters", "field"),
    [
        ("cr", "GetInstance", SOURCE, "InstanceSpecification"),
        ("cr", "ListNamespace", SOURCE, "Namespaces"),
        ("ram", "GetPolicy", {"PolicyName": "AliyunContainerRegistryFullAccess", "PolicyType": "System"}, "Policy"),
        ("sts", "GetCallerIdentity", {}, "AccountId"),
    ],
)
def test_every_product_answers_with_its_body(
    product: str, action: str, parameters: dict[str, Any], field: str, machine: Emulator
) -> None:
    assert field in connect(machine)(product, action, parameters)


def test_a_refusal_within_a_good_answer_is_left_to_the_client(machine: Emulator) -> None:
    body = connect(machine)("cr", "GetInstance", {"InstanceId": "cri-none"})
    assert (body["IsSuccess"], body["Code"]) == (False, "INSTANCE_NOT_EXIST")


CLOSED, NO_JSON = "the connection was closed before an answer came", "answered with something else than JSON"


@pytest.mark.parametrize(("product", "action"), [("cr", "ListInstance"), ("sts", "GetCallerIdentity")])
@pytest.mark.parametrize(
    ("fault", "kind", "said", "known"),
    [
        ("throttle", errors.ThrottledError, "flow control", {"status": 400, "retry_after": 0.5, "uncertain": False}),
        ("error_500", ApiError, "unknown error", {"status": 500, "code": "InternalError", "uncertain": True}),
        ("error_503", ApiError, "temporary", {"status": 503, "code": "ServiceUnavailable", "uncertain": True}),
        ("reset_before", errors.UnreachableError, CLOSED, {"status": 0, "uncertain": True}),
        ("reset_after", errors.UnreachableError, CLOSED, {"uncertain": True}),
        ("hang", errors.UnreachableError, "timed out", {"uncertain": True}),
        ("html_502", errors.UnreachableError, NO_JSON, {"uncertain": True}),
        ("empty_body", errors.UnreachableError, NO_JSON, {"uncertain": True}),
    ],
)
def test_a_fault_is_told_for_what_it_is(
    product: str, action: str, fault: str, kind: type[ApiError], said: str, known: dict[str, Any], machine: Emulator
) -> None:
    machine.post("/_emulator/faults", {"match": {"action": action}, "fault": fault})
    with pytest.raises(ApiError, match=said) as failed:
        connect(machine)(product, action, {})
    assert failed.value.__class__ is kind
    assert failed.value.action == action
    assert {name: getattr(failed.value, name) for name in known} == known
    assert bool(failed.value.request_id) == bool(failed.value.code)
    assert "secretA" not in str(failed.value)


def test_an_answer_that_is_no_object_is_refused(machine: Emulator) -> None:
    machine.post("/_emulator/faults", {"match": {"action": "GetCallerIdentity"}, "fault": "wrong_shape"})
    with pytest.raises(ApiError, match="not in the documented shape"):
        connect(machine)("sts", "GetCallerIdentity", {})


def closed_port() -> str:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{opened.getsockname()[1]}"


def test_what_was_never_sent_is_certain_not_to_be_done(machine: Emulator) -> None:
    endpoints = {
        f"http://{closed_port()}": "connection refused",
        "http://nowhere.invalid": "nowhere.invalid cannot be reached",
    }
    for endpoint, said in endpoints.items():
        with pytest.raises(errors.UnreachableError, match=said) as failed:
            connect(machine, endpoints={"cr": endpoint})("cr", "ListInstance", {})
        assert failed.value.uncertain is False
        assert "Signature" not in str(failed.value)


@pytest.mark.parametrize("protocol", ["", "https://"], ids=["no protocol", "https"])
def test_an_endpoint_without_tls_is_told_as_one(protocol: str, machine: Emulator) -> None:
    with pytest.raises(errors.UnreachableError) as failed:
        connect(machine, endpoints={"cr": f"{protocol}{machine.endpoint}"})("cr", "ListInstance", {})
    assert f"{machine.endpoint} answers without TLS, and https:// is what the endpoint says" in str(failed.value)
    assert f"write it as http://{machine.endpoint}." in str(failed.value)
    assert failed.value.uncertain is False


def test_bad_keys_and_missing_rights_are_told_apart(machine: Emulator) -> None:
    with pytest.raises(errors.CredentialsError, match="SignatureDoesNotMatch"):
        connect(machine, Keys("LTAIaaaa", "wrong"))("cr", "ListInstance", {})
    with pytest.raises(errors.NoPermissionError) as denied:
        connect(machine, OPERATOR)("ram", "GetRole", {"RoleName": "r"})
    assert denied.value.status == 403
    assert denied.value.denied["AuthAction"] == "ram:GetRole"


def test_an_assumed_role_makes_every_later_call(machine: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [f"acs:ram::{ACCOUNT}:root"]}}
    document = json.dumps({"Version": "1", "Statement": [trust]})
    rights = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    keys = {"name": "ci", "type": "user", "access_key_id": "LTAIaaac", "access_key_secret": "secretC"}
    user = {**keys, "policies": [{"Version": "1", "Statement": [rights]}]}
    world = {"accounts": [{"uid": ACCOUNT, "name": "a", "identities": [ROOT_IDENTITY, user], "instances": []}]}
    with running(world) as other:
        connect(other)("ram", "CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": document})
        role = AssumeRole(f"acs:ram::{ACCOUNT}:role/r", "session")
        send = connect(other, Keys("LTAIaaac", "secretC"), roles=(role,))
        assert send("sts", "GetCallerIdentity", {})["IdentityType"] == "AssumedRoleUser"
        assert len(other.calls("AssumeRole")) == 1
        later = time.time() + 3400
        monkeypatch.setattr(time, "time", lambda: later)
        # A long wait outlives the role's keys; new ones are got in time, and kept.
        for _again in range(2):
            assert send("sts", "GetCallerIdentity", {})["IdentityType"] == "AssumedRoleUser"
        assert len(other.calls("AssumeRole")) == 2


def test_a_role_that_cannot_be_assumed_is_named(machine: Emulator) -> None:
    role = AssumeRole(f"acs:ram::{ACCOUNT}:role/none", "session")
    with pytest.raises(ApiError, match="^Cannot assume role acs:ram::1252879610640001:role/none: "):
        connect(machine, OPERATOR, roles=(role,))


@pytest.mark.parametrize("order", [("cr", "ram"), ("ram", "cr")], ids="-then-".join)
def test_a_proxy_is_used_for_all_but_the_exempt_hosts(
    order: tuple[str, str], machine: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{closed_port()}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    port = machine.endpoint.rpartition(":")[2]
    send = connect(machine, endpoints={"cr": f"http://{machine.endpoint}", "ram": f"http://localhost:{port}"})
    for product in order:
        if product == "cr":
            assert send("cr", "GetInstance", SOURCE)["Code"] == "success"
        else:
            with pytest.raises(errors.UnreachableError, match="connection refused"):
                send("ram", "GetRole", {"RoleName": "r"})


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("alibabacloud_cr20181201.client", "alibabacloud-cr20181201"),
        ("alibabacloud_credentials.client", "alibabacloud-credentials"),
    ],
)
def test_a_package_that_is_missing_is_named(
    module: str, package: str, machine: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        SdkError, match=f"use the SDK: {package} is not installed for .*python.* -m pip install {package} "
    ):
        connect(machine)("cr", "GetInstance", SOURCE)


def test_an_exempt_sts_leaves_the_proxy_to_all_others(machine: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make another account's connection after the task's own has called, from the same environment."""
    monkeypatch.setenv("HTTP_PROXY", f"http://{closed_port()}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    connect(machine)("sts", "GetCallerIdentity", {})
    other = connect(machine, endpoints={"cr": "http://cr.example.com"})
    with pytest.raises(errors.UnreachableError, match="cr.example.com cannot be reached: its proxy"):
        other("cr", "GetInstance", SOURCE)


@pytest.mark.parametrize("token", ["token\n", "token\r", " token"])
def test_what_the_sdk_refuses_before_it_sends_is_no_network_failure(token: str, machine: Emulator) -> None:
    before = len(machine.calls())
    with pytest.raises(AcrError) as failed:
        connect(machine, Keys("LTAIaaaa", "secretA", token))("sts", "GetCallerIdentity", {})
    assert not isinstance(failed.value, ApiError)
    assert "The SDK could not make the request GetCallerIdentity: " in str(failed.value)
    assert "Nothing was sent" in str(failed.value)
    assert "token" not in str(failed.value)
    assert len(machine.calls()) == before


def test_the_host_that_was_meant_is_named(machine: Emulator) -> None:
    closed = closed_port()
    endpoints = {"cr": f"http://{machine.endpoint}", "sts": f"http://{closed}"}
    role = AssumeRole(f"acs:ram::{ACCOUNT}:role/r")
    with pytest.raises(errors.UnreachableError, match=f"Cannot assume role .*: {closed} cannot be reached"):
        connect(machine, endpoints=endpoints, roles=(role,))
