"""Turn an HTTP request to a bucket into an operation and back."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from ..breaking import broken
from ..cloud import Cloud
from ..errors import ApiError
from ..ids import new_uuid
from ..server import Dropped
from ..traffic import Fault, Record, next_fault
from . import buckets, objects, policies, replications, signature
from .errors import OssError, denied, error_body
from .operations import BucketCall, Operation, Reply, authorise, find

METHODS = ["DELETE", "GET", "HEAD", "POST", "PUT"]
XML_TYPE = "application/xml"
# Importing them registers their operations.
REGISTERED = (buckets, objects, policies, replications)
_BEFORE = {
    "error_500": ("InternalError", 500, "Please contact the server administrator."),
    "error_503": ("ServiceUnavailable", 503, "Please reduce your request rate."),
    "throttle": ("QpsLimitExceeded", 503, "Please reduce your request rate."),
    "expired_token": ("SecurityTokenExpired", 403, "The security token you provided has expired."),
}


async def serve(http: HttpRequest) -> Response:
    """Answer every call on a bucket or an object."""
    cloud: Cloud = http.app.state.cloud
    started = time.perf_counter()
    body = await http.body()
    record = cloud.journal.open()
    record.product = "oss"
    # 24 hexadecimal digits, as OSS writes its IDs.
    request_id = new_uuid().replace("-", "")[:24]
    try:
        response = await _answer(cloud, http, body, record)
    except OssError as error:
        record.code = error.code
        # An answer to HEAD has no body, whatever went wrong.
        content = b"" if http.method == "HEAD" else error_body(error, request_id, http.headers["host"]).encode()
        response = Response(content, error.http, {"x-oss-ec": error.ec}, XML_TYPE)
    response.headers["x-oss-request-id"] = request_id
    record.status = response.status_code
    if cloud.state.latency_ms:
        await asyncio.sleep(cloud.state.latency_ms / 1000)
    record.milliseconds = round((time.perf_counter() - started) * 1000, 3)
    return response


async def _answer(cloud: Cloud, http: HttpRequest, body: bytes, record: Record) -> Response:
    # Raw, since the signature covers the path as it was sent.
    path, query = http.scope["raw_path"].decode("latin-1"), http.scope["query_string"].decode("latin-1")
    pairs = dict(parse_qsl(query, keep_blank_values=True))
    name, _slash, key = unquote(path).lstrip("/").partition("/")
    found = find(http.method, pairs, key)
    record.action = found.name
    named = {"Bucket": name, "Key": key} if key else {"Bucket": name}
    record.parameters = {**named, **{name: value for name, value in pairs.items() if value}}
    headers = dict(http.headers.items())
    signed = signature.Signed(http.method, path, query, headers)
    caller, region = signature.authenticate(signed, cloud.state.callers)
    record.account, record.identity = caller.account_id, caller.name
    fault = next_fault(cloud.faults, record, caller.account_name)
    if fault and (response := await _fail_before(fault, http, record)):
        return response
    try:
        cloud.throttle.check(caller.account_id, "oss", cloud.state.rate_limits)
    except ApiError as error:
        raise OssError(*_BEFORE["throttle"]) from error
    reply = _perform(BucketCall(cloud, caller, region, name, key, pairs, headers, body), found)
    if fault and (response := await _fail_after(fault)):
        return response
    return Response(reply.body, reply.status, {"content-type": XML_TYPE, **reply.headers})


def _perform(call: BucketCall, found: Operation) -> Reply:
    authorise(call, found)
    state = call.cloud.state
    if call.bucket_name in state.buckets:
        bucket = state.buckets[call.bucket_name]
        call.cloud.store.open(bucket, state.instances.get(bucket.instance))
    return found.answer(call)


async def _fail_before(fault: Fault, http: HttpRequest, record: Record) -> Response | None:
    """Return the answer of a fault that comes in the place of the work; None for other faults."""
    record.code = fault.fault
    if fault.fault in _BEFORE:
        raise OssError(*_BEFORE[fault.fault])
    if fault.fault == "denied":
        raise denied()
    return await broken(fault, http.receive)


async def _fail_after(fault: Fault) -> Response | None:
    match fault.fault:
        case "reset_after":
            return Dropped()
        case "wrong_shape":
            return Response(b"<Strange/>", media_type=XML_TYPE)
    await asyncio.sleep(fault.retry_after_ms / 1000)
    return None
