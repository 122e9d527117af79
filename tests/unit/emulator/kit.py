"""Build worlds in code, with real SDKs as clients."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from acr_emulator.testing import Emulator
from alibabacloud_tea_openapi import exceptions
from alibabacloud_tea_openapi.client import Client as OpenApiClient
from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
from darabonba.runtime import RuntimeOptions

T = TypeVar("T")
ClientException = exceptions.ClientException

ACCOUNT_A, ACCOUNT_B = "1252879610640001", "5222000022220002"
SOURCE, TARGET = "cri-sourcesource0001", "cri-targettarget0001"
ROLE = "aliyuncontainerregistrycrossaccoutsyncrole"
ROOT_A, ROOT_B = ("LTAIaaaa", "secretA"), ("LTAIbbbb", "secretB")
USER_A = ("LTAIaaab", "secretAop")
VERSIONS = {"cr": "2018-12-01", "ram": "2015-05-01", "sts": "2015-04-01"}


def allow(*actions: str, resource: str = "*") -> dict[str, Any]:
    return {"Version": "1", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}]}


def trust(**principals: object) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principals}
    return {"Version": "1", "Statement": [statement]}


GRANT = {
    "name": ROLE,
    "trust_policy": trust(Service=[f"{ACCOUNT_A}@cr.aliyuncs.com"]),
    "policies": [
        allow(
            "cr:CreateSyncRule",
            "cr:CreateRepositorySync",
            resource=f"acs:cr:eu-central-1:{ACCOUNT_B}:instance/{TARGET}",
        )
    ],
}


def world(
    *,
    granted: bool = True,
    registry: bool = False,
    source: Mapping[str, Any] | None = None,
    target: Mapping[str, Any] | None = None,
    user_policies: list[Any] | None = None,
    roles_a: list[Any] | None = None,
    **top: Any,
) -> dict[str, Any]:
    """Return two accounts with an instance each.

    A has prod/web and dev/tool in a source instance, B an empty prod in a target instance.
    """
    prod = {"name": "prod", "auto_create_repositories": True}
    web = {"name": "web", "images": [{"tag": "1.0"}, {"tag": "1.1"}]}
    account_a = {
        "uid": ACCOUNT_A,
        "name": "account-a",
        "identities": [
            _identity("root", "account", ROOT_A),
            _identity("operator", "user", USER_A) | {"policies": user_policies or []},
        ],
        "roles": roles_a or [],
        "instances": [
            {
                "id": SOURCE,
                "name": "source",
                "region": "cn-hangzhou",
                "edition": "Enterprise_Advanced",
                "registry": registry,
                "namespaces": [
                    {**prod, "repositories": [web]},
                    {"name": "dev", "repositories": [{"name": "tool", "images": [{"tag": "latest"}]}]},
                ],
                **(source or {}),
            }
        ],
    }
    account_b = {
        "uid": ACCOUNT_B,
        "name": "account-b",
        "identities": [_identity("root", "account", ROOT_B)],
        "roles": [GRANT] if granted else [],
        "instances": [
            {
                "id": TARGET,
                "name": "target",
                "region": "eu-central-1",
                "edition": "Enterprise_Basic",
                "registry": registry,
                "namespaces": [prod],
                **(target or {}),
            }
        ],
    }
    return {"accounts": [account_a, account_b], **top}


def _identity(name: str, kind: str, keys: tuple[str, str]) -> dict[str, Any]:
    return {"name": name, "type": kind, "access_key_id": keys[0], "access_key_secret": keys[1]}


# A rule and a task of A's instance that end at B's.
ACROSS = {"TargetRegionId": "eu-central-1", "TargetInstanceId": TARGET, "TargetUserId": ACCOUNT_B}
RULE = {"SyncScope": "NAMESPACE", "TagFilter": ".*", "NamespaceName": "prod", "TargetNamespaceName": "prod", **ACROSS}
TASK = {"TargetNamespace": "prod", "TargetRepoName": "web", **ACROSS}


class Client:
    """Calls any action through the SDK's generic client.

    Results are the plain bodies.
    """

    def __init__(self, emulator: Emulator, keys: tuple[str, ...], **config: Any) -> None:
        given = dict(zip(("access_key_id", "access_key_secret", "security_token"), keys, strict=False))
        self._client = OpenApiClient(Config(**given, endpoint=emulator.endpoint, protocol="http", **config))

    def call(self, product: str, action: str, method: str = "POST", **parameters: Any) -> dict[str, Any]:
        params = Params(
            action=action,
            version=VERSIONS[product],
            protocol="HTTP",
            pathname="/",
            method=method,
            auth_type="AK",
            style="RPC",
            req_body_type="formData",
            body_type="json",
        )
        written = {name: _written(value) for name, value in parameters.items() if value is not None}
        body: dict[str, Any] = self._client.call_api(params, OpenApiRequest(query=written), RuntimeOptions())["body"]
        return body

    def cr(self, action: str, method: str = "POST", **parameters: Any) -> dict[str, Any]:
        parameters.setdefault("InstanceId", SOURCE)
        return self.call("cr", action, method, **parameters)

    def ram(self, action: str, **parameters: Any) -> dict[str, Any]:
        return self.call("ram", action, **parameters)

    def sts(self, action: str, **parameters: Any) -> dict[str, Any]:
        return self.call("sts", action, **parameters)

    def repository_id(self, namespace: str = "prod", name: str = "web", instance: str = SOURCE) -> str:
        found = self.cr("GetRepository", InstanceId=instance, RepoNamespaceName=namespace, RepoName=name)
        identifier: str = found["RepoId"]
        return identifier

    def create_rule(self, name: str = "rule", **changes: Any) -> dict[str, Any]:
        parameters = {"SyncRuleName": name, "SyncTrigger": "PASSIVE", **RULE}
        return self.cr("CreateRepoSyncRule", **{**parameters, **changes})

    def create_task(self, tag: str = "1.0", **changes: Any) -> dict[str, Any]:
        parameters = {
            "RepoId": changes.pop("RepoId", None) or self.repository_id(),
            "Tag": tag,
            "TargetTag": tag,
            **TASK,
        }
        return self.cr("CreateRepoSyncTask", **{**parameters, **changes})

    def finished(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Return the task that `answer` created, once it has ended."""

        def over() -> dict[str, Any] | None:
            task = self.cr("GetRepoSyncTask", SyncTaskId=answer["SyncTaskId"])
            return task if task["TaskStatus"] in ("SUCCESS", "ERROR", "CANCELED") else None

        return eventually(over)

    def tasks(self) -> list[dict[str, Any]]:
        """Return all tasks, the newest first, once all are over."""

        def over() -> list[dict[str, Any]] | None:
            found: list[dict[str, Any]] = self.cr("ListRepoSyncTask", PageSize=100)["SyncTasks"]
            return found if all(task["TaskStatus"] in ("SUCCESS", "ERROR", "CANCELED") for task in found) else None

        return eventually(over)

    def tags(self, namespace: str, name: str, instance: str = SOURCE) -> dict[str, str]:
        """Return the digest of each tag."""
        identifier = self.repository_id(namespace, name, instance)
        images = self.cr("ListRepoTag", InstanceId=instance, RepoId=identifier, PageSize=100)["Images"]
        return {image["Tag"]: image["Digest"] for image in images}


def _written(value: object) -> str:
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def push(
    emulator: Emulator, *tags: Any, namespace: str = "prod", repository: str = "web", instance: str = SOURCE
) -> Any:
    where = {"instance_id": instance, "namespace": namespace, "repository": repository}
    return emulator.post("/_emulator/images", {**where, "tags": list(tags)})


def eventually(found: Callable[[], T | None], seconds: float = 10) -> T:
    """Return what `found` returns once it is not None."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (value := found()) is not None:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")
