# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Obtain keys by every mode of profile."""

from __future__ import annotations

import json
import socket
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3.util.connection
from acr_emulator.testing import Emulator, running

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, ApiError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.http import Answer, Wire
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import connection
from ansible_collections.registryops.alicloud.plugins.module_utils._core.transport import SdkTransport

from .loopback import Request, serving

ACCOUNT = "1252879610640001"
KEYS = {"access_key_id": "LTAIaaac", "access_key_secret": "secretC"}
ROLE = {"ram_role_arn": f"acs:ram::{ACCOUNT}:role/r", "ram_session_name": "me", "expired_seconds": 900}
TOMORROW = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
HUSH = "hush-hush"


@pytest.fixture(scope="module")
def machine() -> Iterator[Emulator]:
    """Serve a user who may assume the roles r and s.

    The role r demands an external ID, and may assume s.
    """
    rights = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    root = {"name": "root", "type": "account", "access_key_id": "LTAIaaaa", "access_key_secret": "secretA"}
    user = {"name": "ci", "type": "user", **KEYS, "policies": [{"Version": "1", "Statement": [rights]}]}
    world = {"accounts": [{"uid": ACCOUNT, "name": "a", "identities": [root, user], "instances": []}]}
    with running(world) as started:
        send = SdkTransport(connection(options(started, access_key_id="LTAIaaaa", access_key_secret="secretA"), {}))
        trust: dict[str, Any] = {
            "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [f"acs:ram::{ACCOUNT}:root"]},
        }  # fmt: skip
        demanding = {**trust, "Condition": {"StringEquals": {"sts:ExternalId": "agreed"}}}
        for role, statement in (("r", demanding), ("s", trust)):
            document = json.dumps({"Version": "1", "Statement": [statement]})
            send("ram", "CreateRole", {"RoleName": role, "AssumeRolePolicyDocument": document})
        policy = json.dumps({"Version": "1", "Statement": [rights]})
        send("ram", "CreatePolicy", {"PolicyName": "p", "PolicyDocument": policy})
        send("ram", "AttachPolicyToRole", {"PolicyName": "p", "PolicyType": "Custom", "RoleName": "r"})
        yield started


def options(machine: Emulator, **changed: Any) -> dict[str, Any]:
    url = f"http://{machine.endpoint}"
    endpoints = {f"{product}_endpoint": url for product in ("cr", "ram", "sts")}
    return {**endpoints, "region": "cn-hangzhou", "connect_timeout": 2, "read_timeout": 2, **changed}


def connect(machine: Emulator, folder: Path, *entries: dict[str, Any], **changed: Any) -> SdkTransport:
    """Connect with the last profile."""
    file = folder / "config.json"
    profiles = [{"name": f"p{number}", **entry} for number, entry in enumerate(entries)]
    file.write_text(json.dumps({"profiles": profiles}), encoding="utf-8")
    profile = {"profile": profiles[-1]["name"], "profile_file": str(file)}
    return SdkTransport(connection(options(machine, **profile, **changed), {}))


def caller(send: SdkTransport) -> str:
    return str(send("sts", "GetCallerIdentity", {})["Arn"]).rpartition(":")[2]


def given_out(machine: Emulator) -> dict[str, str]:
    """Return keys of a session of role s."""
    taken = SdkTransport(connection(options(machine, **KEYS, assume_role_arn=f"acs:ram::{ACCOUNT}:role/s"), {}))._keys
    return {
        "AccessKeyId": taken.access_key_id,
        "AccessKeySecret": taken.access_key_secret,
        "SecurityToken": str(taken.security_token),
        "Expiration": TOMORROW,
    }


def test_a_profile_as_the_cli_writes_it_assumes_its_role(machine: Emulator, tmp_path: Path) -> None:
    written = {"mode": "RamRoleArn", **KEYS, **ROLE, "external_id": "agreed"}
    assert caller(connect(machine, tmp_path, written)) == "assumed-role/r/me"
    sent = machine.calls("AssumeRole")[-1]["parameters"]
    assert (sent["DurationSeconds"], sent["ExternalId"]) in ((900, "agreed"), ("900", "agreed"))


def test_without_the_external_id_that_the_role_demands_it_is_refused(machine: Emulator, tmp_path: Path) -> None:
    with pytest.raises(ApiError, match=f"Cannot assume role acs:ram::{ACCOUNT}:role/r: "):
        connect(machine, tmp_path, {"mode": "RamRoleArn", **KEYS, **ROLE})


