"""Write, read and delete objects."""

from __future__ import annotations

from ..ids import now_ms
from .bucket import StoredObject
from .errors import OssError
from .markup import gmt
from .operations import BucketCall, Reply, operation


@operation("PutObject", "PUT", on_object=True)
def put_object(call: BucketCall) -> Reply:
    stored = StoredObject(call.key, call.body.decode("latin-1"), now_ms())
    call.cloud.store.put(call.bucket, stored)
    call.cloud.replicator.written(call.bucket, call.key)
    return Reply(headers={"etag": f'"{stored.etag}"'})


@operation("GetObject", "GET", on_object=True)
def get_object(call: BucketCall) -> Reply:
    stored = _stored(call)
    return Reply(call.cloud.store.read(call.bucket, stored.name), headers=_headers(stored))


@operation("HeadObject", "HEAD", on_object=True, authority="GetObject")
def head_object(call: BucketCall) -> Reply:
    return Reply(headers=_headers(_stored(call)))


@operation("DeleteObject", "DELETE", on_object=True)
def delete_object(call: BucketCall) -> Reply:
    call.cloud.store.delete(call.bucket, call.key)
    call.cloud.replicator.written(call.bucket, call.key)
    return Reply(status=204)


def _stored(call: BucketCall) -> StoredObject:
    found = call.bucket.objects.get(call.key)
    if found is None:
        raise OssError("NoSuchKey", 404, "The specified key does not exist.", "0026-00000001", {"Key": call.key})
    return found


def _headers(stored: StoredObject) -> dict[str, str]:
    return {"etag": f'"{stored.etag}"', "last-modified": gmt(stored.modify_time)}
