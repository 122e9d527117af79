# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Export an estate, rehearse on it, and export it again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.rehearse import environment as rehearsed_environment
from acr_emulator.testing import Emulator
from acr_emulator.world import build_state, plain_state

from ansible_collections.registryops.alicloud.plugins.filter.acr_rehearsal_world import rehearsal_world

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account
from .playing import environment, inventory_in
from .test_least_privilege import authorities
from .test_lives import GRANT, TARGET_OPTIONS
from .test_modules import ROOT

OTHER = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:ListBuckets", "Resource": "*"}]}
RULE = {"name": "to-eu", "namespace": "prod", "tag_filter": "^v?[0-9]", "to": "prod-eu"}
# What nobody can read, or what has nothing to do with replication.
UNREAD = {"identities", "sessions", "event_rules", "event_records", "storage_rules", "tokens", "tags"}
UNREAD |= {"namespace_quota", "repository_quota"}


@pytest.fixture
def estate(cloud: Emulator, account_a: Account, account_b: Account, tmp_path: Path) -> Path:
    """Return both accounts' inventory with a grant, a rule and images."""
    account_b.run("acr_cross_account_role", **GRANT)
    world = cloud.state()
    target = world["accounts"][1]
    target["policies"].append({"name": "Other", "document": json.dumps(OTHER)})
    target["roles"][0]["policies"].append({"name": "Other", "type": "Custom"})
    cloud.reset(world)
    cloud.post("/_emulator/tasks", {"seconds": 0.01})
    account_b.run("acr_namespace", instance_id=TARGET, name="prod", auto_create_repositories=True)
    account_a.run("acr_repository", instance_id=SOURCE, namespace="prod", name="web", summary="The web")
    account_a.run("acr_sync_rule", instance_id=SOURCE, name="to-eu", namespace="prod", **TARGET_OPTIONS, priority=5)
    image: dict[str, Any] = {"namespace": "prod", "repository": "web", "tag": "1.0"}
    account_a.run("acr_image_sync", instance_id=SOURCE, **image, **TARGET_OPTIONS)
    return inventory_in(tmp_path, sync_rules=[RULE])


