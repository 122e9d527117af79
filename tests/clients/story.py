"""Tell the scenario that every client plays.

Account B grants and makes a namespace. Account A makes a namespace, a repository and a rule; an image is pushed, and
followed until it is in B. Lists are paged through, refusals understood, and everything is taken back.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

ACCOUNT_A, ACCOUNT_B = "1252879610640001", "5222000022220002"
SOURCE, TARGET = "cri-sourcesource0001", "cri-targettarget0001"
ROLE, POLICY = "aliyuncontainerregistrycrossaccoutsyncrole", "AcrCrossAccountSync"
KEYS = {
    "a": ("LTAIaaaa", "secretA"),
    "b": ("LTAIbbbb", "secretB"),
    "forged": ("LTAIaaaa", "not the secret"),
    "stranger": ("LTAInobody", "secret"),
}
REGIONS = {"a": "cn-hangzhou", "b": "eu-central-1", "forged": "cn-hangzhou", "stranger": "cn-hangzhou"}
VERSIONS = {"cr": "2018-12-01", "ram": "2015-05-01"}

TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [f"{ACCOUNT_A}@cr.aliyuncs.com"]}}
GRANT = {
    "Effect": "Allow",
    "Action": ["cr:CreateSyncRule", "cr:CreateRepositorySync"],
    "Resource": f"acs:cr:eu-central-1:{ACCOUNT_B}:instance/{TARGET}",
}
RULE = {
    "SyncRuleName": "all releases, to Übersee *~+",  # signed right only if it is encoded right
    "SyncScope": "NAMESPACE",
    "SyncTrigger": "PASSIVE",
    "TagFilter": "^v[0-9.]+$",
    "NamespaceName": "shop",
    "TargetNamespaceName": "shop",
    "TargetRegionId": "eu-central-1",
    "TargetInstanceId": TARGET,
    "TargetUserId": ACCOUNT_B,
}

# Calls that must be refused: who, product, action and parameters.
REFUSALS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "no_role": ("b", "ram", "GetRole", {"RoleName": "nobody"}),
    "no_namespace": ("a", "cr", "GetNamespace", {"InstanceId": SOURCE, "NamespaceName": "nowhere"}),
    "role_in_use": ("b", "ram", "DeleteRole", {"RoleName": ROLE}),
    "forged": ("forged", "cr", "GetInstance", {"InstanceId": SOURCE}),
    "unknown_key": ("stranger", "cr", "GetInstance", {"InstanceId": SOURCE}),
}

# What a client reports of its way through the scenario.
EXPECTED: dict[str, Any] = {
    "rule": [RULE["SyncRuleName"], "^v[0-9.]+$", "FROM", True],
    "status": "SUCCESS",
    "tags": ["v1.0"],
    "same_digest": True,
    "pages": [50, 50, 20],
    "distinct_tags": 120,
    "refusals": {
        "no_role": ["EntityNotExist.Role", 404],
        "no_namespace": ["NAMESPACE_NOT_EXIST", 200],
        "role_in_use": ["DeleteConflict.Role.Policy", 409],
        "forged": ["SignatureDoesNotMatch", 400],
        "unknown_key": ["InvalidAccessKeyId.NotFound", 404],
    },
    "rules_left": 0,
    "attached": [POLICY],
    "attached_left": [],
}


class RefusedError(Exception):
    """Hold what a client says of a refused call.

    It may be an exception, or an answer with status 200.
    """

    def __init__(self, code: str, request_id: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.request_id = request_id
        self.status = status


ATTACHMENT = {"PolicyName": POLICY, "PolicyType": "Custom", "RoleName": ROLE}


class Ask(Protocol):
    def __call__(self, who: str, product: str, action: str, parameters: Mapping[str, Any]) -> Awaitable[dict[str, Any]]:
        """Call an action with an account's keys.

        Raise RefusedError if it is refused.
        """


def document(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "1", "Statement": [statement]})


async def tell(ask: Ask, push: Callable[[str], object], pause: Callable[[], Awaitable[None]]) -> dict[str, Any]:
    """Go through it all.

    `push` pushes a tag of shop/cart to A. Returns what should be EXPECTED.
    """

    async def a(action: str, **parameters: Any) -> dict[str, Any]:
        return await ask("a", "cr", action, {"InstanceId": SOURCE, **parameters})

    async def b(action: str, **parameters: Any) -> dict[str, Any]:
        return await ask("b", "cr", action, {"InstanceId": TARGET, **parameters})

    async def ram(action: str, **parameters: Any) -> dict[str, Any]:
        return await ask("b", "ram", action, parameters)

    told: dict[str, Any] = {"attached": await _granted(ram)}
    await b("CreateNamespace", NamespaceName="shop", AutoCreateRepo=True, DefaultRepoType="PRIVATE")

    await a("CreateNamespace", NamespaceName="shop", AutoCreateRepo=False, DefaultRepoType="PRIVATE")
    cart = {"RepoNamespaceName": "shop", "RepoName": "cart"}
    created = await a("CreateRepository", **cart, RepoType="PRIVATE", Summary="The cart")
    rule_id = (await a("CreateRepoSyncRule", **RULE))["SyncRuleId"]
    (rule,) = (await a("ListRepoSyncRule", PageNo=1, PageSize=50))["SyncRules"]
    told["rule"] = [rule[name] for name in ("SyncRuleName", "TagFilter", "SyncDirection", "CrossUser")]
    assert rule["SyncRuleId"] == rule_id

    push("v1.0")
    told["status"] = await _followed(a, pause)
    repository = await b("GetRepository", **cart)
    arrived, sent = await _images(b, repository["RepoId"]), await _images(a, created["RepoId"])
    told["tags"] = [image["Tag"] for image in arrived]
    told["same_digest"] = [image["Digest"] for image in arrived] == [image["Digest"] for image in sent]

    told["pages"], told["distinct_tags"] = await _paged(a)
    told["refusals"] = await _refusals(ask)

    await a("DeleteRepoSyncRule", SyncRuleId=rule_id)
    told["rules_left"] = (await a("ListRepoSyncRule", PageNo=1, PageSize=50))["TotalCount"]
    told["attached_left"] = await _revoked(ram)
    return told


async def _granted(ram: Callable[..., Awaitable[dict[str, Any]]]) -> list[str]:
    """Let A replicate, and return the attached policies."""
    await ram("CreateRole", RoleName=ROLE, AssumeRolePolicyDocument=document(TRUST), Description="for A & co. (~*)")
    await ram("CreatePolicy", PolicyName=POLICY, PolicyDocument=document(GRANT))
    await ram("AttachPolicyToRole", **ATTACHMENT)
    return await _attached(ram)


async def _revoked(ram: Callable[..., Awaitable[dict[str, Any]]]) -> list[str]:
    """Take the grant back, and return the policies that were attached in the end."""
    await ram("DetachPolicyFromRole", **ATTACHMENT)
    left = await _attached(ram)
    await ram("DeletePolicy", PolicyName=POLICY)
    await ram("DeleteRole", RoleName=ROLE)
    return left


async def _images(call: Callable[..., Awaitable[dict[str, Any]]], identity: str) -> list[dict[str, Any]]:
    found = await call("ListRepoTag", RepoId=identity, PageNo=1, PageSize=50)
    return list(found["Images"])


async def _attached(ram: Callable[..., Awaitable[dict[str, Any]]]) -> list[str]:
    answer = await ram("ListPoliciesForRole", RoleName=ROLE)
    return [policy["PolicyName"] for policy in answer["Policies"]["Policy"]]


async def _followed(a: Callable[..., Awaitable[dict[str, Any]]], pause: Callable[[], Awaitable[None]]) -> str:
    for _attempt in range(500):
        answer = await a("ListRepoSyncTask", RepoNamespaceName="shop", RepoName="cart", PageNo=1, PageSize=50)
        status = [task["TaskStatus"] for task in answer["SyncTasks"]]
        if status not in ([], ["PENDING"], ["SYNCHRONIZING"]):
            return ", ".join(status)
        await pause()
    return "late"


async def _paged(a: Callable[..., Awaitable[dict[str, Any]]]) -> tuple[list[int], int]:
    """Return page sizes and distinct tags of a repository."""
    found = await a("GetRepository", RepoNamespaceName="team-a", RepoName="api")
    sizes: list[int] = []
    tags: set[str] = set()
    while not sizes or sizes[-1] == 50:
        answer = await a("ListRepoTag", RepoId=found["RepoId"], PageNo=len(sizes) + 1, PageSize=50)
        assert answer["TotalCount"] == "120"
        sizes.append(len(answer["Images"]))
        tags |= {image["Tag"] for image in answer["Images"]}
    return sizes, len(tags)


async def _refusals(ask: Ask) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, (who, product, action, parameters) in REFUSALS.items():
        try:
            found[name] = ["no refusal", await ask(who, product, action, parameters)]
        except RefusedError as refused:
            assert len(refused.request_id) == 36, refused.request_id
            found[name] = [refused.code, refused.status]
    return found


def facts() -> dict[str, Any]:
    """Return story.mjs's facts in a form for JSON."""
    names = {"source": SOURCE, "target": TARGET, "role": ROLE, "policy": POLICY}
    documents = {"trust": document(TRUST), "grant": document(GRANT), "rule": RULE}
    return {**names, **documents, "keys": KEYS, "regions": REGIONS, "versions": VERSIONS, "refusals": REFUSALS}
