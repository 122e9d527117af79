"""Whatever is asked, signed or not, the answer is JSON and no 500."""

from __future__ import annotations

import http.client
import json
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