def test_a_policy_in_the_task_narrows_the_profiles_role(machine: Emulator, tmp_path: Path) -> None:
    nothing = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:List*", "Resource": "*"}]}
    written = {"mode": "RamRoleArn", **KEYS, **ROLE, "external_id": "agreed"}
    wide = f"acs:ram::{ACCOUNT}:role/s"
    assume = {"RoleArn": wide, "RoleSessionName": "again"}
    assert connect(machine, tmp_path, written)("sts", "AssumeRole", assume)["Credentials"]
    narrow = connect(machine, tmp_path, written, assume_role_policy=json.dumps(nothing))
    with pytest.raises(ApiError, match="NoPermission"):
        narrow("sts", "AssumeRole", assume)


def test_a_chain_of_profiles_assumes_one_role_after_the_other(machine: Emulator, tmp_path: Path) -> None:
    first = {"mode": "RamRoleArn", **KEYS, **ROLE, "external_id": "agreed"}
    second = {"mode": "ChainableRamRoleArn", "source_profile": "p0", "ram_role_arn": f"acs:ram::{ACCOUNT}:role/s"}
    assert caller(connect(machine, tmp_path, first, second)) == "assumed-role/s/registryops-alicloud"


def external(folder: Path, keys: dict[str, Any]) -> dict[str, Any]:
    (folder / "keys").write_text(json.dumps(keys), encoding="utf-8")
    return {"mode": "External", "process_command": f"cat {folder / 'keys'}"}


def test_a_command_gives_keys_and_the_users_file_is_left_alone(machine: Emulator, tmp_path: Path) -> None:
    send = connect(machine, tmp_path, external(tmp_path, {"mode": "AK", **KEYS}))
    before = (tmp_path / "config.json").read_text()
    assert caller(send) == "user/ci"
    assert (tmp_path / "config.json").read_text() == before


def test_a_commands_keys_may_be_traded_for_a_role(machine: Emulator, tmp_path: Path) -> None:
    source = external(tmp_path, {"mode": "AK", **KEYS})
    role = {"mode": "ChainableRamRoleArn", "source_profile": "p0", **ROLE, "external_id": "agreed"}
    assert caller(connect(machine, tmp_path, source, role)) == "assumed-role/r/me"


def test_a_uri_gives_keys(machine: Emulator, tmp_path: Path) -> None:
    found = {"Code": "Success", **given_out(machine)}
    with serving(lambda request: request.answer(found)) as host:
        send = connect(machine, tmp_path, {"mode": "CredentialsURI", "credentials_uri": f"http://{host.host}/keys?a=b"})
        assert caller(send) == "assumed-role/s/registryops-alicloud"
        assert [request.path for request in host.requests] == ["/keys?a=b"]


def test_cloud_sso_gives_keys(machine: Emulator, tmp_path: Path) -> None:
    found = {"CloudCredential": given_out(machine)}
    with serving(lambda request: request.answer(found)) as host:
        assert caller(connect(machine, tmp_path, sso(host.host))) == "assumed-role/s/registryops-alicloud"
        asked = host.requests[0]
        assert asked.headers["Authorization"] == f"Bearer {HUSH}"
        assert json.loads(asked.body) == {"AccountId": ACCOUNT, "AccessConfigurationId": "ac"}


def sso(host: str, **changed: Any) -> dict[str, Any]:
    return {
        "mode": "CloudSSO",
        "cloud_sso_sign_in_url": f"http://{host}/a/login",
        "cloud_sso_account_id": ACCOUNT,
        "cloud_sso_access_config": "ac",
        "access_token": HUSH,
        "cloud_sso_access_token_expire": int(time.time()) + 3600,
        **changed,
    }


def oidc(folder: Path) -> dict[str, Any]:
    (folder / "token").write_text(HUSH, encoding="utf-8")
    return {"mode": "OIDC", "oidc_provider_arn": "provider", "oidc_token_file": str(folder / "token"), **ROLE}


