"""Start Ansible as its users do, in whole processes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import worlds
from .figures import BenchmarkError

ROOT = Path(__file__).resolve().parents[2]
INVENTORIES = ("-i", "playbooks/inventories/account_b", "-i", "playbooks/inventories/account_a")


@dataclass(frozen=True)
class Played:
    """Hold a run's recap, summed over the hosts.

    `megabytes` is the peak of the largest process.
    `computed` is what all processes computed, in seconds; on a busy machine it says more than `seconds`.
    """

    seconds: float
    tasks: int
    changed: int
    megabytes: float
    computed: float = 0.0


class Ansible:
    """Plays against the emulator at `endpoint`.

    Files that this takes go to `folder`.
    """

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.folder = folder
        self.endpoint = endpoint
        self._environment = environment(folder, endpoint)
        (folder / "ansible.cfg").write_text("")

    def play(self, playbook: Path | str, *arguments: str) -> Played:
        """Run a playbook.

        Raise BenchmarkError if it does not end well.
        """
        return self._run("ansible-playbook", str(playbook), *arguments)

    def play_as_job(self, playbook: Path) -> Played:
        """Play by ansible-runner, as AWX does."""
        private = self.folder / f"{playbook.stem}.job"
        return self._run("ansible-runner", "run", str(private), "--playbook", str(playbook))

    def _run(self, program: str, *arguments: str) -> Played:
        command = [str(Path(sys.executable).with_name(program)), *arguments]
        environment = {**self._environment, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        started = time.perf_counter()
        with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT
            )
            # Its workers, which it waits for, are counted too.
            _pid, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            file.seek(0)
            output = file.read()
        if process.returncode:
            raise BenchmarkError(f"{output[-3000:]}\nThis failed: {' '.join(command)}")
        counts = re.findall(r" : ok=(\d+) +changed=(\d+)", output)
        tasks, changed = (
            sum(int(passed) for passed, _changed in counts),
            sum(int(changed) for _passed, changed in counts),
        )
        return Played(seconds, tasks, changed, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)

    def write(self, name: str, tasks: Sequence[Mapping[str, Any]], **variables: object) -> Path:
        """Write a playbook of one play with Account A's connection.

        JSON is YAML.
        """
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "connection": "local",
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", **variables},
            "module_defaults": {"group/registryops.alicloud.acr": _connection()},
            "tasks": list(tasks),
        }
        file = self.folder / f"{name}.yml"
        file.write_text(json.dumps([play]), encoding="utf-8")
        return file

    def inventory(self, name: str, **variables: object) -> Path:
        """Write an inventory of Account A's instance alone."""
        instance = {"acr_instance_id": worlds.SOURCE}
        connection = {f"acr_{option}": value for option, value in _connection().items()}
        file = self.folder / f"{name}.inventory.yml"
        hosts = {"source": {**instance, **connection, **variables}}
        file.write_text(json.dumps({"acr_source": {"hosts": hosts}}), encoding="utf-8")
        return file

    def profiles(self) -> tuple[str, str]:
        """Return the argument that gives the sample inventories their two accounts' keys."""
        file = self.folder / "profiles.json"
        profiles = [_profile("account-a", worlds.KEYS_A), _profile("account-b", worlds.KEYS_B)]
        file.touch(mode=0o600)
        file.write_text(json.dumps({"current": "", "profiles": profiles}), encoding="utf-8")
        return "-e", f"acr_profile_file={file}"


def environment(folder: Path, endpoint: str) -> dict[str, str]:
    """Return our environment without a developer's real accounts."""
    foreign = re.compile(r"(?i)ANSIBLE_|ALIBABA_?CLOUD_|ALICLOUD_|.*_PROXY$")
    return {
        **{name: value for name, value in os.environ.items() if not foreign.match(name)},
        **{f"ALIBABA_CLOUD_{product}_ENDPOINT": f"http://{endpoint}" for product in ("CR", "RAM", "STS")},
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "NO_COLOR": "1",
    }


def _connection() -> dict[str, str]:
    return {
        "access_key_id": worlds.KEYS_A[0],
        "access_key_secret": worlds.KEYS_A[1],
        "region": worlds.REGION_A,
    }


def _profile(name: str, keys: tuple[str, str]) -> dict[str, str]:
    return {"name": name, "mode": "AK", "access_key_id": keys[0], "access_key_secret": keys[1]}
