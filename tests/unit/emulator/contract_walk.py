"""Call every action of the API in an order that succeeds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from acr_emulator.testing import Emulator

from . import kit
from .kit import ACCOUNT_A, ROOT_A, SOURCE, USER_A, Client, ClientException, allow, push, trust

NOBODY = ("LTAInone", "secret-none")
RULE = {"SyncRuleName": "walk", **kit.RULE}
TASK = {"Tag": "1.0", "TargetTag": "1.0", **kit.TASK}
ROUTES = [{"EndpointType": "Internet", "InstanceDomain": "a.example", "StorageDomain": "b.example"}]
EVENT_RULE = {"RuleName": "synchronized", "RuleId": "crecr-walk"}
ALLOWING, TRUSTING = json.dumps(allow("cr:*")), json.dumps(trust(RAM=[f"acs:ram::{ACCOUNT_A}:root"]))
ROTATE = "DeleteOldestNonDefaultVersionWhenLimitExceeded"


def walk_world(world: dict[str, Any]) -> dict[str, Any]:
    """Return a world with tags, an event rule, and a user who may do nothing."""
    account = world["accounts"][0]
    keys = {"access_key_id": NOBODY[0], "access_key_secret": NOBODY[1]}
    account["identities"].append({"name": "nobody", "type": "user", **keys})
    account["instances"][0] |= {"tags": {"team": "web"}, "event_rules": [EVENT_RULE]}
    return world


@dataclass
class Step:
    """A call and what came of it.

    `variants` are the refusals of the same call made a little differently.
    """

    parameters: Mapping[str, Any]
    answer: dict[str, Any]
    variants: dict[str, tuple[str, int, Any]] = field(default_factory=dict)


class Walk:
    """Keep the answers of a walk through all actions.

    `facts` say how each call is varied: without each parameter that is required, and by nobody.
    """

    def __init__(self, emulator: Emulator, facts: Mapping[str, Any], wrong: Mapping[str, Mapping[str, Any]]) -> None:
        self.emulator, self.facts, self.wrong = emulator, facts, wrong
        self.root, self.user, self.nobody = (Client(emulator, keys) for keys in (ROOT_A, USER_A, NOBODY))
        self.steps: dict[str, list[Step]] = {}

    def do(self, name: str, **parameters: Any) -> dict[str, Any]:
        return self.do_as(self.root, name, **parameters)

    def do_as(self, caller: Client, name: str, **parameters: Any) -> dict[str, Any]:
        facts, variants = self.facts.get(name, {}), {}
        if name not in self.steps:
            variants["nobody"] = self._refusal(name, self.nobody, parameters)
            for left_out in facts.get("required", []):
                rest = {key: value for key, value in parameters.items() if key != left_out}
                variants[f"without {left_out}"] = self._refusal(name, caller, rest)
            for code in set(facts.get("errors", {})) & set(self.wrong):
                changes = {key: value for key, value in self.wrong[code].items() if key in facts["parameters"]}
                variants[code] = self._refusal(name, caller, parameters | changes)
        answer = self._call(name, caller, parameters)
        self.steps.setdefault(name, []).append(Step(parameters, answer, variants))
        return answer

    def _call(self, name: str, client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
        product, action = name.split(":")
        method = self.facts.get(name, {}).get("methods", ["POST"])[0]
        return client.call(product, action, method, **parameters)

    def _refusal(self, name: str, client: Client, parameters: Mapping[str, Any]) -> tuple[str, int, Any]:
        """Return code, HTTP status and body."""
        try:
            answer = self._call(name, client, parameters)
        except ClientException as error:
            return str(error.code), int(error.status_code), error.data
        return answer.get("Code", ""), 200, answer

    def run(self) -> dict[str, list[Step]]:
        self._instances()
        self._content()
        self._replication()
        self._events_and_storage()
        self._roles_and_policies()
        self._removals()
        return self.steps

    def _instances(self) -> None:
        for action in ("GetInstance", "GetInstanceUsage", "ListInstanceEndpoint", "GetInstanceVpcEndpoint"):
            self.do(f"cr:{action}", InstanceId=SOURCE)
        for action in ("ListInstance", "GetInstanceCount", "ListInstanceRegion"):
            self.do(f"cr:{action}")
        self.do("cr:GetInstanceEndpoint", InstanceId=SOURCE, EndpointType="internet")
        self.do("cr:GetAuthorizationToken", InstanceId=SOURCE)

    def _content(self) -> None:
        here = {"InstanceId": SOURCE}
        new = {"RepoNamespaceName": "new", "RepoName": "thing"}
        changed = {"RepoType": "PRIVATE", "Summary": "s"}
        self.do("cr:CreateNamespace", **here, NamespaceName="new")
        self.do("cr:GetNamespace", **here, NamespaceName="new")
        self.do("cr:ListNamespace", **here)
        self.do("cr:UpdateNamespace", **here, NamespaceName="new", AutoCreateRepo=True)
        self.do("cr:CreateRepository", **here, **new, **changed)
        self.do("cr:GetRepository", **here, **new)
        self.do("cr:ListRepository", **here, RepoNamespaceName="prod")
        self.do("cr:ListRepository", **here, MaxResults=1)
        self.do("cr:UpdateRepository", **here, **new, **changed)
        self.web = self.root.repository_id()
        self.do("cr:ListRepoTag", **here, RepoId=self.web)
        self.do("cr:ListRepoTag", **here, RepoId=self.web, MaxResults=1)
        self.do("cr:GetRepoTag", **here, RepoId=self.web, Tag="1.0")

    def _replication(self) -> None:
        here = {"InstanceId": SOURCE}
        rule = self.do("cr:CreateRepoSyncRule", **here, **RULE)["SyncRuleId"]
        self.do("cr:ListRepoSyncRule", **here)
        manual = self.root.create_rule("manual", SyncTrigger="INITIATIVE")["SyncRuleId"]
        push(self.emulator, "2.0")
        self.do("cr:CreateRepoSyncTask", **here, **TASK, RepoId=self.web)
        made = self.do("cr:CreateRepoSyncTaskByRule", **here, SyncRuleId=manual, RepoId=self.web, Tag="1.1")
        self.root.finished(made)
        self.do("cr:GetRepoSyncTask", **here, SyncTaskId=made["SyncTaskId"])
        self.do("cr:ListRepoSyncTask", **here)
        self.emulator.post("/_emulator/tasks", {"seconds": 60})
        pending = self.root.create_task("1.0")["SyncTaskId"]
        self.do("cr:CancelRepoSyncTask", **here, SyncTaskId=pending)
        self.do("cr:DeleteRepoSyncRule", **here, SyncRuleId=rule)

    def _events_and_storage(self) -> None:
        here = {"InstanceId": SOURCE}
        self.do("cr:ListEventCenterRuleName", **here)
        self.do("cr:ListEventCenterRecord", **here)
        self.do("cr:UpdateEventCenterRule", **here, RuleId=EVENT_RULE["RuleId"], RuleName="renamed")
        self.do("cr:DeleteEventCenterRule", **here, RuleId=EVENT_RULE["RuleId"])
        routing = self.do("cr:CreateStorageDomainRoutingRule", **here, Routes=ROUTES)["RuleId"]
        self.do("cr:GetStorageDomainRoutingRule", **here, RuleId=routing)
        self.do("cr:UpdateStorageDomainRoutingRule", **here, RuleId=routing, Routes=ROUTES)
        self.do("cr:DeleteStorageDomainRoutingRule", **here, RuleId=routing)

    def _roles_and_policies(self) -> None:
        role, policy, custom = {"RoleName": "walker"}, {"PolicyName": "walk"}, {"PolicyType": "Custom"}
        tagged = {"ResourceType": "role", "ResourceNames": ["walker"]}
        self.do("ram:CreateRole", **role, AssumeRolePolicyDocument=TRUSTING, Description="d")
        self.do("ram:GetRole", **role)
        self.do("ram:UpdateRole", **role, NewAssumeRolePolicyDocument=TRUSTING, NewDescription="e")
        self.do("ram:TagResources", **tagged, Tag=[{"Key": "k", "Value": "v"}, {"Key": "l", "Value": "w"}])
        self.do("ram:ListTagResources", ResourceType="role")
        self.do("ram:ListTagResources", ResourceType="role", PageSize=1)
        self.root.ram("CreateRole", RoleName="other", AssumeRolePolicyDocument=TRUSTING)
        self.do("ram:ListRoles")
        self.do("ram:ListRoles", MaxItems=1)
        self.do(
            "ram:CreatePolicy", **policy, PolicyDocument=ALLOWING, Description="d", Tag=[{"Key": "k", "Value": "v"}]
        )
        self.do("ram:GetPolicy", **policy, **custom)
        self.do("ram:ListPolicies")
        self.do("ram:ListPolicies", MaxItems=1)
        self.do("ram:UpdatePolicyDescription", **policy, NewDescription="e")
        self.do("ram:CreatePolicyVersion", **policy, PolicyDocument=ALLOWING, RotateStrategy=ROTATE)
        self.do("ram:GetPolicyVersion", **policy, **custom, VersionId="v2")
        self.do("ram:ListPolicyVersions", **policy, **custom)
        self.do("ram:SetDefaultPolicyVersion", **policy, VersionId="v2")
        self.do("ram:DeletePolicyVersion", **policy, VersionId="v1")
        self.do("ram:AttachPolicyToRole", **role, **policy, **custom)
        self.do("ram:ListPoliciesForRole", **role)
        self.do("ram:ListEntitiesForPolicy", **policy, **custom)
        self.do("ram:ListEntitiesForPolicy", PolicyName="operator-1", **custom)
        self._sessions()

    def _sessions(self) -> None:
        arn = f"acs:ram::{ACCOUNT_A}:role/walker"
        given = self.do_as(self.user, "sts:AssumeRole", RoleArn=arn, RoleSessionName="walk")["Credentials"]
        keys = (given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"])
        self.do("sts:GetCallerIdentity")
        self.do_as(Client(self.emulator, keys), "sts:GetCallerIdentity")

    def _removals(self) -> None:
        role, policy = {"RoleName": "walker"}, {"PolicyName": "walk"}
        self.do("ram:DetachPolicyFromRole", **role, **policy, PolicyType="Custom")
        self.do("ram:UntagResources", ResourceType="role", ResourceNames=["walker"], All=True)
        self.do("ram:DeleteRole", **role)
        self.do("ram:DeletePolicy", **policy, CascadingDelete=True)
        self.do("cr:DeleteRepoTag", InstanceId=SOURCE, RepoId=self.web, Tag="1.1")
        self.do("cr:DeleteRepository", InstanceId=SOURCE, RepoNamespaceName="new", RepoName="thing")
        self.do("cr:DeleteNamespace", InstanceId=SOURCE, NamespaceName="new")
