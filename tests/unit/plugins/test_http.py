# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what goes over the wire: to which host, for how long, how much of it, and whom it trusts."""

from __future__ import annotations

import gzip
import logging
import os
import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core import http as wire_module
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, UnreachableError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import Keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import Connection
from ansible_collections.registryops.alicloud.plugins.module_utils._core.transport import SdkTransport

from .conftest import run_module
from .loopback import Request, certificate, serving

TOKEN = "a-security-token"
IDENTITY = {"AccountId": "1252879610640001", "RequestId": "R"}


def connect(endpoint: str, **changed: Any) -> SdkTransport:
    settings: dict[str, Any] = {
        "source": Keys("LTAIaaaa", "secretA", TOKEN),
        "roles": (),
        "region": "cn-hangzhou",
        "account_id": None,
        "endpoints": {"cr": endpoint, "ram": endpoint, "sts": endpoint},
        "proxies": {},
        "connect_timeout": 2,
        "read_timeout": 1,  # short, since some tests wait for it
        "ca_bundle": None,
        "rate_limit": None,
    }
    return SdkTransport(Connection(**{**settings, **changed}))


def ask(endpoint: str, **changed: Any) -> dict[str, Any]:
    return connect(endpoint, **changed)("sts", "GetCallerIdentity", {})


def identify(request: Request) -> None:
    request.answer(IDENTITY)


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return certificate(tmp_path, "ours")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_but_named(status: int) -> None:
    def redirect(request: Request) -> None:
        request.answer({}, status, {"Location": f"http://user:secret@{other.host}/?a"})

    with serving(identify) as other, serving(redirect) as host:
        with pytest.raises(UnreachableError) as failed:
            ask(f"http://{host.host}")
        assert f"{host.host} answered with a redirect to {other.host}, which is not followed" in str(failed.value)
        assert "secret" not in str(failed.value)
        assert failed.value.uncertain is False
        assert (len(host.requests), other.requests) == (1, [])


def test_a_redirect_within_a_host_is_not_followed_either() -> None:
    with serving(lambda request: request.answer({}, 302, {"Location": "/elsewhere"})) as host:
        with pytest.raises(UnreachableError, match=f"a redirect to {host.host}, which is not followed"):
            ask(f"http://{host.host}")
        assert len(host.requests) == 1


def test_an_endpoint_that_expects_tls_is_told_as_one(ours: Path) -> None:
    with serving(identify, ours) as host, pytest.raises(UnreachableError) as failed:
        ask(f"http://{host.host}")
    assert f"If it expects TLS, write https://{host.host} as the endpoint." in str(failed.value)


@pytest.mark.parametrize(("status", "is_said"), [(400, True), (502, False)])
def test_an_answer_without_json_is_put_down_to_tls_where_it_may_be(status: int, is_said: bool) -> None:
    def refuse(request: Request) -> None:
        request.answer(b"<html>The plain HTTP request was sent to HTTPS port</html>", status)

    with serving(refuse) as host, pytest.raises(UnreachableError) as failed:
        ask(f"http://{host.host}")
    assert (f"If it expects TLS, write https://{host.host} as the endpoint." in str(failed.value)) is is_said
    assert ("A proxy or a load balancer" in str(failed.value)) is not is_said


