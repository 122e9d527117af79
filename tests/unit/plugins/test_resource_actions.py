# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the permissions behind results, and make policies of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.plugin_utils import _in_process
from ansible_collections.registryops.alicloud.plugins.plugin_utils._policy import least_policies

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError
from .test_in_process import KEYS, run_in_process
from .test_least_privilege import PLACES, authorities
from .test_least_privilege_playbooks import ROOT, inventory, world

HERE = f"acs:cr:cn-hangzhou:{ACCOUNT_A}:repository/{SOURCE}"
EVERYTHING = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": ["cr:*", "ram:*"], "Resource": "*"}]}


def test_a_result_tells_what_was_needed_only_if_asked(account_a: Account) -> None:
    result = account_a.run("acr_namespace", instance_id=SOURCE, name="shop", report_actions=True)
    assert result["resource_actions"] == [
        {"account_id": ACCOUNT_A, "action": "cr:CreateNamespace", "resource": HERE},
        {"account_id": ACCOUNT_A, "action": "cr:GetNamespace", "resource": f"{HERE}/shop"},
    ]
    assert "resource_actions" not in account_a.run("acr_namespace", instance_id=SOURCE, name="shop")


def test_a_failure_tells_what_was_needed_too(account_a: Account) -> None:
    with pytest.raises(ModuleFailedError) as failed:
        account_a.run("acr_image_info", instance_id=SOURCE, namespace="prod", repository="gone", report_actions=True)
    needed = [use["action"] for use in failed.value.result["resource_actions"]]
    assert needed == ["cr:GetRepository", "cr:ListRepository"]  # the list names what there is instead


def test_keys_that_are_no_good_leave_the_account_open(account_a: Account) -> None:
    account_a.keys["access_key_secret"] = "wrong"
    with pytest.raises(ModuleFailedError) as failed:
        account_a.run("acr_instance_info", report_actions=True)
    assert failed.value.result["resource_actions"] == [
        {"account_id": "*", "action": "cr:ListInstance", "resource": "*"},
    ]


def test_another_accounts_calls_are_told_as_its_own(account_a: Account, granted: Account) -> None:
    peer: dict[str, Any] = {**granted.keys, "region": "eu-central-1", "cr_endpoint": f"http://{granted.cloud.endpoint}"}
    peer["sts_endpoint"] = peer["cr_endpoint"]
    image = {"namespace": "prod", "repository": "web", "tag": "1.0"}
    where: dict[str, Any] = {
        "target_account_id": ACCOUNT_B,
        "target_region": "eu-central-1",
        "target_instance_id": TARGET,
    }
    account_a.cloud.delete("/_emulator/calls")
    result = account_a.run(
        "acr_image_sync", instance_id=SOURCE, images=[image], **where, destination_auth=peer, report_actions=True
    )
    told = {(use["account_id"], use["action"]) for use in result["resource_actions"]}
    used: set[tuple[str, str]] = set()
    for call in account_a.cloud.calls():
        used |= {(call["account"], action) for action in authorities([call]) - {""}}
    assert told == used
    assert {account for account, _action in told} == {ACCOUNT_A, ACCOUNT_B}


def test_a_client_that_is_kept_for_a_loop_tells_of_each_item(cloud: Emulator) -> None:
    url = f"http://{cloud.endpoint}"
    params = {**KEYS["a"], "instance_id": SOURCE, "cr_endpoint": url, "sts_endpoint": url, "report_actions": True}
    try:
        told = [run_in_process("acr_namespace", {**params, "name": name}, False) for name in ("one", "two")]
    finally:
        _in_process._clients.clear()
    assert [use["resource"] for use in told[1]["resource_actions"]] == [HERE, f"{HERE}/two"]


