"""Ask OSS for each operation, with the right that it needs and without."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.oss import gateway
from acr_emulator.oss.operations import OPERATIONS
from acr_emulator.testing import PACKAGE_PARENT, Emulator, in_ci

from .kit import ROOT_A, USER_A, allow, world

# The package is optional, but `make setup` installs it; without it, CI fails.
if not in_ci():
    pytest.importorskip("alibabacloud_oss_v2", reason="alibabacloud-oss-v2 is not installed: make setup")
sdk: Any = importlib.import_module("alibabacloud_oss_v2")
assert gateway, "importing it registers the operations"

NAMES = sorted({operation.name for operation in OPERATIONS.values()})
RULE = "0f3c1d2a-0000-4000-8000-000000000001"
POLICY = json.dumps(
    {
        "Version": "1",
        "Statement": [{"Effect": "Allow", "Action": ["oss:GetObject"], "Principal": ["1"], "Resource": ["*"]}],
    }
)
FULL = {"bucket": "full-of-images"}
EMPTY = {"bucket": "empty-of-images"}
OBJECT = {**FULL, "key": "image-1"}


def replication() -> Any:
    destination = sdk.ReplicationDestination(bucket="second-of-images", location="oss-eu-central-1")
    rule = sdk.ReplicationRule(action="ALL", destination=destination, historical_object_replication="enabled")
    return sdk.ReplicationConfiguration(rules=[rule])


# How to ask for each operation, in a world where it works.
CALLS: dict[str, Callable[[Any], Any]] = {
    "PutBucket": lambda client: client.put_bucket(sdk.PutBucketRequest(bucket="new-of-images")),
    "GetBucketInfo": lambda client: client.get_bucket_info(sdk.GetBucketInfoRequest(**FULL)),
    "GetBucketLocation": lambda client: client.get_bucket_location(sdk.GetBucketLocationRequest(**FULL)),
    "DeleteBucket": lambda client: client.delete_bucket(sdk.DeleteBucketRequest(**EMPTY)),
    "ListObjectsV2": lambda client: client.list_objects_v2(sdk.ListObjectsV2Request(**FULL)),
    "PutObject": lambda client: client.put_object(sdk.PutObjectRequest(**EMPTY, key="image", body=b"layers")),
    "GetObject": lambda client: client.get_object(sdk.GetObjectRequest(**OBJECT)),
    "HeadObject": lambda client: client.head_object(sdk.HeadObjectRequest(**OBJECT)),
    "DeleteObject": lambda client: client.delete_object(sdk.DeleteObjectRequest(**OBJECT)),
    "PutBucketPolicy": lambda client: client.put_bucket_policy(
        sdk.PutBucketPolicyRequest(**EMPTY, body=POLICY.encode())
    ),
    "GetBucketPolicy": lambda client: client.get_bucket_policy(sdk.GetBucketPolicyRequest(**FULL)),
    "DeleteBucketPolicy": lambda client: client.delete_bucket_policy(sdk.DeleteBucketPolicyRequest(**FULL)),
    "PutBucketReplication": lambda client: client.put_bucket_replication(
        sdk.PutBucketReplicationRequest(**EMPTY, replication_configuration=replication())
    ),
    "GetBucketReplication": lambda client: client.get_bucket_replication(sdk.GetBucketReplicationRequest(**FULL)),
    "GetBucketReplicationProgress": lambda client: client.get_bucket_replication_progress(
        sdk.GetBucketReplicationProgressRequest(**FULL, rule_id=RULE)
    ),
    "DeleteBucketReplication": lambda client: client.delete_bucket_replication(
        sdk.DeleteBucketReplicationRequest(**FULL, replication_rules=sdk.ReplicationRules(ids=[RULE]))
    ),
}
# An operation whose right has another name.
RIGHTS = {"HeadObject": "oss:GetObject", "ListObjectsV2": "oss:ListObjects"}


def client_of(emulator: Emulator, keys: tuple[str, str]) -> Any:
    config = sdk.config.load_default()
    config.credentials_provider = sdk.credentials.StaticCredentialsProvider(*keys)
    config.region, config.endpoint = "cn-hangzhou", f"http://{emulator.endpoint}"
    config.use_path_style, config.retry_max_attempts = True, 1
    return sdk.Client(config)


def served(serve: Callable[..., Emulator], *rights: str) -> Emulator:
    """Serve a world with buckets, in which the user has these rights."""
    emulator = serve()
    made = world(user_policies=[allow(*rights)] if rights else [])
    rule = {"id": RULE, "destination_bucket": "second-of-images", "location": "oss-eu-central-1", "status": "doing"}
    full = {"policy": POLICY, "generated": {"prefix": "image-", "count": 3}, "rules": [rule]}
    made["accounts"][0]["buckets"] = [
        {"name": "full-of-images", "region": "cn-hangzhou", **full},
        {"name": "empty-of-images", "region": "cn-hangzhou"},
        {"name": "second-of-images", "region": "eu-central-1"},
    ]
    emulator.reset(made)
    return emulator


def refusal(call: Callable[[Any], Any], client: Any) -> str:
    """Return the code and words of a refusal; nothing if the call works."""
    try:
        call(client)
    except sdk.exceptions.OperationError as error:
        cause = error.unwrap()
        return f"{cause.status_code} {cause.code}: {cause.message}"
    return ""


def test_each_operation_is_asked_for() -> None:
    assert sorted(CALLS) == NAMES, "say in CALLS how to ask for the new operation"


@pytest.mark.parametrize("name", CALLS)
def test_an_operation_needs_its_right_and_no_other(name: str, serve: Callable[..., Emulator]) -> None:
    right = RIGHTS.get(name, f"oss:{name}")
    others = sorted({operation.authority for operation in OPERATIONS.values()} - {right})
    assert refusal(CALLS[name], client_of(served(serve, right), USER_A)) == "", f"with {right} alone it works"
    refused = refusal(CALLS[name], client_of(served(serve, *others), USER_A))
    assert refused.startswith("403 "), f"without {right} it is refused"
    # The answer to HEAD has no body that could say which.
    assert name == "HeadObject" or right in refused


@pytest.mark.parametrize("name", CALLS)
def test_the_owner_may_ask_for_each_operation(name: str, serve: Callable[..., Emulator]) -> None:
    assert refusal(CALLS[name], client_of(served(serve), ROOT_A)) == ""


def test_the_readme_names_each_operation() -> None:
    readme = Path(PACKAGE_PARENT, "README.md").read_text(encoding="utf-8")
    listed = readme.partition("The\n  operations are ")[2].partition(".")[0]
    assert sorted(re.findall(r"`(\w+)`", listed)) == NAMES, "name it in the README of the emulator"
