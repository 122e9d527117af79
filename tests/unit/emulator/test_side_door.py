"""Test the calls under /_emulator/, faults and throttling."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from acr_emulator.testing import Emulator, EmulatorError, running
from alibabacloud_cr20181201 import models as cr
from alibabacloud_cr20181201.client import Client as CrClient
from alibabacloud_tea_openapi.exceptions import ServerException, ThrottlingException
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.exceptions import UnretryableException

from .kit import ACCOUNT_A, ROOT_A, SOURCE, TARGET, USER_A, Client, ClientException, push, world
from .test_signature import send, signed


def test_health(emulator: Emulator) -> None:
    assert emulator.get("/_emulator/health") == {"status": "ok"}


def test_calls_are_listed_without_secrets(emulator: Emulator, a: Client) -> None:
    emulator.delete("/_emulator/calls")
    Client(emulator, ROOT_A, signature_algorithm="v2").cr("GetNamespace", NamespaceName="prod")
    a.cr("GetNamespace", NamespaceName="nope")
    with pytest.raises(ClientException):
        Client(emulator, (ROOT_A[0], "wrong")).cr("GetInstance")
    with pytest.raises(ClientException):
        Client(emulator, USER_A).ram("ListRoles")
    first, second, third, fourth = emulator.calls()
    assert first.pop("milliseconds") > 0
    assert first == {
        "number": 1,
        "account": ACCOUNT_A,
        "identity": "root",
        "product": "cr",
        "action": "GetNamespace",
        "parameters": {"InstanceId": SOURCE, "NamespaceName": "prod"},
        "status": 200,
        "code": "success",
    }
    assert (second["status"], second["code"]) == (200, "NAMESPACE_NOT_EXIST")
    assert (third["status"], third["code"], third["account"]) == (400, "SignatureDoesNotMatch", "")
    assert (fourth["identity"], fourth["status"], fourth["code"]) == ("operator", 403, "NoPermission")
    text = json.dumps(emulator.calls())
    assert not [word for word in ("secret", "Signature=", "LTAI", "SecurityToken") if word in text]
    assert emulator.delete("/_emulator/calls") == []


def test_reset_goes_back_to_the_world_it_started_with(emulator: Emulator, a: Client) -> None:
    a.cr("DeleteNamespace", NamespaceName="prod")
    emulator.post("/_emulator/behaviour", {"latency_ms": 5})
    emulator.post("/_emulator/faults", {"fault": "throttle", "times": 100})
    emulator.reset()
    assert a.cr("GetNamespace", NamespaceName="prod")["IsSuccess"]
    assert emulator.state()["latency_ms"] == 0


def test_a_world_that_is_refused_leaves_the_old_one_in_place(emulator: Emulator, a: Client) -> None:
    a.create_rule()
    emulator.post("/_emulator/behaviour", {"latency_ms": 1})
    push(emulator, "2.0")
    a.tasks()
    before, calls = emulator.state(), len(emulator.calls())
    worlds: tuple[Any, ...] = ({"accounts": 1}, {"accounts": []}, [], [1], "world", 0)
    for wrong in worlds:
        with pytest.raises(EmulatorError, match="expected"):
            emulator.post("/_emulator/reset", wrong)
    assert emulator.state() == before
    assert len(emulator.calls()) == calls


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("behaviour", {"namespace_filtr": "exact"}, "namespace_filtr: unknown key; expected one of"),
        ("behaviour", {"namespace_filter": "fuzzy"}, "namespace_filter: expected one of exact, prefix"),
        ("behaviour", {"behaviour": {"max_page_size": "9"}}, "behaviour.max_page_size: expected an integer"),
        ("behaviour", {"behaviour": 1}, "behaviour: expected a mapping, not 1"),
        ("behaviour", [], "expected a mapping, not a list"),
        ("faults", {"fault": "fire"}, "fault: expected one of throttle, error_500"),
        ("faults", {"fault": "slow", "match": {"nth": "x"}}, "match.nth: expected an integer"),
        ("tasks", {"seconds": "soon"}, "seconds: expected a number"),
        ("tasks", {"seconds": -1}, "seconds is -1, and may not be negative"),
        ("behaviour", {"latency_ms": -5}, "latency_ms is -5, and may not be negative"),
        ("behaviour", {"propagation_ms": -5}, "propagation_ms is -5, and may not be negative"),
        ("images", {"instance_id": "x"}, "namespace: missing"),
        ("images", {"instance_id": "x", "namespace": "prod", "repository": "web", "tags": []}, "no instance x"),
        ("images", {"instance_id": SOURCE, "namespace": "no", "repository": "web", "tags": []}, "no namespace no"),
        ("images", {"instance_id": SOURCE, "namespace": "dev", "repository": "new", "tags": []}, "no repository new"),
        ("images", {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": "1"}, "a list of tags"),
        (
            "images",
            {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": ["a b"]},
            "cannot be a tag",
        ),
    ],
)
def test_bad_bodies_are_refused_with_a_reason(emulator: Emulator, path: str, body: object, message: str) -> None:
    with pytest.raises(EmulatorError) as caught:
        emulator.post(f"/_emulator/{path}", body)
    assert message in json.loads(str(caught.value))["error"]


def test_behaviour_changes_what_is_given_only(emulator: Emulator) -> None:
    emulator.post("/_emulator/behaviour", {"ungranted": {"at": "task"}, "rate_limits": {"cr": 9}})
    changed = emulator.post("/_emulator/behaviour", {"behaviour": {"max_page_size": 7}, "propagation_ms": 3})
    assert changed["behaviour"]["ungranted"] == {"at": "task", "code": "NoPrivilege", "http": 403}
    assert (changed["behaviour"]["max_page_size"], changed["rate_limits"], changed["propagation_ms"]) == (
        7,
        {"cr": 9},
        3,
    )
    state = emulator.state()
    assert (state["behaviour"], state["propagation_ms"]) == (changed["behaviour"], 3)


def test_images_pushed_again_are_the_newest(emulator: Emulator, a: Client) -> None:
    before = a.tags("prod", "web")
    push(emulator, {"tag": "1.0", "digest": "sha256:" + "cd" * 32, "size": 5}, "1.0-new")
    after = a.tags("prod", "web")
    assert list(after) == ["1.0-new", "1.0", "1.1"]
    assert after["1.0"] == "cd" * 32 != before["1.0"]
    a.cr(
        "UpdateRepository",
        RepoNamespaceName="prod",
        RepoName="web",
        RepoType="PRIVATE",
        Summary="s",
        TagImmutability=True,
    )
    with pytest.raises(EmulatorError, match="immutable"):
        push(emulator, "1.0")


def sdk(emulator: Emulator, **more: Any) -> CrClient:
    keys = {"access_key_id": ROOT_A[0], "access_key_secret": ROOT_A[1], "region_id": "cn-hangzhou"}
    return CrClient(Config(**keys, endpoint=emulator.endpoint, protocol="http", **more))


def list_rules(client: CrClient) -> Any:
    return client.list_repo_sync_rule(cr.ListRepoSyncRuleRequest(instance_id=SOURCE))


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ({"fault": "throttle"}, ThrottlingException, "Throttling.User"),
        # The SDK took this for its own kind of throttling before 0.4.6.
        ({"fault": "throttle", "retry_after_ms": 0}, (ClientException, ThrottlingException), "Throttling.User"),
        ({"fault": "error_500"}, ServerException, "InternalError"),
        ({"fault": "error_503"}, ServerException, "ServiceUnavailable"),
        ({"fault": "expired_token"}, ClientException, "InvalidSecurityToken.Expired"),
        ({"fault": "denied"}, ClientException, "NoPrivilege"),
        ({"fault": "html_502"}, UnretryableException, None),
        ({"fault": "empty_body"}, UnretryableException, None),
        ({"fault": "reset_before"}, UnretryableException, None),
        ({"fault": "reset_after"}, UnretryableException, None),
    ],
)
def test_faults_as_the_sdk_meets_them(
    emulator: Emulator, fault: dict[str, Any], error: type[Exception] | tuple[type[Exception], ...], code: str | None
) -> None:
    emulator.post("/_emulator/faults", fault)
    client = sdk(emulator)
    with pytest.raises(error) as caught:
        list_rules(client)
    raised: Any = caught.value
    assert raised.code == code
    if error is ThrottlingException:
        assert raised.retry_after == 500
    assert list_rules(client).body.is_success


def test_a_wrong_shape_leaves_the_sdk_without_a_body(emulator: Emulator) -> None:
    emulator.post("/_emulator/faults", {"fault": "wrong_shape"})
    assert list_rules(sdk(emulator)).body is None


def test_reset_after_has_done_the_work_and_reset_before_has_not(emulator: Emulator, a: Client) -> None:
    for fault, name, code in (("reset_before", "before", "NAMESPACE_NOT_EXIST"), ("reset_after", "after", "success")):
        emulator.post("/_emulator/faults", {"fault": fault, "match": {"action": "CreateNamespace"}})
        with pytest.raises(UnretryableException):
            a.cr("CreateNamespace", NamespaceName=name)
        assert a.cr("GetNamespace", NamespaceName=name)["Code"] == code
    assert [call["status"] for call in emulator.calls("CreateNamespace")] == [0, 0]


def test_a_reset_is_a_real_one(emulator: Emulator) -> None:
    emulator.post("/_emulator/faults", {"fault": "reset_before"})
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        _raw_list(emulator)


def _raw_list(emulator: Emulator) -> int:
    """Send one signed call without an SDK's retries."""
    return send(emulator, signed({}, Action="ListInstance"), {}, {})[0]


