# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the rulebooks by ansible-rulebook."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from acr_emulator.testing import Emulator, in_ci

from ansible_collections.registryops.alicloud.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.registryops.alicloud.plugins.plugin_utils._events.cursor import Cursor

from .conftest import SOURCE, Account
from .playing import KEYS_A, environment, inventory_in
from .test_lives import TARGET_OPTIONS
from .test_modules import ROOT

FOLDER = ROOT / "extensions/eda/rulebooks"
SOURCES = ROOT / "extensions/eda/plugins/event_source"
EXAMPLES = re.findall(r"(?s)```yaml\n(.*?)```", (ROOT / "docs/events.md").read_text(encoding="utf-8"))
PATIENCE = 240.0  # seconds until a test gives up; nothing here takes a tenth of it on a quiet machine
HAS_RULEBOOK = importlib.util.find_spec("ansible_rulebook") is not None
WITH_RULEBOOK = pytest.mark.skipif(
    not HAS_RULEBOOK or (not in_ci() and not shutil.which("java")),
    reason="ansible-rulebook or Java not found: rulebooks ARE NOT RUN",
)


@pytest.mark.skipif(not HAS_RULEBOOK, reason="ansible-rulebook not found: rulebooks ARE NOT CHECKED")
@pytest.mark.parametrize("rulebook", sorted(file.name for file in FOLDER.glob("*.yml")))
def test_a_rulebook_fits_the_schema_and_its_playbooks_exist(rulebook: str) -> None:
    rulesets = fitting((FOLDER / rulebook).read_text())
    for rule in chain.from_iterable(ruleset["rules"] for ruleset in rulesets):
        playbook = rule["action"]["run_playbook"]["name"].removeprefix("registryops.alicloud.")
        assert (ROOT / "playbooks" / f"{playbook}.yml").exists()


@pytest.mark.skipif(not HAS_RULEBOOK, reason="ansible-rulebook not found: rulebooks ARE NOT CHECKED")
@pytest.mark.parametrize("example", EXAMPLES, ids=["sync tasks", "webhooks", "job templates"])
def test_a_rulebook_of_the_page_fits_the_schema_and_its_options_exist(example: str) -> None:
    (ruleset,) = fitting(example)
    (source,) = ruleset["sources"]
    ((name, options),) = source.items()
    text = (SOURCES / f"{name.removeprefix('registryops.alicloud.')}.py").read_text(encoding="utf-8")
    documented = yaml.safe_load(text.partition('DOCUMENTATION = r"""')[2].partition('"""')[0])
    connection = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert options.keys() <= {*documented["options"], *connection}


def fitting(text: str) -> list[dict[str, Any]]:
    """Return the rulesets of a text, which fit the schema of ansible-rulebook."""
    found = importlib.util.find_spec("ansible_rulebook")
    assert found is not None
    assert found.origin is not None
    schema = json.loads(Path(found.origin).with_name("schema").joinpath("ruleset_schema.json").read_text())
    rulesets: list[dict[str, Any]] = yaml.safe_load(text)
    importlib.import_module("jsonschema").validate(rulesets, schema)
    return rulesets


@pytest.fixture
def hosts(cloud: Emulator, account_a: Account, granted: Account, tmp_path: Path) -> Path:
    """Return the inventory of an estate with one rule."""
    account_a.run("acr_sync_rule", instance_id=SOURCE, name="to-eu", namespace="prod", **TARGET_OPTIONS)
    return inventory_in(tmp_path)


@contextmanager
def running(rulebook: str, hosts: Path, cloud: Emulator) -> Iterator[Path]:
    """Run a rulebook during the block and yield its output."""
    folder = hosts.parent
    cursor, output, variables = folder / "cursor.jsonl", folder / "output.txt", folder / "variables.json"
    place: Mapping[str, Any] = {"acr_region": "cn-hangzhou", "acr_instance_id": SOURCE}
    variables.write_text(json.dumps({**place, "acr_cursor_file": str(cursor), "acr_interval": 0.2}))
    program = Path(sys.executable).with_name("ansible-rulebook")
    names = {"access_key_id": "ALIBABA_CLOUD_ACCESS_KEY_ID", "access_key_secret": "ALIBABA_CLOUD_ACCESS_KEY_SECRET"}
    around = {**environment(cloud), **{variable: KEYS_A[name] for name, variable in names.items()}}
    around["PATH"] = f"{program.parent}{os.pathsep}{around['PATH']}"
    command = [
        str(program),
        "--rulebook",
        f"registryops.alicloud.{rulebook}",
        "-i",
        str(hosts),
        "--vars",
        str(variables),
    ]
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=folder, env=around, stdout=file, stderr=subprocess.STDOUT)
    try:
        until(cursor.exists, process, output)
        yield output
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(condition: Callable[[], bool], process: subprocess.Popen[bytes] | None, output: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, f"it did not come to that; printed was: {output.read_text()}"
        assert process is None or process.poll() is None, f"it ended; printed was: {output.read_text()}"
        time.sleep(0.1)


def push(cloud: Emulator, tag: str) -> None:
    cloud.post("/_emulator/images", {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": [tag]})


@WITH_RULEBOOK
def test_a_failed_image_is_sent_again(cloud: Emulator, hosts: Path) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"tag": "1.2", "issue": "DISK_FULL"}})
    push(cloud, "1.2")
    until(lambda: cloud.state()["sync_tasks"][-1]["TaskStatus"] == "ERROR", None, hosts)
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    # It failed since the rulebook ran last.
    with closing(Cursor(hosts.parent / "cursor.jsonl", SOURCE)) as cursor:
        cursor.begin(0)
    with running("send_failed_again", hosts, cloud) as output:
        until(lambda: cloud.state()["sync_tasks"][-1]["TaskStatus"] == "SUCCESS", None, output)
    tasks = [(task["TaskTrigger"], task["TaskStatus"]) for task in cloud.state()["sync_tasks"]]
    assert tasks == [("PASSIVE", "ERROR"), ("INITIATIVE", "SUCCESS")]


@WITH_RULEBOOK
def test_a_grant_that_breaks_opens_the_audit(cloud: Emulator, granted: Account, hosts: Path) -> None:
    with running("audit_after_failure", hosts, cloud) as output:
        granted.run("acr_cross_account_role", state="absent")
        push(cloud, "1.2")
        until(lambda: "PLAY RECAP" in output.read_text(), None, output)
    assert "audit_sync" in output.read_text()
    assert "has no role aliyuncontainerregistrycrossaccoutsyncrole" in output.read_text(), output.read_text()
