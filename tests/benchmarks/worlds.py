"""Make worlds by code, since their size matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ACCOUNT_A, ACCOUNT_B = "1252879610640001", "5222000022220002"
REGION_A, REGION_B = "cn-hangzhou", "eu-central-1"
# The identities, profiles and instances of the sample inventories in playbooks/inventories.
KEYS_A, KEYS_B = ("LTAIbenchA", "bench-secret-a"), ("LTAIbenchB", "bench-secret-b")
SOURCE, TARGET = "cri-sourcesource0001", "cri-targettarget0001"
ROLE = "aliyuncontainerregistrycrossaccoutsyncrole"


def two_accounts(
    *,
    granted: bool = False,
    latency_ms: int = 0,
    namespaces: Sequence[Any] = (),
    target_namespaces: Sequence[Any] = (),
) -> dict[str, Any]:
    """Return account A with namespaces, and B with a target."""
    a = _account(ACCOUNT_A, "account-a", KEYS_A, _instance(SOURCE, REGION_A, "Enterprise_Advanced", namespaces))
    b = _account(ACCOUNT_B, "account-b", KEYS_B, _instance(TARGET, REGION_B, "Enterprise_Basic", target_namespaces))
    return {"latency_ms": latency_ms, "accounts": [a, b | {"roles": [_grant()] if granted else []}]}


def prod(images: int = 0) -> dict[str, Any]:
    """Return the namespace of the sample inventory's rule."""
    web = {"name": "web", "generated": {"prefix": "v", "count": images}}
    return {"name": "prod", "auto_create_repositories": True, "repositories": [web] if images else []}


def catalogue(count: int, *, listed: bool) -> dict[str, Any]:
    """Return `count` images in repositories of 1,000.

    They are listed one by one as a state file has them, or as the short `generated`.
    """
    repositories = [_repository(number, 1000, listed) for number in range(count // 1000)]
    return two_accounts(namespaces=[{"name": "prod", "repositories": repositories}])


def _repository(number: int, images: int, listed: bool) -> dict[str, Any]:
    content: Mapping[str, Any] = {"generated": {"prefix": "v", "count": images}}
    if listed:
        content = {"images": [{"tag": f"v{image}"} for image in range(images)]}
    return {"name": f"app-{number}", **content}


def _account(uid: str, name: str, keys: tuple[str, str], instance: Mapping[str, Any]) -> dict[str, Any]:
    root = {"name": "root", "type": "account", "access_key_id": keys[0], "access_key_secret": keys[1]}
    return {"uid": uid, "name": name, "identities": [root], "instances": [instance]}


def _instance(identity: str, region: str, edition: str, namespaces: Sequence[Any] = ()) -> dict[str, Any]:
    return {"id": identity, "name": identity, "region": region, "edition": edition, "namespaces": list(namespaces)}


def _grant() -> dict[str, Any]:
    service = {"Service": [f"{ACCOUNT_A}@cr.aliyuncs.com"]}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": service}
    allow = {
        "Effect": "Allow",
        "Action": ["cr:CreateSyncRule", "cr:CreateRepositorySync"],
        "Resource": f"acs:cr:{REGION_B}:{ACCOUNT_B}:instance/{TARGET}",
    }
    return {
        "name": ROLE,
        "trust_policy": {"Version": "1", "Statement": [trust]},
        "policies": [{"Version": "1", "Statement": [allow]}],
    }
