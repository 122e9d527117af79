# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start ansible-playbook as users do, and break it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET

ROOT = Path(__file__).parents[3]
PROGRAM = str(Path(sys.executable).with_name("ansible-playbook"))
KEYS_A = {"access_key_id": "LTAIaaaa", "access_key_secret": "secretA", "region": "cn-hangzhou"}
KEYS_B = {"access_key_id": "LTAIbbbb", "access_key_secret": "secretB", "region": "eu-central-1"}
_PATIENCE = 60.0  # seconds until a test gives up; nothing here takes a third of it on a busy machine


def inventory_in(folder: Path, **more_of_source: Any) -> Path:
    """Write an inventory of both accounts, and return its file."""
    places: tuple[tuple[str, str, Mapping[str, Any], dict[str, Any]], ...] = (
        ("acr_source", "prod-sh", KEYS_A, {"instance_id": SOURCE, "account_id": ACCOUNT_A, **more_of_source}),
        ("acr_destination", "prod-eu", KEYS_B, {"instance_id": TARGET, "account_id": ACCOUNT_B}),
    )
    groups = {
        group: {"hosts": {host: {f"acr_{name}": value for name, value in {**keys, **place}.items()}}}
        for group, host, keys, place in places
    }
    file = folder / "hosts.json"
    file.write_text(json.dumps(groups), encoding="utf-8")
    return file


class Playing:
    """A playbook of one task under way, in a session of its own."""

    def __init__(
        self,
        cloud: Emulator,
        folder: Path,
        module: str,
        options: Mapping[str, Any],
        *,
        in_process: bool = True,
        terminal: int | None = None,
        **keywords: Any,
    ) -> None:
        task = {f"registryops.alicloud.{module}": dict(options), **keywords}
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": sys.executable, "acr_in_process": in_process},
            "tasks": [task],
        }
        file = folder / f"{module}.yml"
        file.write_text(json.dumps([play]), encoding="utf-8")
        self.output = folder / f"{module}.txt"
        with self.output.open("wb") as output:
            self.controller = subprocess.Popen(
                ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", PROGRAM, str(file)],
                cwd=folder,
                env=environment(cloud),
                stdin=subprocess.DEVNULL,
                stdout=output if terminal is None else terminal,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._seen: set[str] = set()

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition."""
        ends = time.monotonic() + _PATIENCE
        while not condition():
            assert time.monotonic() < ends, f"it did not come to that; printed was: {self.output.read_text()}"
            time.sleep(0.05)

    def said(self) -> str:
        """Return what was printed by now."""
        return self.output.read_text()

    def signal(self, number: int) -> None:
        """Send the controller a signal, and remember its processes, which may outlive it by a moment."""
        self._seen |= _descendants(self.controller.pid)
        assert self._seen, self.output.read_text()
        self.controller.send_signal(number)

    def kill(self) -> None:
        """Kill the controller alone."""
        self.signal(signal.SIGKILL)
        self.controller.wait()

    def wait_for_all(self) -> None:
        """Wait until the controller and its processes have ended."""
        self._seen |= _descendants(self.controller.pid)
        self.until(lambda: self.controller.poll() is not None and not any(map(_runs, self._seen)))

    def end(self) -> None:
        for process in _descendants(self.controller.pid) | {seen for seen in self._seen if _runs(seen)}:
            os.kill(int(process), signal.SIGKILL)
        self.controller.kill()
        self.controller.wait()


def environment(cloud: Emulator) -> dict[str, str]:
    """Return our environment without a developer's real accounts."""
    foreign = re.compile(r"(?i)ANSIBLE_|ALIBABA_?CLOUD_|.*_PROXY$")
    url = f"http://{cloud.endpoint}"
    return {
        **{name: value for name, value in os.environ.items() if not foreign.match(name)},
        **{f"ALIBABA_CLOUD_{product}_ENDPOINT": url for product in ("CR", "RAM", "STS", "OSS")},
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv" / "collections"),
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "NO_COLOR": "1",
    }


def _descendants(process: int | str) -> set[str]:
    """Return what it has started, and what that has.

    The emulator is none of it.
    """
    children = Path(f"/proc/{process}/task/{process}/children")
    try:
        found = set(children.read_text().split())
    except OSError:
        return set()
    for child in set(found):
        found |= _descendants(child)
    return found


def _runs(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
