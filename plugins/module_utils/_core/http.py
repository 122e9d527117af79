# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send the SDK's requests, to no other host, within bounds of time and size, and without printing a secret.

The SDK itself keeps one session for each host in the process, follows redirects, reads for as long as bytes come, and
takes proxies and debugging from the environment at each call. It takes no session from its caller, so the function
that sends for it is wrapped. For other users of the SDK in this process it works as before.
"""

from __future__ import annotations

import logging
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.packages import load
from ansible_collections.registryops.alicloud.plugins.module_utils._core.pools import current, pool_of, trusting
from ansible_collections.registryops.alicloud.plugins.module_utils._core.proxies import proxy_for
from ansible_collections.registryops.alicloud.plugins.module_utils._core.unanswered import NoAnswerError, explained

# A page of 100 records with the longest names has less than 1 MiB. Twenty answers of 8 MiB at once, one for each
# thread, still fit into the memory of a small machine.
LARGEST_ANSWER = 8 * 1024 * 1024
# Small enough to stop soon after the limit, and large enough to cost nothing.
_CHUNK = 64 * 1024
# A packed answer may be a thousand times as long once it is unpacked, which urllib3 does with a chunk at a time.
_PACKED_CHUNK = 4 * 1024
# Milliseconds, as the SDK has them where nobody says otherwise.
_CONNECT_TIMEOUT, _READ_TIMEOUT = 5_000, 10_000
_LOGGERS = ("credentials", "urllib3.connectionpool")


@dataclass(frozen=True)
class Answer:
    """An answer, with the attributes that the SDK reads."""

    status_code: int
    reason: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> bytes:
        return self.content


class Unsent(NamedTuple):
    """A request that is made and not sent yet."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass
class Exchange:
    """What became of one call's requests.

    Attributes:
        url: the last request's, which holds its signature; empty if the SDK has sent none.
        host: that request's.
        status: of the last answer; 0 if none came.
        sent: whether the last request, or a part of it, may have reached the host.
    """

    wire: Wire
    url: str = field(default="", repr=False)
    host: str = ""
    status: int = 0
    sent: bool = False

    def send(self, request: Any, timeout: tuple[float, float]) -> Answer:
        """Send a request by the wire's own settings.

        `timeout` are seconds for the connection and for the answer.
        """
        self.url, self.host = request.url, urllib.parse.urlsplit(request.url).netloc
        self.status, self.sent = 0, False
        answer = self.wire.send(request, timeout, self)
        self.status = answer.status_code
        return answer


class Wire:
    """Connections of one account's calls, kept for further ones.

    Args:
        proxies: 'http', 'https' and 'no', as the environment has them.
        ca_bundle: file or folder of the only authorities to trust; None for the system's and the SDK's.
    """

    def __init__(self, proxies: Mapping[str, str], ca_bundle: str | None) -> None:
        self._proxies = proxies
        # A bundle is loaded now, so that a bad one is told at once. The common trust takes tens of milliseconds to
        # load, so that waits until TLS is spoken.
        self._trust = trusting(ca_bundle) if ca_bundle else None
        self._pools: dict[tuple[str | None, bool], Any] = {}
        self._lock = threading.Lock()

    @contextmanager
    def exchange(self) -> Iterator[Exchange]:
        """Send this thread's SDK calls over this wire in the block."""
        _wrap_sdk()
        exchange = Exchange(self)
        token = current.set(exchange)
        try:
            yield exchange
        finally:
            current.reset(token)

    def send(self, request: Any, timeout: tuple[float, float], exchange: Exchange) -> Answer:
        """Send a request and read its whole answer.

        Raises:
            NoAnswerError: there is none, or none that may be used.
        """
        urllib3 = load("urllib3")
        proxy = proxy_for(request.url, self._proxies)
        secure = "https" in (urllib.parse.urlsplit(url).scheme for url in (request.url, proxy or ""))
        try:
            response = self._pool(proxy, secure).request(
                request.method,
                request.url,
                body=request.body,
                # The SDK's credentials package writes the whole URL into the header where the endpoint has a scheme.
                headers={**request.headers, "host": exchange.host},
                timeout=urllib3.Timeout(connect=timeout[0], read=timeout[1]),
                redirect=False,
                preload_content=False,
                enforce_content_length=True,
            )
            content = _read(response, exchange)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise explained(error, exchange.url, proxy, timeout, exchange.sent) from error
        return Answer(response.status, response.reason or "", response.headers, content)

    def _pool(self, proxy: str | None, secure: bool) -> Any:
        with self._lock:
            if (proxy, secure) not in self._pools:
                if secure and self._trust is None:
                    self._trust = trusting(None)
                self._pools[proxy, secure] = pool_of(proxy, self._trust)
            return self._pools[proxy, secure]