def test_hang_and_slow(emulator: Emulator) -> None:
    emulator.post("/_emulator/faults", {"fault": "hang"})
    with pytest.raises(UnretryableException):
        list_rules(sdk(emulator, read_timeout=300))
    emulator.post("/_emulator/faults", {"fault": "slow", "retry_after_ms": 200})
    began = time.monotonic()
    assert list_rules(sdk(emulator)).body.is_success
    assert time.monotonic() - began >= 0.2


def test_no_fault_is_an_error_of_the_emulator(capfd: pytest.CaptureFixture[str]) -> None:
    """Expect no line of the emulator about any fault.

    It also says nothing when the client gives up.
    """
    with running(world()) as emulator:
        for fault in ("hang", "slow", "reset_before", "reset_after", "html_502", "empty_body", "wrong_shape"):
            emulator.post("/_emulator/faults", {"fault": fault, "retry_after_ms": 300})
            with contextlib.suppress(UnretryableException):
                list_rules(sdk(emulator, read_timeout=200))
        assert len(emulator.calls()) == 7
    assert capfd.readouterr().err == ""


def test_faults_match_by_action_count_and_account(emulator: Emulator, a: Client, b: Client) -> None:
    match = {"action": "GetInstance", "nth": 2, "account": "account-a"}
    emulator.post("/_emulator/faults", {"fault": "throttle", "match": match, "times": 2})

    def throttled(client: Client, action: str = "GetInstance", instance: str = SOURCE) -> bool:
        try:
            client.cr(action, InstanceId=instance)
        except ThrottlingException:
            return True
        return False

    assert not throttled(b, instance=TARGET)
    assert not throttled(a, "GetInstanceUsage")
    assert [throttled(a) for _time in range(4)] == [False, True, True, False]
    emulator.post("/_emulator/faults", {"fault": "throttle"})
    emulator.delete("/_emulator/faults")
    assert not throttled(a)


