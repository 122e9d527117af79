"""Refuse as OSS does, by XML with a code, words, a request ID and an EC.

By the EC, a number, OSS's documentation explains the cause. It is left out here if it is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape


class OssError(Exception):
    """An HTTP error; `extra` holds further elements of the body."""

    def __init__(
        self, code: str, http: int, message: str, ec: str = "", extra: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.http = http
        self.message = message
        self.ec = ec
        self.extra = extra or {}


def error_body(error: OssError, request_id: str, host: str) -> str:
    parts = {"Code": error.code, "Message": error.message, "RequestId": request_id, "HostId": host, **error.extra}
    if error.ec:
        parts["EC"] = error.ec
    inner = "".join(f"  <{name}>{escape(text)}</{name}>\n" for name, text in parts.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n{inner}</Error>\n'


def denied(reason: str = "You have no right to access this object because of bucket acl.", ec: str = "") -> OssError:
    return OssError("AccessDenied", 403, reason, ec or "0003-00000001")


def no_such_bucket(name: str) -> OssError:
    words = "The specified bucket does not exist."
    return OssError("NoSuchBucket", 404, words, "0015-00000101", {"BucketName": name})


def wrong_argument(reason: str) -> OssError:
    return OssError("InvalidArgument", 400, reason)
