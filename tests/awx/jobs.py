"""Run jobs by ansible-runner, in folders that are temporary.

AWX runs them in containers.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ansible_runner

from .launching import Job

ROOT = Path(__file__).parents[2]
# Set by AWX for each job; a warning about an inventory that cannot be read is an error there.
_SETTINGS = {
    "ANSIBLE_FORCE_COLOR": "True",
    "ANSIBLE_HOST_KEY_CHECKING": "False",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
    "ANSIBLE_RETRY_FILES_ENABLED": "False",
    "MAX_EVENT_RES": "700000",
    "AWX_HOST": "https://controller.example.com",
    # The Ansible beside the Python that runs the tests.
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}


@dataclass(frozen=True)
class Finished:
    """Hold what AWX keeps of a job.

    `artifacts` are set by set_stats; `failed` are the messages of failed tasks.
    """

    name: str
    status: str
    exit_code: int
    artifacts: dict[str, Any]
    events: list[dict[str, Any]]
    output: str

    @property
    def failures(self) -> list[str]:
        failed = [event["event_data"] for event in self.events if event["event"] == "runner_on_failed"]
        return [data["res"]["msg"] for data in failed if not data.get("ignore_errors")]

    @property
    def changed(self) -> int:
        stats = self._stats()
        return sum(stats.get("changed", {}).values())

    def _stats(self) -> dict[str, Any]:
        ends = [event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"]
        return ends[-1] if ends else {}


def run(job: Job, settings: Mapping[str, str]) -> Finished:
    """Run one job.

    `settings` are environment variables that the controller gives every job.
    """
    with tempfile.TemporaryDirectory(prefix="awx_") as folder:
        private = Path(folder)
        shutil.copytree(ROOT / "playbooks", private / "project/playbooks")
        inventory = private / "inventory/hosts"
        inventory.parent.mkdir()
        inventory.write_text(f"#! /usr/bin/env python3\nprint({json.dumps(job.inventory)!r})\n", encoding="utf-8")
        inventory.chmod(0o700)
        runner = ansible_runner.run(
            private_data_dir=folder,
            playbook=job.playbook,
            envvars={**_SETTINGS, **settings, **job.environment},
            extravars={"awx_job_template_name": job.name, "tower_job_template_name": job.name, **job.variables},
            limit=job.limit or None,
            cmdline=" ".join(["--check"] * job.check + ["--diff"] * job.diff) or None,
            quiet=True,
        )
        events = list(runner.events)
        ends = [event["event_data"] for event in events if event["event"] == "playbook_on_stats"]
        artifacts = ends[-1].get("artifact_data", {}) if ends else {}
        output = "".join(event["stdout"] + "\n" for event in events if event["stdout"])
        return Finished(job.name, runner.status, runner.rc, artifacts, events, output)


def run_together(jobs: Sequence[Job], settings: Mapping[str, str]) -> list[Finished]:
    """Run the slices of a job at the same time."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(lambda job: run(job, settings), jobs))