def test_rate_limits_are_by_account_and_product(serve: Callable[..., Emulator], a: Client, b: Client) -> None:
    emulator = serve(rate_limits={"cr": 3})
    # Begin with a new second, which is what the limit counts by.
    time.sleep(1 - time.time() % 1)
    for _time in range(3):
        a.cr("GetInstance")
    with pytest.raises(ThrottlingException) as caught:
        a.cr("GetInstance")
    assert 0 < caught.value.retry_after <= 1000
    assert b.cr("GetInstance", InstanceId=TARGET)["IsSuccess"]
    assert a.ram("ListRoles")
    emulator.post("/_emulator/behaviour", {"rate_limits": {"cr": None}})
    assert a.cr("GetInstance")["IsSuccess"]


def test_latency(emulator: Emulator, a: Client) -> None:
    emulator.post("/_emulator/behaviour", {"latency_ms": 150})
    began = time.monotonic()
    a.cr("GetInstance")
    assert time.monotonic() - began >= 0.15


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        b"GET /?%ff=%zz&a&=&&Action=%f0 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n\xff\xfe&",
        b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: ACS3-HMAC-SHA256 \xff\r\n\r\n",
    ],
)
def test_odd_requests_are_refused_not_crashed_on(emulator: Emulator, request_bytes: bytes) -> None:
    host, port = emulator.endpoint.split(":")
    with socket.create_connection((host, int(port)), 5) as connection:
        connection.sendall(request_bytes)
        status = connection.recv(65536).split(b" ")[1]
    assert status.startswith(b"4")


def test_the_page_is_served_with_a_rule_and_tasks(emulator: Emulator, a: Client) -> None:
    a.create_rule("everything-new")
    push(emulator, "2.0")
    a.tasks()
    connection = http.client.HTTPConnection(emulator.endpoint, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", "/_emulator/")
        answer = connection.getresponse()
        assert (answer.status, "everything-new" in answer.read().decode()) == (200, True)
