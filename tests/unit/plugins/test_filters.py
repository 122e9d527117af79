# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three filters of the playbooks."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.registryops.alicloud.plugins.filter import (
    acr_compare_images,
    acr_inbound_rules,
    acr_resolve_rules,
)

compare = acr_compare_images.FilterModule().filters()["acr_compare_images"]
inbound = acr_inbound_rules.FilterModule().filters()["acr_inbound_rules"]
resolve = acr_resolve_rules.FilterModule().filters()["acr_resolve_rules"]

TARGET = "cri-t"
RULE = {"name": "r", "namespace": "prod", "target_instance_id": TARGET, "create_time": 100}
IMAGE = {
    "namespace": "prod",
    "repository": "web",
    "tag": "1.0",
    "digest": "sha256:a",
    "size": 7,
    "update_time": 200,
}
SAME, OTHER = {**IMAGE, "update_time": 300}, {**IMAGE, "digest": "sha256:b"}
OLD = {**IMAGE, "update_time": 50}
TASK = {
    **{name: IMAGE[name] for name in ("namespace", "repository", "tag")},
    "target_instance_id": TARGET,
    "target_namespace": "prod",
    "target_repository": "web",
    "target_tag": "1.0",
    "create_time": 250,
}
FAILED = {**TASK, "status": "error", "issue": "AUTH"}
LATER = {**TASK, "status": "success", "create_time": 260}
MANUAL = {**RULE, "trigger": "manual"}
STATES: list[tuple[str, dict[str, Any], dict[str, Any], list[Any] | None, list[Any], str]] = [
    ("equal digests are the same", RULE, IMAGE, [SAME], [], "same"),
    ("equal digests win over a failed task", RULE, IMAGE, [SAME], [FAILED], "same"),
    ("another digest is different", RULE, IMAGE, [OTHER], [], "different"),
    ("a task in flight is waited for", RULE, IMAGE, [], [{**TASK, "status": "pending"}], "waiting"),
    ("a running task is waited for", RULE, IMAGE, [OTHER], [{**TASK, "status": "synchronizing"}], "waiting"),
    ("the newest task failed", RULE, IMAGE, [], [FAILED, {**LATER, "create_time": 240}], "failed"),
    ("a failure before the push is past", RULE, IMAGE, [], [{**FAILED, "create_time": 150}], "missing"),
    ("a later success outdoes a failure", RULE, IMAGE, None, [LATER, FAILED], "carried"),
    ("a success cannot stand for what is not there", RULE, IMAGE, [], [LATER], "missing"),
    ("nothing is known of an unreadable target", RULE, IMAGE, None, [], "missing"),
    ("a push before the rule is older", RULE, OLD, [], [], "older"),
    ("a manual rule carries nothing by itself", MANUAL, IMAGE, [], [], "older"),
    ("another route's task does not count", RULE, IMAGE, None, [{**LATER, "target_tag": "x"}], "missing"),
]


@pytest.mark.parametrize(
    ("rule", "image", "there", "tasks", "state"), [one[1:] for one in STATES], ids=[one[0] for one in STATES]
)
def test_an_image_is_in_one_of_seven_states(
    rule: dict[str, Any], image: dict[str, Any], there: list[Any] | None, tasks: list[Any], state: str
) -> None:
    [row] = compare([image], {} if there is None else {TARGET: there}, rules=[rule], tasks=tasks)
    assert row["state"] == state


def test_a_compared_image_is_said_in_a_sentence() -> None:
    renamed = {**RULE, "target_namespace": "copy", "target_repository": "shop"}
    task = {**FAILED, "target_namespace": "copy", "target_repository": "shop"}
    [row] = compare([IMAGE], {TARGET: []}, rules=[renamed], tasks=[task])
    assert row == {
        "rule": "r",
        "source": "prod/web:1.0",
        "namespace": "prod",
        "repository": "web",
        "tag": "1.0",
        "size": 7,
        "digest": "sha256:a",
        "target": "cri-t/copy/shop:1.0",
        "target_instance_id": "cri-t",
        "target_digest": None,
        "state": "failed",
        "reason": "AUTH",
        "issue": "AUTH",
        "pushed": 200,
        "arrived": None,
        "lag": None,
        "sentence": "prod/web:1.0 failed on its way to cri-t/copy/shop:1.0 (AUTH)",
    }