def test_oidc_gives_keys_from_sts_endpoint(machine: Emulator, tmp_path: Path) -> None:
    """Let a server of the test stand for STS, since the emulator knows no OIDC."""
    found = given_out(machine)

    def give(request: Request) -> None:
        whole = {"Credentials": found} if "AssumeRoleWithOIDC" in request.path else {"Arn": "a:role/s", "Code": ""}
        request.answer(whole)

    with serving(give) as sts:
        sts_endpoint = {"sts_endpoint": f"http://{sts.host}"}
        narrowed = {"assume_role_policy": '{"Version": "1"}', "assume_role_duration": 1800}
        send = connect(machine, tmp_path, oidc(tmp_path), **sts_endpoint, **narrowed)
        assert caller(send) == "role/s"
        asked = sts.requests[0]
        assert asked.headers["Host"] == sts.host
        for sent in ("RoleSessionName=me", "DurationSeconds=1800", "Policy=%7B", f"OIDCToken={HUSH}"):
            assert sent in asked.path


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch, machine: Emulator) -> Iterator[list[str]]:
    """Return the paths that a machine's metadata service is asked for.

    Its address leads to a server of the test.
    """
    paths: list[str] = []
    found = {"Code": "Success", **given_out(machine)}

    def give(request: Request) -> None:
        paths.append(request.path)
        request.answer(b"token" if request.path.endswith("token") else found)

    real = urllib3.util.connection.create_connection
    with serving(give) as host:
        here = ("127.0.0.1", int(host.host.rpartition(":")[2]))

        def lead(address: tuple[str, int], *args: Any, **settings: Any) -> socket.socket:
            # The documented address of the metadata service, on every machine of Alibaba Cloud.
            return real(here if address[0] == "100.100.100.200" else address, *args, **settings)

        monkeypatch.setattr("urllib3.util.connection.create_connection", lead)
        yield paths


def test_a_machine_has_keys_of_its_role(machine: Emulator, tmp_path: Path, metadata: list[str]) -> None:
    send = connect(machine, tmp_path, {"mode": "EcsRamRole", "ram_role_name": "s"})
    assert caller(send) == "assumed-role/s/registryops-alicloud"
    assert metadata == ["/latest/api/token", "/latest/meta-data/ram/security-credentials/s"]


def test_a_machines_role_may_be_traded_for_another(machine: Emulator, tmp_path: Path, metadata: list[str]) -> None:
    written = {"mode": "RamRoleArnWithRoleName", "ram_role_name": "s", **ROLE, "external_id": "agreed"}
    with pytest.raises(ApiError, match="Cannot assume role .*role/r: .*NoPermission"):
        connect(machine, tmp_path, written)  # s is another's role without rights; that STS was asked is what counts
    assert machine.calls("AssumeRole")[-1]["parameters"]["ExternalId"] == "agreed"


@pytest.mark.parametrize("mode", ["EcsRamRole", "RamRoleArnWithRoleName"])
def test_a_machine_without_a_role_is_told_with_the_mode_as_it_is_written(
    mode: str, machine: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: Any, **_settings: Any) -> socket.socket:
        raise ConnectionRefusedError

    monkeypatch.setattr("urllib3.util.connection.create_connection", refuse)
    with pytest.raises(AcrError, match=f"^Profile 'p0' of mode {mode} in .* gives no keys: ") as failed:
        connect(machine, tmp_path, {"mode": mode, "ram_role_name": "s", **ROLE})
    assert "to which a RAM role is attached" in failed.value.hint


def test_oauth_uses_the_keys_that_the_cli_has_kept(machine: Emulator, tmp_path: Path) -> None:
    kept = given_out(machine)
    entry = {
        "mode": "OAuth",
        "access_key_id": kept["AccessKeyId"],
        "access_key_secret": kept["AccessKeySecret"],
        "sts_token": kept["SecurityToken"],
        "sts_expiration": int(time.time()) + 3000,
    }
    assert caller(connect(machine, tmp_path, entry)) == "assumed-role/s/registryops-alicloud"


def oauth() -> dict[str, Any]:
    return {"mode": "OAuth", "oauth_site_type": "INTL", "oauth_access_token": "old", "oauth_refresh_token": "once"}


