# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare whole playbooks in the worker and in a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from acr_emulator.testing import Emulator

from .conftest import SOURCE
from .playing import KEYS_A, PROGRAM, ROOT, environment

OURS, THEIRS = "registryops.alicloud.acr_namespace", "team.own.space"
TASKS: list[dict[str, Any]] = [
    {THEIRS: {"name": "by-redirect"}},
    {THEIRS: {"nam": "by-redirect"}},
    {OURS: {"name": b"shop"}},  # as !!binary
    {OURS: {"name": "with-odd-environment"}, "environment": {"ODD-NAME": "x"}},
    {OURS: {"name": "with-equals-sign"}, "environment": {"ODD=NAME": "x"}},
    {OURS: {"name": "with-number"}, "environment": {1: "x"}},
    {OURS: {"name": "with-null"}, "vars": {"acr_in_process": None, "acr_progress": None}},
]
KEEP = {"ansible.builtin.set_fact": {"results": "{{ results + [found] }}"}}
WRITE = {"ansible.builtin.copy": {"content": "{{ results | to_json }}", "dest": "{{ playbook_dir }}/results.json"}}


def play(cloud: Emulator, folder: Path, in_process: bool) -> list[dict[str, Any]]:
    """Play the tasks and return their results."""
    tasks: list[dict[str, Any]] = []
    for task in TASKS:
        tasks += [{**task, "register": "found", "ignore_errors": True}, KEEP]
    played = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable, "acr_in_process": in_process, "results": []},
        "module_defaults": {OURS: {**KEYS_A, "instance_id": SOURCE}},
        "tasks": [*tasks, WRITE],
    }
    file = folder / "play.yml"
    file.write_text(yaml.safe_dump([played]))
    routing = folder / "collections" / "ansible_collections" / "team" / "own" / "meta" / "runtime.yml"
    routing.parent.mkdir(parents=True, exist_ok=True)
    routing.write_text(yaml.safe_dump({"plugin_routing": {"modules": {"space": {"redirect": OURS}}}}))
    paths = f"{ROOT / '.venv' / 'collections'}{os.pathsep}{folder / 'collections'}"
    settings = {**environment(cloud), "ANSIBLE_COLLECTIONS_PATH": paths}
    done = subprocess.run([PROGRAM, file], cwd=folder, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: list[dict[str, Any]] = json.loads((folder / "results.json").read_text())
    return found


def told(result: dict[str, Any]) -> tuple[Any, ...]:
    return (
        result.get("failed", False),
        result.get("changed"),
        result.get("msg"),
        result.get("namespace", {}).get("name"),
    )


def test_odd_tasks_answer_alike(cloud: Emulator, tmp_path: Path) -> None:
    here = [told(result) for result in play(cloud, tmp_path, in_process=True)]
    cloud.reset()
    apart = [told(result) for result in play(cloud, tmp_path, in_process=False)]
    assert here == apart
    assert len(here) == 7
    assert here[0] == (False, True, None, "by-redirect")
    assert here[6] == (False, True, None, "with-null")
    names = {space["name"] for space in cloud.state()["accounts"][0]["instances"][0]["namespaces"]}
    assert not any(name.startswith("b'") for name in names)
