"""Define the two ways in which the service refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """An HTTP error with the gateway's body, to which `extra` is added."""

    def __init__(
        self,
        code: str,
        http: int = 400,
        message: str = "",
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message or code)
        self.code = code
        self.http = http
        self.message = message or code
        self.extra = extra or {}
        self.headers = headers or {}


class BusinessError(Exception):
    """CR's own failure: HTTP 200 with IsSuccess false, and a code in capital letters."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message or code


def missing(name: str) -> ApiError:
    text = f'The input parameter "{name}" that is mandatory for processing this request is not supplied.'
    return ApiError("MissingParameter", 400, text)


def invalid(name: str, reason: str, code: str = "InvalidParameter") -> ApiError:
    return ApiError(code, 400, f'The specified parameter "{name}" is not valid: {reason}.')
