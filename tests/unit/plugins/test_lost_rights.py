# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take tokens and rights away while images are sent."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError
from .playing import PROGRAM, environment

IMAGES = 120
TEAM: dict[str, Any] = {
    "instance_id": SOURCE,
    "select": {"namespaces": ["team-a"]},
    "target_account_id": ACCOUNT_B,
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
}
RULE = {
    "name": "team-to-eu",
    "namespace": "team-a",
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
    "target_account_id": ACCOUNT_B,
}
EVERYTHING = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": ["cr:*"], "Resource": "*"}]}
TRUST = {
    "Version": "1",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [f"acs:ram::{ACCOUNT_A}:root"]}}
    ],
}
WHERE = {"region": "cn-hangzhou", "instance_id": SOURCE}
TOKENS = ("first", "second")


@pytest.fixture(autouse=True)
def team(granted: Account) -> None:
    """Add team-a's 120 images, and a role with two tokens."""
    granted.run("acr_namespace", instance_id=TARGET, name="team-a", auto_create_repositories=True)
    world = granted.cloud.state()
    world["accounts"][0]["roles"].append({"name": "pipeline", "trust_policy": TRUST, "policies": [EVERYTHING]})
    sessions = [{**keys(token), "role": "pipeline", "name": token, "expire_time": 4 * 10**12} for token in TOKENS]
    world["accounts"][0]["sessions"] = sessions
    granted.cloud.reset(world)
    granted.cloud.post("/_emulator/tasks", {"seconds": 0.01})


def keys(token: str) -> dict[str, str]:
    return {
        "access_key_id": f"STS.{token}",
        "access_key_secret": f"secret-{token}",
        "security_token": f"token-{token}",
    }


def holder(cloud: Emulator, token: str) -> Account:
    """Return account A, by a token of its role."""
    return Account(cloud, keys(token), "cn-hangzhou")


def break_from(cloud: Emulator, fault: str, action: str | None, nth: int) -> None:
    match = {"nth": nth, **({"action": action} if action else {})}
    cloud.delete("/_emulator/faults")
    cloud.post("/_emulator/faults", {"fault": fault, "match": match, "times": 9999})


def failure(account: Account, module: str = "acr_image_sync", **params: Any) -> ModuleFailedError:
    with pytest.raises(ModuleFailedError) as failed:
        account.run(module, **params)
    return failed.value


def created(cloud: Emulator) -> Counter[str]:
    """Return how many tasks each tag has."""
    return Counter(str(task["ImageFrom"]["ImageTag"]) for task in cloud.state()["sync_tasks"])


def counts(result: dict[str, Any]) -> dict[str, int]:
    return {action: count for action, count in result["counts"].items() if count}


@pytest.mark.parametrize(
    ("fault", "code", "remedy"),
    [
        ("expired_token", "InvalidSecurityToken.Expired", "Get a new security_token"),
        ("denied", "NoPrivilege", "cr:CreateRepositorySync"),
    ],
)
def test_what_was_sent_before_is_told_and_the_rest_is_taken_up(
    fault: str, code: str, remedy: str, cloud: Emulator
) -> None:
    break_from(cloud, fault, "CreateRepoSyncTask", 12)
    failed = failure(holder(cloud, "first"), **TEAM)
    assert code in str(failed)
    assert remedy in str(failed)
    assert "token-first" not in str(failed.result)
    result = failed.result
    assert result["changed"]
    assert len(result["images"]) == sum(result["counts"].values()) == IMAGES
    assert result["counts"]["sent"] == len(created(cloud)) == 11
    assert result["counts"]["left"] > 80
    assert {image["status"] for image in result["images"] if image["action"] == "sent"} == {"success"}

    cloud.delete("/_emulator/faults")
    rest = holder(cloud, "second").run("acr_image_sync", instance_id=SOURCE, retry="unfinished", retry_from=result)
    assert counts(rest) == {"sent": IMAGES - 11}
    assert created(cloud).total() == len(created(cloud)) == IMAGES
    assert counts(holder(cloud, "second").run("acr_image_sync", **TEAM)) == {"unchanged": IMAGES}


@pytest.mark.parametrize("fault", ["expired_token", "denied"])
def test_what_is_under_way_is_told_where_it_cannot_be_followed(fault: str, cloud: Emulator) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 60})
    break_from(cloud, fault, None, 60)  # some of the creations are among the first 60 calls, and more would follow
    failed = failure(holder(cloud, "first"), **TEAM, wait_timeout=10_000)
    under_way = [image for image in failed.result["images"] if "sync_task_id" in image]
    assert failed.result["changed"]
    assert 0 < len(under_way) == len(created(cloud)) < 60
    assert all("a further run joins it" in image["issue"] for image in under_way)

    cloud.delete("/_emulator/faults")
    again = holder(cloud, "second").run("acr_image_sync", **TEAM, wait=False)
    assert counts(again) == {"joined": len(under_way), "sent": IMAGES - len(under_way)}
    assert created(cloud).total() == len(created(cloud)) == IMAGES


@pytest.mark.parametrize("fault", ["expired_token", "denied"])
def test_nothing_is_claimed_where_it_could_not_begin(fault: str, cloud: Emulator) -> None:
    for action in ("ListRepository", "ListRepoTag", "ListRepoSyncTask"):
        break_from(cloud, fault, action, 1)
        failed = failure(holder(cloud, "first"), **TEAM)
        assert not failed.result.get("changed")
        assert not created(cloud)


def test_the_playbook_keeps_what_a_token_did_not_live_for(cloud: Emulator, tmp_path: Path) -> None:
    holder(cloud, "first").run("acr_sync_rules", instance_id=SOURCE, rules=[RULE])
    break_from(cloud, "expired_token", "CreateRepoSyncTask", 12)
    failed = play(cloud, tmp_path, "first")
    assert failed.returncode == 2
    assert "InvalidSecurityToken.Expired" in failed.stdout
    assert "Get a new security_token" in failed.stdout
    assert "token-first" not in failed.stdout
    assert len(created(cloud)) == 11
    (kept,) = (tmp_path / "kept").iterdir()
    (result,) = json.loads(kept.read_text())
    assert len(result["images"]) == IMAGES - 11

    cloud.delete("/_emulator/faults")
    done = play(cloud, tmp_path, "second", "-e", "backfill_images_retry=unfinished")
    assert done.returncode == 0, done.stdout
    assert created(cloud).total() == len(created(cloud)) == IMAGES


def play(cloud: Emulator, folder: Path, token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the playbook with a token of the role."""
    variables: dict[str, Any] = {f"acr_{name}": value for name, value in {**keys(token), **WHERE}.items()}
    variables |= {"ansible_python_interpreter": sys.executable, "acr_sync_rules": [RULE]}
    inventory = {"acr_source": {"hosts": {"source": variables}}}
    file = folder / "inventory.yml"
    file.write_text(yaml.safe_dump(inventory))
    command = [PROGRAM, "-i", str(file), "registryops.alicloud.backfill_images"]
    command += ["-e", f"backfill_images_directory={folder / 'kept'}", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(cloud), capture_output=True, text=True, check=False)
