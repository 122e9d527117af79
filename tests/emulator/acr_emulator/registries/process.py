"""Run docker-registry as a child on a Unix socket, which only the guard can reach."""

from __future__ import annotations

import asyncio
import ctypes
import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from ..schema import WorldError

# Debian's name of the program, and everybody else's.
NAMES = ("docker-registry", "registry")
# Seconds to start; it takes one, but the machine may be busy.
START_SECONDS = 15
# Seconds to stop. A registry stops at once unless a client still pushes; then it is killed.
STOP_SECONDS = 5
# From linux/prctl.h: the kernel ends the child when its parent dies.
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class RegistryProcess:
    """A registry's process; `data` holds its content, `run` its socket, configuration and log."""

    def __init__(self, name: str, data: Path, run: Path) -> None:
        self.data = data
        self.socket = run / f"{name}.sock"
        self._config = run / f"{name}.json"
        self._log = run / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        binary = next(filter(None, map(shutil.which, NAMES)), None)
        if binary is None:
            install = f"on Debian and Ubuntu: apt install {NAMES[0]}"
            raise WorldError(f"registry: true needs the program {' or '.join(NAMES)}; {install}")
        self.data.mkdir(parents=True, exist_ok=True)
        # JSON is YAML, which docker-registry reads.
        self._config.write_text(json.dumps(self._configuration()), encoding="utf-8")
        command = [binary, "serve", str(self._config)]
        with self._log.open("wb") as log:
            # preexec_fn may deadlock with threads, and the emulator has none.
            self._process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=_die_with_parent)  # noqa: PLW1509
        for _attempt in range(START_SECONDS * 50):
            if self._answers():
                return
            if self._process.poll() is not None:
                break
            await asyncio.sleep(0.02)
        self.stop()
        raise WorldError(f"{binary} did not start: {self._log.read_text(errors='replace')[-500:]}")

    def _configuration(self) -> dict[str, object]:
        return {
            "version": "0.1",
            "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(self.data)}, "delete": {"enabled": True}},
            "http": {"net": "unix", "addr": str(self.socket), "secret": secrets.token_hex(16), "relativeurls": True},
        }

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        self.socket.unlink(missing_ok=True)

    # The registry's API cannot delete a single tag or a repository, only a manifest with all its tags. It keeps no
    # cache of its folders, so removing a folder deletes a tag or a repository.

    def _folder(self, path: str) -> Path:
        return self.data / "docker/registry/v2/repositories" / path

    def delete_tag(self, path: str, tag: str) -> None:
        shutil.rmtree(self._folder(path) / "_manifests/tags" / tag, ignore_errors=True)

    def delete_repository(self, path: str) -> None:
        # Not the folder as a whole: prod/web/sub may lie within prod/web.
        for part in ("_manifests", "_layers", "_uploads"):
            shutil.rmtree(self._folder(path) / part, ignore_errors=True)

    def delete_all(self) -> None:
        shutil.rmtree(self.data / "docker", ignore_errors=True)
