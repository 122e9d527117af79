# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn plain parameters into OSS's requests, and its answers into plain values.

Each function takes the SDK, its client and a call's parameters. What an answer lacks is None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Parameters = Mapping[str, Any]
Act = Callable[[Any, Any, Parameters], dict[str, Any]]

# The header that names a new rule. The SDK has a field for it, and leaves that empty.
_RULE_ID = "x-oss-replication-rule-id"


def get_bucket_info(sdk: Any, client: Any, parameters: Parameters) -> dict[str, Any]:
    found = client.get_bucket_info(sdk.GetBucketInfoRequest(bucket=parameters["Bucket"])).bucket_info
    return {"Location": found.location, "OwnerId": found.owner.id}


def get_bucket_location(sdk: Any, client: Any, parameters: Parameters) -> dict[str, Any]:
    found = client.get_bucket_location(sdk.GetBucketLocationRequest(bucket=parameters["Bucket"]))
    return {"Location": found.location}


def get_bucket_policy(sdk: Any, client: Any, parameters: Parameters) -> dict[str, Any]:
    found = client.get_bucket_policy(sdk.GetBucketPolicyRequest(bucket=parameters["Bucket"]))
    return {"Policy": found.body}


def put_bucket_policy(sdk: Any, client: Any, parameters: Parameters) -> dict[str, Any]:
    body = parameters["Policy"].encode()
    client.put_bucket_policy(sdk.PutBucketPolicyRequest(bucket=parameters["Bucket"], body=body))
    return {}


def delete_bucket_policy(sdk: Any, client: Any, parameters: Parameters) -> dict[str, Any]:
    client.delete_bucket_policy(sdk.DeleteBucketPolicyRequest(bucket=parameters["Bucket"]))
    return {}


def get_bucket_replication(sdk: Any, client: Any, parameters: Parameters) -> dict[str, Any]:
    found = client.get_bucket_replication(sdk.GetBucketReplicationRequest(bucket=parameters["Bucket"]))
    return {"Rules": [_rule(rule) for rule in found.replication_configuration.rules or ()]}


def get_bucket_replication_progress(sdk: Any, client: Any, parameters: Parameters) -> dict[str, Any]:
    request = sdk.GetBucketReplicationProgressRequest(bucket=parameters["Bucket"], rule_id=parameters["RuleId"])
    (rule,) = client.get_bucket_replication_progress(request).replication_progress.rules
    known = rule.progress
    return {
        "Status": rule.status,
        "HistoricalObject": known.historical_object if known else None,
        "NewObject": known.new_object if known else None,
    }


def put_bucket_replication(sdk: Any, client: Any, parameters: Parameters) -> dict[str, Any]:
    prefixes = parameters.get("Prefixes")
    destination = sdk.ReplicationDestination(
        bucket=parameters["DestinationBucket"],
        location=f"oss-{parameters['DestinationRegion']}",
        transfer_type=parameters.get("TransferType"),
    )
    rule = sdk.ReplicationRule(
        action=parameters["Action"],
        destination=destination,
        historical_object_replication=parameters["Historical"],
        prefix_set=sdk.ReplicationPrefixSet(prefixs=prefixes) if prefixes else None,
        sync_role=parameters.get("Role"),
    )
    wanted = sdk.ReplicationConfiguration(rules=[rule])
    request = sdk.PutBucketReplicationRequest(bucket=parameters["Bucket"], replication_configuration=wanted)
    # A header that is missing is an error: an empty answer of a proxy would look like success.
    return {"RuleId": client.put_bucket_replication(request).headers[_RULE_ID]}


def delete_bucket_replication(sdk: Any, client: Any, parameters: Parameters) -> dict[str, Any]:
    named = sdk.ReplicationRules(ids=[parameters["RuleId"]])
    client.delete_bucket_replication(
        sdk.DeleteBucketReplicationRequest(bucket=parameters["Bucket"], replication_rules=named)
    )
    return {}


def _rule(rule: Any) -> dict[str, Any]:
    destination = rule.destination
    return {
        "Id": rule.id,
        "Status": rule.status,
        "Action": rule.action,
        "DestinationBucket": destination.bucket,
        "DestinationLocation": destination.location,
        "TransferType": destination.transfer_type,
        "Prefixes": (rule.prefix_set.prefixs if rule.prefix_set else None) or [],
        "Historical": rule.historical_object_replication,
        "Role": rule.sync_role,
    }


ACTIONS: dict[str, Act] = {
    "GetBucketInfo": get_bucket_info,
    "GetBucketLocation": get_bucket_location,
    "GetBucketPolicy": get_bucket_policy,
    "PutBucketPolicy": put_bucket_policy,
    "DeleteBucketPolicy": delete_bucket_policy,
    "GetBucketReplication": get_bucket_replication,
    "GetBucketReplicationProgress": get_bucket_replication_progress,
    "PutBucketReplication": put_bucket_replication,
    "DeleteBucketReplication": delete_bucket_replication,
}
