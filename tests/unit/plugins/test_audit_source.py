# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit a source, and find nothing where nothing is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import iso_time

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account

LONG_AGO = 1700000000000
RULE: dict[str, Any] = {
    "SyncRuleName": "to-eu",
    "SyncScope": "NAMESPACE",
    "NamespaceName": "prod",
    "TagFilter": ".*",
    "TargetRegionId": "eu-central-1",
    "TargetInstanceId": TARGET,
    "TargetNamespaceName": "prod",
    "TargetUserId": ACCOUNT_B,
}
Serve = Callable[..., None]


@pytest.fixture
def serve(cloud: Emulator, granted: Account) -> Serve:
    """Serve the world with these rules and records, and one image."""

    def serve(*rules: dict[str, Any], pushed: int = LONG_AGO, records: tuple[dict[str, Any], ...] = ()) -> None:
        world = cloud.state()
        source = world["accounts"][0]["instances"][0]
        source["sync_rules"] = [{**RULE, "SyncRuleId": f"crsr-{place}", **rule} for place, rule in enumerate(rules)]
        image = {"tag": "1.0", "create_time": LONG_AGO, "update_time": pushed}
        source["namespaces"] = [
            {"name": "prod", "auto_create_repositories": True, "repositories": [{"name": "web", "images": [image]}]}
        ]
        world["sync_tasks"] = list(records)
        cloud.reset(world)

    return serve


def record(status: str = "SUCCESS", issue: str = "", tag: str = "1.0", **more: Any) -> dict[str, Any]:
    image = {"RepoNamespaceName": "prod", "RepoName": "web", "ImageTag": tag}
    ends = {
        "ImageFrom": {"RegionId": "cn-hangzhou", "InstanceId": SOURCE, **image},
        "ImageTo": {"RegionId": "eu-central-1", "InstanceId": TARGET, **image},
    }
    return {**ends, "SyncRuleId": "crsr-0", "TaskStatus": status, "TaskIssue": issue, "CreateTime": LONG_AGO, **more}


def audit(account: Account, check: bool = False, **options: Any) -> list[dict[str, Any]]:
    result = account.run("acr_sync_audit", check, side="source", instance_id=SOURCE, **options)
    assert result["changed"] is False
    found: list[dict[str, Any]] = result["findings"]
    return found


def checks(account: Account) -> list[tuple[str, str]]:
    return [(finding["check"], finding["severity"]) for finding in audit(account)]


def test_without_rules_there_is_nothing_to_find(cloud: Emulator, account_a: Account) -> None:
    assert audit(account_a) == []
    assert [call["action"] for call in cloud.calls()] == ["ListRepoSyncRule"]


