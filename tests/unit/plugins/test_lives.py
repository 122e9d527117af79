# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live through each writing module, under every undocumented answer.

A state is checked, created, again, changed, again, deleted, again; a deed is checked, done, again, outdated, again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import Any

import pytest
from acr_emulator.state import Behaviour
from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

READS = ("Get", "List", "AssumeRole")
OTHER_ACCOUNT = "3333000033330003"


@dataclass(frozen=True)
class Life:
    """Hold how a module creates, changes, and what results say.

    `neighbour` is what another of its kind, whose name begins with the same letters, has otherwise.
    """

    module: str
    owner: str
    create: Mapping[str, Any]
    change: Mapping[str, Any]
    result: str
    changed_to: Mapping[str, Any]
    info: Mapping[str, Any] = field(default_factory=dict)
    info_key: str = ""
    neighbour: Mapping[str, Any] = field(default_factory=dict)


TARGET_OPTIONS: dict[str, Any] = {
    "target_account_id": ACCOUNT_B,
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
}
GRANT: dict[str, Any] = {
    "source_account_ids": [ACCOUNT_A],
    "destination_instances": [{"region": "eu-central-1", "instance_id": TARGET}],
}
PLACE: dict[str, Any] = {"instance_id": SOURCE, "namespace": "prod", "repository": "web"}
LIVES = [
    Life(
        "acr_cross_account_role",
        "b",
        GRANT,
        {"source_account_ids": [ACCOUNT_A, OTHER_ACCOUNT]},
        "cross_account_role",
        {"source_account_ids": [ACCOUNT_A, OTHER_ACCOUNT], "policy_attached": True},
        info_key="cross_account_roles",
    ),
    Life(
        "acr_namespace",
        "b",
        {"instance_id": TARGET, "name": "shop"},
        {"auto_create_repositories": True, "tag_immutability": True},
        "namespace",
        {"auto_create_repositories": True, "tag_immutability": True, "repository_type": "private"},
        {"instance_id": TARGET, "name": "shop"},
        "namespaces",
        {"name": "shop-next"},
    ),
    Life(
        "acr_repository",
        "a",
        {"instance_id": SOURCE, "namespace": "prod", "name": "cart"},
        {"summary": "The cart", "description": "At length", "tag_immutability": True, "repository_type": "public"},
        "repository",
        {"summary": "The cart", "description": "At length", "tag_immutability": True, "repository_type": "public"},
        {"instance_id": SOURCE, "namespace": "prod", "name": "cart"},
        "repositories",
        {"name": "cart-next"},
    ),
    Life(
        "acr_sync_rule",
        "a",
        {"instance_id": SOURCE, "name": "to-eu", "namespace": "prod", **TARGET_OPTIONS},
        {"tag_filter": "^v", "priority": 5},
        "sync_rule",
        {"tag_filter": "^v", "priority": 5, "cross_account": True, "scope": "namespace", "target_namespace": "prod"},
        {"instance_id": SOURCE, "name": "to-eu"},
        "sync_rules",
        {"name": "to-eu-next", "target_namespace": "next"},
    ),
]
BEHAVIOURS: list[dict[str, Any]] = [
    {},
    {"duplicate_rule_name": "accept"},
    {"duplicate_rule_route": "reject"},
    {"override_false_on_existing_tag": "skip"},
    {"rule_overwrites_existing_tag": False},
    {"namespace_filter": "prefix"},
    {"destination_lists_inbound_rules": False},
    {"sync_task_order": "oldest_first"},
    {"sync_task_order": "none"},
    {"update_keeps_detail": False},
    {"replication_fires_rules": True},
    {"stopped_instance": "refuse"},
    {"tag_deletion": "image"},
    {"ungranted": {"at": "create", "code": "SYNC_NOT_AUTHORIZED", "http": 200}},
    {"ungranted": {"at": "task", "code": "NoPrivilege", "http": 403}},
    {"max_page_size": 1},
    {"propagation_ms": 60},
]
BEHAVIOURS.append(dict(chain.from_iterable(behaviour.items() for behaviour in BEHAVIOURS)))
under_every_behaviour = pytest.mark.parametrize(
    "behaviour", BEHAVIOURS, ids=[*(",".join(behaviour) or "defaults" for behaviour in BEHAVIOURS[:-1]), "all-at-once"]
)


# They are turned for the lives of storage alone.
OF_STORAGE = {item.name for item in fields(Behaviour) if item.name.startswith("bucket_")}


def test_every_switch_is_turned() -> None:
    turned = {
        name
        for name, value in chain.from_iterable(behaviour.items() for behaviour in BEHAVIOURS)
        if value != getattr(Behaviour(), name, 0)
    }
    assert turned == {item.name for item in fields(Behaviour)} - OF_STORAGE | {"propagation_ms"}


