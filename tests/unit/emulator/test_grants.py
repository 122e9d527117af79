"""Test who may replicate, and who may call at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .kit import (
    ACCOUNT_A,
    ACCOUNT_B,
    GRANT,
    ROLE,
    SOURCE,
    TARGET,
    USER_A,
    Client,
    ClientException,
    allow,
    push,
    trust,
    world,
)

BOTH = ("cr:CreateSyncRule", "cr:CreateRepositorySync")
OURS = f"acs:cr:eu-central-1:{ACCOUNT_B}:instance/{TARGET}"


def granting(*policies: Any, **changes: Any) -> dict[str, Any]:
    return {**GRANT, "policies": list(policies), **changes}


def denying(document: dict[str, Any], action: str) -> dict[str, Any]:
    deny = {"Effect": "Deny", "Action": action, "Resource": "*"}
    return {"Version": "1", "Statement": [*document["Statement"], deny]}


def with_roles(emulator: Emulator, *roles: dict[str, Any], **policies: Any) -> None:
    changed = world()
    changed["accounts"][1].update(roles=list(roles), policies=policies.get("policies", []))
    emulator.reset(changed)
    emulator.post("/_emulator/tasks", {"seconds": 0.02})


GRANTED = [
    granting(allow(*BOTH, resource=OURS)),
    granting(allow(*BOTH)),
    granting(allow("cr:Create*", resource=f"acs:cr:*:{ACCOUNT_B}:instance/*")),
    granting(allow(BOTH[0], resource=OURS), allow(BOTH[1], resource=OURS)),
    granting("AliyunContainerRegistryFullAccess"),
    granting(allow(*BOTH), trust_policy=trust(Service=f"{ACCOUNT_A}@cr.aliyuncs.com")),
    granting(allow(*BOTH), trust_policy=trust(Service=["1@cr.aliyuncs.com", f"{ACCOUNT_A}@cr.aliyuncs.com"])),
]
NOT_GRANTED = [
    ([], "has no role"),
    ([granting(allow(*BOTH), name=ROLE.title())], "has no role"),
    ([granting(allow(*BOTH), trust_policy=trust(Service="1@cr.aliyuncs.com"))], "does not trust the service"),
    ([granting(allow(*BOTH), trust_policy=trust(Service="cr.aliyuncs.com"))], "does not trust the service"),
    ([granting(allow(*BOTH), trust_policy=trust(RAM=[f"acs:ram::{ACCOUNT_A}:root"]))], "does not trust the service"),
    ([granting()], "do not allow cr:CreateSyncRule"),
    ([granting(allow(BOTH[0]))], "do not allow cr:CreateRepositorySync"),
    ([granting(allow(BOTH[1]))], "do not allow cr:CreateSyncRule"),
    ([granting(allow(*BOTH, resource=OURS.replace("instance/", "repository/")))], "do not allow"),
    ([granting(allow(*BOTH, resource=OURS.replace("eu-central-1", "cn-hangzhou")))], "do not allow"),
    ([granting(allow(*BOTH, resource=OURS.replace(ACCOUNT_B, ACCOUNT_A)))], "do not allow"),
    ([granting(denying(allow(*BOTH), BOTH[1]))], "do not allow cr:CreateRepositorySync"),
]


@pytest.mark.parametrize("role", GRANTED)
def test_granted(emulator: Emulator, a: Client, role: dict[str, Any]) -> None:
    with_roles(emulator, role)
    assert a.create_rule()["IsSuccess"]
    assert a.finished(a.create_task())["TaskStatus"] == "SUCCESS"


@pytest.mark.parametrize(("roles", "reason"), NOT_GRANTED)
def test_not_granted(emulator: Emulator, a: Client, roles: list[dict[str, Any]], reason: str) -> None:
    with_roles(emulator, *roles)
    for create in (a.create_rule, a.create_task):
        with pytest.raises(ClientException) as caught:
            create()
        assert (caught.value.code, caught.value.data["statusCode"]) == ("NoPrivilege", 403)
        assert reason in caught.value.data["Message"]


def test_a_policy_that_is_not_attached_grants_nothing(emulator: Emulator, a: Client) -> None:
    with_roles(emulator, granting(), policies=[{"name": "sync", "document": allow(*BOTH)}])
    with pytest.raises(ClientException, match="do not allow"):
        a.create_rule()


def test_only_the_default_version_counts(emulator: Emulator, a: Client, b: Client) -> None:
    with_roles(emulator, granting("sync"), policies=[{"name": "sync", "document": allow("cr:Get*")}])
    b.ram("CreatePolicyVersion", PolicyName="sync", PolicyDocument=allow(*BOTH))
    with pytest.raises(ClientException, match="do not allow"):
        a.create_rule()
    b.ram("SetDefaultPolicyVersion", PolicyName="sync", VersionId="v2")
    assert a.create_rule()["IsSuccess"]


def test_grants_take_time_to_arrive_and_to_go(serve: Callable[..., Emulator], a: Client, b: Client) -> None:
    serve(propagation_ms=600)
    assert a.create_rule()["IsSuccess"]
    policy = {"RoleName": ROLE, "PolicyName": f"{ROLE}-1", "PolicyType": "Custom"}
    b.ram("DetachPolicyFromRole", **policy)
    assert a.create_rule("old-state")["IsSuccess"]
    time.sleep(0.7)
    with pytest.raises(ClientException, match="do not allow"):
        a.create_rule("new-state")
    b.ram("AttachPolicyToRole", **policy)
    with pytest.raises(ClientException, match="do not allow"):
        a.create_rule("not-yet")
    time.sleep(0.7)
    assert a.create_rule("arrived")["IsSuccess"]


def test_a_grant_withdrawn_later_stops_the_tasks(emulator: Emulator, a: Client, b: Client) -> None:
    a.create_rule()
    b.ram("DetachPolicyFromRole", RoleName=ROLE, PolicyName=f"{ROLE}-1", PolicyType="Custom")
    push(emulator, "2.0")
    (task,) = a.tasks()
    assert task["TaskStatus"] == "ERROR"
    assert task["TaskIssue"].startswith("NoPrivilege: ")
    assert "cr:CreateSyncRule" in task["TaskIssue"]


def test_ungranted_as_a_business_error(serve: Callable[..., Emulator], a: Client) -> None:
    serve(granted=False, behaviour={"ungranted": {"code": "USER_NOT_AUTHORIZED", "http": 200}})
    answer = a.create_rule()
    assert (answer["Code"], answer["IsSuccess"]) == ("USER_NOT_AUTHORIZED", False)


def test_ungranted_found_out_by_the_task_only(serve: Callable[..., Emulator], a: Client) -> None:
    emulator = serve(granted=False, behaviour={"ungranted": {"at": "task"}})
    assert a.create_rule()["IsSuccess"]
    push(emulator, "2.0")
    a.create_task()
    assert [(task["TaskStatus"], "has no role" in task["TaskIssue"]) for task in a.tasks()] == [("ERROR", True)] * 2


def test_a_user_without_policies_may_do_nothing(serve: Callable[..., Emulator]) -> None:
    user = Client(serve(), USER_A)
    with pytest.raises(ClientException) as caught:
        user.cr("GetInstance")
    assert (caught.value.code, caught.value.data["statusCode"]) == ("NoPrivilege", 403)
    assert f"acs:cr:cn-hangzhou:{ACCOUNT_A}:instance/{SOURCE}" in caught.value.data["Message"]
    detail = caught.value.access_denied_detail
    assert detail["AuthAction"] == "cr:GetInstance"
    assert (detail["AuthPrincipalType"], detail["AuthPrincipalOwnerId"]) == ("SubUser", ACCOUNT_A)
    assert (detail["AuthPrincipalDisplayName"], detail["NoPermissionType"]) == ("operator", "ImplicitDeny")
    with pytest.raises(ClientException) as caught:
        user.ram("GetRole", RoleName="x")
    assert (caught.value.code, caught.value.data["statusCode"]) == ("NoPermission", 403)
    assert user.sts("GetCallerIdentity")["AccountId"] == ACCOUNT_A


INSTANCE_ARN = f"acs:cr:cn-hangzhou:{ACCOUNT_A}:instance/{SOURCE}"
CONTENT_ARN = f"acs:cr:cn-hangzhou:{ACCOUNT_A}:repository/{SOURCE}"
WEB = {"RepoNamespaceName": "prod", "RepoName": "web"}


@pytest.mark.parametrize(
    ("action", "parameters", "authority", "resource"),
    [
        ("GetInstance", {}, "cr:GetInstance", INSTANCE_ARN),
        ("CreateNamespace", {"NamespaceName": "new"}, "cr:CreateNamespace", CONTENT_ARN),
        ("GetNamespace", {"NamespaceName": "prod"}, "cr:GetNamespace", f"{CONTENT_ARN}/prod"),
        ("ListNamespace", {}, "cr:ListNamespace", f"{CONTENT_ARN}/*"),
        ("GetRepository", WEB, "cr:GetRepository", f"{CONTENT_ARN}/prod/web"),
        ("ListRepository", {"RepoNamespaceName": "prod"}, "cr:ListRepository", f"{CONTENT_ARN}/prod/*"),
        ("ListRepoTag", {"RepoId": "web"}, "cr:ListRepositoryTag", f"{CONTENT_ARN}/prod/web"),
        ("ListRepoSyncRule", {}, "cr:ListSyncRule", CONTENT_ARN),
        ("ListRepoSyncTask", {}, "cr:GetRepositorySync", CONTENT_ARN),
        ("ListInstance", {}, "cr:ListInstance", "*"),
    ],
)
def test_actions_are_authorised_on_their_arns(
    serve: Callable[..., Emulator], a: Client, action: str, parameters: dict[str, str], authority: str, resource: str
) -> None:
    emulator = serve(user_policies=[allow(authority, resource=resource)])
    given = {**parameters, "RepoId": a.repository_id()} if "RepoId" in parameters else parameters
    assert Client(emulator, USER_A).cr(action, **given)["IsSuccess"]
    emulator.reset(world(user_policies=[denying(allow("*"), authority)]))
    given = {**parameters, "RepoId": a.repository_id()} if "RepoId" in parameters else parameters
    with pytest.raises(ClientException) as caught:
        Client(emulator, USER_A).cr(action, **given)
    assert caught.value.access_denied_detail["NoPermissionType"] == "ExplicitDeny"
    assert authority in caught.value.data["Message"]


@pytest.mark.parametrize("written", ["acs:ram:*:{}:role/{}", "acs:ram::{}:role/{}"])
def test_both_spellings_of_a_ram_arn_match(serve: Callable[..., Emulator], a: Client, written: str) -> None:
    policies = [allow("ram:*", resource=written.format(ACCOUNT_A, "mine"))]
    user = Client(serve(user_policies=policies, roles_a=[{**GRANT, "name": "mine"}]), USER_A)
    assert user.ram("GetRole", RoleName="mine")["Role"]["RoleName"] == "mine"
    with pytest.raises(ClientException):
        user.ram("GetRole", RoleName="other")
    # Attaching needs the policy as well as the role.
    with pytest.raises(ClientException) as caught:
        user.ram("AttachPolicyToRole", RoleName="mine", PolicyName="AdministratorAccess", PolicyType="System")
    assert "acs:ram::system:policy/AdministratorAccess" in caught.value.data["Message"]
    assert a.ram("GetRole", RoleName="mine")
