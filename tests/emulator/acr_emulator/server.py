"""Run uvicorn with dropped connections and several servers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import uvicorn
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

JSON_TYPE = "application/json;charset=utf-8"
# Send RST instead of FIN when the socket closes: on, after 0 seconds.
_LINGER_RESET = struct.pack("ii", 1, 0)


class Protocol(HttpToolsProtocol):
    """Give each request its connection, so faults can drop it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["transport"] = self.transport


class Dropped(Response):
    """An answer that resets the connection, unless the client has closed it."""

    def __init__(self) -> None:
        super().__init__(status_code=0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del send
        transport: asyncio.Transport = scope["state"]["transport"]
        if not transport.is_closing():
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_RESET)
            transport.abort()
        await disconnected(receive)


async def disconnected(receive: Receive) -> None:
    """Wait until the connection is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    # Escaped to ASCII, since names may hold lone surrogates, which UTF-8 does not have.
    content = json.dumps(body, separators=(",", ":"))
    return Response(content, status, headers={"content-type": JSON_TYPE, **(headers or {})})


class Server(uvicorn.Server):
    """A server that leaves signals to the program, which stops all of its servers together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Listener:
    """An ASGI application served on a loopback port."""

    def __init__(self, app: Any, host: str = "127.0.0.1", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # uvloop only sends at once if the protocol is named. Otherwise every answer waits 40 ms for an ACK.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        name = f"[{host}]" if ":" in host else host
        self.address = f"{name}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            lifespan="off",
            # Clients try TLS first; what uvicorn says about that is noise.
            log_level="error",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            # A second: a fault that hangs must not keep the emulator from ending.
            timeout_graceful_shutdown=1,
            # Longer than clients keep an idle connection, so that none is closed while a request is on its way.
            timeout_keep_alive=75,
            # Some hundred clients may connect at one moment, as benchmarks do.
            backlog=512,
        )
        self._server = Server(config)
        self._serving: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Return once connections are answered."""
        self._serving = asyncio.create_task(self._server.serve([self._socket]))
        while not self._server.started:
            # Five milliseconds are little beside the half second that a start takes.
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        self._server.should_exit = True
        if self._serving:
            await self._serving
        self._socket.close()