def _read(response: Any, exchange: Exchange) -> bytes:
    target = response.headers.get("Location")
    if 300 <= response.status < 400 and target:
        response.close()
        host = urllib.parse.urlsplit(target).netloc.rpartition("@")[2] or exchange.host
        raise NoAnswerError(
            f"{exchange.host} answered with a redirect to {host}, which is not followed",
            "A signed request goes to no other host than it was made for; check the endpoint and the proxy.",
            uncertain=False,
        )
    chunks, size = [], 0
    packed = bool(response.headers.get("Content-Encoding"))
    while chunk := response.read(_PACKED_CHUNK if packed else _CHUNK, decode_content=packed):
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST_ANSWER:
            response.close()
            raise NoAnswerError(
                f"{exchange.host} answered with more than {LARGEST_ANSWER // 1024**2} MiB",
                "No answer of the service is that long; check the endpoint and the proxy.",
                uncertain=True,
            )
        # Nothing follows. Asking once more takes as long as reading did.
        if response.length_remaining == 0 and not packed:
            break
    return b"".join(chunks)


class _Quiet(logging.Filter):
    """Drop log records while one of our calls is made; they hold signed URLs."""

    def filter(self, record: logging.LogRecord) -> bool:
        return current.get() is None


@cache
def _wrap_sdk() -> None:
    """Have the SDK send its requests here first.

    This is done once in a process. Calls of others are not changed.
    """
    quiet = _Quiet()
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(quiet)
    for core in (load("darabonba.core").DaraCore, load("Tea.core").TeaCore):
        try:
            core.do_action = staticmethod(_or_else(core.compose_url, core.do_action))
        except AttributeError as cause:
            raise AcrError(
                f"{core.__name__} of the installed SDK does not send as this collection expects",
                "Install the versions that meta/ee-requirements.txt names.",
            ) from cause


def _or_else(url_of: Callable[[Any], str], send: Callable[..., Any]) -> Callable[..., Any]:
    """Return what sends over the exchange of this thread's call, or as the SDK does.

    The SDK prepares each request once more for the package requests, which takes a tenth of a call.
    """

    def do_action(request: Any, runtime_option: Mapping[str, Any] | None = None) -> Any:
        exchange = current.get()
        if exchange is None:
            return send(request, runtime_option)
        for name, text in request.headers.items():
            if text[:1].isspace() or "\n" in text or "\r" in text:
                raise ValueError(f"the header {name} cannot be sent")
        body = request.body.encode() if isinstance(request.body, str) else request.body
        unsent = Unsent(request.method.upper(), url_of(request), request.headers, body)
        return exchange.send(unsent, _timeout(runtime_option or {}))

    return do_action


def _timeout(option: Mapping[str, Any]) -> tuple[float, float]:
    """Return the SDK's timeouts in seconds."""
    both = option.get("timeout")
    connect = option.get("connectTimeout") or both or _CONNECT_TIMEOUT
    read = option.get("readTimeout") or both or _READ_TIMEOUT
    return int(connect) / 1000, int(read) / 1000
