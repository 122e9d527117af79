# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the shipped policies are enough, and no more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, product
from pathlib import Path as File
from typing import Any

import pytest
import yaml
from acr_emulator import cr, ram
from acr_emulator.actions import ACTIONS
from acr_emulator.oss import gateway
from acr_emulator.oss.operations import OPERATIONS
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.permissions import PERMISSIONS

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, WORLD, Account, ModuleFailedError
from .paths import PATHS, Path, Roots

# Used only when the time runs out, which a test of its own shows.
CANCEL = "cr:CancelRepositorySync"
REGISTERED = (cr, ram, gateway)  # importing them registers their actions

FOLDER = File(__file__).parents[3] / "docs" / "policies"
# It is what its parts are, whose actions are each proven to be needed.
EXCHANGE, PARTS = "switch_over", ("account_a_configure_sync", "account_b_grant_access")
POLICIES = sorted({file.stem for file in FOLDER.glob("*.json")} - {EXCHANGE})
PLACES = {"a": (ACCOUNT_A, "cn-hangzhou", SOURCE), "b": (ACCOUNT_B, "eu-central-1", TARGET)}
BUCKETS = {"a": "images-of-source", "b": "images-of-target"}
PLACEHOLDERS = ("ACCOUNT_UID", "REGION", "INSTANCE_ID", "BUCKET")
OPERATOR = {"name": "operator", "type": "user", "access_key_id": "LTAIleast", "access_key_secret": "secretLeast"}


def document(policy: str, owner: str, without: str = "") -> dict[str, Any]:
    """Return a shipped policy, perhaps without one action."""
    text = (FOLDER / f"{policy}.json").read_text(encoding="utf-8")
    for placeholder, value in zip(PLACEHOLDERS, (*PLACES[owner], BUCKETS[owner]), strict=True):
        text = text.replace(placeholder, value)
    filled: dict[str, Any] = json.loads(text)
    for statement in filled["Statement"]:
        statement["Action"] = [action for action in statement["Action"] if action != without]
    filled["Statement"] = [statement for statement in filled["Statement"] if statement["Action"]]
    return filled


def allowed_actions() -> Iterator[tuple[str, str]]:
    """Yield each policy with each action that it must have."""
    for policy in POLICIES:
        yield from ((policy, action) for action in actions(policy) if action != CANCEL)


def actions(policy: str) -> list[str]:
    statements = json.loads((FOLDER / f"{policy}.json").read_text(encoding="utf-8"))["Statement"]
    return sorted(set(chain.from_iterable(statement["Action"] for statement in statements)))


def paths_of(policy: str) -> list[Path]:
    """Return the paths that show what a policy is for."""
    return [path for path in PATHS if path.policies[-1] == policy]


def serve(cloud: Emulator, path: Path, without: str = "") -> Account:
    """Serve a world as it is before the path.

    Yield it with the operator who takes the path.
    """
    world = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    account = world["accounts"]["ab".index(path.owner)]
    policies = [document(policy, path.owner, without) for policy in path.policies]
    account["identities"] = [account["identities"][0], {**OPERATOR, "policies": policies}]
    cloud.reset(world)
    a, b = (
        Account(cloud, {"access_key_id": f"LTAI{letter * 4}", "access_key_secret": f"secret{letter.upper()}"}, region)
        for letter, (_uid, region, _instance) in PLACES.items()
    )
    if path.before:
        path.before(Roots(cloud, a, b))
    cloud.delete("/_emulator/calls")
    uid, region, _instance = PLACES[path.owner]
    keys = {name: OPERATOR[name] for name in ("access_key_id", "access_key_secret")}
    return Account(cloud, {**keys, "account_id": uid}, region)


def go(operator: Account, path: Path, check: bool = False) -> bool:
    """Return whether anything was, or would be, changed."""
    results = [operator.run(module, check, **params) for module, params in path.steps]
    return any(result["changed"] for result in results)


def authorities(calls: Iterable[dict[str, Any]]) -> set[str]:
    """Return the RAM actions behind calls, by the emulator."""
    known = {("oss", operation.name): operation.authority for operation in OPERATIONS.values()}
    known |= {named: action.authority for named, action in ACTIONS.items()}
    # Of another account's bucket, OSS tells by its refusal that it is there.
    asked = [call for call in calls if call["product"] != "sts" and call["action"] != "GetBucketLocation"]
    return {known[call["product"], call["action"]] for call in asked}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_is_what_its_playbook_uses(policy: str, cloud: Emulator) -> None:
    used: set[str] = set()
    allowed: set[str] = set()
    for path in paths_of(policy):
        allowed.update(*map(actions, path.policies))
    for path in paths_of(policy):
        operator = serve(cloud, path)
        predicted = go(operator, path, check=True)
        assert go(operator, path) is predicted, path.name
        assert go(operator, path) is go(operator, path, check=True) is False, path.name
        # The look at a given endpoint asks for an instance's region, and the preflight for its quotas. Both do as well
        # without an answer.
        calls = [call for call in cloud.calls() if call["action"] not in ("ListInstance", "GetInstanceUsage")]
        used |= authorities(calls)
        assert {call["code"] for call in calls}.isdisjoint({"NoPrivilege", "NoPermission"})
    assert set(actions(policy)) - {CANCEL} <= used <= allowed


