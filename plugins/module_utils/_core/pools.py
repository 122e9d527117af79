# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open connections that limit how long an answer takes, and note when a request is sent."""

from __future__ import annotations

import ssl
import urllib.parse
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.packages import load
from ansible_collections.registryops.alicloud.plugins.module_utils._core.reading import TimedResponse

# Kept for each host: one for each of a pool's 20 threads, with room for calls that are made beside the pool.
_CONNECTIONS = 40

# This thread's exchange. Its `sent` is set when a part of the request may have reached the host.
current: ContextVar[Any] = ContextVar("current", default=None)


def trusting(ca_bundle: str | None) -> ssl.SSLContext:
    """Return trust in the authorities of one file or folder; of the system and the SDK if it is None.

    Raises:
        AcrError: the file cannot be read, or holds no certificate.
    """
    if ca_bundle is None:
        context = ssl.create_default_context()
        context.load_verify_locations(load("certifi").where())
        return context
    try:
        if Path(ca_bundle).is_dir():
            return ssl.create_default_context(capath=ca_bundle)
        return ssl.create_default_context(cafile=ca_bundle)
    except OSError as cause:  # ssl.SSLError is one
        reason = "no certificate is in it" if isinstance(cause, ssl.SSLError) else cause.strerror
        raise AcrError(
            f"ca_bundle {ca_bundle!r} cannot be used: {reason}",
            "Name a file with the certificates of the authorities to trust, in PEM, or leave it out.",
        ) from cause


def pool_of(proxy: str | None, trust: ssl.SSLContext | None) -> Any:
    """Return connections to any host, which are kept for further calls; a proxy of None goes straight."""
    urllib3 = load("urllib3")
    if trust and urllib3.__version__.startswith("1."):
        # It gives Python no name to check if the host is an address, which Python refuses. It checks names itself.
        trust.check_hostname = False
    # What is repeated, and what is followed, is not decided here.
    settings = {"maxsize": _CONNECTIONS, "ssl_context": trust, "retries": urllib3.Retry(False, redirect=0)}
    if proxy is None:
        manager = urllib3.PoolManager(**settings)
    else:
        user = urllib.parse.urlsplit(proxy)
        secret = f"{urllib.parse.unquote(user.username or '')}:{urllib.parse.unquote(user.password or '')}"
        headers = urllib3.make_headers(proxy_basic_auth=secret) if user.username else None
        manager = urllib3.ProxyManager(proxy, proxy_headers=headers, proxy_ssl_context=trust, **settings)
    manager.pool_classes_by_scheme = _bounded_pools()
    return manager


@cache
def _bounded_pools() -> dict[str, Any]:
    """Return urllib3's pools, with connections that limit an answer's time and note when a request is sent."""
    load("urllib3")
    kinds = load("urllib3.connectionpool")
    found = {}
    for scheme, pool in (("http", kinds.HTTPConnectionPool), ("https", kinds.HTTPSConnectionPool)):
        connection = type(f"Bounded{pool.ConnectionCls.__name__}", (_Telling, pool.ConnectionCls), {})
        found[scheme] = type(f"Bounded{pool.__name__}", (pool,), {"ConnectionCls": connection})
    return found


class _Telling:
    """A mixin for urllib3's connections, which notes when a request is sent."""

    response_class = TimedResponse
    sock: Any
    auto_open: Any
    _requested = False

    def putrequest(self, *args: Any, **settings: Any) -> None:
        self._requested = True
        super().putrequest(*args, **settings)  # type: ignore[misc]

    def send(self, data: Any) -> None:
        if self.sock is None and self.auto_open:
            self.connect()  # type: ignore[attr-defined]
        exchange = current.get()
        if exchange and self._requested:  # what is sent before is for the proxy
            exchange.sent = True
        super().send(data)  # type: ignore[misc]
