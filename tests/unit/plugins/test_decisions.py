# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test small decisions, each in the situation where it matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import api_error
from ansible_collections.registryops.alicloud.plugins.module_utils._core.transport import SdkTransport
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import contains

from .conftest import ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError

WHERE: dict[str, Any] = {
    "target_account_id": ACCOUNT_B,
    "target_region": "eu-central-1",
    "target_instance_id": TARGET,
}
WEB: dict[str, Any] = {"instance_id": SOURCE, "namespace": "prod", "repository": "web"}
SECOND = "cri-sourcesource0002"
Refuse = Callable[..., None]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Refuse an action several times, perhaps after the work is done."""

    def refusing(action: str, code: str, times: int, *, done: bool = False) -> None:
        send = SdkTransport.__call__
        left = [times]

        def call(self: SdkTransport, product: str, called: str, parameters: Mapping[str, Any]) -> Any:
            if called != action or not left[0]:
                return send(self, product, called, parameters)
            left[0] -= 1
            if done:
                send(self, product, called, parameters)
            raise api_error(action, code, "no", status=409)

        monkeypatch.setattr(SdkTransport, "__call__", call)

    return refusing


@pytest.mark.usefixtures("granted")
def test_an_old_record_is_not_taken_for_what_was_just_sent(
    cloud: Emulator, account_a: Account, account_b: Account
) -> None:
    """Lose an answer while the records hold an earlier task."""
    account_a.run("acr_image_sync", **WEB, tag="1.0", **WHERE)
    digest = "sha256:" + "ab" * 32
    cloud.post("/_emulator/images", {**WEB, "tags": [{"tag": "1.0", "digest": digest}]})
    cloud.post("/_emulator/faults", {"fault": "reset_before", "match": {"action": "CreateRepoSyncTask"}})
    account_a.run("acr_image_sync", **WEB, tag="1.0", **WHERE, override=True)
    (image,) = account_b.run("acr_image_info", instance_id=TARGET, namespace="prod")["images"]
    assert image["digest"] == digest


def test_the_rule_of_one_account_stays_one_when_its_new_target_refuses(cloud: Emulator, account_a: Account) -> None:
    world = cloud.state()
    instances = world["accounts"][0]["instances"]
    instances.append({"id": SECOND, "name": "second", "region": "cn-hangzhou", "edition": "Enterprise_Advanced"})
    cloud.reset(world)
    here: dict[str, Any] = {"target_region": "cn-hangzhou", "target_instance_id": SECOND}
    rule: dict[str, Any] = {"instance_id": SOURCE, "name": "r", "namespace": "prod"}
    account_a.run("acr_sync_rule", **rule, **here)
    before = account_a.run("acr_sync_rule_info", instance_id=SOURCE)["sync_rules"]
    with pytest.raises(ModuleFailedError, match="has not granted"):
        account_a.run("acr_sync_rule", **rule, **WHERE, grant_timeout=0)
    (after,) = account_a.run("acr_sync_rule_info", instance_id=SOURCE)["sync_rules"]
    names = ("name", "cross_account", "target_instance_id", "target_region", "namespace", "target_namespace")
    assert [after[name] for name in names] == [before[0][name] for name in names]
    assert after["cross_account"] is False


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize(
    ("target", "then"), [(None, "worker"), ("web", "worker"), ("other", "other")], ids=["unset", "same", "another"]
)
def test_a_target_repository_goes_on_following_its_source(account_a: Account, target: str | None, then: str) -> None:
    rule: dict[str, Any] = {"instance_id": SOURCE, "name": "r", "namespace": "prod", "scope": "repository", **WHERE}
    account_a.run("acr_sync_rule", **rule, repository="web", target_repository=target)
    moved = account_a.run("acr_sync_rule", **rule, repository="worker")["sync_rule"]
    assert moved["target_repository"] == then


@pytest.mark.parametrize("least", [3, 0], ids=["lowered", "untold"])
def test_no_later_page_lowers_a_total(least: int) -> None:
    """Read the last page although a total shrank meanwhile."""
    answers = {1: (["a", "b"], 5), 2: (["c", "d"], least), 3: (["e"], least)}

    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        found, total = answers[int(parameters["PageNo"])]
        return {"Items": [{"name": name} for name in found], "TotalCount": total}

    pages = Client(send).pages("cr", "ListThings", {}, "Items", size=2, at_once=1)
    assert [item["name"] for item in pages] == ["a", "b", "c", "d", "e"]


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize("gone", [True, False])
def test_a_refused_deletion_of_a_rule_counts_if_it_is_gone(account_a: Account, refuse: Refuse, gone: bool) -> None:
    """Refuse with some code, since the service's own for a deleted rule is not documented."""
    rule: dict[str, Any] = {"instance_id": SOURCE, "name": "r", "namespace": "prod", **WHERE}
    account_a.run("acr_sync_rule", **rule)
    refuse("DeleteRepoSyncRule", "RULE_UNKNOWN", 1, done=gone)
    if gone:
        assert account_a.run("acr_sync_rule", instance_id=SOURCE, name="r", state="absent")["changed"] is True
        return
    with pytest.raises(ModuleFailedError, match="RULE_UNKNOWN"):
        account_a.run("acr_sync_rule", instance_id=SOURCE, name="r", state="absent")