@pytest.fixture
def ended() -> Iterator[threading.Event]:
    """Set when the test is over, so that no server goes on."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize("part", ["head", "body"])
@pytest.mark.parametrize("with_tls", [False, True], ids=["http", "https"])
def test_an_answer_that_drips_ends_with_the_read_timeout(
    part: str, with_tls: bool, ours: Path, ended: threading.Event
) -> None:
    def drip(request: Request) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n"
        request.wfile.write(head + b"\r\n" if part == "body" else head)
        # Each byte comes in time, but all of them would take 50 seconds.
        while not ended.wait(0.05):
            request.wfile.write(b"x")

    with serving(drip, ours if with_tls else None) as host:
        endpoint = f"{'https' if with_tls else 'http'}://{host.host}"
        with pytest.raises(UnreachableError, match="no whole answer within 1 s, which is read_timeout") as failed:
            ask(endpoint, ca_bundle=str(ours))
        ended.set()
        assert failed.value.uncertain is True
        assert len(host.requests) == 1


def test_an_answer_without_end_is_cut_off(ended: threading.Event) -> None:
    written = []

    def flood(request: Request) -> None:
        request.send_response(200)
        request.end_headers()
        chunk = b" " * 1024 * 1024
        while not ended.is_set():
            request.wfile.write(chunk)
            written.append(len(chunk))

    with serving(flood) as host, pytest.raises(UnreachableError, match="answered with more than 8 MiB"):
        ask(f"http://{host.host}", read_timeout=20)
    # What was written beyond it waits in the buffers of the two sockets.
    assert sum(written) < 3 * wire_module.LARGEST_ANSWER


def test_a_packed_answer_is_unpacked_no_further_than_allowed() -> None:
    # Some 130 KiB that unpack to 128 MiB.
    packed = gzip.compress(b" " * 16 * wire_module.LARGEST_ANSWER)

    def answer(request: Request) -> None:
        request.answer(packed, headers={"Content-Encoding": "gzip"})

    with serving(answer) as host:
        transport = connect(f"http://{host.host}")
        tracemalloc.start()
        try:
            with pytest.raises(UnreachableError, match="answered with more than 8 MiB"):
                transport("sts", "GetCallerIdentity", {})
            # The peak: the answer as far as it was unpacked, and copies of it.
            assert tracemalloc.get_traced_memory()[1] < 4 * wire_module.LARGEST_ANSWER
        finally:
            tracemalloc.stop()


def test_the_largest_answer_that_is_allowed_is_read() -> None:
    start = b'{"AccountId": "1", "Fill": "'
    body = start + b"x" * (wire_module.LARGEST_ANSWER - len(start) - 2) + b'"}'
    with serving(lambda request: request.answer(body)) as host:
        assert ask(f"http://{host.host}", read_timeout=20)["AccountId"] == "1"


def test_an_answer_that_breaks_off_counts_as_no_answer() -> None:
    def break_off(request: Request) -> None:
        request.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"AccountId": "1"}')
        request.close_connection = True

    with serving(break_off) as host, pytest.raises(UnreachableError, match="closed before an answer came"):
        ask(f"http://{host.host}")


def test_a_connection_is_kept_for_the_calls_that_follow() -> None:
    with serving(identify) as host:
        send = connect(f"http://{host.host}")
        for _turn in range(3):
            send("sts", "GetCallerIdentity", {})
        assert len({request.client_address for request in host.requests}) == 1


def test_only_the_bundles_authorities_are_trusted(tmp_path: Path, ours: Path) -> None:
    theirs = certificate(tmp_path, "theirs")
    with serving(identify, ours) as host:
        endpoint = f"https://{host.host}"
        assert ask(endpoint, ca_bundle=str(ours)) == IDENTITY
        # Neither the connection nor the trust of the call before serves another one.
        for bundle in (None, str(theirs)):
            with pytest.raises(UnreachableError, match="certificate verify failed: .*ca_bundle") as failed:
                ask(endpoint, ca_bundle=bundle)
            assert failed.value.uncertain is False
        assert len(host.requests) == 1


@pytest.mark.parametrize("empty", ["", " "])
def test_an_impostor_gets_nothing_from_a_task_with_an_empty_bundle(empty: str, ours: Path) -> None:
    with serving(identify, ours) as host:
        endpoints = {f"{product}_endpoint": f"https://{host.host}" for product in ("cr", "ram", "sts")}
        keys = {"access_key_id": "LTAIaaaa", "access_key_secret": "secretA", "security_token": TOKEN}
        settings = {"region": "cn-hangzhou", "ca_bundle": empty, "read_timeout": 1}
        result = run_module("acr_instance_info", {**endpoints, **keys, **settings})
        assert "certificate verify failed" in result["msg"]
        assert host.requests == []


def test_a_bundle_may_be_a_folder(tmp_path: Path, ours: Path) -> None:
    with serving(identify, ours) as host, pytest.raises(UnreachableError, match="certificate verify failed"):
        ask(f"https://{host.host}", ca_bundle=str(tmp_path))


@pytest.mark.parametrize(("content", "reason"), [(None, "No such file or directory"), ("", "no certificate is in it")])
def test_a_bundle_that_cannot_be_used_is_named(content: str | None, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(AcrError) as failed:
        # Nothing listens on port 1, so the bundle is refused before anything is sent.
        ask("https://127.0.0.1:1", ca_bundle=str(file))
    assert f"ca_bundle '{file}' cannot be used: {reason}." in str(failed.value).replace("Ca_bundle", "ca_bundle")


def test_a_name_that_the_certificate_lacks_is_not_trusted(ours: Path) -> None:
    with serving(identify, ours) as host:
        port = host.host.rpartition(":")[2]
        with pytest.raises(UnreachableError, match="certificate verify failed: .*[Hh]ostname"):
            ask(f"https://localhost:{port}", ca_bundle=str(ours))


def test_a_proxy_gets_its_password_and_no_message_does() -> None:
    with serving(identify) as proxy:
        assert ask("http://sts.example.com", proxies={"http": f"http://me:p%40ss@{proxy.host}"}) == IDENTITY
        assert proxy.requests[0].path == "http://sts.example.com/"
        assert proxy.requests[0].headers["Proxy-Authorization"] == "Basic bWU6cEBzcw=="  # me:p@ss


def test_a_proxy_that_refuses_is_named_without_its_password() -> None:
    def refuse(request: Request) -> None:
        request.answer({}, 407)

    with serving(refuse) as proxy:
        with pytest.raises(UnreachableError) as failed:
            ask("https://sts.example.com", proxies={"https": f"http://me:hush@{proxy.host}"})
        said = f"sts.example.com cannot be reached: its proxy {proxy.host} does not let it through (Tunnel connection"
        assert said in str(failed.value)
        assert "hush" not in str(failed.value)
        assert failed.value.uncertain is False


@pytest.fixture
def debugging(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("DEBUG", "sdk")
    caplog.set_level(logging.DEBUG)


def test_nothing_is_printed_at_any_call(
    debugging: None, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with serving(lambda request: request.answer(IDENTITY, 200 if len(host.requests) < 3 else 299)) as host:
        send = connect(f"http://{host.host}")
        for _item in range(3):
            send("sts", "GetCallerIdentity", {})
            # Whatever an item of a loop changes in the environment is as before for the next one.
            os.environ["DEBUG"] = "sdk"
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith(("urllib3", "credentials"))] == []


def test_other_users_of_the_sdk_in_this_process_are_left_alone(
    debugging: None, caplog: pytest.LogCaptureFixture
) -> None:
    from alibabacloud_tea_openapi import utils_models
    from alibabacloud_tea_openapi.client import Client
    from darabonba.runtime import RuntimeOptions

    with serving(identify) as host:
        connect(f"http://{host.host}")("sts", "GetCallerIdentity", {})
        config = utils_models.Config(access_key_id="LTAI", access_key_secret="s", endpoint=host.host, protocol="http")
        params = utils_models.Params(
            action="GetCallerIdentity", version="2015-04-01", protocol="HTTP", pathname="/", method="POST",
            auth_type="AK", style="RPC", req_body_type="formData", body_type="json",
        )  # fmt: skip
        Client(config).call_api(params, utils_models.OpenApiRequest(), RuntimeOptions())
    assert any(record.name == "darabonba-core" for record in caplog.records)
    for session in sessions():
        session.close()


def sessions() -> list[Any]:
    from darabonba.core import DaraCore

    return [DaraCore._sessions.pop(key) for key in list(DaraCore._sessions)]


def test_an_sdk_that_sends_in_another_way_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from darabonba.core import DaraCore

    wire_module._wrap_sdk.cache_clear()
    with monkeypatch.context() as patch:
        patch.delattr(DaraCore, "do_action")
        with pytest.raises(AcrError, match="does not send as this collection expects"):
            ask("http://127.0.0.1:1")
    wire_module._wrap_sdk.cache_clear()


def test_an_unexpected_failure_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise ValueError("something new")

    monkeypatch.setattr(wire_module, "pool_of", fail)
    with pytest.raises(
        UnreachableError, match=r"127.0.0.1:1 cannot be reached \(ValueError: something new\)"
    ) as failed:
        ask("http://127.0.0.1:1")
    assert failed.value.uncertain is False


def test_environment_is_neither_asked_nor_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    before = dict(os.environ)
    with serving(identify) as host:
        assert ask(f"http://{host.host}") == IDENTITY
    assert dict(os.environ) == before


def test_the_read_timeout_is_for_an_answer_and_not_for_a_connection() -> None:
    with serving(identify) as host:
        send = connect(f"http://{host.host}")
        send("sts", "GetCallerIdentity", {})
        time.sleep(1.1)  # longer than read_timeout
        assert send("sts", "GetCallerIdentity", {}) == IDENTITY
        assert len({request.client_address for request in host.requests}) == 1