@under_every_behaviour
@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.module)
def test_a_whole_life(
    life: Life, behaviour: dict[str, Any], cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    cloud.post("/_emulator/behaviour", behaviour)
    account = {"a": account_a, "b": account_b}[life.owner]
    if life.module == "acr_sync_rule":
        account_b.run("acr_cross_account_role", **GRANT)
    assert listed_after_a_change(cloud, account, life)[0] == dict(life.changed_to)

    check_then_run(cloud, account, life, {**life.create, "state": "absent"})
    if life.module == "acr_cross_account_role":
        # Only the account that was named is revoked.
        assert account.run(life.module, **GRANT, check=True)["cross_account_role"]["source_account_ids"] == [
            ACCOUNT_A,
            OTHER_ACCOUNT,
        ]
        check_then_run(cloud, account, life, {"state": "absent"})
    assert account.run(f"{life.module}_info", **life.info)[life.info_key] == []
    if life.neighbour:
        assert account.run(life.module, check=True, **{**life.create, **life.neighbour})["changed"] is False


def listed_after_a_change(cloud: Emulator, account: Account, life: Life) -> list[dict[str, Any]]:
    """Create and change a thing beside its neighbour, and return what the twin then lists."""
    if life.neighbour:
        account.run(life.module, **{**life.create, **life.neighbour})
    changed = {**life.create, **life.change}
    check_then_run(cloud, account, life, life.create)
    check_then_run(cloud, account, life, changed)
    result = account.run(life.module, **changed)[life.result]
    assert {name: result[name] for name in life.changed_to} == dict(life.changed_to)
    found = account.run(f"{life.module}_info", **life.info)
    assert found["changed"] is False
    return [{name: thing[name] for name in life.changed_to} for thing in found[life.info_key]]


def check_then_run(cloud: Emulator, account: Account, life: Life, params: Mapping[str, Any]) -> None:
    """Compare check mode with the run, and run again.

    Check mode only reads, and the second run changes nothing.
    """
    cloud.delete("/_emulator/calls")
    predicted = account.run(life.module, check=True, **params)
    assert predicted["changed"] is True
    assert [call["action"] for call in cloud.calls() if not call["action"].startswith(READS)] == []

    done = account.run(life.module, **params)
    assert done["changed"] is True
    assert done["diff"]["prepared"] == predicted["diff"]["prepared"]
    assert done["diff"]["before"] == predicted["diff"]["before"]
    known = {**done["diff"]["after"], **_unknown(predicted, done)}
    assert {name: known.get(name) for name in predicted["diff"]["after"]} == predicted["diff"]["after"]

    for check in (True, False):
        again = account.run(life.module, check=check, **params)
        assert again["changed"] is False
        assert again["diff"]["before"] == again["diff"]["after"]
        assert "prepared" not in again["diff"]


def _unknown(predicted: dict[str, Any], done: dict[str, Any]) -> dict[str, Any]:
    """Return what a replacement gives anew: ID and times."""
    names = (
        "sync_rule_id",
        "rule_id",
        "create_time",
        "create_time_iso",
        "modified_time",
        "modified_time_iso",
        "exists",
    )
    return {name: value for name, value in predicted["diff"]["after"].items() if name in names}


@under_every_behaviour
@pytest.mark.usefixtures("granted")
def test_a_deed(behaviour: dict[str, Any], cloud: Emulator, account_a: Account, account_b: Account) -> None:
    cloud.post("/_emulator/behaviour", behaviour)
    time.sleep(behaviour.get("propagation_ms", 0) / 1000)  # sending waits for no grant; setting a rule does
    images = [{"namespace": "prod", "repository": "web", "tag": tag} for tag in ("1.0", "1.1")]
    do_once(cloud, account_a, {"instance_id": SOURCE, "images": images, **TARGET_OPTIONS})
    assert arrived(account_b)["1.0"] == arrived(account_a, SOURCE)["1.0"]

    cloud.post("/_emulator/images", {**PLACE, "tags": [{"tag": "1.0", "digest": "sha256:" + "ab" * 32}]})
    do_once(cloud, account_a, {**PLACE, "tag": "1.0", "override": True, **TARGET_OPTIONS})
    assert arrived(account_b)["1.0"] == arrived(account_a, SOURCE)["1.0"] == "sha256:" + "ab" * 32


def do_once(cloud: Emulator, account: Account, params: Mapping[str, Any]) -> None:
    cloud.delete("/_emulator/calls")
    predicted = account.run("acr_image_sync", check=True, **params)
    assert predicted["changed"] is True
    assert [call["action"] for call in cloud.calls() if not call["action"].startswith(READS)] == []
    assert account.run("acr_image_sync", **params)["changed"] is True
    assert account.run("acr_image_sync", **params)["changed"] is False


def arrived(account: Account, instance: str = TARGET) -> dict[str, str]:
    """Return digests by tag of prod/web, if any."""
    found = account.run("acr_image_info", instance_id=instance, namespace="prod")["images"]
    return {image["tag"]: image["digest"] for image in found if image["repository"] == "web"}


@under_every_behaviour
def test_a_rule_before_its_grant(
    behaviour: dict[str, Any], cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    """Refuse a rule, grant it, and run again."""
    cloud.post("/_emulator/behaviour", behaviour)
    rule = next(life for life in LIVES if life.module == "acr_sync_rule").create
    told_at_once = behaviour.get("ungranted", {}).get("at") != "task"
    if told_at_once:
        with pytest.raises(ModuleFailedError, match="account 5222000022220002 has not granted"):
            account_a.run("acr_sync_rule", **rule, grant_timeout=2)
    else:
        account_a.run("acr_sync_rule", **rule)
        cloud.post("/_emulator/images", {**PLACE, "tags": ["2.0"]})

    account_b.run("acr_cross_account_role", **GRANT)
    account_b.run("acr_namespace", instance_id=TARGET, name="prod", auto_create_repositories=True)
    time.sleep(behaviour.get("propagation_ms", 0) / 1000)
    assert account_a.run("acr_sync_rule", **rule)["changed"] is told_at_once
    assert account_a.run("acr_sync_rule", **rule)["changed"] is False
    if not told_at_once:
        # What was pushed meanwhile has failed, which the records say; sending it is enough.
        sent = account_a.run("acr_image_sync", **PLACE, tag="2.0", **TARGET_OPTIONS)
        assert (sent["changed"], list(arrived(account_b))) == (True, ["2.0"])
    cloud.post("/_emulator/images", {**PLACE, "tags": ["3.0"]})
    _eventually(lambda: "3.0" in arrived(account_b))


@under_every_behaviour
def test_a_change_leaves_a_description_alone(behaviour: dict[str, Any], cloud: Emulator, account_a: Account) -> None:
    cloud.post("/_emulator/behaviour", behaviour)
    cart: dict[str, Any] = {"instance_id": SOURCE, "namespace": "prod", "name": "cart"}
    account_a.run("acr_repository", **cart, description="At length")
    assert account_a.run("acr_repository", **cart, summary="The cart")["repository"]["description"] == "At length"


@pytest.mark.usefixtures("granted")
def test_a_circle_of_rules_comes_to_rest(cloud: Emulator, account_a: Account, account_b: Account) -> None:
    """Let arrivals fire rules in a circle until nothing is sent."""
    world = cloud.state()
    world["accounts"][1]["instances"][0]["edition"] = "Enterprise_Advanced"
    cloud.reset({**world, "behaviour": {"replication_fires_rules": True}})
    back = {"region": "cn-hangzhou", "instance_id": SOURCE}
    account_a.run("acr_cross_account_role", source_account_ids=[ACCOUNT_B], destination_instances=[back])
    rules: list[tuple[Account, dict[str, Any]]] = [
        (account_a, {"instance_id": SOURCE, "name": "there", "namespace": "prod", **TARGET_OPTIONS}),
        (
            account_b,
            {
                "instance_id": TARGET,
                "name": "back",
                "namespace": "prod",
                "target_account_id": ACCOUNT_A,
                "target_region": "cn-hangzhou",
                "target_instance_id": SOURCE,
            },
        ),
    ]
    for account, rule in rules:
        assert account.run("acr_sync_rule", **rule)["changed"] is True
    cloud.post("/_emulator/images", {**PLACE, "tags": ["2.0"]})
    _eventually(lambda: len(statuses(cloud)) == 2 and statuses(cloud) == ["SUCCESS", "SUCCESS"])
    for account, rule in rules:
        assert account.run("acr_sync_rule", **rule)["changed"] is False
    assert statuses(cloud) == ["SUCCESS", "SUCCESS"]


def statuses(cloud: Emulator) -> list[str]:
    return [task["TaskStatus"] for task in cloud.state()["sync_tasks"]]


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.module)
def test_an_instance_that_does_not_run(
    life: Life, cloud: Emulator, account_a: Account, account_b: Account, granted: Account
) -> None:
    """Fail in a sentence, start the instance, and run again."""
    del granted
    world = cloud.state()
    for account in world["accounts"]:
        account["instances"][0]["status"] = "STOPPED"
    cloud.reset({**world, "behaviour": {"stopped_instance": "refuse"}})
    owner = {"a": account_a, "b": account_b}[life.owner]
    if life.module == "acr_cross_account_role":
        assert owner.run(life.module, **GRANT)["changed"] is False, "a grant asks nothing of the instance"
        return
    before = cloud.state()
    for check in (True, False):
        with pytest.raises(ModuleFailedError, match=r"^Cannot .*: instance status not support") as failure:
            owner.run(life.module, check=check, **life.create)
        assert failure.value.result.get("changed", False) is False
    assert cloud.state() == before
    cloud.post("/_emulator/behaviour", {"stopped_instance": "answer"})
    assert owner.run(life.module, **life.create)["changed"] is True


def _eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
