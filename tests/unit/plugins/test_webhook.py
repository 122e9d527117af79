# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take webhooks from those who know the secret."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import yaml

from ansible_collections.registryops.alicloud.extensions.eda.plugins.event_source import acr_webhook

SECRET = "0123456789abcdef-secret"
PUSH = {
    "push_data": {"digest": "sha256:0a", "pushed_at": "2026-01-31 12:00:00", "tag": "1.1"},
    "repository": {"name": "web", "namespace": "prod", "region": "cn-hangzhou", "repo_full_name": "prod/web"},
}
BEARER = {"Authorization": f"Bearer {SECRET}"}


@asynccontextmanager
async def sending(queue: asyncio.Queue[Any], **options: Any) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    given = {"port": 0, "secret": SECRET, **options}
    async with acr_webhook.listening(queue, given) as (host, port), aiohttp.ClientSession() as session:
        yield session, f"http://{host}:{port}"


async def send(body: bytes, path: str = "/", headers: Mapping[str, str] | None = None, **options: Any) -> Any:
    """Return the answer's status and the events of one webhook."""
    queue: asyncio.Queue[Any] = asyncio.Queue()
    async with sending(queue, **options) as (session, url):
        async with session.post(url + path, data=body, headers=headers) as answer:
            status = answer.status
        return status, [queue.get_nowait() for _event in range(queue.qsize())]


@pytest.mark.parametrize(("path", "headers"), [(f"/?secret={SECRET}", None), ("/hook", BEARER)])
def test_a_webhook_is_an_event(path: str, headers: Mapping[str, str] | None) -> None:
    assert asyncio.run(send(json.dumps(PUSH).encode(), path, headers)) == (204, [{"payload": PUSH}])


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", None),
        ("/?secret=", None),
        (f"/?secret={SECRET}x", None),
        (f"/?secret={SECRET[:-1]}", None),
        (f"/?secret={SECRET}", {"Authorization": "Bearer wrong"}),
        ("/", {"Authorization": f"Basic {SECRET}"}),
        ("/?secret=%FF%00", None),
    ],
)
def test_nobody_else_is_heard(path: str, headers: Mapping[str, str] | None) -> None:
    assert asyncio.run(send(json.dumps(PUSH).encode(), path, headers)) == (401, [])


BAD: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b'{"size": NaN}', 400),
    (b'{"size": 1e999}', 400),
    (b'"text"', 400),
    (b"[" * 50_000, 400),
    (b"\xff", 400),
    (b'{"a": "' + b"x" * 70_000 + b'"}', 413),
]


@pytest.mark.parametrize(("body", "status"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_only_an_object_of_limited_size_is_taken(body: bytes, status: int) -> None:
    assert asyncio.run(send(body, "/", BEARER)) == (status, [])


def test_a_larger_body_can_be_allowed() -> None:
    body = json.dumps({"a": "x" * 70_000}).encode()
    status, events = asyncio.run(send(body, "/", BEARER, max_body=100_000))
    assert (status, len(events)) == (204, 1)


def test_only_post_is_answered() -> None:
    async def get() -> int:
        async with sending(asyncio.Queue()) as (session, url):
            answer = await session.get(f"{url}/?secret={SECRET}")
            answer.release()
            return answer.status

    assert asyncio.run(get()) == 405


def test_a_sender_is_told_to_come_again_where_nobody_takes_events(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(acr_webhook, "PATIENCE", 0.05)
    monkeypatch.setattr(acr_webhook.Webhooks.__init__, "__defaults__", (0.05,))

    async def flood() -> list[int]:
        queue: asyncio.Queue[Any] = asyncio.Queue(1)
        statuses = []
        async with sending(queue) as (session, url):
            for _webhook in range(2):
                async with session.post(url, data=b"{}", headers=BEARER) as answer:
                    statuses.append(answer.status)
        assert queue.qsize() == 1
        return statuses

    assert asyncio.run(flood()) == [204, 503]
    assert "told to come again" in caplog.text


def test_a_sender_that_does_not_finish_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acr_webhook.Webhooks.__init__, "__defaults__", (0.05,))

    async def dawdle() -> bytes:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        async with acr_webhook.listening(queue, {"port": 0, "secret": SECRET}) as (host, port):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(f"POST /?secret={SECRET} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{{".encode())
            try:
                return await reader.readline()
            finally:
                writer.close()

    assert b" 408 " in asyncio.run(dawdle())


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "less than 16 characters"),
    ({"secret": "short", "port": 1}, "less than 16 characters"),
    ({"secret": SECRET}, "No port is given"),
    ({"secret": SECRET, "port": 1, "prot": 2}, "There is no option prot"),
]


@pytest.mark.parametrize(("args", "message"), WRONG)
def test_wrong_options_are_refused(args: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        asyncio.run(acr_webhook.main(asyncio.Queue(), args))
    assert "short" not in str(refused.value)


def test_main_listens_until_it_is_cancelled_and_logs_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def serve() -> int:
        running = asyncio.create_task(acr_webhook.main(asyncio.Queue(), {"port": 0, "secret": SECRET}))
        while not (found := re.search(r"webhooks on (\S+)\.", caplog.text)) and not running.done():
            await asyncio.sleep(0.01)
        url = f"http://{found[1] if found else ''}/?secret={SECRET}"
        async with aiohttp.ClientSession() as session, session.post(url, data=b"{}") as answer:
            status = answer.status
        running.cancel()
        await asyncio.wait([running])
        return status

    assert asyncio.run(serve()) == 204
    assert SECRET not in caplog.text


def test_the_documented_options_are_the_options() -> None:
    assert tuple(yaml.safe_load(acr_webhook.DOCUMENTATION)["options"]) == acr_webhook.OPTIONS
