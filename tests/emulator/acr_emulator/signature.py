"""Check both styles of request signatures: ACS3-HMAC-SHA256 in a header, and V1 HMAC-SHA1 in a parameter.

What was signed is what the client says, and no fixed list of headers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from .errors import ApiError
from .identity import Caller
from .ids import now_ms

ALGORITHM = "ACS3-HMAC-SHA256"
_AUTHORIZATION = re.compile(r"(\S+)\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]*),\s*Signature=([0-9A-Fa-f]+)")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as far as a signature covers it.

    `query` and `form` are decoded, header names are in small letters.
    """

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


def encode(text: str) -> str:
    """Encode by RFC 3986, as both signature styles want it."""
    return quote(text, safe="~")


def canonical_query(parameters: Mapping[str, str]) -> str:
    return "&".join(f"{encode(name)}={encode(parameters[name])}" for name in sorted(parameters))


def authenticate(request: Request, callers: Mapping[str, Caller]) -> Caller:
    """Return the caller who signed the request, or raise the gateway's ApiError."""
    if "authorization" in request.headers:
        return _authenticate_acs3(request, callers)
    return _authenticate_v1(request, callers)


def _authenticate_acs3(request: Request, callers: Mapping[str, Caller]) -> Caller:
    matched = _AUTHORIZATION.fullmatch(request.headers["authorization"].strip())
    if not matched or matched[1] != ALGORITHM:
        raise ApiError("IncompleteSignature", 400, f"The Authorization header must be of the form {ALGORITHM} …")
    _check_time("x-acs-date", request.headers.get("x-acs-date", ""))
    caller = _caller(matched[2], request.headers.get("x-acs-security-token", ""), callers)
    # The header is compared with the body, since only the header is signed.
    content = hashlib.sha256(request.body).hexdigest()
    if request.headers.get("x-acs-content-sha256", "").lower() != content:
        raise _mismatch("x-acs-content-sha256 is not the SHA-256 of the body")
    expected = sign_acs3(request, matched[3], content, caller.access_key_secret)
    if not hmac.compare_digest(expected, matched[4].lower()):
        raise _mismatch("")
    return caller


def sign_acs3(request: Request, signed_headers: str, content: str, secret: str) -> str:
    headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in signed_headers.split(";"))
    canonical = "\n".join(
        (request.method, request.path, canonical_query(request.query), headers, signed_headers, content)
    )
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def _authenticate_v1(request: Request, callers: Mapping[str, Caller]) -> Caller:
    parameters = {**request.form, **request.query}
    # SignatureVersion and Format have defaults; without the others nothing can be verified.
    for name in ("AccessKeyId", "Signature", "SignatureMethod", "SignatureNonce", "Timestamp"):
        if not parameters.get(name):
            raise ApiError("IncompleteSignature", 400, f"The request is not signed: {name} is missing.")
    if parameters["SignatureMethod"] != "HMAC-SHA1":
        raise ApiError("InvalidParameter", 400, "SignatureMethod must be HMAC-SHA1.")
    _check_time("Timestamp", parameters["Timestamp"])
    caller = _caller(parameters["AccessKeyId"], parameters.get("SecurityToken", ""), callers)
    signature = parameters.pop("Signature")
    if not hmac.compare_digest(sign_v1(request.method, parameters, caller.access_key_secret), signature.encode()):
        # aliyun-python-sdk-core compares it with its own, to tell a wrong secret from a wrong calculation.
        raise _mismatch(f"server string to sign is:{_string_to_sign(request.method, parameters)}")
    return caller


def sign_v1(method: str, parameters: Mapping[str, str], secret: str) -> bytes:
    to_sign = _string_to_sign(method, parameters)
    # The ampersand after the secret is part of the key, as in OAuth 1.
    return base64.b64encode(hmac.new(f"{secret}&".encode(), to_sign.encode(), hashlib.sha1).digest())


def _string_to_sign(method: str, parameters: Mapping[str, str]) -> str:
    return f"{method}&%2F&{encode(canonical_query(parameters))}"


def _caller(access_key_id: str, security_token: str, callers: Mapping[str, Caller]) -> Caller:
    caller = callers.get(access_key_id)
    if caller is None:
        raise ApiError("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found.")
    session = caller.session
    if session is None and security_token:
        raise ApiError("InvalidSecurityToken.Malformed", 400, "The access key does not go with a SecurityToken.")
    # Compared in constant time, as everywhere where secrets are compared.
    if session and not hmac.compare_digest(session.security_token.encode(), security_token.encode()):
        raise ApiError("InvalidSecurityToken.Malformed", 400, "Specified SecurityToken is malformed.")
    if session and session.expire_time <= now_ms():
        raise ApiError("InvalidSecurityToken.Expired", 400, "Specified SecurityToken is expired.")
    return caller


def _check_time(name: str, value: str) -> None:
    # Only the form: refusing a time that is merely old would make clients fail for a wrong clock, which helps no test.
    if not _TIME.fullmatch(value):
        raise ApiError("IllegalTimestamp", 400, f"{name} must be of the form YYYY-MM-DDThh:mm:ssZ.")


def _mismatch(reason: str) -> ApiError:
    message = "Specified signature is not matched with our calculation."
    return ApiError("SignatureDoesNotMatch", 400, f"{message} {reason}".strip())
