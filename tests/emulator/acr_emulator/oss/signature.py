"""Check OSS4-HMAC-SHA256 signatures, by a key made of the secret, the date, the region and the product."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from ..identity import Caller
from ..ids import now_ms
from .errors import OssError, denied, wrong_argument

ALGORITHM = "OSS4-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM}\s+Credential=([^/,\s]+)/(\d{{8}})/([^/,\s]+)/oss/aliyun_v4_request"
    r"(?:,\s*AdditionalHeaders=([^,\s]*))?,\s*Signature=([0-9a-f]{64})"
)
_ALWAYS_SIGNED = ("content-type", "content-md5")


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as far as a signature covers it.

    Path and query are as they came, and names of headers are in small letters.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


def authenticate(request: Signed, callers: Mapping[str, Caller]) -> tuple[Caller, str]:
    """Return the caller who signed the request, and the region that it was signed for."""
    given = request.headers.get("authorization", "").strip()
    if not given:
        raise denied()
    matched = _AUTHORIZATION.fullmatch(given)
    if not matched:
        raise wrong_argument(f"Authorization must be of the form {ALGORITHM} Credential=…")
    key, date, region, more, signature = matched.groups()
    caller = _caller(key, request.headers.get("x-oss-security-token", ""), callers)
    scope = f"{date}/{region}/oss/aliyun_v4_request"
    to_sign = string_to_sign(request, scope, (more or "").split(";") if more else ())
    expected = sign(to_sign, caller.access_key_secret, date, region)
    if not hmac.compare_digest(expected, signature):
        words = "The request signature we calculated does not match the signature you provided."
        raise OssError("SignatureDoesNotMatch", 403, words, "0002-00000201", {"StringToSign": to_sign})
    return caller, region


def string_to_sign(request: Signed, scope: str, additional: Iterable[str]) -> str:
    named = sorted(name for name in additional if name)
    signed = {
        name: value.strip()
        for name, value in request.headers.items()
        if name.startswith("x-oss-") or name in _ALWAYS_SIGNED or name in named
    }
    canonical = "\n".join(
        (
            request.method,
            quote(unquote(request.path), safe="/"),
            _canonical_query(request.query),
            "".join(f"{name}:{signed[name]}\n" for name in sorted(signed)),
            ";".join(named),
            request.headers.get("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
        )
    )
    moment = request.headers.get("x-oss-date", "")
    return "\n".join((ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()))


def _canonical_query(query: str) -> str:
    """Return the parameters in order; a parameter without a value has no equals sign."""
    pairs = sorted(tuple(pair.partition("=")[::2]) for pair in query.split("&") if pair)
    return "&".join(f"{name}={value}" if value else name for name, value in pairs)


def sign(to_sign: str, secret: str, date: str, region: str) -> str:
    key = f"aliyun_v4{secret}".encode()
    for part in (date, region, "oss", "aliyun_v4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


def _caller(access_key_id: str, security_token: str, callers: Mapping[str, Caller]) -> Caller:
    caller = callers.get(access_key_id)
    if caller is None:
        words = "The OSS Access Key Id you provided does not exist in our records."
        raise OssError("InvalidAccessKeyId", 403, words, "0002-00000902")
    session = caller.session
    expected = session.security_token if session else ""
    if not hmac.compare_digest(expected.encode(), security_token.encode()):
        raise OssError("InvalidSecurityToken", 403, "The security token you provided is invalid.")
    if session and session.expire_time <= now_ms():
        raise OssError("SecurityTokenExpired", 403, "The security token you provided has expired.")
    return caller
