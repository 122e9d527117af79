# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint a playbook without carrying out its tasks."""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator
from ansible.module_utils import basic

from .conftest import PLUGINS, SOURCE
from .test_modules import MODULES, ROOT

PLAYBOOK = f"""---
- name: Lint me
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Delete a namespace
      registryops.alicloud.acr_namespace:
        instance_id: {SOURCE}
        name: prod
        force: true
        state: absent
"""


class LintedError(Exception):
    """The class in AnsibleModule's place was made, as ansible-lint's rule `args` does it."""


@pytest.mark.parametrize("name", MODULES)
def test_a_class_in_the_place_of_ansible_module_takes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(f"{PLUGINS}.modules.{name}")

    class StandIn:
        def __init__(self, **_definition: Any) -> None:
            raise LintedError

    monkeypatch.setattr(basic, "AnsibleModule", StandIn)
    with pytest.raises(LintedError):
        module.main()


@pytest.mark.skipif(importlib.util.find_spec("ansiblelint") is None, reason="ansible-lint is not installed")
def test_linting_a_deletion_calls_nothing(cloud: Emulator, tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(PLAYBOOK)
    url = f"http://{cloud.endpoint}"
    keys = {"ACCESS_KEY_ID": "LTAIaaaa", "ACCESS_KEY_SECRET": "secretA", "REGION_ID": "cn-hangzhou"}
    keys |= {f"{product}_ENDPOINT": url for product in ("CR", "RAM", "STS")}
    environment = {**os.environ, **{f"ALIBABA_CLOUD_{name}": value for name, value in keys.items()}}
    environment["ANSIBLE_COLLECTIONS_PATH"] = str(ROOT / ".venv" / "collections")
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "ansiblelint", "--offline", "-q", "--nocolor", "play.yml"]
    linted = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert cloud.calls() == []