def stand_in(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> list[tuple[str, Any]]:
    """Answer for the OAuth service, whose hosts the SDK has fixed."""
    asked: list[tuple[str, Any]] = []
    real = Wire.send

    def send(wire: Wire, request: Any, timeout: tuple[float, float], exchange: Any) -> Answer:
        url = urllib.parse.urlsplit(request.url)
        if url.netloc != "oauth.alibabacloud.com":
            return real(wire, request, timeout, exchange)
        asked.append((url.path, request.headers.get("Authorization") or request.body))
        return Answer(200, "OK", {}, json.dumps(answers[url.path]).encode())

    monkeypatch.setattr(Wire, "send", send)
    return asked


def test_oauth_gets_new_keys_and_keeps_the_new_refresh_token(
    machine: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = {"access_token": "new", "refresh_token": "next", "expires_in": 3600}
    asked = stand_in(monkeypatch, {"/v1/token": tokens, "/v1/exchange": given_out(machine)})
    written = {**oauth(), "oauth_access_token_expire": 1}
    assert caller(connect(machine, tmp_path, written)) == "assumed-role/s/registryops-alicloud"
    assert [path for path, _sent in asked] == ["/v1/token", "/v1/exchange"]
    assert b"refresh_token=once" in asked[0][1]
    assert asked[1][1] == "Bearer new"
    (kept,) = json.loads((tmp_path / "config.json").read_text())["profiles"]
    assert (kept["oauth_refresh_token"], kept["oauth_access_token"]) == ("next", "new")


def test_what_oauth_refuses_is_told_without_its_tokens(
    machine: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, {"/v1/token": {"access_token": HUSH, "error": "invalid_grant"}})
    with pytest.raises(AcrError, match="failed to refresh OAuth token: invalid_grant. Log in again") as failed:
        connect(machine, tmp_path, {**oauth(), "oauth_access_token_expire": 1})
    assert HUSH not in str(failed.value)


def test_keys_that_end_are_obtained_anew_in_time(
    machine: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    found = {"Code": "Success", **given_out(machine), "Expiration": soon}
    with serving(lambda request: request.answer(found)) as host:
        send = connect(machine, tmp_path, {"mode": "CredentialsURI", "credentials_uri": f"http://{host.host}/"})
        caller(send)
        assert len(host.requests) == 1
        later = time.time() + 3400
        found["Expiration"] = TOMORROW
        monkeypatch.setattr(time, "time", lambda: later)
        monkeypatch.setattr(time, "localtime", lambda: time.gmtime(later))
        for _turn in range(2):
            caller(send)
        assert len(host.requests) == 2


REFUSAL = {"Code": "AuthenticationFail.NoPermission", "Message": "The provider is not trusted.", "Secret": HUSH}


@pytest.mark.parametrize(
    ("entry", "said", "hint"),
    [
        ({"mode": "External", "process_command": "false"}, "exit status 1", "Run the profile's process_command"),
        ({"mode": "External", "process_command": "no-such-program-anywhere"}, "No such file or directory", "by hand"),
        ({"mode": "External", "process_command": f"echo {HUSH}"}, "failed to parse external command output", "JSON"),
        ({"mode": "External", "process_command": "echo {}"}, "access_key_id or access_key_secret is empty", "JSON"),
        (
            {"mode": "OIDC", "oidc_provider_arn": "a", "oidc_token_file": "/none", "ram_role_arn": "r"},
            "/none cannot be read: No such file or directory",
            "Check the profile's token file",
        ),
        (sso("127.0.0.1:1", cloud_sso_access_token_expire=1), "token is empty or expired", "Log in again with"),
        (sso("127.0.0.1:1"), "127.0.0.1:1 cannot be reached (connection refused)", "Log in again with"),
        (
            {"mode": "CredentialsURI", "credentials_uri": "http://127.0.0.1:1/"},
            "(connection refused)",
            "credentials_uri",
        ),
    ],
)
def test_why_a_profile_gives_no_keys_is_said(
    entry: dict[str, Any], said: str, hint: str, machine: Emulator, tmp_path: Path
) -> None:
    with pytest.raises(AcrError) as failed:
        connect(machine, tmp_path, entry)
    assert not isinstance(failed.value, ApiError)
    where = f"Profile 'p0' of mode {entry['mode']} in {tmp_path / 'config.json'} gives no keys: "
    assert str(failed.value).startswith(where)
    assert said in str(failed.value)
    assert hint in failed.value.hint
    assert HUSH not in str(failed.value)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (REFUSAL, 403, "http_code: 403: AuthenticationFail.NoPermission: The provider is not trusted."),
        ({"CloudCredential": {"AccessKeySecret": HUSH}}, 200, "error retrieving credentials from sso"),
        (HUSH.encode(), 200, "the answer is not JSON"),
        ([HUSH], 200, "error retrieving credentials from sso"),
        (b"1", 200, "the answer or the profile is not of the documented shape"),
        (b"<html>" + HUSH.encode(), 502, "http_code: 502"),
        (
            {"CloudCredential": {**dict.fromkeys(("AccessKeyId", "AccessKeySecret", "SecurityToken"), HUSH)}},
            200,
            "shape",
        ),
    ],
)
def test_what_a_service_says_is_told_and_what_it_gives_is_not(
    body: Any, status: int, said: str, machine: Emulator, tmp_path: Path
) -> None:
    with serving(lambda request: request.answer(body, status)) as host, pytest.raises(AcrError) as failed:
        connect(machine, tmp_path, sso(host.host))
    assert said in str(failed.value)
    assert HUSH not in str(failed.value)
