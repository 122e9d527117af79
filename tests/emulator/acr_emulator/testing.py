"""Run the emulator as a process for test suites, and call its side door."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PACKAGE_PARENT = Path(__file__).parent.parent
# Seconds to stop; its registries get five of them.
STOP_SECONDS = 15


def in_ci() -> bool:
    """Return whether a missing program must fail tests."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


class EmulatorError(Exception):
    """A failed start or call; the message is the emulator's."""


class Emulator:
    """A running emulator; `registries` maps instance IDs to `host:port`."""

    def __init__(self, process: subprocess.Popen[str], endpoint: str, registries: dict[str, str]) -> None:
        self.process = process
        self.endpoint = endpoint
        self.registries = registries

    def get(self, path: str) -> Any:
        return self._request("GET", path)

    def post(self, path: str, body: object = None) -> Any:
        return self._request("POST", path, body)

    def delete(self, path: str) -> Any:
        return self._request("DELETE", path)

    def calls(self, action: str | None = None) -> list[dict[str, Any]]:
        """Return the API calls so far, or those of one action."""
        return [call for call in self.get("/_emulator/calls") if action in (None, call["action"])]

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/_emulator/state")
        return found

    def reset(self, world: Mapping[str, Any] | None = None) -> None:
        self.registries = self.post("/_emulator/reset", world)["registries"]

    def _request(self, method: str, path: str, body: object = None) -> Any:
        content = None if body is None else json.dumps(body)
        connection = http.client.HTTPConnection(self.endpoint, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, content)
            answer = connection.getresponse()
            text = answer.read().decode()
        if answer.status != 200:
            raise EmulatorError(text)
        return json.loads(text)


@contextlib.contextmanager
def running(world: Mapping[str, Any] | Path, *arguments: str) -> Iterator[Emulator]:
    """Run an emulator on a free port during the block.

    `arguments` are added to its command line.
    """
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(world, Path):
            file = world
        else:
            file = Path(folder, "world.json")
            file.write_text(json.dumps(world), encoding="utf-8")
        process = start(file, *arguments)
        try:
            yield _ready(process)
        finally:
            process.terminate()
            try:
                process.communicate(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


def start(world: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the bare process on a free port.

    Its output is piped.
    """
    command = [sys.executable, "-m", "acr_emulator", "--world", str(world), "--listen", "127.0.0.1:0", *arguments]
    path = os.pathsep.join(filter(None, (str(PACKAGE_PARENT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path})


def _ready(process: subprocess.Popen[str]) -> Emulator:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise EmulatorError(f"the emulator ended with {process.wait()} before it was ready; see its standard error")
    ready = json.loads(line)
    return Emulator(process, ready["endpoint"], ready["registries"])
