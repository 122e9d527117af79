# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Explain a missing answer without showing the request, which holds its signature."""

from __future__ import annotations

import ssl
import urllib.parse
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.packages import load

_CHECK = "Check the region, the endpoint, the proxy and the network."
# What OpenSSL says of an answer that is no TLS at all; the names differ between its versions.
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
_CLOSED = "the connection was closed before an answer came"


class NoAnswerError(Exception):
    """A request that got no answer, or a useless one.

    Args:
        reason: why, with the host that was meant.
        hint: what to do about it.
        uncertain: whether the service may have done the work all the same.
    """

    def __init__(self, reason: str, hint: str = _CHECK, *, uncertain: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.uncertain = uncertain


def explained(error: Exception, url: str, proxy: str | None, timeout: tuple[float, float], sent: bool) -> NoAnswerError:
    """Return what a failure of urllib3 means.

    Args:
        error: the failure.
        url: the request's; only its host is shown, since the rest holds a signature.
        proxy: the URL of the proxy it went to; None if there is none.
        timeout: seconds for the connection and for the answer.
        sent: whether some of the request may have reached the host.
    """
    kinds = load("urllib3").exceptions
    host, reason = urllib.parse.urlsplit(url).netloc.rpartition("@")[2], _reason(error, kinds, timeout)
    if isinstance(error, kinds.ProxyError):
        name = urllib.parse.urlsplit(proxy or "").netloc.rpartition("@")[2]
        refusal = _reason(error.original_error, kinds, timeout)
        return NoAnswerError(
            f"{host} cannot be reached: its proxy {name} does not let it through ({refusal})",
            "Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and the proxy itself.",
            uncertain=False,
        )
    if _is_distrust(error):
        return NoAnswerError(
            f"{host} cannot be reached ({reason})",
            "If an authority of your own has signed its certificate, name that authority's file in ca_bundle.",
            uncertain=False,
        )
    if _tls_problem(error) in _NO_TLS:
        return NoAnswerError(
            f"{host} answers without TLS, and https:// is what the endpoint says, or what it means without a protocol",
            f"If that is the right endpoint, as of an emulator, write it as http://{host}.",
            uncertain=False,
        )
    hint = f"{_CHECK} {expects_tls(url)}" if reason == _CLOSED else _CHECK
    return NoAnswerError(f"{host} cannot be reached ({reason})", hint.strip(), uncertain=sent)


def expects_tls(url: str) -> str:
    """Return a sentence for a useless answer to a request without TLS; empty if the request had TLS."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"If it expects TLS, write https://{host} as the endpoint." if parts.scheme == "http" else ""


def _reason(error: Any, kinds: Any, timeout: tuple[float, float]) -> str:
    if type(error).__name__ == "NameResolutionError":  # urllib3 1.26 has none
        return "its name cannot be resolved"
    if isinstance(error, kinds.NewConnectionError):
        cause = error.__cause__ or error.__context__
        text = getattr(cause, "strerror", None) or "no connection"
        return str(text).lower()
    if isinstance(error, kinds.ConnectTimeoutError):
        return f"timed out: no connection within {timeout[0]:g} s, which is connect_timeout"
    if isinstance(error, (kinds.ReadTimeoutError, TimeoutError)):
        return f"timed out: no whole answer within {timeout[1]:g} s, which is read_timeout"
    if _is_distrust(error):
        cause = error.args[0] if isinstance(error, kinds.SSLError) else error
        return f"certificate verify failed: {getattr(cause, 'verify_message', cause)}"
    if isinstance(error, (kinds.SSLError, ssl.SSLError)):
        return f"TLS failed: {_tls_problem(error).replace('_', ' ').lower() or 'no reason was given'}"
    if isinstance(error, OSError) and str(error).startswith("Tunnel connection failed"):
        return str(error)
    return _CLOSED


def _tls_problem(error: Any) -> str:
    """Return OpenSSL's name of what failed; empty if it gave none, or if something else failed."""
    found = (cause for cause in (error, *getattr(error, "args", ())) if isinstance(cause, ssl.SSLError))
    return str(getattr(next(found, None), "reason", None) or "")


def _is_distrust(error: Any) -> bool:
    causes = (error, *getattr(error, "args", ()))
    # urllib3 1.26 has another error for a certificate of another host.
    return any(
        isinstance(cause, ssl.SSLCertVerificationError) or type(cause).__name__ == "CertificateError"
        for cause in causes
    )
