"""Turn an HTTP request into an action and back, and answer everything that can go wrong in between."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from . import signature
from .actions import ACTIONS, VERSIONS, Action, Call
from .authorisation import authorise, refusal
from .breaking import broken
from .cloud import Cloud
from .errors import ApiError, BusinessError
from .identity import Caller
from .ids import new_uuid
from .server import JSON_TYPE, Dropped, json_response
from .traffic import PROTOCOL_PARAMETERS, Fault, Record, misshapen, next_fault, throttled


async def serve(http: HttpRequest) -> Response:
    """Answer every API call."""
    cloud: Cloud = http.app.state.cloud
    started = time.perf_counter()
    request = await read_request(http)
    # Calls that are refused or break are in the journal, too.
    record = cloud.journal.open()
    try:
        response = await _answer(cloud, http, request, record)
    except ApiError as error:
        response = _error(error, record)
    record.status = response.status_code
    # The latency comes after the work, so that a client which gives up finds it done.
    if cloud.state.latency_ms:
        await asyncio.sleep(cloud.state.latency_ms / 1000)
    record.milliseconds = round((time.perf_counter() - started) * 1000, 3)
    return response


async def read_request(http: HttpRequest) -> signature.Request:
    body = await http.body()
    form: dict[str, str] = {}
    if body and http.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = _pairs(body)
    headers: dict[str, str] = {}
    for name, value in http.headers.items():
        # Several headers of one name count as one with all values.
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return signature.Request(http.method, http.url.path, _pairs(http.scope["query_string"]), form, headers, body)


def _pairs(encoded: bytes) -> dict[str, str]:
    """Decode parameters as the gateway does: keep empty values, take the first of several, replace invalid UTF-8."""
    pairs = parse_qsl(encoded.decode("latin-1"), keep_blank_values=True, encoding="utf-8", errors="replace")
    # A dictionary keeps the last value, so the first one has to come last.
    return dict(reversed(pairs))


async def _answer(cloud: Cloud, http: HttpRequest, request: signature.Request, record: Record) -> Response:
    # The query wins over the form, as it does where V1 signatures are made.
    parameters = {**request.form, **request.query}
    record.parameters = {name: value for name, value in parameters.items() if name not in PROTOCOL_PARAMETERS}
    record.action = request.headers.get("x-acs-action") or parameters.get("Action", "")
    # Clients with ACS3 signatures name action and version in headers, older ones in parameters.
    version = request.headers.get("x-acs-version") or parameters.get("Version", "")
    record.product = VERSIONS.get(version, "")
    caller = signature.authenticate(request, cloud.state.callers)
    record.account, record.identity = caller.account_id, caller.name
    action = _find_action(record, version, request.method)
    fault = next_fault(cloud.faults, record, caller.account_name)
    if fault and fault.fault == "denied":
        raise refusal(action, caller)
    if fault and (response := await _fail_before(fault, http, record)):
        return response
    # By account, as the service counts its limits.
    cloud.throttle.check(caller.account_id, record.product, cloud.state.rate_limits)
    body = _perform(cloud, caller, action, parameters)
    record.code = str(body.get("Code", ""))
    return await _fail_after(fault, body) if fault else json_response(body)


def _find_action(record: Record, version: str, method: str) -> Action:
    if not record.product:
        raise ApiError("InvalidVersion", 400, f"Specified parameter Version {version!r} is not valid.")
    action = ACTIONS.get((record.product, record.action))
    if action is None:
        raise ApiError("InvalidAction.NotFound", 404, f"Specified api {record.action!r} is not found.")
    if method not in action.methods:
        raise ApiError("UnsupportedHTTPMethod", 400, f"{record.action} does not support the HTTP method {method}.")
    return action


def _perform(cloud: Cloud, caller: Caller, action: Action, parameters: dict[str, str]) -> dict[str, Any]:
    call = Call(cloud, caller, cloud.state.accounts[caller.account_id], parameters)
    head: dict[str, Any] = {"RequestId": new_uuid()}
    if action.product == "cr":
        # RAM and STS tell success by the HTTP status alone.
        head |= {"Code": "success"} | ({action.marker: True} if action.marker else {})
    try:
        authorise(call, action)
        return head | action.answer(call)
    except BusinessError as error:
        failed = {action.marker: False} if action.marker else {}
        return head | {"Code": error.code, "Message": error.message} | failed


async def _fail_before(fault: Fault, http: HttpRequest, record: Record) -> Response | None:
    """Return the answer of a fault that comes in the place of the work; None for other faults."""
    record.code = fault.fault
    match fault.fault:
        case "throttle":
            raise throttled(fault.retry_after_ms)
        case "error_500":
            raise ApiError("InternalError", 500, "The request processing has failed due to some unknown error.")
        case "error_503":
            raise ApiError("ServiceUnavailable", 503, "The request has failed due to a temporary failure.")
        case "expired_token":
            raise ApiError("InvalidSecurityToken.Expired", 400, "Specified SecurityToken is expired.")
    return await broken(fault, http.receive, {"content-type": JSON_TYPE})


async def _fail_after(fault: Fault, body: dict[str, Any]) -> Response:
    match fault.fault:
        case "reset_after":
            return Dropped()
        case "wrong_shape":
            return json_response(misshapen(body))
    await asyncio.sleep(fault.retry_after_ms / 1000)
    return json_response(body)


def _error(error: ApiError, record: Record) -> Response:
    record.code = error.code
    product = record.product or "cr"
    body = {
        "RequestId": new_uuid(),
        "HostId": f"{product}.aliyuncs.com",
        "Code": error.code,
        "Message": error.message,
        "Recommend": f"https://api.aliyun.com/troubleshoot?q={error.code}&product={product}",
        **error.extra,
    }
    return json_response(body, error.http, error.headers)
