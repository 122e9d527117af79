# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show progress without breaking output for machines.

Nothing is shown under no_log.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_B, SOURCE, TARGET
from .playing import KEYS_A, PROGRAM, environment

MACHINE = '''
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: machine
type: stdout
short_description: Print one JSON document
description: Prints what became of each task, and nothing else.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "machine"

    def v2_playbook_on_stats(self, stats):
        self._display.display('{"hosts": %d}' % len(stats.processed))
'''
LINE = "; prod/web:1.1: error: NO"


@pytest.fixture
def failing(cloud: Emulator, granted: object) -> Emulator:
    """Let one of three images fail, which is told at once."""
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"repository": "prod/web", "tag": "1.1", "issue": "NO"}})
    return cloud


def play(cloud: Emulator, folder: Path, callback: str, **keywords: Any) -> subprocess.CompletedProcess[str]:
    where = {"target_account_id": ACCOUNT_B, "target_region": "eu-central-1", "target_instance_id": TARGET}
    sent = {**KEYS_A, "instance_id": SOURCE, **where, "select": {"namespaces": ["prod"]}, "retries": 0}
    task = {"registryops.alicloud.acr_image_sync": sent, "ignore_errors": True, **keywords}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable},
        "tasks": [task],
    }
    (folder / "play.yml").write_text(json.dumps([play]))
    (folder / "machine.py").write_text(MACHINE)
    settings = {"ANSIBLE_STDOUT_CALLBACK": callback, "ANSIBLE_CALLBACK_PLUGINS": str(folder)}
    return subprocess.run(
        [PROGRAM, str(folder / "play.yml")],
        env={**environment(cloud), **settings},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )


def test_people_read_it_among_the_tasks(failing: Emulator, tmp_path: Path) -> None:
    played = play(failing, tmp_path, "default")
    assert LINE in played.stdout.split("fatal:")[0]


def test_a_machine_reads_what_it_would_without(failing: Emulator, tmp_path: Path) -> None:
    played = play(failing, tmp_path, "machine")
    assert json.loads(played.stdout) == {"hosts": 1}
    assert LINE in played.stderr


@pytest.mark.parametrize("callback", ["default", "machine"])
def test_nobody_reads_it_under_no_log(callback: str, failing: Emulator, tmp_path: Path) -> None:
    played = play(failing, tmp_path, callback, no_log=True)
    # Why the task failed is told by ansible-core itself.
    assert "images/s" not in played.stdout + played.stderr


def test_a_variable_turns_it_off(failing: Emulator, tmp_path: Path) -> None:
    assert LINE not in play(failing, tmp_path, "machine", vars={"acr_progress": False}).stderr
