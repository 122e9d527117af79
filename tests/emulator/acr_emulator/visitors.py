"""Decide who is served: local programs and the own page.

No web page of anybody else's is.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from .server import json_response

Headers = Iterable[tuple[bytes, bytes]]
# What a browser says of a request that its own page, or a person, has made.
_OWN_SITES = ("same-origin", "none")


class Visitors:
    """Refuse what foreign web pages send; serve the rest.

    The world holds keys that look like real ones, and the side door may change anything without any key. A page reaches
    a loopback address by a name of its own that resolves there, which `Host` shows, or from its own site, which
    `Origin` and `Sec-Fetch-Site` show.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = refusal(scope["headers"]) if scope["type"] == "http" else ""
        if not reason:
            await self._app(scope, receive, send)
            return
        body = {"Code": "ForbiddenVisitor", "Message": reason, "error": reason}
        await json_response(body, 403)(scope, receive, send)


def refusal(headers: Headers) -> str:
    """Return why a request with these headers is refused.

    Empty if it is served.
    """
    hosts, origins, sites = (_values(headers, name) for name in (b"host", b"origin", b"sec-fetch-site"))
    if len(hosts) != 1 or not is_loopback(hosts[0]):
        return f"The Host {', '.join(hosts) or '(none)'} is not a loopback address; this emulator serves no other."
    foreign = [origin for origin in origins if origin.lower() != f"http://{_plain(hosts[0])}"]
    if foreign or any(site not in _OWN_SITES for site in sites):
        return "A web page of another site asks; this emulator serves its own page only. Open the address by itself."
    return ""


def is_loopback(host: str) -> bool:
    """Return whether a Host header names a loopback address.

    It may have a port.
    """
    plain = _plain(host)
    name, colon, port = plain.rpartition(":")
    if not colon or plain.endswith("]"):
        name, port = plain, "0"
    if not port.isascii() or not port.isdigit():
        return False
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def _plain(host: str) -> str:
    """Return a Host in lower case, without a scheme.

    The SDK leaves the scheme in it if its endpoint has one.
    """
    return host.strip().lower().removeprefix("http://")


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]
