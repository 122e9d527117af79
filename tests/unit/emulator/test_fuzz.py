"""Send anything, and expect JSON and no status 500."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from acr_emulator import cr, ram, sts
from acr_emulator.actions import ACTIONS, VERSIONS
from acr_emulator.testing import Emulator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .kit import ACCOUNT_A, ACCOUNT_B, ROLE, SOURCE, TARGET
from .test_signature import signed

PRODUCTS = {product: version for version, product in VERSIONS.items()}
assert cr and ram and sts, "importing the products registers their actions"

parameter_names = st.sampled_from(
    """
    InstanceId NamespaceName NamespaceId RepoNamespaceName RepoName RepoId RepoType Summary Tag TagImmutability PageNo
    PageSize NextToken MaxResults SyncRuleId SyncRuleName SyncScope SyncTrigger TagFilter RepoNameFilter Priority
    NamespaceNameFilter TargetRegionId TargetInstanceId TargetNamespaceName TargetNamespace TargetRepoName TargetTag
    TargetUserId SyncTaskId Override DefaultRepoConfiguration RoleName PolicyName PolicyType PolicyDocument VersionId
    AssumeRolePolicyDocument NewAssumeRolePolicyDocument Description Marker MaxItems ResourceType ResourceNames
    Tag.1.Key TagKeys RoleArn RoleSessionName DurationSeconds Policy ExpiresInHours EndpointType SetAsDefault
    RotateStrategy RuleId Routes EventType Namespaces RepoTagFilterPattern
    """.split()  # noqa: SIM905 - sixty quoted names would be no easier to read
)
values = st.text(max_size=20) | st.sampled_from(
    [
        *(SOURCE, TARGET, ACCOUNT_A, ACCOUNT_B, ROLE, "prod", "web", "1.0", "eu-central-1", "cn-hangzhou", ".*"),
        *("REPO", "NAMESPACE", "INSTANCE", "PASSIVE", "PRIVATE", "Custom", "System", "role", "policy", "internet"),
        *("1", "-1", "0", "9" * 30, "true", "False", "[]", "{}", '["\\ud800"]', '[{"Key":"\\ud800","Value":1}]'),
        *('{"RepoType":[]}', '{"ArtifactBuildRuleParameters":1}', "[" * 2000, "(", "a{99999999999}", f"{ROLE}-1"),
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Principal":{"RAM":"*"}}]}',
        f"acs:ram::{ACCOUNT_B}:role/{ROLE}",
    ]
)


@pytest.fixture
def connection(emulator: Emulator) -> Iterator[http.client.HTTPConnection]:
    opened = http.client.HTTPConnection(emulator.endpoint, timeout=10)
    yield opened
    opened.close()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(ACTIONS)), st.dictionaries(parameter_names, values, max_size=8), st.booleans())
def test_no_call_breaks_it(
    connection: http.client.HTTPConnection, action: tuple[str, str], parameters: dict[str, str], sensible: bool
) -> None:
    product, name = action
    if sensible:
        parameters = {"InstanceId": SOURCE, "RoleName": ROLE, "PolicyName": "p", **parameters}
    query = signed(parameters, Action=name, Version=PRODUCTS[product])
    body = urlencode(parameters, errors="replace")
    connection.request("POST", f"/?{urlencode(query)}", body, {"content-type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    content = json.loads(answer.read())
    assert answer.status < 500, content
    assert content["RequestId"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from(["authorization", "x-acs-date", "x-acs-action", "x-acs-version"]), st.text()),
    values,
)
def test_no_unsigned_request_breaks_it(
    connection: http.client.HTTPConnection, headers: dict[str, str], query: str
) -> None:
    encoded = {name: value.encode("unicode_escape") for name, value in headers.items()}
    connection.request("GET", f"/?{urlencode({'a': query}, errors='replace')}", headers=encoded)
    answer = connection.getresponse()
    assert 400 <= answer.status < 500
    assert json.loads(answer.read())["Code"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
side_door_keys = st.sampled_from(
    """
    accounts uid name identities instances id region registry behaviour namespace_filter ungranted at http latency_ms
    rate_limits cr propagation_ms fault match action nth account times retry_after_ms seconds fail repository tag issue
    instance_id namespace tags digest size
    """.split()  # noqa: SIM905 - as above
)
bodies = st.dictionaries(
    side_door_keys, st.dictionaries(side_door_keys, json_values, max_size=4) | json_values, max_size=6
)
# What is JSON, and still breaks those who read it: deeper than a parser follows, longer than a float, no number at all.
ODD = [
    *(b"[" * 100_000, b'{"accounts": ' + b"[" * 900 + b"]" * 900 + b"}", b"\xff\xfe{", b'"\\ud800"', b"NaN"),
    *(b'{"latency_ms": 1' + b"0" * 400 + b"}", b'{"seconds": Infinity}', b'{"seconds": NaN}', b'{"seconds": 1e300}'),
    *(b'{"behaviour": 1, "max_page_size": 2}', b'{"behaviour": null, "namespace_filter": "exact"}'),
    *(b'{"fault": "slow", "retry_after_ms": 1' + b"0" * 400 + b"}", b'{"fault": "hang", "match": {"nth": 1e400}}'),
    *(b'{"rate_limits": {"cr": NaN}}', b'{"max_page_size": 1' + b"0" * 4000 + b"}", b"1" * 5000),
]
odd_bodies = st.sampled_from(ODD)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT"]),
    st.sampled_from(["reset", "images", "faults", "behaviour", "tasks", "calls", "state", "", "nothing"]),
    st.binary(max_size=20) | (bodies | json_values).map(lambda body: json.dumps(body).encode()) | odd_bodies,
)
def test_no_use_of_the_side_door_breaks_it(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes
) -> None:
    connection.request(method, f"/_emulator/{path}", body)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status < 500, content
    connection.request("POST", "/_emulator/reset")
    assert connection.getresponse().read()


@pytest.mark.parametrize("body", ODD, ids=lambda body: body[:20].decode("latin-1"))
@pytest.mark.parametrize("path", ["reset", "images", "faults", "behaviour", "tasks"])
def test_an_odd_body_is_refused_and_changes_nothing(
    connection: http.client.HTTPConnection, emulator: Emulator, path: str, body: bytes
) -> None:
    before = emulator.state()
    connection.request("POST", f"/_emulator/{path}", body)
    answer = connection.getresponse()
    assert (answer.status, list(json.loads(answer.read()))) == (400, ["error"])
    assert emulator.state() == before
    assert emulator.get("/_emulator/faults") == []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"get", b"\xff"]),
    st.binary(max_size=60),
    st.lists(st.tuples(st.sampled_from([b"Authorization", b"Content-Type", b"x-acs-action", b"Host"]), st.binary())),
    st.binary(max_size=60),
)
def test_no_bytes_break_it(
    emulator: Emulator, method: bytes, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    """Send bytes that are no HTTP.

    Each connection ends, answered or not, and the next one is served.
    """
    host, port = emulator.endpoint.split(":")
    lines = [method + b" /?" + query + b" HTTP/1.1", *(name + b": " + value for name, value in headers)]
    lines += [b"Connection: close", b"Content-Length: %d" % len(body), b"", body]
    with socket.create_connection((host, int(port)), 10) as opened:
        opened.sendall(b"\r\n".join(lines))
        opened.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := opened.recv(65536):
                answer += chunk
    assert not answer or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 2")), answer
    assert emulator.get("/_emulator/health") == {"status": "ok"}