def test_a_rule_for_one_repository_needs_no_automatic_creation(account_b: Account) -> None:
    here: dict[str, Any] = {"instance_id": TARGET}
    account_b.run("acr_namespace", **here, name="prod", auto_create_repositories=False)
    account_b.run("acr_repository", **here, namespace="prod", name="web")
    rules = {
        "repository": {"name": "one", "namespace": "prod", "repository": "web"},
        "namespace": {"name": "all", "namespace": "prod"},
    }
    found = {}
    for scope, rule in rules.items():
        result = account_b.run("acr_sync_preflight", **here, side="destination", sync_rules=[rule])
        found[scope] = [finding["check"] for finding in result["findings"]]
    assert "auto_create_repositories" in found["namespace"]
    assert "auto_create_repositories" not in found["repository"]


def test_a_detachment_that_is_not_seen_yet_is_waited_for(
    cloud: Emulator, granted: Account, refuse: Refuse, slept: list[float]
) -> None:
    refuse("DeleteRole", "DeleteConflict.Role.Policy", 2)
    assert granted.run("acr_cross_account_role", state="absent")["changed"] is True
    assert cloud.state()["accounts"][1]["roles"] == []
    assert slept


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize(("most", "sent"), [(0, 1), (1, 2)])
def test_how_many_images_may_fail(cloud: Emulator, account_a: Account, most: int, sent: int) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 0.01, "fail": {"issue": "DISK_FULL"}})
    images = [{"namespace": "prod", "repository": "web", "tag": tag} for tag in ("1.0", "1.1")]
    with pytest.raises(ModuleFailedError):
        account_a.run(
            "acr_image_sync",
            instance_id=SOURCE,
            images=images,
            **WHERE,
            max_failures=most,
            max_in_flight=1,
            retries=0,
        )
    assert len(cloud.calls("CreateRepoSyncTask")) == sent


@pytest.mark.parametrize(
    ("wide", "narrow", "contained"),
    [({}, {}, True), ({}, {"target_namespace": "prod"}, True), ({}, {"target_namespace": "other"}, False)],
    ids=["unset", "said", "another"],
)
def test_a_rule_contains_another_only_where_both_write_one_place(
    wide: dict[str, str], narrow: dict[str, str], contained: bool
) -> None:
    rule = {"target_instance_id": TARGET, "trigger": "automatic", "namespace": "prod"}
    assert contains({**rule, **wide}, {**rule, **narrow}) is contained


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize("nth", range(1, 5))
def test_records_in_another_shape_are_told(cloud: Emulator, account_a: Account, nth: int) -> None:
    """Break the shape for whichever reading comes first.

    Nothing breaks, and the next run has nothing left to send.
    """
    match = {"action": "ListRepoSyncTask", "nth": nth}
    cloud.post("/_emulator/faults", {"fault": "wrong_shape", "match": match})
    images = [{"namespace": "prod", "repository": "web", "tag": tag} for tag in ("1.0", "1.1")]
    try:
        account_a.run("acr_image_sync", instance_id=SOURCE, images=images, **WHERE)
    except ModuleFailedError as failure:
        assert "not in the documented shape" in str(failure)
    cloud.delete("/_emulator/faults")
    account_a.run("acr_image_sync", instance_id=SOURCE, images=images, **WHERE)
    assert account_a.run("acr_image_sync", instance_id=SOURCE, images=images, **WHERE)["changed"] is False
