# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run each playbook with the shipped policies alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from acr_emulator.testing import Emulator

from .conftest import SOURCE, WORLD
from .test_least_privilege import PLACES, document

ROOT = Path(__file__).parents[3]
# In the order of a new setup; each playbook's operators in account A and account B, by their policies.
PLAYBOOKS: dict[str, dict[str, tuple[str, ...]]] = {
    "grant_access": {"b": ("account_b_grant_access",)},
    "prepare_destination": {"b": ("account_b_prepare_destination",)},
    "configure_sync": {"a": ("account_a_configure_sync",)},
    "verify_sync": {"a": ("account_a_verify_sync",), "b": ("account_b_verify_sync",)},
    "cross_account_sync": {
        "a": ("account_a_configure_sync", "account_a_verify_sync"),
        "b": ("account_b_grant_access", "account_b_prepare_destination", "account_b_verify_sync"),
    },
    "backfill_images": {"a": ("account_a_backfill_images",), "b": ("account_b_verify_sync",)},
    "wait_for_image": {"a": ("account_a_wait_for_image",), "b": ("account_b_verify_sync",)},
    "follow_settings": {"a": ("account_a_follow_settings",), "b": ("account_b_follow_settings",)},
    "prune_destination": {"a": ("account_a_prune_destination",), "b": ("account_b_prune_destination",)},
    "audit_sync": {"a": ("account_a_audit_sync",), "b": ("account_b_audit_sync",)},
    "report_sync": {
        "a": ("account_a_verify_sync", "account_a_audit_sync"),
        "b": ("account_b_verify_sync", "account_b_audit_sync"),
    },
    "switch_over": {"a": ("switch_over",), "b": ("switch_over",)},
    "revoke_access": {"b": ("account_b_revoke_access",)},
}
RULE = {"name": "to-eu", "namespace": "prod", "tag_filter": "^v", "to": "prod-eu"}


def operator(playbook: str, owner: str) -> dict[str, Any]:
    policies = [document(policy, owner) for policy in PLAYBOOKS[playbook].get(owner, ())]
    keys = {"access_key_id": f"LTAI{playbook}{owner}", "access_key_secret": f"secret-{playbook}-{owner}"}
    return {"name": playbook.replace("_", "-"), "type": "user", **keys, "policies": policies}


def world() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    for account, owner in zip(found["accounts"], PLACES, strict=True):
        account["identities"] = [operator(playbook, owner) for playbook in PLAYBOOKS]
        account["instances"][0]["edition"] = "Enterprise_Advanced"  # either becomes a source
    return found


def inventory(cloud: Emulator, playbook: str) -> dict[str, Any]:
    endpoints = {f"acr_{product}_endpoint": f"http://{cloud.endpoint}" for product in ("cr", "ram", "sts")}
    hosts: dict[str, Any] = {}
    for owner, group, host in (("a", "acr_source", "prod-sh"), ("b", "acr_destination", "prod-eu")):
        uid, region, instance = PLACES[owner]
        keys = {f"acr_{name}": operator(playbook, owner)[name] for name in ("access_key_id", "access_key_secret")}
        place = {"acr_account_id": uid, "acr_region": region, "acr_instance_id": instance}
        hosts[group] = {"hosts": {host: {**place, **keys, **endpoints}}}
    hosts["acr_source"]["hosts"]["prod-sh"]["acr_sync_rules"] = [RULE]
    if playbook == "switch_over":
        hosts["acr_source"]["hosts"]["prod-sh"]["acr_direction"] = "reversed"
    return hosts


def play(cloud: Emulator, playbook: str, folder: Path) -> int:
    """Return how many things were changed; every host must have passed."""
    file = folder / f"{playbook}.json"
    file.write_text(json.dumps(inventory(cloud, playbook)), encoding="utf-8")
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"),
        f"registryops.alicloud.{playbook}",
        f"--inventory={file}",
        f"--extra-vars=report_sync_directory={folder / 'report'} backfill_images_directory={folder / 'kept'}"
        " acr_image=prod/web:v2 acr_revoked_account_ids=1252879610640001",
    ]
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"),
        "ANSIBLE_LOCAL_TEMP": str(folder),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PIPELINING": "1",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return sum(map(int, re.findall(r" changed=(\d+)", done.stdout)))


def test_each_playbook_passes_with_its_policies(cloud: Emulator, tmp_path: Path) -> None:
    cloud.reset(world())
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    changed: dict[str, int] = {}

    def run(*playbooks: str) -> None:
        """Run independent playbooks together, since each takes seconds."""
        with ThreadPoolExecutor() as pool:
            counts = pool.map(lambda playbook: play(cloud, playbook, tmp_path), playbooks)
            changed.update(zip(playbooks, counts, strict=True))

    run("grant_access", "prepare_destination")
    run("configure_sync")
    image = {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": ["v2"]}
    cloud.post("/_emulator/images", image)
    # The whole finds nothing left to do after its parts.
    run("verify_sync", "audit_sync", "report_sync", "backfill_images", "wait_for_image", "cross_account_sync")
    run("follow_settings", "prune_destination")
    run("switch_over")
    run("revoke_access")
    done = {"grant_access": 1, "prepare_destination": 1, "configure_sync": 1, "revoke_access": 1}
    assert changed == {
        **done,
        "verify_sync": 0,
        "audit_sync": 0,
        "report_sync": 2,  # its files and its history, in a folder that is there since the images' file is in it
        "backfill_images": 0,
        "wait_for_image": 0,
        "cross_account_sync": 0,
        "follow_settings": 1,
        "prune_destination": 0,
        "switch_over": 3,  # the grant to account B, the rules that go, and those that come
    }
    # Nobody else has called, and in account B nothing but the namespace and its image is left.
    assert {call["identity"] for call in cloud.calls()} == {playbook.replace("_", "-") for playbook in PLAYBOOKS}
    target = cloud.state()["accounts"][1]
    assert target["roles"] == []
    assert [repository["name"] for repository in target["instances"][0]["namespaces"][0]["repositories"]] == ["web"]