def test_a_rule_that_works_is_no_finding(cloud: Emulator, account_a: Account, serve: Serve) -> None:
    serve({"CreateTime": LONG_AGO})
    image = {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": ["v2"]}
    cloud.post("/_emulator/images", image)
    assert audit(account_a) == audit(account_a, check=True) == []


def test_a_stand_in_that_is_left_over_is_pointed_out(account_a: Account, serve: Serve) -> None:
    serve({}, {"SyncRuleName": "to-eu-acr-stand-in"})
    (found,) = audit(account_a)
    assert (found["check"], found["subject"]) == ("left_over_stand_in", "sync rule to-eu-acr-stand-in")
    assert "whose replacement was cut short" in found["problem"]


@pytest.mark.parametrize(
    ("rule", "problem", "near"),
    [
        (
            {"NamespaceName": "prd"},
            "is for namespace prd, which cri-sourcesource0001 does not have",
            "The only one is prod.",
        ),
        (
            {"SyncScope": "REPO", "RepoName": "wbe", "TargetRepoName": "wbe"},
            "is for repository prod/wbe, which cri-sourcesource0001 does not have",
            "The only one is web.",
        ),
    ],
)
def test_a_rule_for_what_was_deleted_is_dead(
    rule: dict[str, Any], problem: str, near: str, account_a: Account, serve: Serve
) -> None:
    serve(rule)
    (found,) = audit(account_a)
    assert (found["check"], found["severity"], found["subject"]) == ("dead_rule", "error", "sync rule to-eu")
    assert found["problem"] == f"sync rule to-eu {problem}"
    assert found["remedy"].endswith(f"state: absent. {near}")


@pytest.mark.parametrize(
    "rule",
    [
        {"TagFilter": "^never"},
        {"RepoNameFilter": "^never"},
        {"SyncScope": "INSTANCE", "NamespaceName": "", "TargetNamespaceName": "", "NamespaceNameFilter": "^never"},
    ],
)
def test_a_rule_that_covers_no_image_may_be_dead(rule: dict[str, Any], account_a: Account, serve: Serve) -> None:
    serve(rule)
    assert checks(account_a) == [("dead_rule", "warning")]


@pytest.mark.parametrize(
    ("rule", "pushed", "records", "found"),
    [
        ({}, LONG_AGO, (), []),  # pushed before the rule was made
        ({"CreateTime": LONG_AGO}, LONG_AGO, (), []),  # in the same moment
        ({"CreateTime": LONG_AGO}, LONG_AGO + 60_000, (), [("dead_rule", "warning")]),
        # The service has older records, so it has not forgotten this one.
        (
            {"CreateTime": LONG_AGO},
            LONG_AGO + 60_000,
            (record(SyncRuleId="crsr-other"),),
            [("dead_rule", "error")],
        ),
        ({"CreateTime": LONG_AGO, "SyncTrigger": "INITIATIVE"}, LONG_AGO + 60_000, (), []),
        ({"CreateTime": LONG_AGO}, LONG_AGO + 60_000, (record(),), []),
    ],
)
def test_a_rule_without_any_record_of_a_later_push_is_dead(
    rule: dict[str, Any],
    pushed: int,
    records: tuple[dict[str, Any], ...],
    found: list[tuple[str, str]],
    account_a: Account,
    serve: Serve,
) -> None:
    serve(rule, pushed=pushed, records=records)
    assert checks(account_a) == found


@pytest.mark.parametrize(
    ("issue", "check", "remedy"),
    [
        ("NoPrivilege: not granted", "rule_without_grant", "registryops.alicloud.grant_access "),
        ("TARGET_INSTANCE_NOT_EXIST", "dead_rule", "run registryops.alicloud.cross_account_sync."),
        (
            "TARGET_NAMESPACE_NOT_EXIST",
            "failing_rule",
            "make the namespace, with registryops.alicloud.prepare_destination",
        ),
        ("TARGET_REPO_NOT_EXIST: prod/web", "failing_rule", "or let its namespace create repositories"),
        ("TARGET_TAG_IMMUTABLE", "failing_rule", "end the immutability of the repository, with"),
        ("", "failing_rule", "give Alibaba Cloud's support the ID of the sync task"),
    ],
)
def test_the_newest_record_says_why_a_rule_fails(
    issue: str, check: str, remedy: str, account_a: Account, serve: Serve
) -> None:
    later = LONG_AGO + 1000
    serve({}, records=(record("ERROR", issue, CreateTime=later), record()))
    (found,) = audit(account_a)
    assert (found["check"], found["severity"]) == (check, "error")
    assert remedy in found["remedy"]
    reason = issue or "no reason given"
    assert (
        found["problem"] == f"sync rule to-eu could not carry prod/web:1.0 into {TARGET} at {iso_time(later)}: {reason}"
    )


@pytest.mark.parametrize(
    "records",
    [
        (record("ERROR", "X"), record(CreateTime=LONG_AGO + 1000)),  # it has succeeded since
        (record("ERROR", "SOURCE_IMAGE_NOT_EXIST", tag="deleted"),),
        (record("ERROR", "X", SyncRuleId="crsr-other"),),
        (record("CANCELED"),),
    ],
)
def test_other_failures_are_not_the_rules(
    records: tuple[dict[str, Any], ...], account_a: Account, serve: Serve
) -> None:
    serve({}, records=records)
    assert audit(account_a) == []


@pytest.mark.parametrize(
    ("issue", "tag", "after", "over"),
    [
        ("NoPrivilege: not granted", "1.0", 2000, True),
        ("NoPrivilege: not granted", "2.0", 2000, True),  # the grant holds for all images
        ("NoPrivilege: not granted", "1.0", 500, False),  # an earlier success says nothing of now
        ("DISK_FULL", "1.0", 2000, True),
        ("DISK_FULL", "2.0", 2000, False),  # another image than the one that failed
        ("DISK_FULL", "1.0", 500, False),
    ],
)
def test_a_failure_is_over_once_the_image_was_sent_by_hand(
    issue: str, tag: str, after: int, over: bool, account_a: Account, serve: Serve
) -> None:
    by_hand = record(tag=tag, SyncRuleId="", CreateTime=LONG_AGO + after)
    serve({}, records=(record("ERROR", issue, CreateTime=LONG_AGO + 1000), by_hand))
    assert (audit(account_a) == []) == over


@pytest.mark.parametrize("status", ["CANCELED", "SYNCHRONIZING"])
def test_what_has_not_ended_well_or_badly_says_nothing(
    status: str, cloud: Emulator, account_a: Account, serve: Serve
) -> None:
    cloud.post("/_emulator/tasks", {"seconds": 60})
    serve({}, records=(record(status, CreateTime=LONG_AGO + 1000), record("ERROR", "X")))
    assert checks(account_a) == [("failing_rule", "error")]


def test_a_grant_that_was_taken_back_is_seen_by_what_failed(
    cloud: Emulator, account_a: Account, granted: Account, serve: Serve
) -> None:
    serve({})
    granted.run("acr_cross_account_role", state="absent")
    image = {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": ["v2"]}
    cloud.post("/_emulator/images", image)
    while any(task["TaskStatus"] in ("PENDING", "SYNCHRONIZING") for task in cloud.state()["sync_tasks"]):
        time.sleep(0.01)
    (found,) = audit(account_a)
    assert found["check"] == "rule_without_grant"
    assert found["remedy"] == (
        f"If nobody has granted access since then, ask the team that owns {TARGET} to run"
        " `ansible-playbook registryops.alicloud.grant_access -i inventories/account_b"
        f" -e acr_source_account_ids={ACCOUNT_A} -e acr_instance_id={TARGET} -e acr_region=eu-central-1`."
    )


REPOSITORY = {"SyncScope": "REPO", "RepoName": "web", "TargetRepoName": "web"}
INSTANCE = {"SyncScope": "INSTANCE", "NamespaceName": "", "TargetNamespaceName": ""}


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ({}, {}),
        ({}, {"TagFilter": "^1"}),
        ({}, REPOSITORY),
        (INSTANCE, {}),
        (INSTANCE, REPOSITORY),
        ({"TagFilter": "^1"}, {**REPOSITORY, "TagFilter": "^1"}),
    ],
)
def test_a_rule_that_another_one_contains_is_one_too_many(
    wide: dict[str, Any], narrow: dict[str, Any], account_a: Account, serve: Serve
) -> None:
    for rules in ([wide, narrow], [narrow, wide]):
        names = ["wide", "narrow"] if rules[0] is wide or wide == narrow else ["narrow", "wide"]
        serve(*({**rule, "SyncRuleName": name} for rule, name in zip(rules, names, strict=True)))
        (found,) = audit(account_a)
        assert (found["check"], found["severity"]) == ("shadowed_rule", "warning")
        assert found["problem"].startswith("sync rule narrow carries nothing that sync rule wide does not carry")
        same = "List narrow in acr_sync_rules with state: absent; wide carries the same."
        assert found["remedy"] == same if wide == narrow else "give it the same filters" in found["remedy"]


