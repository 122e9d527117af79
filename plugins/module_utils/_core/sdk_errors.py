# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn what the SDK raises into errors of ours."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    UnreachableError,
    api_error,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.http import Exchange
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import Keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.unanswered import (
    NoAnswerError,
    expects_tls,
)

# About two lines of a terminal.
_LONGEST_TEXT = 200


def translate(action: str, error: Any, exchange: Exchange, keys: Keys) -> NoReturn:
    """Raise what an exception of the SDK means.

    Args:
        action: the action that was called.
        error: the exception.
        exchange: how far the request came.
        keys: those that signed it, which no message may show.

    Raises:
        ApiError: the service refused, or did not answer.
        AcrError: nothing was sent.
    """
    inner = getattr(error, "inner_exception", None)
    if isinstance(inner, NoAnswerError):
        unanswered(action, inner)
    data = error.data if isinstance(getattr(error, "data", None), dict) else {}
    code = str(data.get("Code") or getattr(error, "code", None) or "")
    # The SDK wraps what Python raises. Its own exceptions are about an answer.
    _check_exchange(action, error, exchange, _words(inner or error, keys))
    if not code and inner is not None:
        raise UnreachableError(
            action,
            "",
            f"{exchange.host} answered with something else than JSON (HTTP {exchange.status})",
            hint=_who_answered(exchange),
            status=exchange.status,
            uncertain=True,
        ) from error
    retry_after = getattr(error, "retry_after", None)
    raise api_error(
        action,
        code,
        str(data.get("Message") or ""),
        request_id=str(data.get("RequestId") or ""),
        status=int(data.get("statusCode") or getattr(error, "status_code", None) or exchange.status),
        retry_after=(retry_after or 0) / 1000,  # the SDK counts in milliseconds
        denied=data.get("AccessDeniedDetail"),
    ) from error


def unanswered(action: str, error: NoAnswerError) -> NoReturn:
    """Raise that an action got no answer."""
    raise UnreachableError(action, "", error.reason, hint=error.hint, uncertain=error.uncertain) from error


def _check_exchange(action: str, error: Any, exchange: Exchange, words: str) -> None:
    """Raise if the request did not get as far as an answer."""
    if not exchange.host:
        raise AcrError(
            f"the SDK could not make the request {action}: {words}",
            "Nothing was sent. Check the task's options; if they are right, this is a bug worth reporting.",
        ) from error
    if not exchange.status:
        reason = f"{exchange.host} cannot be reached ({words})"
        raise UnreachableError(action, "", reason, uncertain=exchange.sent) from error


def _who_answered(exchange: Exchange) -> str:
    """Return what to do about an answer that is no JSON."""
    # Servers that expect TLS refuse a request without it by this status.
    tls = expects_tls(exchange.url) if exchange.status == 400 else ""
    return tls or "A proxy or a load balancer may have answered in its place; check the endpoint and try again."


def _words(cause: BaseException, keys: Keys) -> str:
    """Return an exception's words, or a few of our own if it shows a secret."""
    text = re.sub(r"\s+", " ", str(cause))
    secrets = (keys.access_key_secret, keys.security_token or "", "Signature=")
    # The text may quote the header or the URL that could not be sent.
    if any(secret.strip() and secret.strip() in text for secret in secrets):
        text = "a header or the URL cannot be sent"
    return f"{type(cause).__name__}: {text[:_LONGEST_TEXT]}"
