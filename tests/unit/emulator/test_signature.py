"""Sign requests in both styles and with temporary keys, and in every way that is wrong."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from acr_emulator.signature import sign_v1
from acr_emulator.testing import Emulator
from alibabacloud_cr20181201 import models as cr
from alibabacloud_cr20181201.client import Client as CrClient
from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client as RamClient
from alibabacloud_tea_openapi.utils_models import Config

from .kit import ACCOUNT_A, ROOT_A, SOURCE, USER_A, Client, ClientException, allow, trust, world

# Signs that a signature escapes in its own way, unlike a form.
AWKWARD = "space +plus*star~tilde/slash é&=%25"


@pytest.mark.parametrize("style", [{}, {"signature_algorithm": "v2"}])
def test_the_product_sdks_in_both_styles(emulator: Emulator, style: dict[str, str]) -> None:
    keys = {"access_key_id": ROOT_A[0], "access_key_secret": ROOT_A[1]}
    config = Config(**keys, endpoint=emulator.endpoint, protocol="http", region_id="cn-hangzhou", **style)
    registry, identities = CrClient(config), RamClient(config)
    made = registry.create_repository(
        cr.CreateRepositoryRequest(
            instance_id=SOURCE,
            repo_namespace_name="prod",
            repo_name="new",
            repo_type="PRIVATE",
            summary=AWKWARD,
            detail="",
            tag_immutability=True,
        )
    ).body
    got = registry.get_repository(cr.GetRepositoryRequest(instance_id=SOURCE, repo_id=made.repo_id)).body
    assert (got.summary, got.tag_immutability, got.is_success, got.code) == (AWKWARD, True, True, "success")
    tag = registry.list_repo_tag(
        cr.ListRepoTagRequest(instance_id=SOURCE, repo_id=Client(emulator, ROOT_A).repository_id())
    ).body.images[0]
    assert tag.tag == "1.1"
    assert identities.list_roles(ram.ListRolesRequest()).body.roles.role == []


@pytest.mark.parametrize("style", [{}, {"signature_algorithm": "v2"}])
@pytest.mark.parametrize(
    ("keys", "code", "status"),
    [
        ((ROOT_A[0], "wrong"), "SignatureDoesNotMatch", 400),
        (("LTAInobody", "secretA"), "InvalidAccessKeyId.NotFound", 404),
        ((*ROOT_A, "token"), "InvalidSecurityToken.Malformed", 400),
    ],
)
def test_wrong_keys(emulator: Emulator, keys: tuple[str, ...], code: str, status: int, style: dict[str, str]) -> None:
    with pytest.raises(ClientException) as caught:
        Client(emulator, keys, **style).sts("GetCallerIdentity")
    assert (caught.value.code, caught.value.data["statusCode"]) == (code, status)
    assert set(caught.value.data) >= {"RequestId", "HostId", "Code", "Message", "Recommend"}


def send(emulator: Emulator, query: dict[str, str], form: dict[str, str], headers: dict[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(emulator.endpoint)
    with contextlib.closing(connection):
        connection.request("POST", f"/?{urlencode(query)}", urlencode(form), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def signed(form: dict[str, str], **changes: str) -> dict[str, str]:
    """Return a V1 query as Terraform signs it: together with the parameters in the form."""
    query = {
        "Action": "GetNamespace",
        "Version": "2018-12-01",
        "Format": "json",
        "Timestamp": "2026-01-01T00:00:00Z",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "x",
        "SignatureVersion": "1.0",
        "SignatureType": "",
        "AccessKeyId": ROOT_A[0],
        **changes,
    }
    return query | {"Signature": sign_v1("POST", query | form, ROOT_A[1]).decode()}


FORM = {"InstanceId": SOURCE, "NamespaceName": "prod", "RegionId": "cn-hangzhou", "Note": AWKWARD}
FORM_TYPE = {"content-type": "application/x-www-form-urlencoded"}


def test_v1_signs_query_and_form_together(emulator: Emulator) -> None:
    status, body = send(emulator, signed(FORM), FORM, FORM_TYPE)
    assert status == 200
    assert b'"NamespaceName":"prod"' in body
    # Another form than the signed one.
    status, body = send(emulator, signed(FORM), {**FORM, "NamespaceName": "dev"}, FORM_TYPE)
    assert (status, b"SignatureDoesNotMatch" in body) == (400, True)


@pytest.mark.parametrize(
    ("query", "headers", "code"),
    [
        ({}, {}, b"IncompleteSignature"),
        ({"AccessKeyId": "LTAIaaaa", "Signature": "x"}, {}, b"IncompleteSignature"),
        (signed({}, Timestamp="yesterday"), {}, b"IllegalTimestamp"),
        ({}, {"authorization": "Basic eDp5"}, b"IncompleteSignature"),
        (
            {},
            {"authorization": "ACS3-HMAC-SHA256 Credential=LTAIaaaa,SignedHeaders=host,Signature=00"},
            b"IllegalTimestamp",
        ),
        (
            {},
            {
                "authorization": "ACS3-HMAC-SHA256 Credential=LTAIaaaa,SignedHeaders=host,Signature=00",
                "x-acs-date": "2026-01-01T00:00:00Z",
            },
            b"SignatureDoesNotMatch",
        ),
        (signed({}, Version="2000-01-01"), {}, b"InvalidVersion"),
        (signed({}, Action="MakeCoffee"), {}, b"InvalidAction.NotFound"),
        (signed({}, Action="GetRepoTag"), {}, b"UnsupportedHTTPMethod"),  # an action that takes GET only
    ],
)
def test_requests_that_are_not_signed_or_not_known(
    emulator: Emulator, query: dict[str, str], headers: dict[str, str], code: bytes
) -> None:
    status, body = send(emulator, query, {}, headers)
    assert status in (400, 404)
    assert code in body


def assume(serve: Callable[..., Emulator], **more: Any) -> tuple[Emulator, dict[str, Any]]:
    role = {"name": "reader", "trust_policy": trust(RAM=[f"acs:ram::{ACCOUNT_A}:root"])}
    role["policies"] = ["AliyunContainerRegistryReadOnlyAccess"]
    emulator = serve(user_policies=[allow("sts:AssumeRole")], roles_a=[role])
    arn = f"acs:ram::{ACCOUNT_A}:role/reader"
    return emulator, Client(emulator, USER_A).sts("AssumeRole", RoleArn=arn, RoleSessionName="me", **more)


@pytest.mark.parametrize("style", [{}, {"signature_algorithm": "v2"}])
def test_temporary_keys(serve: Callable[..., Emulator], style: dict[str, str]) -> None:
    emulator, answer = assume(serve)
    given = answer["Credentials"]
    keys = (given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"])
    assert answer["AssumedRoleUser"]["Arn"] == f"acs:ram::{ACCOUNT_A}:role/reader/me"
    session = Client(emulator, keys, **style)
    who = session.sts("GetCallerIdentity")
    assert (who["IdentityType"], who["AccountId"]) == ("AssumedRoleUser", ACCOUNT_A)
    assert session.cr("GetInstance")["InstanceId"] == SOURCE
    with pytest.raises(ClientException) as caught:
        session.cr("DeleteNamespace", NamespaceName="prod")
    assert caught.value.code == "NoPrivilege"
    # Without the security token, and with a wrong one.
    for wrong in (keys[:2], (*keys[:2], "other")):
        with pytest.raises(ClientException) as caught:
            Client(emulator, wrong, **style).sts("GetCallerIdentity")
        assert caught.value.code == "InvalidSecurityToken.Malformed"


def test_a_session_policy_only_narrows(serve: Callable[..., Emulator]) -> None:
    emulator, answer = assume(serve, Policy=allow("cr:GetInstance", "cr:DeleteNamespace"))
    given = answer["Credentials"]
    session = Client(emulator, (given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"]))
    assert session.cr("GetInstance")["IsSuccess"]
    # The role may list but the session may not, and the other way round with deleting.
    for action, layer in (("ListNamespace", "SessionPolicy"), ("DeleteNamespace", "AccountLevelIdentityBasedPolicy")):
        with pytest.raises(ClientException) as caught:
            session.cr(action, NamespaceName="prod")
        assert caught.value.access_denied_detail["PolicyType"] == layer


def test_expired_keys(emulator: Emulator) -> None:
    session = {
        "access_key_id": "STS.old",
        "access_key_secret": "s",
        "security_token": "t",
        "role": "gone",
        "name": "me",
        "expire_time": 1,
    }
    changed = world()
    changed["accounts"][0]["sessions"] = [session]
    emulator.reset(changed)
    with pytest.raises(ClientException) as caught:
        Client(emulator, ("STS.old", "s", "t")).sts("GetCallerIdentity")
    assert (caught.value.code, caught.value.data["statusCode"]) == ("InvalidSecurityToken.Expired", 400)


TOLD = f"acs:ram::{ACCOUNT_A}:role/told"


@pytest.mark.parametrize(
    ("keys", "parameters", "code"),
    [
        (ROOT_A, {}, "NoPermission"),
        (USER_A, {"RoleArn": f"acs:ram::{ACCOUNT_A}:role/nobody"}, "EntityNotExist.Role"),
        (USER_A, {"RoleArn": "reader"}, "InvalidParameter.RoleArn"),
        (USER_A, {"RoleArn": f"acs:ram::{ACCOUNT_A}:role/for-service"}, "NoPermission"),
        (USER_A, {"RoleArn": TOLD}, "NoPermission"),
        (USER_A, {"RoleArn": TOLD, "ExternalId": "another-word"}, "NoPermission"),
        (USER_A, {"ExternalId": "no spaces"}, "InvalidParameter.ExternalId"),
        (USER_A, {"RoleSessionName": "x"}, "InvalidParameter.RoleSessionName"),
        # A session lasts from 15 minutes to an hour, and its policy has 2,048 characters at most.
        (USER_A, {"DurationSeconds": 899}, "InvalidParameter.DurationSeconds"),
        (USER_A, {"DurationSeconds": 3601}, "InvalidParameter.DurationSeconds"),
        (USER_A, {"Policy": "{"}, "InvalidParameter.PolicyGrammar"),
        (USER_A, {"Policy": "x" * 2049}, "InvalidParameter.PolicySize"),
        (USER_A, {"RoleSessionName": ""}, "InvalidParameter"),
    ],
)
def test_assume_role_refusals(
    serve: Callable[..., Emulator], keys: tuple[str, str], parameters: dict[str, Any], code: str
) -> None:
    asking = trust(RAM=[f"acs:ram::{ACCOUNT_A}:user/operator"])
    asking["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": "the-word"}}
    roles = [
        {"name": "reader", "trust_policy": trust(RAM=[f"acs:ram::{ACCOUNT_A}:user/operator"])},
        {"name": "for-service", "trust_policy": trust(Service=["cr.aliyuncs.com"])},
        {"name": "told", "trust_policy": asking},
    ]
    emulator = serve(user_policies=["AliyunSTSAssumeRoleAccess"], roles_a=roles)
    given = {"RoleArn": f"acs:ram::{ACCOUNT_A}:role/reader", "RoleSessionName": "me", **parameters}
    with pytest.raises(ClientException) as caught:
        Client(emulator, keys).sts("AssumeRole", **given)
    assert caught.value.code == code
    told = {"RoleArn": TOLD, "RoleSessionName": "me", "ExternalId": "the-word"}
    assert Client(emulator, USER_A).sts("AssumeRole", **told)["Credentials"]


def test_the_caller_is_told_who_it_is(emulator: Emulator) -> None:
    root = Client(emulator, ROOT_A).sts("GetCallerIdentity")
    assert (root["IdentityType"], root["Arn"]) == ("Account", f"acs:ram::{ACCOUNT_A}:root")
    user = Client(emulator, USER_A).sts("GetCallerIdentity")
    assert (user["IdentityType"], user["AccountId"]) == ("RAMUser", ACCOUNT_A)
    assert user["Arn"] == f"acs:ram::{ACCOUNT_A}:user/operator"
