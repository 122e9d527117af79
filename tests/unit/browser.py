"""Drive a headless Chromium over a pipe.

It speaks the DevTools protocol, without a driver between.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = """
    --headless --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run --disable-sync
    --disable-background-networking --disable-component-update --no-proxy-server --hide-scrollbars
    --remote-debugging-pipe
""".split()  # noqa: SIM905 - as one would write them in a shell
SECONDS = 30


class BrowserError(Exception):
    """The browser or a script in the page said that it cannot."""


class Page:
    """One tab.

    Messages go through two pipes, each JSON ended by a NUL.
    """

    def __init__(self, to_browser: IO[bytes], from_browser: IO[bytes]) -> None:
        self._out, self._in = to_browser, from_browser
        self._numbers, self._read, self._session = itertools.count(1), b"", ""
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def send(self, method: str, **params: Any) -> Any:
        """Return a command's result.

        Keep events that arrive meanwhile in `events`.
        """
        number = next(self._numbers)
        session = {"sessionId": self._session} if self._session else {}
        self._out.write(json.dumps({"id": number, "method": method, "params": params} | session).encode() + b"\0")
        while (message := self._next()).get("id") != number:
            self.events.append(message)
        if "error" in message:
            raise BrowserError(f"{method}: {message['error']['message']}")
        return message["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._read:
            if not select.select([self._in], [], [], SECONDS)[0]:
                raise BrowserError(f"the browser said nothing for {SECONDS} s")
            chunk = os.read(self._in.fileno(), 1 << 16)
            if not chunk:
                raise BrowserError("the browser is gone")
            self._read += chunk
        line, _nul, self._read = self._read.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message

    def open(self, url: str) -> None:
        """Load another page.

        From now on, what it complains about is among the events.
        """
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")
        self.events.clear()
        self.send("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression in the page."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def show(self, width: int, height: int, scheme: str = "light") -> None:
        """Set the window's size and the owner's taste, light or dark."""
        mobile = width < 600
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def complaints(self) -> list[dict[str, Any]]:
        """Return the errors on the browser's console.

        These are exceptions, failed loads and breaches of the policy.
        """
        self.run("1")  # so that all earlier events have arrived
        return [event for event in self.events if event["method"] in ("Runtime.exceptionThrown", "Log.entryAdded")]

    def picture(self, file: Path) -> None:
        """Return the whole page as PNG."""
        taken = self.send("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(taken["data"]))


@contextlib.contextmanager
def browsing(profile: Path) -> Iterator[Page]:
    """Run Chromium during the block, with an empty profile."""
    assert PROGRAM
    (browser_reads, we_write), (we_read, browser_writes) = os.pipe(), os.pipe()
    # It reads from descriptor 3 and writes to 4, where the shell puts ours. Ours were opened in such an order that
    # neither is overwritten before it is put in its place.
    redirected = f'exec "$0" "$@" 3<&{browser_reads} 4>&{browser_writes}'
    process = subprocess.Popen(
        ["bash", "-c", redirected, PROGRAM, *FLAGS, f"--user-data-dir={profile}"],
        pass_fds=(browser_reads, browser_writes),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(browser_reads)
    os.close(browser_writes)
    try:
        with os.fdopen(we_write, "wb", 0) as to_browser, os.fdopen(we_read, "rb", 0) as from_browser:
            yield Page(to_browser, from_browser)
    finally:
        process.terminate()
        process.wait(10)
