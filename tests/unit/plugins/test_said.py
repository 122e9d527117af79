# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what is said: what a wait waits for, a remedy only once, and the nearest names to one that there is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import NoPermissionError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import error, sentences
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.refusals import Refusals
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.rule_calls import RuleCalls
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError
from .test_lives import TARGET_OPTIONS


class Refusing:
    """A client without a grant, whose clock goes on where it sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[str] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.lines.append(activity.line())
        self.now += seconds

    def call(self, _product: str, action: str, _parameters: dict[str, Any]) -> dict[str, Any]:
        raise NoPermissionError(action, "NoPrivilege", "")

    def caller(self) -> dict[str, str]:
        return {"AccountId": ACCOUNT_A}


def test_a_wait_for_a_grant_is_said_to_be_one() -> None:
    client: Any = Refusing()  # it has what is used of a Client
    rule = SyncRule(name="to-eu", instance_id=SOURCE, **TARGET_OPTIONS)
    calls = RuleCalls(client, {"instance_id": SOURCE, "grant_timeout": 4}, Refusals())
    with pytest.raises(NoPermissionError, match="has not granted"):
        calls.post(rule)
    waits = f"waiting for account {ACCOUNT_B} to grant access to {TARGET}, without which sync rule to-eu is refused;"
    assert client.lines == [f"{waits} 4 s more at most", f"{waits} 2 s more at most"]
    assert activity.line() == ""


def test_a_wait_for_a_grant_names_the_rule_that_people_wrote_and_some_time() -> None:
    client: Any = Refusing()
    rule = SyncRule(name="to-eu-acr-stand-in", instance_id=SOURCE, **TARGET_OPTIONS)
    said = RuleCalls(client, {"instance_id": SOURCE}, Refusals())._waiting(rule, client.clock())
    assert said.endswith("without which sync rule to-eu is refused; 1 s more at most")


def test_a_key_that_is_refused_is_named(account_a: Account, tmp_path: Path) -> None:
    wrong = {**account_a.keys, "access_key_id": "LTAInobody1234", "access_key_secret": "not-the-secret"}
    with pytest.raises(
        ModuleFailedError, match="ID ends in 1234, from the task's options or the variables of its host"
    ) as failed:
        Account(account_a.cloud, wrong, account_a.region).run("acr_instance_info", instance_id=SOURCE)
    assert "LTAI" not in str(failed.value.result["msg"])
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"profiles": [{"name": "night", "mode": "AK", **wrong}]}))
    file.chmod(0o600)
    keys = {"profile": "night", "profile_file": str(file)}
    with pytest.raises(ModuleFailedError, match=f"ends in 1234, from the entries of profile 'night' in {file}"):
        Account(account_a.cloud, keys, account_a.region).run("acr_instance_info", instance_id=SOURCE)


def test_a_remedy_is_told_once(account_a: Account) -> None:
    rules = [{"name": name, "namespace": "prod", "tag_filter": name, **TARGET_OPTIONS} for name in ("a", "b", "c")]
    rules.append({"name": "d", "namespace": "prod", "tag_filter": "(", **TARGET_OPTIONS})
    with pytest.raises(ModuleFailedError) as failure:
        account_a.run("acr_sync_rules", instance_id=SOURCE, rules=rules, grant_timeout=0)
    result = failure.value.result
    assert result["msg"].count("registryops.alicloud.grant_access") == 1
    told = [rule["msg"] for rule in result["sync_rules"]]
    for name, msg in zip("abc", told, strict=False):
        assert f"sync rule {name} on {SOURCE}: account {ACCOUNT_B} has not granted account {ACCOUNT_A}. [Create" in msg
        assert "grant_access" not in msg
    assert "Write it with" in told[3] or "Correct" in told[3]


NAMES: list[tuple[str, dict[str, Any], str]] = [
    ("acr_image_info", {"namespace": "prdo"}, "namespace does not exist.* Perhaps prod is meant."),
    ("acr_repository", {"namespace": "prdo", "name": "new"}, "namespace does not exist.* Perhaps prod is meant."),
    ("acr_image_info", {"namespace": "prod", "repository": "wbe"}, "repo does not exist.* Perhaps web is meant."),
    ("acr_image_wait", {"image": "prod/wbe:1.0"}, "repo does not exist.* Perhaps web is meant."),
    ("acr_image_wait", {"image": "prod/web:1.00"}, "has no tag 1.00. Check what was pushed. Perhaps 1.0 is meant."),
    ("acr_sync_verify", {"rules": [], "select": {"namespaces": ["prdo"]}}, "in the role.. Perhaps prod is meant."),
]


@pytest.mark.parametrize(("module", "said", "expected"), NAMES)
def test_a_misspelt_name_leads_to_the_right_one(
    module: str, said: dict[str, Any], expected: str, account_a: Account
) -> None:
    with pytest.raises(ModuleFailedError, match=expected):
        account_a.run(module, instance_id=SOURCE, **said)


@pytest.mark.parametrize("module", ["acr_namespace_info", "acr_instance_info", "acr_sync_rule_info", "acr_image_info"])
def test_a_misspelt_instance_leads_to_those_that_the_keys_see(module: str, account_a: Account) -> None:
    with pytest.raises(ModuleFailedError, match=f"the instances that they see. The only one is {SOURCE}. "):
        account_a.run(module, instance_id="cri-sourcesource0002")


def test_a_failed_suggestion_never_hides_that_a_name_is_not_there(cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/faults", {"fault": "denied", "match": {"action": "ListNamespace"}, "times": 100})
    with pytest.raises(ModuleFailedError, match=r"namespace does not exist.*acr_namespace\. \[ListRepo"):
        account_a.run("acr_image_info", instance_id=SOURCE, namespace="prdo")


@pytest.mark.parametrize(("namespace", "repository", "said"), [("prdo", None, "prod"), ("prod", "wbe", "web")])
def test_preflight_names_the_nearest(namespace: str, repository: str | None, said: str, account_a: Account) -> None:
    rule = {"name": "r", "namespace": namespace, "repository": repository, **TARGET_OPTIONS}
    result = account_a.run("acr_sync_preflight", side="source", instance_id=SOURCE, sync_rules=[rule])
    assert [finding["remedy"].rpartition(". ")[2] for finding in result["findings"]] == [f"Perhaps {said} is meant."]


def test_a_remedy_that_revokes_says_what_may_still_use_the_grant(granted: Account) -> None:
    found = granted.run("acr_sync_audit", instance_id=TARGET, side="destination", inbound_rules=[])
    [unused] = [finding for finding in found["findings"] if finding["check"] == "grant_without_rule"]
    assert unused["remedy"].startswith("A rule that left the inventory, or that nobody told of, may still use it;")
    assert f"revoke_access -i inventories/account_b -e acr_revoked_account_ids={ACCOUNT_A}" in unused["remedy"]


def test_a_command_is_written_out_once() -> None:
    command = "`ansible-playbook registryops.alicloud.grant_access -e acr_source_account_ids=1252`"
    other = "`ansible-playbook registryops.alicloud.revoke_access -e acr_revoked_account_ids=1252`"
    said = sentences(
        [
            error("failed_image", "v9", "prod/web:v9 failed", f"Ask the team to run {command}. Then send it."),
            error("failed_image", "v10", "prod/web:v10 failed", f"Ask the team to run {command}. Then send it."),
            error("trust", "1252", "there is a trust", f"Revoke it by {other}."),
        ]
    )
    assert said == [
        f"prod/web:v9 failed. Ask the team to run {command}. Then send it.",
        "prod/web:v10 failed. Ask the team to run the command above. Then send it.",
        f"there is a trust. Revoke it by {other}.",
    ]