def run(cloud: Emulator, *command: str | Path) -> str:
    done = subprocess.run(list(map(str, command)), env=environment(cloud), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def export(cloud: Emulator, estate: Path, folder: Path, *program: str | Path) -> str:
    start = program or (Path(sys.executable).with_name("ansible-playbook"),)
    arguments = ("registryops.alicloud.export_estate", "-i", estate, "-e", f"export_estate_directory={folder}")
    return run(cloud, *start, *arguments)


def known(value: Any) -> Any:
    """Return what export_estate reads of a state.

    Nobody can see in which order images of one millisecond came.
    """
    if isinstance(value, list):
        return [known(item) for item in value]
    if isinstance(value, dict):
        found = {name: known(item) for name, item in value.items() if name not in UNREAD}
        if "images" in found:
            found["images"].sort(key=lambda image: (image["update_time"], image["tag"]))
        return found
    return value


def document(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def replicated(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return instances, and who may replicate into them."""
    accounts = []
    for account in state["accounts"]:
        roles = {role["name"]: document(role["trust_policy"]) for role in account["roles"]}
        attached = {policy["name"] for policy in chain.from_iterable(role["policies"] for role in account["roles"])}
        policies = {policy["name"]: in_force(policy) for policy in account["policies"] if policy["name"] in attached}
        instances = known(account)["instances"]
        accounts.append({"uid": account["uid"], "roles": roles, "policies": policies, "instances": instances})
    return accounts


def in_force(policy: Mapping[str, Any]) -> Any:
    versions = {version["id"]: version["document"] for version in policy["versions"]}
    return document(versions[policy["default_version"]])


def test_an_estate_is_the_same_after_it_was_exported_and_rehearsed_on(
    cloud: Emulator, estate: Path, tmp_path: Path
) -> None:
    before = cloud.state()
    cloud.delete("/_emulator/calls")
    first, second = tmp_path / "first", tmp_path / "second"
    told = export(cloud, estate, first)
    assert f"{first}/rehearse registryops.alicloud.cross_account_sync" in told.replace("\n", " ")
    assert {call["action"] for call in cloud.calls() if not call["action"].startswith(("Get", "List"))} == set()
    readme = (ROOT / "roles/export_estate/README.md").read_text()
    assert authorities(cloud.calls()) == set(re.findall(r"`((?:cr|ram):\w+)`", readme))
    assert "changed=1" not in export(cloud, estate, first).split("PLAY RECAP")[1]

    world = json.loads((first / "world.json").read_text())
    assert replicated(plain_state(build_state(world))) == replicated(before)
    written = "".join(file.read_text() for file in first.iterdir())
    assert [secret for secret in ("secretA", "secretB", "LTAIaaaa", "LTAIbbbb") if secret in written] == []
    assert (first / "profiles.json").stat().st_mode & 0o077 == 0

    # The first rehearsed change: the inventory wants another filter. The accounts see none of it.
    calls = len(cloud.calls())
    told = run(cloud, first / "rehearse", "registryops.alicloud.configure_sync", "-i", estate)
    assert "changed=1" in told.split("PLAY RECAP")[1]
    rehearsed = json.loads((first / "state.json").read_text())
    assert [rule["TagFilter"] for rule in rehearsed["accounts"][0]["instances"][0]["sync_rules"]] == ["^v?[0-9]"]
    export(cloud, estate, second, first / "rehearse", "--anew")
    assert (len(cloud.calls()), replicated(cloud.state())) == (calls, replicated(before))
    for name in ("world.json", "profiles.json", "hosts.json"):
        assert json.loads((second / name).read_text()) == json.loads((first / name).read_text())


def read(**changed: Any) -> dict[str, Any]:
    """Return what was read of one host with one rule."""
    instance = {"instance_id": SOURCE, "name": "source", "edition": "Enterprise_Advanced"}
    rule: dict[str, Any] = {
        "name": "r",
        "instance_id": SOURCE,
        "scope": "instance",
        "tag_filter": ".*",
        "trigger": "automatic",
    }
    rule |= {"target_region": "eu-central-1", "target_instance_id": TARGET, "cross_account": True}
    rule |= {"direction": "outbound"}
    found: dict[str, Any] = {
        "host": "prod-sh",
        "account_id": ACCOUNT_A,
        "region": "cn-hangzhou",
        "profile": "a",
        "instance": instance,
    }
    return {**found, "namespaces": [], "repositories": [], "images": [], "sync_rules": [rule], **changed}


def test_a_rule_whose_target_nobody_knows_is_left_out_and_named() -> None:
    found = rehearsal_world([read()])
    assert found["world"]["accounts"][0]["instances"][0]["sync_rules"] == []
    assert found["warnings"] == [
        f"Sync rule r of {SOURCE} is left out: it ends at {TARGET}, and which account has that is not known."
        " Add its inventory."
    ]


def test_the_inventory_may_say_whose_the_target_is() -> None:
    wanted = [{"name": "r", "target_account_id": ACCOUNT_B}]
    (rule,) = rehearsal_world([read(wanted_rules=wanted)])["world"]["accounts"][0]["instances"][0]["sync_rules"]
    assert (rule["TargetUserId"], rule["SyncScope"]) == (ACCOUNT_B, "INSTANCE")


def test_an_account_with_two_instances_is_there_once() -> None:
    other = {"instance_id": TARGET, "name": "target", "edition": "Enterprise_Basic"}
    found = rehearsal_world([read(sync_rules=[]), read(sync_rules=[], instance=other)])
    (account,) = found["world"]["accounts"]
    assert [instance["id"] for instance in account["instances"]] == [SOURCE, TARGET]
    assert [profile["name"] for profile in found["profiles"]["profiles"]] == ["a"]


def test_hosts_of_one_account_share_its_profile_whatever_they_call_it() -> None:
    other = {"instance_id": TARGET, "name": "target", "edition": "Enterprise_Basic"}
    found = rehearsal_world([read(sync_rules=[]), read(sync_rules=[], instance=other, host="prod-hk", profile="b")])
    assert found["hosts"] == {"prod-sh": "a", "prod-hk": "a"}


def test_a_host_without_a_profile_gets_one_for_its_account() -> None:
    found = rehearsal_world([read(sync_rules=[], profile="")])
    assert found["hosts"] == {"prod-sh": f"account-{ACCOUNT_A}"}
    assert [profile["name"] for profile in found["profiles"]["profiles"]] == [f"account-{ACCOUNT_A}"]


def test_each_policy_of_the_role_is_in_the_world() -> None:
    role = {"policy_name": "Grant", "policy_document": {"Version": "1"}, "exists": False}
    other = {"cross_account_roles": [{"policy_name": "Other", "policy_document": {"Version": "1"}}]}
    # An account without the role, and a policy that nobody may read, have no document.
    empty: dict[str, Any] = {"cross_account_roles": [{"policy_name": "Unread", "policy_document": {}}]}
    found = rehearsal_world([read(sync_rules=[], roles=[role], other_policies=[other, empty, {"skipped": True}])])
    assert [policy["name"] for policy in found["world"]["accounts"][0]["policies"]] == ["Grant", "Other"]


def test_nothing_of_real_accounts_is_in_the_environment_of_a_rehearsal() -> None:
    real = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "x", "ALICLOUD_SECRET_KEY": "x", "alibabacloud_profile": "x"}
    found = rehearsed_environment({**real, "HOME": "/root", "no_proxy": "localhost"})
    assert found == {"HOME": "/root", "NO_PROXY": "localhost,127.0.0.1", "no_proxy": "localhost,127.0.0.1"}
