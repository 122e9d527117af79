"""Run playbooks in a process, as users do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.tests.benchmarks.ansible import environment

from .story import KEYS, REGIONS

RESULT = re.compile(r"^(?:ok|changed|fatal): \[localhost\](?:: FAILED!)? => (\{.*\})$", re.MULTILINE)


@dataclass(frozen=True)
class Played:
    """`result` is that of the task, as -v shows it.

    A playbook that did not end well has another `code` than 0.
    """

    code: int
    output: str
    result: dict[str, Any]


class Playbook:
    """A playbook of one task, with Account A's keys."""

    def __init__(self, folder: Path, module: str, options: Mapping[str, Any]) -> None:
        keys = {"access_key_id": KEYS["a"][0], "access_key_secret": KEYS["a"][1], "region": REGIONS["a"]}
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": [{f"registryops.alicloud.{module}": {**keys, **options}}],
        }
        self._folder = folder
        self._file = folder / f"{module}.yml"
        self._file.write_text(json.dumps([play]))
        (folder / "ansible.cfg").write_text("")

    def play(self, emulator: Emulator, *arguments: str) -> Played:
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-v", str(self._file), *arguments]
        around: dict[str, Any] = {
            "env": environment(self._folder, emulator.endpoint),
            "stdin": subprocess.DEVNULL,
            "timeout": 120,
        }
        done = subprocess.run(command, capture_output=True, text=True, check=False, **around)
        results = RESULT.findall(done.stdout)
        assert len(results) == 1, done.stdout + done.stderr
        return Played(done.returncode, done.stdout, json.loads(results[0]))
