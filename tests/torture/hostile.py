"""Put a gateway in front of the emulator that attacks."""

from __future__ import annotations

import http.client
import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.registryops.alicloud.tests.unit.plugins.loopback import certificate

from .attacks import ATTACKS
from .cloud import READS

IMPOSTOR = "impostor"
LASTING = 10**6  # more often than any run calls, so for ever


@dataclass
class Attack:
    """Hold how, when and how often to attack.

    It may come after the work is done.
    """

    how: str
    nth: int
    times: int = 1
    after: bool = False
    seen: int = 0
    # How many writes were attacked, so that nobody can tell whether they were carried out.
    writes: int = 0
    # What the victim did that nobody should.
    fell_for: list[str] = field(default_factory=list)

    def hits(self, number: int) -> bool:
        return self.nth <= number < self.nth + self.times


class Hostile(http.server.ThreadingHTTPServer):
    """The gateway.

    With TLS, an impostor has a certificate of its own.
    """

    daemon_threads = True

    def __init__(self, emulator: str, attack: Attack, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.emulator, self.attack, self.lock = emulator, attack, threading.Lock()
        self.tls = {name: _context(folder, name) for name in ("ours", IMPOSTOR)} if attack.how == IMPOSTOR else {}
        self.thief = Thief()

    @property
    def endpoint(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        if not self.tls:
            return connection, address
        name = IMPOSTOR if self.attack.hits(self.attack.seen + 1) else "ours"
        return self.tls[name].wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, *_args: Any) -> None:
        """Print nothing of clients that leave."""


class Thief(http.server.ThreadingHTTPServer):
    """Where a redirect leads to, and what came there."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        self.came = 0

    def process_request(self, request: Any, _address: Any) -> None:
        self.came += 1
        self.shutdown_request(request)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: Hostile

    @property
    def elsewhere(self) -> str:
        return f"127.0.0.1:{self.server.thief.server_address[1]}"

    def write(self, content: bytes) -> None:
        self.wfile.write(content)

    def fell_for(self, words: str) -> None:
        self.server.attack.fell_for.append(words)

    def handle(self) -> None:
        with suppress(OSError):  # the client may have gone
            super().handle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        attack = self.server.attack
        with self.server.lock:
            attack.seen += 1
            number = attack.seen
        hit = attack.hits(number) and attack.how != IMPOSTOR
        if hit and not self.headers.get("x-acs-action", "").startswith(READS):
            attack.writes += 1
        if not hit or attack.after:
            answer, content = self._handed_on(body)
        if hit:
            self.close_connection = True
            ATTACKS[attack.how](self)
            return
        if attack.how == IMPOSTOR and attack.hits(number + 1):
            self.close_connection = True  # the next request shall open a connection of its own
        self._answer(answer, content)

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_args: Any) -> None:
        """Print nothing."""

    def _handed_on(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection(self.server.emulator)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def _answer(self, answer: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


@cache
def certificates(folder: Path) -> dict[str, Path]:
    return {name: certificate(folder, name) for name in ("ours", IMPOSTOR)}


def _context(folder: Path, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates(folder)[name])
    return context


@contextmanager
def serving(emulator: str, attack: Attack, folder: Path) -> Iterator[Hostile]:
    with Hostile(emulator, attack, folder) as hostile, hostile.thief as thief:
        servers = [hostile, thief]
        threads = [threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True) for server in servers]
        for thread in threads:
            thread.start()
        try:
            yield hostile
        finally:
            for server in servers:
                server.shutdown()