def test_what_takes_too_long_is_cancelled_with_the_shipped_policy(cloud: Emulator) -> None:
    path = next(path for path in PATHS if path.policies == ("account_a_backfill_images",))
    operator = serve(cloud, path)
    cloud.post("/_emulator/tasks", {"seconds": 60})
    image: dict[str, Any] = {"namespace": "prod", "repository": "worker", "tag": "2.0"}
    where: dict[str, Any] = {
        "target_account_id": ACCOUNT_B,
        "target_region": "eu-central-1",
        "target_instance_id": TARGET,
    }
    with pytest.raises(ModuleFailedError):
        operator.run("acr_image_sync", instance_id=SOURCE, **image, **where, wait_timeout=1, cancel_on_timeout=True)
    assert cloud.state()["sync_tasks"][-1]["TaskStatus"] == "CANCELED"
    assert CANCEL in authorities(cloud.calls()) & set(actions("account_a_backfill_images"))


@pytest.mark.parametrize(("policy", "action"), list(allowed_actions()))
def test_without_one_action_the_playbook_fails_and_names_it(policy: str, action: str, cloud: Emulator) -> None:
    for path in paths_of(policy):
        operator = serve(cloud, path, without=action)
        try:
            go(operator, path)
        except ModuleFailedError as failure:
            assert f"The user of these credentials needs {action} on acs:" in str(failure)
            return
    pytest.fail(f"{policy} passes without {action}")


def rights(policy: str) -> set[tuple[str, str]]:
    """Return each action with each resource."""
    found: set[tuple[str, str]] = set()
    for statement in document(policy, "a")["Statement"]:
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        found.update(product(statement["Action"], resources))
    return found


def test_the_policy_of_an_exchange_is_that_of_its_parts() -> None:
    assert rights(EXCHANGE) == set(chain.from_iterable(map(rights, PARTS)))
    assert len(json.dumps(document(EXCHANGE, "a"))) <= 6144


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_can_be_attached_and_reaches_no_further(policy: str) -> None:
    owner = paths_of(policy)[0].owner
    assert paths_of(policy)
    text = json.dumps(document(policy, owner))
    assert len(text) <= 6144
    assert not set(PLACEHOLDERS) & set(text.replace('"', ":").replace("/", ":").split(":"))
    uid, region, instance = PLACES[owner]
    here = tuple(f"acs:cr:{region}:{uid}:{kind}/{instance}" for kind in ("instance", "repository"))
    for statement in document(policy, owner)["Statement"]:
        assert statement["Effect"] == "Allow"
        assert not any("*" in action for action in statement["Action"])
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        there = (f"acs:ram:*:{uid}:", f"acs:oss:*:{uid}:{BUCKETS[owner]}")
        assert all(resource.startswith((*here, *there)) for resource in resources)
        assert all(
            action.split(":")[0] in {resource.split(":")[1] for resource in resources} for action in statement["Action"]
        )


def test_what_a_refusal_names_is_what_the_service_asks_for() -> None:
    known = {
        action.name: action.authority for action in ACTIONS.values() if action.authority and action.name in PERMISSIONS
    }
    assert {name: PERMISSIONS[name][0] for name in known} == known


@pytest.mark.parametrize("name", ["prepare an empty destination", "configure otherwise, and purge"])
def test_a_policy_may_be_narrowed_to_a_namespace(name: str, cloud: Emulator) -> None:
    """Narrow a policy as docs/policies/README.md says."""
    path = next(path for path in PATHS if path.name == name)
    operator = serve(cloud, path)
    instance = PLACES[path.owner][2]
    cloud.reset(json.loads(json.dumps(cloud.state()).replace(f"{instance}/*", f"{instance}/prod*")))
    assert go(operator, path) is True
    with pytest.raises(ModuleFailedError, match="The user of these credentials needs cr:GetNamespace on"):
        operator.run("acr_namespace", instance_id=instance, name="shop")