@pytest.mark.parametrize(
    "other",
    [
        {"TargetInstanceId": "cri-elsewhere0000001"},
        {"TargetNamespaceName": "copy"},
        {"SyncTrigger": "INITIATIVE"},
        {**REPOSITORY, "TargetRepoName": "copy"},
    ],
)
def test_rules_that_go_elsewhere_do_not_contain_each_other(
    other: dict[str, Any], account_a: Account, serve: Serve
) -> None:
    serve({}, {**other, "SyncRuleName": "other"})
    assert audit(account_a) == []


def test_a_filter_that_cannot_be_read_stops_nothing(
    account_a: Account, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client

    serve({"NamespaceName": "gone"}, {"SyncRuleName": "odd"})
    pages = Client.pages

    def odd(self: Client, product: str, action: str, *rest: Any, **more: Any) -> Any:
        for answer in pages(self, product, action, *rest, **more):
            yield {**answer, "TagFilter": r"(?<n>"} if answer.get("SyncRuleName") == "odd" else answer

    monkeypatch.setattr(Client, "pages", odd)
    assert checks(account_a) == [("dead_rule", "error"), ("unknown_scope", "warning")]


LISTED = {"namespace": "prod", "target_region": "eu-central-1", "target_instance_id": TARGET}


def test_after_a_renaming_the_rule_that_is_wanted_stays(account_a: Account, serve: Serve) -> None:
    serve({"SyncRuleName": "old", "CreateTime": LONG_AGO}, {"SyncRuleName": "new", "CreateTime": LONG_AGO}, pushed=1)
    (found,) = [
        finding
        for finding in audit(account_a, rules=[{"name": "new", **LISTED}])
        if finding["check"] == "unlisted_rule"
    ]
    assert "sync rule old is on cri-sourcesource0001 and not in the inventory" in found["problem"]
    assert "may have been renamed to new" in found["problem"]
    assert "configure_sync_purge=true" in found["remedy"]
    assert [finding["subject"] for finding in audit(account_a, rules=[{"name": "new", **LISTED}])] == ["sync rule old"]
    assert "shadowed_rule" in [finding["check"] for finding in audit(account_a)]


def test_a_rule_of_an_empty_inventory_is_unlisted(account_a: Account, serve: Serve) -> None:
    serve({"SyncRuleName": "old", "CreateTime": LONG_AGO}, pushed=1)
    assert [finding["check"] for finding in audit(account_a, rules=[])] == ["unlisted_rule"]
    assert audit(account_a) == []