USES: list[tuple[str, list[tuple[str, str, str]], dict[str, list[tuple[list[str], list[str]]]]]] = [
    ("nothing", [], {}),
    (
        "what has one resource shares a statement",
        [("1", "cr:B", "x"), ("1", "cr:A", "x"), ("1", "cr:A", "x")],
        {"1": [(["cr:A", "cr:B"], ["x"])]},
    ),
    (
        "what has another one does not",
        [("1", "cr:A", "x"), ("1", "cr:B", "x"), ("1", "cr:B", "y")],
        {"1": [(["cr:A"], ["x"]), (["cr:B"], ["x", "y"])]},
    ),
    (
        "what a star covers is left out",
        [("1", "cr:A", "i/*"), ("1", "cr:A", "i/a"), ("1", "cr:A", "i")],
        {"1": [(["cr:A"], ["i", "i/*"])]},
    ),
    (
        "accounts are apart",
        [("2", "cr:A", "x"), ("1", "cr:A", "y")],
        {"1": [(["cr:A"], ["y"])], "2": [(["cr:A"], ["x"])]},
    ),
]


@pytest.mark.parametrize(("uses", "expected"), [case[1:] for case in USES], ids=[case[0] for case in USES])
def test_policies_allow_what_was_needed_alone(
    uses: list[tuple[str, str, str]], expected: dict[str, list[tuple[list[str], list[str]]]]
) -> None:
    found = least_policies(uses)
    assert {
        account: [(statement["Action"], statement["Resource"]) for statement in policy["Statement"]]
        for account, policy in found.items()
    } == expected


def play(cloud: Emulator, folder: Path, *more: str) -> str:
    """Return what the main playbook prints with the callback.

    It must pass.
    """
    file = folder / "hosts.json"
    file.write_text(json.dumps(inventory(cloud, "cross_account_sync")), encoding="utf-8")
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "registryops.alicloud.cross_account_sync"]
    environment = {
        **os.environ,
        "ANSIBLE_CALLBACKS_ENABLED": "registryops.alicloud.acr_resource_actions",
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"),
        "ANSIBLE_LOCAL_TEMP": str(folder),
        "ANSIBLE_NOCOLOR": "1",
    }
    done = subprocess.run(
        [*command, f"--inventory={file}", *more], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def printed_policies(output: str) -> dict[str, dict[str, Any]]:
    """Return the policies as a person would copy them, by their accounts."""
    found = {}
    for part in output.split("RAM POLICY of account ")[1:]:
        account, text = part.split(",", 1)
        found[account] = json.JSONDecoder().raw_decode(text[text.index("{") :])[0]
    return found


def with_policies(policies: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a world whose operators have just these policies."""
    found = world()
    for account in found["accounts"]:
        for identity in account["identities"]:
            if identity["name"] == "cross-account-sync":
                identity["policies"] = [policies[account["uid"]]]
    return found


def test_the_policy_of_the_main_playbook_is_enough_and_no_more(cloud: Emulator, tmp_path: Path) -> None:
    cloud.reset(with_policies({ACCOUNT_A: EVERYTHING, ACCOUNT_B: EVERYTHING}))
    policies = printed_policies(play(cloud, tmp_path, "-e", "acr_report_actions=true"))
    assert set(policies) == {ACCOUNT_A, ACCOUNT_B}
    for account, policy in policies.items():
        used = authorities(call for call in cloud.calls() if call["account"] == account)
        allowed = set(chain.from_iterable(statement["Action"] for statement in policy["Statement"]))
        # A given endpoint is asked for the list, which tells the region, too. Where it refuses, it is asked for the
        # instance.
        assert allowed == used - {"", "cr:ListInstance"} | {"cr:GetInstance"}
        _uid, region, instance = next(place for place in PLACES.values() if place[0] == account)
        resources = set(chain.from_iterable(statement["Resource"] for statement in policy["Statement"]))
        kinds = tuple(f"acs:cr:{region}:{account}:{kind}/{instance}" for kind in ("instance", "repository"))
        assert all(resource.startswith((*kinds, f"acs:ram:*:{account}:")) for resource in resources)
    cloud.reset(with_policies(policies))
    first = play(cloud, tmp_path)
    assert "no result has resource_actions; set acr_report_actions to true" in first
    assert "changed=0" in play(cloud, tmp_path).split("PLAY RECAP")[1]
