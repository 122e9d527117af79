"""Keep a bucket's policy, which is replaced as a whole."""

from __future__ import annotations

from .access import parse_bucket_policy
from .errors import OssError
from .operations import BucketCall, Reply, operation


@operation("PutBucketPolicy", "PUT", "policy")
def put_bucket_policy(call: BucketCall) -> Reply:
    text = call.body.decode("utf-8", "replace")
    parse_bucket_policy(text)
    call.bucket.policy = text
    return Reply()


@operation("GetBucketPolicy", "GET", "policy")
def get_bucket_policy(call: BucketCall) -> Reply:
    if not call.bucket.policy:
        raise OssError("NoSuchBucketPolicy", 404, "The bucket policy does not exist.", "0015-00000701")
    return Reply(call.bucket.policy.encode(), headers={"content-type": "application/json"})


@operation("DeleteBucketPolicy", "DELETE", "policy")
def delete_bucket_policy(call: BucketCall) -> Reply:
    call.bucket.policy = ""
    return Reply(status=204)
