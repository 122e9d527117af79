"""Sign calls beforehand, and send them with a least client.

What a client adds (building, signing, parsing) is no part of what the emulator or the calls themselves take.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

from acr_emulator.signature import ALGORITHM, Request, canonical_query, sign_acs3

from .figures import BenchmarkError

VERSIONS = {"cr": "2018-12-01", "ram": "2015-05-01"}


def signed(endpoint: str, keys: tuple[str, str], product: str, action: str, **parameters: str) -> bytes:
    """Return a whole HTTP request, signed as today's SDKs do."""
    content = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": endpoint,
        "x-acs-action": action,
        "x-acs-content-sha256": content,
        "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "x-acs-signature-nonce": secrets.token_hex(16),
        "x-acs-version": VERSIONS[product],
    }
    names = ";".join(sorted(headers))
    signature = sign_acs3(Request("POST", "/", parameters, {}, headers, b""), names, content, keys[1])
    headers["authorization"] = f"{ALGORITHM} Credential={keys[0]},SignedHeaders={names},Signature={signature}"
    head = [f"POST /?{canonical_query(parameters)} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*head, "content-length: 0", "", ""]).encode("ascii")


def send(endpoint: str, requests: Sequence[bytes], at_once: int = 1) -> float:
    """Return the seconds to send all and read the answers.

    It uses `at_once` connections that are kept, and raises if one is bad news.
    """
    shares = [requests[first::at_once] for first in range(min(at_once, len(requests)))]
    connections = [_Connection(endpoint) for _share in shares]
    try:
        started = time.perf_counter()
        if len(shares) == 1:
            answers = [connections[0].send(shares[0])]
        else:
            with ThreadPoolExecutor(len(shares)) as pool:
                answers = list(pool.map(_Connection.send, connections, shares))
        taken = time.perf_counter() - started
    finally:
        for connection in connections:
            connection.close()
    for answer in chain.from_iterable(answers):
        _check(answer)
    return taken


def ask(endpoint: str, request: bytes) -> dict[str, Any]:
    """Return the answer of one request.

    Raise an error if the answer is one.
    """
    connection = _Connection(endpoint)
    try:
        return _check(connection.send([request])[0])
    finally:
        connection.close()


class _Connection:
    def __init__(self, endpoint: str) -> None:
        host, _colon, port = endpoint.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")

    def send(self, requests: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        return [self._call(request) for request in requests]

    def _call(self, request: bytes) -> tuple[bytes, bytes]:
        """Return the status line and the body."""
        self._socket.sendall(request)
        status, length = self._answers.readline(), 0
        while (line := self._answers.readline()) not in (b"\r\n", b""):
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        return status, self._answers.read(length)

    def close(self) -> None:
        self._answers.close()
        self._socket.close()


def _check(answer: tuple[bytes, bytes]) -> dict[str, Any]:
    status, body = answer
    content: dict[str, Any] = json.loads(body) if body else {}
    if status.split()[1:2] != [b"200"] or content.get("Code", "success") != "success":
        raise BenchmarkError(f"the emulator refused a call: {status!r} {body[:500]!r}")
    return content
