"""Use the OSS SDK between two accounts' buckets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest
from acr_emulator.testing import Emulator

from .story import ACCOUNT_A, ACCOUNT_B, KEYS, REGIONS

BUCKETS = {"a": "images-of-source", "b": "images-of-target"}
OWNERS = {"a": ACCOUNT_A, "b": ACCOUNT_B}
ROLE = "acr-transfer-by-storage"
RULE_ID = "x-oss-replication-rule-id"


def client(emulator: Emulator, who: str, region: str = "", secret: str = "") -> oss.Client:
    config = oss.config.load_default()
    keys = (KEYS[who][0], secret or KEYS[who][1])
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(*keys)
    config.region, config.endpoint = region or REGIONS[who], f"http://{emulator.endpoint}"
    config.retry_max_attempts = 1
    return oss.Client(config)


@pytest.fixture
def world(emulator: Emulator) -> Iterator[Emulator]:
    """Return A with a bucket and a role, B closed."""
    world = emulator.state()
    a, b = world["accounts"]
    trust = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": ["oss.aliyuncs.com"]}}
    read = allow([], "a", "List", "Get")
    del read["Principal"]
    a["roles"] = [
        {
            "name": ROLE,
            "trust_policy": {"Version": "1", "Statement": [trust]},
            "policies": [{"Version": "1", "Statement": [read]}],
        }
    ]
    a["buckets"] = [{"name": BUCKETS["a"], "region": REGIONS["a"], "generated": {"prefix": "old/", "count": 40}}]
    b["buckets"] = [{"name": BUCKETS["b"], "region": REGIONS["b"]}]
    emulator.reset(world)
    emulator.post("/_emulator/tasks", {"seconds": 0.4})
    yield emulator


def allow(principals: list[str], who: str, *deeds: str) -> dict[str, Any]:
    place = f"acs:oss:*:{OWNERS[who]}:{BUCKETS[who]}"
    actions = [f"oss:Replicate{deed}" for deed in deeds]
    return {"Effect": "Allow", "Action": actions, "Principal": principals, "Resource": [place, f"{place}/*"]}


def grant(emulator: Emulator, *deeds: str) -> None:
    """Let A's role replicate into B's bucket."""
    statement = allow([f"arn:sts::{ACCOUNT_A}:assumed-role/{ROLE}/*"], "b", *deeds)
    body = json.dumps({"Version": "1", "Statement": [statement]}).encode()
    client(emulator, "b").put_bucket_policy(oss.PutBucketPolicyRequest(bucket=BUCKETS["b"], body=body))


def rule(**changes: Any) -> oss.PutBucketReplicationRequest:
    there = {"bucket": BUCKETS["b"], "location": f"oss-{REGIONS['b']}"}
    given = {
        "action": "PUT",
        "destination": oss.ReplicationDestination(**there),
        "historical_object_replication": "enabled",
        "sync_role": ROLE,
        **changes,
    }
    wanted = oss.ReplicationConfiguration(rules=[oss.ReplicationRule(**given)])
    return oss.PutBucketReplicationRequest(bucket=BUCKETS["a"], replication_configuration=wanted)


def rules(emulator: Emulator) -> list[oss.ReplicationRule]:
    request = oss.GetBucketReplicationRequest(bucket=BUCKETS["a"])
    return client(emulator, "a").get_bucket_replication(request).replication_configuration.rules or []


def progress(emulator: Emulator, identifier: str) -> oss.ReplicationProgressRule:
    request = oss.GetBucketReplicationProgressRequest(bucket=BUCKETS["a"], rule_id=identifier)
    return client(emulator, "a").get_bucket_replication_progress(request).replication_progress.rules[0]


def delete(emulator: Emulator, identifier: str) -> int:
    named = oss.ReplicationRules(ids=[identifier])
    request = oss.DeleteBucketReplicationRequest(bucket=BUCKETS["a"], replication_rules=named)
    code: int = client(emulator, "a").delete_bucket_replication(request).status_code
    return code


def names(emulator: Emulator, who: str) -> set[str]:
    found = client(emulator, who).list_objects_v2(oss.ListObjectsV2Request(bucket=BUCKETS[who], max_keys=100))
    return {entry.key for entry in found.contents or ()}


def refused(call: Callable[[], object]) -> oss.exceptions.ServiceError:
    with pytest.raises(oss.exceptions.OperationError) as failed:
        call()
    error = failed.value.unwrap()
    assert isinstance(error, oss.exceptions.ServiceError)
    assert error.request_id
    return error


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_wrong_signature_key_region_and_bucket_are_told_apart(world: Emulator) -> None:
    def info(who: str, bucket: str, **other: str) -> oss.exceptions.ServiceError:
        request = oss.GetBucketInfoRequest(bucket=bucket)
        return refused(lambda: client(world, who, **other).get_bucket_info(request))

    wrong = info("a", BUCKETS["a"], secret="another")
    assert (wrong.status_code, wrong.code, wrong.ec) == (403, "SignatureDoesNotMatch", "0002-00000201")
    elsewhere = info("a", BUCKETS["a"], region="eu-central-1")
    assert (elsewhere.status_code, elsewhere.code, elsewhere.ec) == (403, "AccessDenied", "0003-00001403")
    assert elsewhere.error_fileds["Endpoint"] == "oss-cn-hangzhou.aliyuncs.com"
    foreign = info("a", BUCKETS["b"], region=REGIONS["b"])
    assert (foreign.status_code, foreign.code, foreign.ec) == (403, "AccessDenied", "0003-00000001")
    gone = info("a", "no-such-bucket")
    assert (gone.status_code, gone.code, gone.ec) == (404, "NoSuchBucket", "0015-00000101")


def test_objects_are_written_read_and_deleted(world: Emulator) -> None:
    a = client(world, "a")
    key = "shelf/ä b+c%2F?.txt"
    a.put_object(oss.PutObjectRequest(bucket=BUCKETS["a"], key=key, body=b"\x00\xff"))
    assert a.get_object(oss.GetObjectRequest(bucket=BUCKETS["a"], key=key)).body.read() == b"\x00\xff"
    assert key in names(world, "a")
    a.delete_object(oss.DeleteObjectRequest(bucket=BUCKETS["a"], key=key))
    missing = refused(lambda: a.get_object(oss.GetObjectRequest(bucket=BUCKETS["a"], key=key)))
    assert (missing.status_code, missing.code) == (404, "NoSuchKey")


def test_a_replication_from_its_grant_to_its_end(world: Emulator) -> None:
    a = client(world, "a")
    lacking = refused(lambda: a.put_bucket_replication(rule()))
    assert (lacking.status_code, lacking.code) == (403, "AccessDenied")
    grant(world, "List", "Get", "Put")

    made = a.put_bucket_replication(rule())
    identifier = made.headers[RULE_ID]
    assert made.replication_rule_id is None, "the SDK reads it no better yet"
    assert [(found.id, found.sync_role) for found in rules(world)] == [(identifier, ROLE)]
    again = refused(lambda: a.put_bucket_replication(rule()))
    assert (again.status_code, again.code, again.ec) == (400, "BucketReplicationAlreadyExist", "0031-00000044")

    seen = [progress(world, identifier)]
    while not (seen[-1].progress and seen[-1].progress.historical_object == "1"):
        time.sleep(0.01)
        seen.append(progress(world, identifier))
    assert [found for found in seen if found.status == "starting" and found.progress] == []
    shown = [float(found.progress.historical_object) for found in seen if found.progress]
    assert shown == sorted(shown)
    assert names(world, "b") == names(world, "a")

    a.put_object(oss.PutObjectRequest(bucket=BUCKETS["a"], key="new/1", body=b"new"))
    eventually(lambda: "new/1" in names(world, "b"))
    a.delete_object(oss.DeleteObjectRequest(bucket=BUCKETS["a"], key="new/1"))

    assert delete(world, identifier) == 200
    assert [found.status for found in rules(world)] == ["closing"]
    assert delete(world, identifier) == 204
    request = oss.GetBucketReplicationRequest(bucket=BUCKETS["a"])
    eventually(lambda: not world.state()["accounts"][0]["buckets"][0]["rules"])
    assert refused(lambda: a.get_bucket_replication(request)).code == "NoSuchReplicationConfiguration"
    assert delete(world, identifier) == 200, "nothing is configured any more"
    assert "new/1" in names(world, "b"), "deletions are not replicated by PUT"


def test_what_a_rule_may_not_be(world: Emulator) -> None:
    grant(world, "List", "Get", "Put")
    a = client(world, "a")
    elsewhere = oss.ReplicationDestination(bucket=BUCKETS["b"], location="oss-cn-beijing")
    nowhere = oss.ReplicationDestination(bucket="no-such-bucket", location="oss-eu-central-1")
    refusals = {
        "InvalidTargetLocation": rule(destination=elsewhere),
        "InvalidTargetBucket": rule(destination=nowhere),
        "MissingArgument": rule(sync_role=None),
        "InvalidArgument": rule(prefix_set=oss.ReplicationPrefixSet(prefixs=[f"p{number}" for number in range(11)])),
        "AccessDenied": rule(action="ALL"),
    }
    found = {code: refused(partial(a.put_bucket_replication, wanted)) for code, wanted in refusals.items()}
    assert {code: error.code for code, error in found.items()} == {code: code for code in refusals}


def test_a_rule_copies_what_its_prefixes_name_once_it_may(world: Emulator) -> None:
    world.post("/_emulator/behaviour", {"bucket_replication_ungranted": "later"})
    a = client(world, "a")
    a.put_object(oss.PutObjectRequest(bucket=BUCKETS["a"], key="other/1", body=b"1"))
    identifier = a.put_bucket_replication(rule(prefix_set=oss.ReplicationPrefixSet(prefixs=["old/"]))).headers[RULE_ID]
    eventually(lambda: progress(world, identifier).status == "doing")
    assert progress(world, identifier).progress.historical_object == "0"
    grant(world, "List", "Get", "Put")
    eventually(lambda: progress(world, identifier).progress.historical_object == "1")
    assert names(world, "b") == names(world, "a") - {"other/1"}
