"""Serve the stand-in on a loopback port during a test."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from acr_emulator.server import Listener

from .app import Api
from .store import Store

TOKEN = "token-of-the-stand-in"


@dataclass(frozen=True)
class Controller:
    store: Store
    environment: dict[str, str]


@contextlib.contextmanager
def serving(playbooks: list[str]) -> Iterator[Controller]:
    """Serve an empty controller, whose project update finds these playbooks."""
    store = Store(playbooks)
    loop = asyncio.new_event_loop()
    listener = Listener(Api(store, TOKEN).app)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(listener.open(), loop).result()
    try:
        url = f"http://{listener.address}"
        yield Controller(store, {"CONTROLLER_HOST": url, "CONTROLLER_OAUTH_TOKEN": TOKEN})
    finally:
        asyncio.run_coroutine_threadsafe(listener.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