NO_TASK = "no record of a task for the newest push"
REASONS: list[tuple[str, dict[str, Any], list[Any] | None, list[Any], str]] = [
    ("failed", RULE, [], [{**FAILED, "issue": None}], "the service says no reason"),
    ("missing", RULE, [], [], NO_TASK),
    ("missing", RULE, [], [{**LATER, "create_time": 150}], NO_TASK),
    ("missing", RULE, [], [LATER], "had arrived, so it was deleted there since"),
    ("different", RULE, [OTHER], [], NO_TASK),
    ("different", RULE, [OTHER], [LATER], "had arrived, or was skipped; the tag is another image now"),
    ("older", {**RULE, "create_time": 900}, [], [], "pushed before the rule was made"),
    ("older", MANUAL, [], [], "the rule is manual"),
    ("same", RULE, [SAME], [], ""),
]


@pytest.mark.parametrize(("state", "rule", "there", "tasks", "reason"), REASONS)
def test_why_an_image_is_where_it_is(
    state: str, rule: dict[str, Any], there: list[Any], tasks: list[Any], reason: str
) -> None:
    [row] = compare([IMAGE], {TARGET: there}, rules=[rule], tasks=tasks)
    assert (row["state"], row["reason"]) == (state, reason)


GONE = {**IMAGE, "tag": "gone", "digest": "sha256:c", "size": 5}
EXTRA: list[tuple[str, dict[str, Any], dict[str, Any], str | None]] = [
    ("where the rule puts images", RULE, GONE, "prod/web:gone"),
    ("of a renamed namespace", {**RULE, "target_namespace": "copy"}, {**GONE, "namespace": "copy"}, "prod/web:gone"),
    ("beside a renamed namespace", {**RULE, "target_namespace": "copy"}, GONE, None),
    (
        "of a renamed repository",
        {**RULE, "repository": "web", "target_repository": "shop"},
        {**GONE, "repository": "shop"},
        "prod/web:gone",
    ),
    ("of another repository", {**RULE, "repository": "web"}, {**GONE, "repository": "shop"}, None),
    ("that the filter leaves out", {**RULE, "tag_filter": "^v"}, GONE, None),
    ("of a whole instance", {**RULE, "namespace": None}, {**GONE, "namespace": "else"}, "else/web:gone"),
    ("that the source has", RULE, SAME, None),
]


@pytest.mark.parametrize(("rule", "image", "source"), [one[1:] for one in EXTRA], ids=[one[0] for one in EXTRA])
def test_an_image_at_the_destination_alone_is_extra(
    rule: dict[str, Any], image: dict[str, Any], source: str | None
) -> None:
    rows = compare([IMAGE], {TARGET: [image]}, rules=[rule, rule], tasks=[])
    found = [row for row in rows if row["state"] == "extra"]
    assert [row["source"] for row in found] == ([source] if source else [])
    assert [row["target_digest"] for row in found] == (["sha256:c"] if source else [])


CARRIED = {**LATER, "trigger": "automatic", "modified_time": 2700}


@pytest.mark.parametrize(
    ("task", "lag"),
    [
        (CARRIED, 2.5),
        ({**CARRIED, "trigger": "manual"}, None),
        ({**CARRIED, "status": "error"}, None),
        ({**CARRIED, "modified_time": None}, None),
        ({**CARRIED, "create_time": 150}, None),
    ],
    ids=["carried", "sent by hand", "failed", "no times", "of an earlier push"],
)
def test_the_lag_is_from_the_push_to_the_arrival_by_a_rule(task: dict[str, Any], lag: float | None) -> None:
    [row] = compare([IMAGE], {}, rules=[RULE], tasks=[task])
    assert row["lag"] == lag


