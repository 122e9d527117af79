"""Test roles, policies, versions, attachments, tags and refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .kit import ACCOUNT_A, ROLE, Client, ClientException, allow, trust

TRUST, DOCUMENT = trust(Service=["cr.aliyuncs.com"]), allow("cr:*")


def refusal(client: Client, action: str, **parameters: Any) -> tuple[str, int]:
    with pytest.raises(ClientException) as caught:
        client.ram(action, **parameters)
    return caught.value.code, caught.value.data["statusCode"]


def create_role(client: Client, name: str = "role", **more: Any) -> dict[str, Any]:
    return client.ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=TRUST, **more)


def create_policy(client: Client, name: str = "policy", **more: Any) -> dict[str, Any]:
    return client.ram("CreatePolicy", PolicyName=name, PolicyDocument=DOCUMENT, **more)


def attachment(**changes: str) -> dict[str, str]:
    return {"RoleName": "role", "PolicyName": "policy", "PolicyType": "Custom", **changes}


def test_the_life_of_a_role(a: Client) -> None:
    made = create_role(a, Description="d", MaxSessionDuration=7200, Tag=[{"Key": "k", "Value": "v"}])["Role"]
    assert made["Arn"] == f"acs:ram::{ACCOUNT_A}:role/role"
    got = a.ram("GetRole", RoleName="role")["Role"]
    assert json.loads(got["AssumeRolePolicyDocument"]) == TRUST
    assert (got["MaxSessionDuration"], got["IsServiceLinkedRole"]) == (7200, False)
    other = trust(Service="x.aliyuncs.com")
    a.ram("UpdateRole", RoleName="role", NewAssumeRolePolicyDocument=other, NewDescription="e")
    got = a.ram("GetRole", RoleName="role")["Role"]
    assert (json.loads(got["AssumeRolePolicyDocument"]), got["Description"]) == (other, "e")
    listed = a.ram("ListRoles")
    assert listed["IsTruncated"] is False
    (role,) = listed["Roles"]["Role"]
    assert role["Tags"] == {"Tag": [{"TagKey": "k", "TagValue": "v"}]}
    assert "AssumeRolePolicyDocument" not in role
    assert set(a.ram("DeleteRole", RoleName="role")) == {"RequestId"}
    assert refusal(a, "GetRole", RoleName="role") == ("EntityNotExist.Role", 404)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"RoleName": "a_b"}, "InvalidParameter.RoleName.InvalidChars"),
        ({"RoleName": "a" * 65}, "InvalidParameter.RoleName.Length"),
        ({"RoleName": ""}, "InvalidParameter"),
        ({"AssumeRolePolicyDocument": "{"}, "MalformedPolicyDocument"),
        ({"AssumeRolePolicyDocument": DOCUMENT}, "MalformedPolicyDocument"),
        ({"AssumeRolePolicyDocument": "x" * 6145}, "InvalidParameter.AssumeRolePolicyDocument.Length"),
        ({"Description": "x" * 1025}, "InvalidParameter.Description.Length"),
        ({"MaxSessionDuration": 60}, "InvalidParameter.MaxSessionDuration"),
    ],
)
def test_roles_that_cannot_be(a: Client, parameters: dict[str, Any], code: str) -> None:
    given = {"RoleName": "role", "AssumeRolePolicyDocument": TRUST, **parameters}
    assert refusal(a, "CreateRole", **given) == (code, 400)


def test_role_conflicts(a: Client) -> None:
    create_role(a)
    create_policy(a)
    given = {"RoleName": "role", "AssumeRolePolicyDocument": TRUST}
    assert refusal(a, "CreateRole", **given) == ("EntityAlreadyExists.Role", 409)
    a.ram("AttachPolicyToRole", **attachment())
    assert refusal(a, "DeleteRole", RoleName="role") == ("DeleteConflict.Role.Policy", 409)


def test_pages_of_roles(a: Client) -> None:
    for number in range(5):
        create_role(a, f"role-{number}")
    first = a.ram("ListRoles", MaxItems=3)
    assert (first["IsTruncated"], len(first["Roles"]["Role"])) == (True, 3)
    second = a.ram("ListRoles", MaxItems=3, Marker=first["Marker"])
    assert (second["IsTruncated"], "Marker" in second, len(second["Roles"]["Role"])) == (False, False, 2)
    assert refusal(a, "ListRoles", MaxItems=1001)[0] == "InvalidParameter"


def test_the_life_of_a_policy(a: Client) -> None:
    assert create_policy(a, Description="d")["Policy"]["DefaultVersion"] == "v1"
    got = a.ram("GetPolicy", PolicyName="policy", PolicyType="Custom")
    assert (got["Policy"]["AttachmentCount"], got["Policy"]["PolicyDocument"]) == (0, "N/A")
    assert json.loads(got["DefaultPolicyVersion"]["PolicyDocument"]) == DOCUMENT
    a.ram("UpdatePolicyDescription", PolicyName="policy", NewDescription="e")
    listed = a.ram("ListPolicies", PolicyType="Custom")["Policies"]["Policy"]
    assert [(policy["PolicyName"], policy["Description"]) for policy in listed] == [("policy", "e")]
    assert refusal(a, "CreatePolicy", PolicyName="policy", PolicyDocument=DOCUMENT) == (
        "EntityAlreadyExists.Policy",
        409,
    )
    a.ram("DeletePolicy", PolicyName="policy")
    wanted = {"PolicyName": "policy", "PolicyType": "Custom"}
    assert refusal(a, "GetPolicy", **wanted) == ("EntityNotExist.Policy", 404)
    assert refusal(a, "GetPolicy", **{**wanted, "PolicyType": "Own"}) == ("InvalidParameter.PolicyType", 400)


def test_system_policies(a: Client) -> None:
    given = {"PolicyName": "AliyunContainerRegistryFullAccess", "PolicyType": "System"}
    assert a.ram("GetPolicy", **given)["Policy"]["PolicyType"] == "System"
    create_role(a)
    a.ram("AttachPolicyToRole", RoleName="role", **given)
    (attached,) = a.ram("ListPoliciesForRole", RoleName="role")["Policies"]["Policy"]
    assert (attached["PolicyType"], attached["DefaultVersion"]) == ("System", "v1")
    assert refusal(a, "DeletePolicy", PolicyName=given["PolicyName"]) == ("EntityNotExist.Policy", 404)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"PolicyName": "a.b"}, "InvalidParameter.PolicyName.InvalidChars"),
        ({"PolicyName": "a" * 129}, "InvalidParameter.PolicyName.Length"),
        ({"PolicyDocument": "[]"}, "MalformedPolicyDocument"),
        ({"PolicyDocument": TRUST}, "MalformedPolicyDocument"),
        ({"PolicyDocument": "x" * 6145}, "InvalidParameter.PolicyDocument.Length"),
    ],
)
def test_policies_that_cannot_be(a: Client, parameters: dict[str, Any], code: str) -> None:
    given = {"PolicyName": "policy", "PolicyDocument": DOCUMENT, **parameters}
    assert refusal(a, "CreatePolicy", **given) == (code, 400)


def test_versions_stop_at_five_or_rotate(a: Client) -> None:
    create_policy(a)
    for _time in range(4):
        a.ram("CreatePolicyVersion", PolicyName="policy", PolicyDocument=DOCUMENT)
    more = {"PolicyName": "policy", "PolicyDocument": allow("cr:Get*"), "SetAsDefault": True}
    assert refusal(a, "CreatePolicyVersion", **more) == ("LimitExceeded.Policy.Version", 409)
    rotate = {"RotateStrategy": "DeleteOldestNonDefaultVersionWhenLimitExceeded"}
    assert a.ram("CreatePolicyVersion", **more, **rotate)["PolicyVersion"]["VersionId"] == "v6"
    wanted = {"PolicyName": "policy", "PolicyType": "Custom"}
    listed = a.ram("ListPolicyVersions", **wanted)["PolicyVersions"]["PolicyVersion"]
    assert [version["VersionId"] for version in listed] == ["v1", "v3", "v4", "v5", "v6"]
    assert a.ram("GetPolicy", **wanted)["Policy"]["DefaultVersion"] == "v6"
    assert json.loads(a.ram("GetPolicyVersion", **wanted, VersionId="v6")["PolicyVersion"]["PolicyDocument"]) == allow(
        "cr:Get*"
    )


def test_versions_are_deleted_and_made_default(a: Client) -> None:
    create_policy(a)
    a.ram("CreatePolicyVersion", PolicyName="policy", PolicyDocument=DOCUMENT)
    assert refusal(a, "DeletePolicy", PolicyName="policy") == ("DeleteConflict.Policy.Version", 409)
    conflict = ("DeleteConflict.Policy.Version.Default", 409)
    assert refusal(a, "DeletePolicyVersion", PolicyName="policy", VersionId="v1") == conflict
    a.ram("SetDefaultPolicyVersion", PolicyName="policy", VersionId="v2")
    a.ram("DeletePolicyVersion", PolicyName="policy", VersionId="v1")
    gone = ("EntityNotExist.Policy.Version", 404)
    assert refusal(a, "SetDefaultPolicyVersion", PolicyName="policy", VersionId="v1") == gone
    wrong = ("InvalidParameter.VersionId.Format", 400)
    assert refusal(a, "SetDefaultPolicyVersion", PolicyName="policy", VersionId="1") == wrong
    a.ram("CreatePolicyVersion", PolicyName="policy", PolicyDocument=DOCUMENT)
    a.ram("DeletePolicy", PolicyName="policy", CascadingDelete=True)


def test_attachments(a: Client) -> None:
    create_role(a)
    create_policy(a)
    a.ram("AttachPolicyToRole", **attachment())
    assert refusal(a, "AttachPolicyToRole", **attachment()) == ("EntityAlreadyExists.Role.Policy", 409)
    assert refusal(a, "AttachPolicyToRole", **attachment(RoleName="x")) == ("EntityNotExist.Role", 404)
    assert refusal(a, "AttachPolicyToRole", **attachment(PolicyName="x")) == ("EntityNotExist.Policy", 404)
    entities = a.ram("ListEntitiesForPolicy", PolicyName="policy", PolicyType="Custom")
    assert [role["RoleName"] for role in entities["Roles"]["Role"]] == ["role"]
    assert (entities["Users"], entities["Groups"]) == ({"User": []}, {"Group": []})
    assert refusal(a, "DeletePolicy", PolicyName="policy") == ("DeleteConflict.Role.Policy", 409)
    a.ram("DetachPolicyFromRole", **attachment())
    assert refusal(a, "DetachPolicyFromRole", **attachment()) == ("EntityNotExist.Role.Policy", 404)


def test_a_role_has_at_most_five_custom_policies(a: Client) -> None:
    create_role(a)
    for number in range(6):
        create_policy(a, f"policy-{number}")
    for number in range(5):
        a.ram("AttachPolicyToRole", **attachment(PolicyName=f"policy-{number}"))
    assert refusal(a, "AttachPolicyToRole", **attachment(PolicyName="policy-5")) == ("LimitExceeded.Role.Policy", 409)


def test_tags_as_json_and_as_older_clients_write_them(a: Client) -> None:
    create_role(a)
    create_policy(a)
    a.ram("TagResources", ResourceType="role", ResourceNames=["role"], Tag=[{"Key": "k", "Value": "v"}])
    flat = {"ResourceNames.1": "policy", "Tag.1.Key": "one", "Tag.1.Value": "1", "Tag.2.Key": "two"}
    a.ram("TagResources", ResourceType="policy", **flat)
    listed = a.ram("ListTagResources", ResourceType="policy", ResourceNames=["policy", "nobody"])["TagResources"]
    assert [(tag["TagKey"], tag["TagValue"]) for tag in listed] == [("one", "1"), ("two", "")]
    first = a.ram("ListTagResources", ResourceType="policy", PageSize=1)
    assert (len(first["TagResources"]), first["NextToken"]) == (1, "1")
    a.ram("UntagResources", ResourceType="policy", ResourceNames=["policy"], TagKeys=["one"])
    a.ram("UntagResources", ResourceType="role", ResourceNames=["role"], All=True)
    assert a.ram("ListTagResources", ResourceType="role")["TagResources"] == []
    assert len(a.ram("ListTagResources", ResourceType="policy")["TagResources"]) == 1
    wrong = {"ResourceType": "policy", "ResourceNames": ["nobody"], "Tag": [{"Key": "k", "Value": "v"}]}
    assert refusal(a, "TagResources", **wrong) == ("EntityNotExist.Policy", 404)


def test_accounts_are_apart(a: Client, b: Client) -> None:
    assert b.ram("GetRole", RoleName=ROLE)["Role"]["RoleName"] == ROLE
    assert refusal(a, "GetRole", RoleName=ROLE) == ("EntityNotExist.Role", 404)


def test_an_empty_parameter_is_not_a_missing_one(a: Client) -> None:
    a.ram("CreatePolicy", PolicyName="p", PolicyDocument=json.dumps(allow("cr:*")), Description="d")
    a.ram("UpdatePolicyDescription", PolicyName="p", NewDescription="")
    assert a.ram("GetPolicy", PolicyName="p", PolicyType="Custom")["Policy"]["Description"] == ""
    with pytest.raises(ClientException) as missing:
        a.ram("UpdatePolicyDescription", PolicyName="p")
    assert missing.value.code == "MissingParameter"
    with pytest.raises(ClientException, match='"PolicyName" is not valid: it is empty') as empty:
        a.ram("GetPolicy", PolicyName="", PolicyType="Custom")
    assert empty.value.code == "InvalidParameter"
