"""Make, describe, list and remove buckets."""

from __future__ import annotations

from .bucket import BUCKET_NAME, Bucket
from .errors import OssError, wrong_argument
from .markup import document, iso
from .operations import BucketCall, Reply, operation

# OSS's own limit for max-keys.
_LONGEST_LIST = 1000


@operation("PutBucket", "PUT")
def put_bucket(call: BucketCall) -> Reply:
    state = call.cloud.state
    if not BUCKET_NAME.fullmatch(call.bucket_name):
        raise OssError("InvalidBucketName", 400, "The specified bucket is not valid.")
    found = state.buckets.get(call.bucket_name)
    if found and found.account_id != call.caller.account_id:
        words = "The requested bucket name is not available. Please select a different name and try again."
        raise OssError("BucketAlreadyExists", 409, words)
    if found is None:
        state.add_bucket(state.accounts[call.caller.account_id], Bucket(call.bucket_name, call.region))
    return Reply()


@operation("DeleteBucket", "DELETE")
def delete_bucket(call: BucketCall) -> Reply:
    bucket = call.bucket
    if bucket.objects:
        raise OssError("BucketNotEmpty", 409, "The bucket you tried to delete is not empty.", "0015-00000301")
    call.cloud.state.remove_bucket(bucket)
    return Reply(status=204)


@operation("GetBucketInfo", "GET", "bucketInfo")
def get_bucket_info(call: BucketCall) -> Reply:
    bucket = call.bucket
    described = {
        "CreationDate": iso(bucket.create_time),
        "ExtranetEndpoint": f"{bucket.location}.aliyuncs.com",
        "IntranetEndpoint": f"{bucket.location}-internal.aliyuncs.com",
        "Location": bucket.location,
        "StorageClass": "Standard",
        "CrossRegionReplication": "Enabled" if bucket.rules else "Disabled",
        "Name": bucket.name,
        "Owner": {"DisplayName": bucket.account_id, "ID": bucket.account_id},
        "AccessControlList": {"Grant": "private"},
    }
    return Reply(document("BucketInfo", {"Bucket": described}))


@operation("GetBucketLocation", "GET", "location")
def get_bucket_location(call: BucketCall) -> Reply:
    return Reply(document("LocationConstraint", call.bucket.location))


@operation("ListObjectsV2", "GET", authority="ListObjects")
def list_objects(call: BucketCall) -> Reply:
    """List objects in the order of their names, after the continuation token."""
    prefix, after = call.query.get("prefix", ""), call.query.get("continuation-token", "")
    asked = call.query.get("max-keys") or "100"
    if not asked.isdigit() or not 1 <= int(asked) <= _LONGEST_LIST:
        raise wrong_argument(f"max-keys must be from 1 to {_LONGEST_LIST}")
    names = [name for name in sorted(call.bucket.objects) if name.startswith(prefix) and name > after]
    page = names[: int(asked)]
    contents = [
        {
            "Key": stored.name,
            "LastModified": iso(stored.modify_time),
            "ETag": f'"{stored.etag}"',
            "Size": stored.size,
            "StorageClass": "Standard",
        }
        for stored in map(call.bucket.objects.__getitem__, page)
    ]
    listed = {
        "Name": call.bucket.name,
        "Prefix": prefix,
        "MaxKeys": asked,
        "IsTruncated": str(len(page) < len(names)).lower(),
        "NextContinuationToken": page[-1] if len(page) < len(names) else None,
        "KeyCount": len(page),
        "Contents": contents,
    }
    return Reply(document("ListBucketResult", listed))
