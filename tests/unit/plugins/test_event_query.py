# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count a job's managed nodes as Automation Platform does.

It runs jq on the events that ansible-runner hands over.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import ansible_runner
import jq
import pytest
import yaml
from acr_emulator.testing import Emulator

from .conftest import SOURCE, TARGET
from .paths import GONE
from .playing import KEYS_A, KEYS_B, environment
from .test_in_process import IMAGE, PREPARED, RULE, RULES, STORAGE
from .test_lives import GRANT
from .test_modules import MODULES, ROOT

QUERIES: dict[str, dict[str, str]] = yaml.safe_load((ROOT / "extensions/audit/event_query.yml").read_text())
# What ansible-core 2.18 has as the resolved action of every module.
ALL = "registryops.alicloud.acr"
# It lists instances, whoever manages them; the others are about buckets.
UNCOUNTED = {"acr_instance_info", *(name for name in MODULES if name.startswith("oss_"))}
PLACE = {"instance_id": SOURCE, "namespace": "prod"}
PLACE_OF_WEB = {"namespace": "prod", "name": "web"}
STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("a", "acr_instance_info", {}),
    *PREPARED,
    ("b", "acr_cross_account_role_info", {}),
    ("b", "acr_namespace_info", {"instance_id": TARGET}),
    ("a", "acr_repository", {**PLACE, "name": "web", "summary": "The web"}),
    ("a", "acr_repository_info", PLACE),
    (
        "a",
        "acr_repository_settings",
        {"instance_id": SOURCE, "repositories": [{**PLACE_OF_WEB, "summary": "The shop"}]},
    ),
    ("a", "acr_sync_rule", {**RULES, **RULE}),
    ("a", "acr_sync_rule_info", RULES),
    ("a", "acr_repository_settings_info", RULES),
    ("a", "acr_sync_rules", {**RULES, "rules": [RULE]}),
    ("a", "acr_image_sync", IMAGE),
    ("a", "acr_sync_backfill", {**RULES, "rules": [RULE]}),
    ("a", "acr_gone_image_info", {**RULES, "list_file": GONE}),
    ("b", "acr_sync_prune", {"instance_id": TARGET, "lists": [GONE]}),
    ("a", "acr_image_wait", {**RULES, "image": "prod/web:1.0"}),
    ("a", "acr_sync_task_info", RULES),
    ("a", "acr_image_info", PLACE),
    ("a", "acr_sync_backfill", {**RULES, "rules": [RULE]}),
    ("a", "acr_sync_preflight", {**RULES, "side": "source"}),
    ("a", "acr_sync_audit", {**RULES, "side": "source"}),
    ("a", "acr_sync_verify", {**RULES, "rules": [RULE]}),
    *STORAGE,
]


def events(cloud: Emulator, folder: Path, invocation: bool) -> list[dict[str, Any]]:
    """Return the events of a job that runs every step, and fails."""
    keys = {"a": KEYS_A, "b": KEYS_B}
    tasks = [{f"registryops.alicloud.{module}": {**keys[owner], **options}} for owner, module, options in STEPS]
    tasks.append({"registryops.alicloud.acr_namespace": {**KEYS_A, "instance_id": "cri-misspelt", "name": "shop"}})
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "ignore_errors": True,
        "vars": {"ansible_python_interpreter": sys.executable, "ansible_inject_invocation": invocation},
        "tasks": tasks,
    }
    (folder / "play.yml").write_text(json.dumps([play]))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = {**environment(cloud), "ANSIBLE_INJECT_INVOCATION": str(invocation), "PATH": path}
    run = ansible_runner.run(
        private_data_dir=str(folder), playbook=str(folder / "play.yml"), envvars=variables, quiet=True
    )
    assert run.status == "successful", run.stdout.read()
    return [event for event in run.events if "res" in event.get("event_data", {})]


def counted(job: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """Return how often each module met each node.

    A node is what its canonical facts say.
    """
    found: Counter[tuple[str, str]] = Counter()
    for event in (event["event_data"] for event in job):
        query = QUERIES.get(event["resolved_action"])
        for node in jq.compile(query["query"]).input(event["res"]).all() if query else ():
            assert node["facts"]["infra_type"] == "PublicCloud"
            assert node["canonical_facts"] == {"instance_id": node["name"]}
            found[event["task_action"].rpartition(".")[2], node["name"]] += 1
    return found


def test_every_module_but_the_listing_of_instances_is_counted() -> None:
    assert set(QUERIES) == {ALL, *(f"registryops.alicloud.{module}" for module in set(MODULES) - UNCOUNTED)}
    assert {module for _owner, module, _options in STEPS} == set(MODULES)


@pytest.mark.parametrize("invocation", [True, False])
def test_a_job_counts_each_instance_once(cloud: Emulator, tmp_path: Path, invocation: bool) -> None:
    job = events(cloud, tmp_path, invocation)
    failed = [event["event_data"]["res"] for event in job if event["event"] == "runner_on_failed"]
    assert len(failed) == 1, failed
    found = counted(job)
    assert {node for _module, node in found} == {SOURCE, TARGET}
    # Whatever a task did, it is about one instance; a rule's destination is only named by it.
    expected = {(module, SOURCE if owner == "a" else TARGET) for owner, module, _options in STEPS}
    expected = {(module, node) for module, node in expected if module not in UNCOUNTED}
    # Its result does not name the instance, and from ansible-core 2.21 on options are in results only if asked for.
    by_options = {("acr_image_info", SOURCE)}
    assert expected - by_options <= set(found) <= expected
    assert not invocation or set(found) == expected
    assert {QUERIES[ALL]["query"]} == {query["query"] for query in QUERIES.values()}
    assert GRANT["destination_instances"][0]["instance_id"] == TARGET