def test_only_covered_images_are_compared_once_for_each_rule() -> None:
    rules = [RULE, {**RULE, "name": "s", "tag_filter": "^1"}, {**RULE, "name": "t", "namespace": "else"}]
    rows = compare([IMAGE, {**IMAGE, "tag": "2.0"}], {}, rules=rules, tasks=[])
    assert [(row["rule"], row["source"]) for row in rows] == [
        ("r", "prod/web:1.0"),
        ("r", "prod/web:2.0"),
        ("s", "prod/web:1.0"),
    ]


def hosts(*rules: dict[str, Any], **destination: Any) -> dict[str, Any]:
    return {"a": {"acr_account_id": "1", "acr_sync_rules": list(rules)}, "b": destination, "c": {}}


FULL = {"acr_region": "eu-central-1", "acr_instance_id": TARGET, "acr_account_id": "2"}
INBOUND: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    ({"to": "b", "namespace": "prod"}, {"scope": "namespace", "namespace": "prod", "repository": None}),
    (
        {"target_instance_id": TARGET, "namespace": "prod", "target_namespace": "copy"},
        {"scope": "namespace", "namespace": "copy", "repository": None},
    ),
    (
        {"to": "b", "scope": "repository", "namespace": "prod", "repository": "web"},
        {"scope": "repository", "namespace": "prod", "repository": "web"},
    ),
    (
        {"to": "b", "scope": "repository", "namespace": "prod", "repository": "web", "target_repository": "shop"},
        {"scope": "repository", "namespace": "prod", "repository": "shop"},
    ),
    ({"to": "b", "scope": "instance"}, {"scope": "instance", "namespace": None, "repository": None}),
    ({"to": "b", "state": "absent"}, None),
    ({"to": "c", "namespace": "prod"}, None),
    ({"target_instance_id": "cri-else"}, None),
]


@pytest.mark.parametrize(("rule", "needs"), INBOUND)
def test_a_rule_that_ends_at_a_host_says_what_it_needs_there(rule: dict[str, Any], needs: Any) -> None:
    found = inbound(hosts({"name": "r", **rule}, **FULL), ["a", "c"], "b")
    assert found == ([{"name": "r", "source": "a", "account_id": "1", **needs}] if needs else [])


def test_a_host_without_an_instance_is_not_the_target_of_every_rule_without_one() -> None:
    assert inbound(hosts({"name": "r", "to": "c"}), ["a"], "b") == []


def test_rules_of_several_destinations_are_found_at_once() -> None:
    both = hosts({"name": "r", "to": "b"}, {"name": "s", "to": "c"}, {"name": "t", "to": "d"}, **FULL)
    assert [one["name"] for one in inbound(both, ["a"], ["b", "c"])] == ["r", "s"]


def test_a_rule_without_a_host_stays_as_it_is() -> None:
    rule = {"name": "r", "target_instance_id": TARGET}
    assert resolve([rule], {}) == [rule]


def test_a_host_gives_a_rule_its_target_but_what_the_rule_says_wins() -> None:
    [rule] = resolve([{"name": "r", "to": "b", "target_region": "cn-beijing"}], hosts(**FULL))
    assert rule == {
        "name": "r",
        "target_region": "cn-beijing",
        "target_instance_id": TARGET,
        "target_account_id": "2",
    }


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("nowhere", "nowhere, which is not a host of the inventory"),
        ("c", "c, which has no acr_region and no acr_instance_id"),
    ],
)
def test_a_target_that_cannot_be_looked_up_is_refused_by_name(to: str, said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=said):
        resolve([{"name": "r", "to": to}], hosts(**FULL))
