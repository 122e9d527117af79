"""Keep a bucket's replication rules, and tell how far they are."""

from __future__ import annotations

from xml.etree import ElementTree

from ..ids import now_ms
from .access import may
from .bucket import Bucket, ReplicationRule
from .errors import OssError, denied, wrong_argument
from .markup import document, gmt
from .operations import BucketCall, Reply, operation
from .replicator import replication_denied

# The documented limits: prefixes of a rule, and rules of a bucket.
_PREFIXES, _RULES = 10, 100


@operation("PutBucketReplication", "POST", "replication:add")
def put_bucket_replication(call: BucketCall) -> Reply:
    """Make a rule, and answer with its ID in a header only."""
    bucket = call.bucket
    rule = _read_rule(call)
    destination = _destination(call, rule)
    if any(other.destination_bucket == destination.name for other in bucket.rules.values()):
        words = "A replication rule between the two buckets exists already."
        raise OssError("BucketReplicationAlreadyExist", 400, words, "0031-00000044")
    if len(bucket.rules) >= _RULES:
        raise OssError("TooManyReplicationRules", 400, f"A bucket has at most {_RULES} rules.")
    _check_rights(call, rule, destination)
    bucket.rules[rule.id] = rule
    # After the rule is in its place, since it begins at once.
    call.cloud.replicator.start(bucket, rule)
    return Reply(headers={"x-oss-replication-rule-id": rule.id})


@operation("GetBucketReplication", "GET", "replication")
def get_bucket_replication(call: BucketCall) -> Reply:
    rules = call.bucket.rules.values()
    if not rules:
        words = "The bucket you specified does not have a replication configuration."
        raise OssError("NoSuchReplicationConfiguration", 404, words, "0031-00000055")
    shows_role = call.cloud.state.behaviour.bucket_replication_shows_role
    return Reply(document("ReplicationConfiguration", {"Rule": [_shown(rule, shows_role) for rule in rules]}))


@operation("GetBucketReplicationProgress", "GET", "replicationProgress")
def get_bucket_replication_progress(call: BucketCall) -> Reply:
    """Tell how far a rule is, with figures only while its status is `doing`."""
    rule = call.bucket.rules.get(call.query.get("rule-id", ""))
    if rule is None:
        raise OssError("NoSuchReplicationRule", 404, "The specified replication rule does not exist.")
    shown = _shown(rule, False)
    if rule.status == "doing":
        # Every object that was written before this moment has arrived.
        until = min(rule.backlog.values(), default=now_ms())
        historical = {"HistoricalObject": f"{rule.progress:g}"} if rule.historical else {}
        shown["Progress"] = {**historical, "NewObject": gmt(until)}
    return Reply(document("ReplicationProgress", {"Rule": shown}))


@operation("DeleteBucketReplication", "POST", "replication:delete")
def delete_bucket_replication(call: BucketCall) -> Reply:
    """Begin to close a rule.

    It answers 204 while one is being closed, and 200 if the bucket has none.
    """
    root = call.xml("ReplicationRules")
    rules = call.bucket.rules
    named = [element.text or "" for element in root.findall("ID")]
    if not rules:
        return Reply()
    for identifier in named:
        rule = rules.get(identifier)
        if rule is None:
            raise OssError("NoSuchReplicationRule", 404, "The specified replication rule does not exist.")
        # A client may ask again until the rule is gone.
        if rule.status == "closing":
            return Reply(status=204)
        call.cloud.replicator.end(call.bucket, rule)
    return Reply()


def _read_rule(call: BucketCall) -> ReplicationRule:
    rules = call.xml("ReplicationConfiguration").findall("Rule")
    if len(rules) != 1:
        raise wrong_argument("A request has exactly one Rule.")
    rule = rules[0]
    prefixes = [element.text or "" for element in rule.findall("PrefixSet/Prefix")]
    if len(prefixes) > _PREFIXES:
        raise wrong_argument(f"A rule has at most {_PREFIXES} prefixes.")
    location = _text(rule, "Destination/Location")
    if not location:
        raise OssError("NoReplicationLocation", 400, "Destination/Location is missing.")
    action = _text(rule, "Action") or "ALL"
    historical = _text(rule, "HistoricalObjectReplication") or "enabled"
    if action not in ("ALL", "PUT") or historical not in ("enabled", "disabled"):
        raise wrong_argument("Action is ALL or PUT, and HistoricalObjectReplication enabled or disabled.")
    return ReplicationRule(
        _text(rule, "Destination/Bucket"),
        location,
        transfer_type=_text(rule, "Destination/TransferType"),
        prefixes=prefixes,
        action="PUT" if action == "PUT" else "ALL",
        historical=historical == "enabled",
        sync_role=_text(rule, "SyncRole"),
    )


def _text(element: ElementTree.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _destination(call: BucketCall, rule: ReplicationRule) -> Bucket:
    found = call.cloud.state.buckets.get(rule.destination_bucket)
    if found is None or found is call.bucket:
        raise OssError("InvalidTargetBucket", 400, "The target bucket does not exist, or is the source bucket.")
    if rule.location != found.location:
        words = f"The target bucket is not in {rule.location}."
        raise OssError("InvalidTargetLocation", 400, words)
    if found.account_id != call.bucket.account_id and not rule.sync_role:
        raise OssError("MissingArgument", 400, "SyncRole is missing; another account's bucket needs it.")
    return found


def _check_rights(call: BucketCall, rule: ReplicationRule, destination: Bucket) -> None:
    behaviour = call.cloud.state.behaviour
    if behaviour.bucket_replication_asks_caller:
        for bucket in (call.bucket, destination):
            if not may(bucket, call.principal, "oss:ReplicateGet"):
                raise denied(f"You have no right to do oss:ReplicateGet on {bucket.resource()}.")
    # It is not documented whether rights are checked at once or only while copying.
    if behaviour.bucket_replication_ungranted == "create":
        lacking = replication_denied(call.cloud.state, call.bucket, rule)
        if lacking:
            raise denied(lacking)


def _shown(rule: ReplicationRule, with_role: bool) -> dict[str, object]:
    destination = {"Bucket": rule.destination_bucket, "Location": rule.location}
    if rule.transfer_type:
        destination["TransferType"] = rule.transfer_type
    shown: dict[str, object] = {"ID": rule.id}
    if rule.prefixes:
        shown["PrefixSet"] = {"Prefix": rule.prefixes}
    shown |= {
        "Action": rule.action,
        "Destination": destination,
        "Status": rule.status,
        "HistoricalObjectReplication": "enabled" if rule.historical else "disabled",
    }
    if with_role and rule.sync_role:
        shown["SyncRole"] = rule.sync_role
    return shown
