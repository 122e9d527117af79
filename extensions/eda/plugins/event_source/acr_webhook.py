# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the service's webhooks for Event-Driven Ansible."""

from __future__ import annotations

DOCUMENTATION = r"""
short_description: Take webhooks of Container Registry, with a shared secret
version_added: 1.0.0
description:
  - Listens for the webhooks of repository triggers and of event centre rules, and makes an event of each. What was sent
    is in C(payload).
  - The service does not sign its webhooks, so the sender must know the O(secret). The secret is in the URL, as in
    C(https://eda.example.com/?secret=...), since a trigger takes nothing but a URL. It may also be in the header
    C(Authorization), as C(Bearer) and the secret. It is compared in constant time and never logged.
  - Only JSON objects of a limited size are accepted. If the rules cannot take more events, the sender is asked to try
    again.
  - A webhook may be lost or come twice. If you need each event exactly once, use
    P(registryops.alicloud.acr_sync_tasks).
options:
  secret:
    description: What the sender must know; at least 16 characters.
    type: str
    required: true
  host:
    description: Address to listen on.
    type: str
    default: 127.0.0.1
  port:
    description: Port to listen on.
    type: int
    required: true
  certfile:
    description:
      - File with the certificate, for TLS. If unset, the source speaks plain HTTP, and a proxy in front of it has to
        speak TLS.
    type: str
  keyfile:
    description: File with the key of the certificate. If unset, it is in O(certfile).
    type: str
  max_body:
    description: Maximum size of a webhook in bytes.
    type: int
    default: 65536
requirements:
  - aiohttp, which ansible-rulebook requires itself
"""

EXAMPLES = r"""
- name: Watch pushes
  hosts: all
  sources:
    - registryops.alicloud.acr_webhook:
        port: 5000
        secret: "{{ acr_webhook_secret }}"
  rules:
    - name: Show what was pushed
      condition: event.payload.push_data.tag is defined
      action:
        debug:
          msg: "{{ event.payload.repository.repo_full_name }}:{{ event.payload.push_data.tag }}"
"""

import asyncio
import hmac
import json
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

OPTIONS = ("secret", "host", "port", "certfile", "keyfile", "max_body")
# Characters. Whoever reaches the port may try for ever, so short secrets are refused.
SHORTEST_SECRET = 16
# Seconds that a sender may take for a body, and that rules may take to make room for an event.
PATIENCE = 30.0
logger = logging.getLogger(__name__)


class Webhooks:
    """Answers senders, and puts what they send into the queue."""

    def __init__(self, queue: Any, secret: str, patience: float = PATIENCE) -> None:
        self._queue = queue
        self._secret = secret.encode()
        self._patience = patience

    async def take(self, request: web.Request) -> web.Response:
        """Answer 204 once the event is in the queue."""
        if not self._knows_the_secret(request):
            return web.Response(status=401)
        try:
            async with asyncio.timeout(self._patience):
                payload = json.loads(await request.read())
                # Python reads NaN and 1e999, which are no JSON, and ansible-rulebook's engine takes JSON alone.
                json.dumps(payload, allow_nan=False)
        except TimeoutError:
            return web.Response(status=408)
        except (ValueError, RecursionError):
            return web.Response(status=400, text="This is not JSON.\n")
        if not isinstance(payload, dict):
            return web.Response(status=400, text="This is not a JSON object.\n")
        return await self._hand_over(payload)

    async def _hand_over(self, payload: dict[str, Any]) -> web.Response:
        try:
            async with asyncio.timeout(self._patience):
                await self._queue.put({"payload": payload})
        except TimeoutError:
            logger.warning("No rule took an event for %g seconds; its sender was told to come again.", self._patience)
            # Seconds. A minute lets the rules work off what is waiting.
            return web.Response(status=503, headers={"Retry-After": "60"})
        return web.Response(status=204)

    def _knows_the_secret(self, request: web.Request) -> bool:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else request.query.get("secret", "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret)


@asynccontextmanager
async def listening(queue: Any, args: Mapping[str, Any]) -> AsyncIterator[tuple[str, int]]:
    """Listen during the block, and yield the address.

    Raises:
        ValueError: an option is wrong.
    """
    check(args)
    app = web.Application(client_max_size=int(args.get("max_body") or 65536))
    app.router.add_post("/{path:.*}", Webhooks(queue, str(args["secret"])).take)
    # The access log would show the secret in the URL.
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        host = str(args.get("host") or "127.0.0.1")
        await web.TCPSite(runner, host, int(args["port"]), ssl_context=_tls(args)).start()
        yield runner.addresses[0][:2]
    finally:
        await runner.cleanup()


def check(args: Mapping[str, Any]) -> None:
    """Refuse options that are wrong.

    Raises:
        ValueError: one is; the message holds no secret.
    """
    unknown = sorted(set(args) - {*OPTIONS, "eda_feedback_queue"})
    if unknown:
        raise ValueError(f"There is no option {' and '.join(unknown)}. Correct its name, or leave it out.")
    if len(str(args.get("secret") or "")) < SHORTEST_SECRET:
        raise ValueError(
            f"The secret has less than {SHORTEST_SECRET} characters. Make one with `openssl rand -hex 32`."
        )
    if args.get("port") is None:
        raise ValueError("No port is given. Say which one to listen on.")


def _tls(args: Mapping[str, Any]) -> ssl.SSLContext | None:
    if not args.get("certfile"):
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(str(args["certfile"]), args.get("keyfile") or None)
    return context


async def main(queue: Any, args: dict[str, Any]) -> None:
    """Put events into the queue until the rulebook ends."""
    async with listening(queue, args) as (host, port):
        logger.info("Listening for webhooks on %s:%s.", host, port)
        await asyncio.Future()
