"""Run a playbook to its end, or kill it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .cloud import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Cloud, eventually
from .tasks import KEYS, Outcome

COLLECTIONS = Path(__file__).parents[5]
PROGRAM = Path(sys.executable).with_name("ansible-playbook")
MAIN, SWITCH = "cross_account_sync", "switch_over"
# Seconds until a playbook must have come to the call at which it is killed; a busy machine starts Ansible slowly.
PATIENCE = 300.0
# Ansible's lines for a task that failed, and for a host that was changed.
_FAILED = re.compile(r"(?m)^(?:fatal|failed): \[[^\]]+\][^{]*=> (\{.*\})$")
_CHANGED = re.compile(r"(?m)^\S+ +: ok=\d+ +changed=([1-9]\d*)")
API = {"namespace": "team-a", "repository": "api", "tag_filter": "^v[12]$"}
RULES = (
    {"name": "releases-to-eu", "scope": "namespace", "namespace": "prod", "to": "prod-eu"},
    {"name": "api-to-eu", "scope": "repository", **API, "to": "prod-eu"},
)


@dataclass(frozen=True)
class Run:
    """Hold a playbook's outcome; None is the status if killed."""

    status: int | None
    output: str

    @property
    def changed(self) -> bool:
        return bool(_CHANGED.search(self.output))

    @property
    def failures(self) -> list[Outcome]:
        return [Outcome(json.loads(found)) for found in _FAILED.findall(self.output)]


def play(cloud: Cloud, playbook: str, until: Callable[[], bool] | None = None) -> Run:
    """Run a playbook; kill its controller as soon as `until` holds."""
    command = [str(PROGRAM), f"registryops.alicloud.{playbook}", f"--inventory={_inventory(cloud.endpoint)}"]
    variables = {"backfill_images_directory": str(_folder() / "kept")}
    if playbook == SWITCH:
        variables["acr_direction"] = "reversed"
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*command, "--extra-vars", json.dumps(variables)],
            cwd=_folder(),
            env=_environment(),
            stdout=output,
            stderr=output,
        )
        if until:
            ready = until
            eventually(lambda: process.poll() is not None or ready(), PATIENCE)
            process.kill()
        status = process.wait()
        output.seek(0)
        text = output.read().decode()
    return Run(None if status < 0 else status, text)


def _environment() -> dict[str, str]:
    foreign = re.compile(r"(?i)ANSIBLE_|ALIBABA_?CLOUD_|.*_PROXY$")
    return {
        **{name: value for name, value in os.environ.items() if not foreign.match(name)},
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
        "ANSIBLE_CALLBACK_FORMAT_PRETTY": "false",
        "NO_COLOR": "1",
    }


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="torture-"))


def _inventory(endpoint: str) -> Path:
    url = f"http://{endpoint}"
    common = {f"acr_{product}_endpoint": url for product in ("cr", "ram", "sts")} | {"acr_read_timeout": 5}
    source = {**_connection("a"), "acr_account_id": ACCOUNT_A, "acr_instance_id": SOURCE, "acr_sync_rules": RULES}
    destination = {**_connection("b"), "acr_account_id": ACCOUNT_B, "acr_instance_id": TARGET}
    hosts = {
        "acr_source": {"hosts": {"prod-sh": {**source, **common}}},
        "acr_destination": {"hosts": {"prod-eu": {**destination, **common}}},
    }
    file = _folder() / "inventory.json"
    file.write_text(json.dumps(hosts), encoding="utf-8")
    return file


def _connection(owner: str) -> dict[str, str]:
    return {f"acr_{name}": value for name, value in KEYS[owner].items()}
