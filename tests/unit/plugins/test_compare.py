# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide the state of one image from both sides and records."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compare import (
    Bringers,
    Evidence,
    compare,
    extra,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import Compared, TargetRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.failure import Failure, Record

# Times are in epoch milliseconds: the rule is made at 100, IMAGE is pushed at 200 and OLD at 50, before the rule; its
# task fails at 250, or succeeds at 2700.
TARGET = TargetRepository("cri-t", "prod", "web")
RULE = {"name": "r", "namespace": "prod", "target_instance_id": "cri-t", "create_time": 100}
MANUAL = {**RULE, "trigger": "manual"}
IMAGE, OLD = Held("sha256:a", 7, 200), Held("sha256:a", 7, 50)
FAILED = Record("error", "AUTH", 250, None, True)
SUCCESS = Record("success", None, 260, 2700, True)
BEFORE = SUCCESS._replace(created=150)  # of a push before IMAGE
PENDING, RUNNING = FAILED._replace(status="pending"), FAILED._replace(status="synchronizing")
CANCELED = FAILED._replace(status="canceled")
DENIED = FAILED._replace(issue="NoPrivilege")
LOST = FAILED._replace(target_instance_id="cri-gone")


def compared(held: Held, evidence: Evidence, *rules: dict[str, Any]) -> Compared:
    return compare(Bringers.of(rules or (RULE,)), ("prod", "web", "1.0"), held, TARGET, evidence)


def there(digest: str | None, record: Record | None = None) -> Evidence:
    """Return what is known if the destination can be read.

    That is the tag's digest there, or None if the tag is missing.
    """
    return Evidence(digest, True, record)


def unseen(record: Record | None = None) -> Evidence:
    """Return what is known if the destination cannot be read."""
    return Evidence(None, False, record)


NO_TASK = "no record of a task for the newest push"
OTHER_NOW = "its sync task succeeded, but did not replace the tag, or somebody moved the tag later"
DELETED = "had arrived, so it was deleted there since"
# The idea of a case, the rule, the image, what is known of it, and then its expected state and the reason.
CASES: list[tuple[str, dict[str, Any], Held, Evidence, str, str]] = [
    ("equal digests are the same", RULE, IMAGE, there("sha256:a"), "same", ""),
    ("equal digests win over a failed task", RULE, IMAGE, there("sha256:a", FAILED), "same", ""),
    ("another digest is different", RULE, IMAGE, there("sha256:b"), "different", NO_TASK),
    ("another digest after it had arrived", RULE, IMAGE, there("sha256:b", SUCCESS), "different", OTHER_NOW),
    ("a task in flight is waited for", RULE, IMAGE, there(None, PENDING), "waiting", ""),
    ("a running task is waited for", RULE, IMAGE, there("sha256:b", RUNNING), "waiting", ""),
    ("the newest task failed", RULE, IMAGE, there(None, FAILED), "failed", "AUTH"),
    (
        "a failure needs no reason",
        RULE,
        IMAGE,
        there(None, FAILED._replace(issue=None)),
        "failed",
        "the service says no reason",
    ),
    (
        "a failure at the very moment of the push counts",
        RULE,
        IMAGE,
        there(None, FAILED._replace(created=200)),
        "failed",
        "AUTH",
    ),
    (
        "a push at the very moment of the rule should have been carried",
        RULE,
        IMAGE._replace(pushed=100),
        there(None),
        "missing",
        NO_TASK,
    ),
    (
        "a rule without a time carries every push",
        {**RULE, "create_time": None},
        IMAGE._replace(pushed=0),
        there(None),
        "missing",
        NO_TASK,
    ),
    ("a failure before the push is past", RULE, IMAGE, there(None, FAILED._replace(created=150)), "missing", NO_TASK),
    (
        "a failed push stays failed under a newer rule",
        {**RULE, "create_time": 900},
        IMAGE,
        there(None, FAILED),
        "failed",
        "AUTH, before the rule was made",
    ),
    (
        "what refused everything is over once others arrived",
        RULE,
        IMAGE,
        Evidence(None, True, DENIED, reached=60_000),
        "failed",
        "NoPrivilege, and others arrived there since, the last at 1970-01-01T00:01:00Z",
    ),
    (
        "what refused everything may last if others arrived before",
        RULE,
        IMAGE,
        Evidence(None, True, DENIED, reached=249),
        "failed",
        "NoPrivilege",
    ),
    (
        "what refused one image is not over once others arrived",
        RULE,
        IMAGE,
        Evidence(None, True, FAILED, reached=60_000),
        "failed",
        "AUTH",
    ),
    ("the records stand for an unreadable target", RULE, IMAGE, unseen(SUCCESS), "carried", ""),
    ("a success cannot stand for what is not there", RULE, IMAGE, there(None, SUCCESS), "missing", DELETED),
    ("a canceled task is said", RULE, IMAGE, there(None, CANCELED), "missing", "its sync task was canceled"),
    (
        "nothing is known of an unreadable target",
        RULE,
        IMAGE,
        unseen(),
        "missing",
        f"{NO_TASK}; the destination was not looked into",
    ),
    ("a push before the rule is older", RULE, OLD, there(None), "older", "pushed before the rule was made"),
    ("a manual rule carries nothing by itself", MANUAL, IMAGE, there(None), "older", "the rule is manual"),
    ("what was sent by hand before was deleted there", RULE, OLD, there(None, SUCCESS), "missing", DELETED),
    ("what a manual rule had sent was deleted there", MANUAL, IMAGE, there(None, SUCCESS), "missing", DELETED),
    ("an earlier push that was sent says nothing", MANUAL, IMAGE, there(None, BEFORE), "older", "the rule is manual"),
]


@pytest.mark.parametrize(
    ("rule", "held", "evidence", "state", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_an_image_is_in_one_state_for_one_reason(
    rule: dict[str, Any], held: Held, evidence: Evidence, state: str, reason: str
) -> None:
    image = compared(held, evidence, rule)
    assert (image.state, image.reason) == (state, reason)


def test_a_push_that_failed_stays_failed_after_its_destination_was_rebuilt() -> None:
    # A new rule to another instance is made after the push and its failure.
    new = {**RULE, "create_time": 900}
    image = compared(IMAGE, Evidence(None, True, None, LOST), new)
    assert image.failure and (image.state, image.failure.issue) == ("failed", "AUTH")
    assert image.sentence == (
        "prod/web:1.0 failed on its way to cri-gone at 1970-01-01T00:00:00Z (AUTH). No rule sends to cri-gone any more,"
        " and nothing was sent to cri-t/prod/web:1.0 since"
    )
    assert compared(IMAGE, Evidence(None, True, None, LOST._replace(status="success")), new).state == "older"
    assert compared(IMAGE, Evidence(None, True, None, LOST._replace(created=150)), new).state == "older"


def ask() -> str:
    return "Ask its owner to grant it"


@pytest.mark.parametrize(
    ("record", "rule", "remedy"),
    [
        (
            FAILED,
            RULE,
            "The service says no more than that. If it fails a second time, give Alibaba Cloud's support the ID of the"
            " sync task. Then b sends what failed.",
        ),
        (
            DENIED,
            RULE,
            "If nobody has granted access since 1970-01-01T00:00:00Z, ask its owner to grant it."
            " Then b sends what failed.",
        ),
        (
            FAILED._replace(issue="TARGET_NAMESPACE_NOT_EXIST: prod"),
            RULE,
            "Have the team that owns cri-t make the namespace, with registryops.alicloud.prepare_destination."
            " Then b sends what failed.",
        ),
        (
            FAILED._replace(issue="TARGET_TAG_IMMUTABLE"),
            RULE,
            "The tag is immutable in cri-t and holds another image. Push under another tag, or have the team that owns"
            " cri-t end the immutability of the repository, with registryops.alicloud.acr_repository and"
            " tag_immutability: false; then run registryops.alicloud.backfill_images with"
            " -e backfill_images_override=true.",
        ),
        (
            FAILED._replace(issue="TARGET_INSTANCE_NOT_EXIST"),
            RULE,
            "Instance cri-t is gone. If it was built anew, give its new ID in the inventory, and run"
            " registryops.alicloud.cross_account_sync. If not, delete the rule.",
        ),
        (
            DENIED,
            {**RULE, "create_time": 900},
            "The reason may be mended by now: b sends what failed, or says what still stands in its way.",
        ),
    ],
)
def test_a_failure_has_the_remedy_of_its_code_unless_it_is_past(
    record: Record, rule: dict[str, Any], remedy: str
) -> None:
    failure = compared(IMAGE, there(None, record), rule).failure
    assert failure and failure.remedy("cri-t", ask, "b sends") == remedy


def test_several_failures_are_told_with_the_time_of_the_last() -> None:
    failure = Failure("AUTH", 60_000, past="before the rule was made")
    assert failure.sentence("4 images", "their", "eu", several=True) == (
        "4 images failed on their way to eu, the last at 1970-01-01T00:01:00Z, before the rule was made (AUTH)"
    )
    lost = Failure("AUTH", 60_000, "cri-gone")
    assert lost.sentence("4 images", "their", "eu", several=True) == (
        "4 images failed on their way to cri-gone, the last at 1970-01-01T00:01:00Z (AUTH). No rule sends to cri-gone"
        " any more, and nothing was sent to eu since"
    )


def test_where_rules_meet_the_one_that_should_have_carried_the_image_decides() -> None:
    # One rule is younger than the push, and the oldest is manual. Only the third should have carried it.
    rules = ({**RULE, "name": "young", "create_time": 900}, {**MANUAL, "name": "manual", "create_time": 1}, RULE)
    image = compared(IMAGE, there(None), *rules)
    assert (image.rule, image.rules, image.state) == ("r", ("young", "manual", "r"), "missing")


@pytest.mark.parametrize(
    ("record", "arrived", "lag"),
    [
        (SUCCESS, 2700, 2.5),  # pushed at 200, arrived at 2700
        (SUCCESS._replace(automatic=False), 2700, None),
        (SUCCESS._replace(status="error"), None, None),
        (SUCCESS._replace(modified=None), None, None),
        (SUCCESS._replace(created=150), None, None),
        (SUCCESS._replace(created=200), 2700, 2.5),
    ],
    ids=["carried", "sent by hand", "failed", "no times", "of an earlier push", "at the moment of the push"],
)
def test_the_lag_is_from_the_push_to_the_arrival_by_a_rule(
    record: Record, arrived: int | None, lag: float | None
) -> None:
    image = compared(IMAGE, unseen(record))
    assert (image.arrived, image.lag) == (arrived, lag)


def test_a_compared_image_is_shown_with_a_sentence() -> None:
    copy = TargetRepository("cri-t", "copy", "shop")
    image = compare(Bringers.of((RULE,)), ("prod", "web", "1.0"), IMAGE, copy, there(None, FAILED))
    assert image.to_result() == {
        "rule": "r",
        "rules": ["r"],
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
        "failed_at": 250,
        "pushed": 200,
        "arrived": None,
        "lag": None,
        "sentence": "prod/web:1.0 failed on its way to cri-t/copy/shop:1.0 at 1970-01-01T00:00:00Z (AUTH)",
    }


def test_a_rule_without_a_time_is_the_oldest() -> None:
    rules = ({**RULE, "name": "first", "create_time": 1}, {**RULE, "name": "timeless", "create_time": None})
    assert compared(IMAGE, there(None), *rules).rule == "timeless"


@pytest.mark.parametrize(("pushed", "told"), [(200, 200), (0, None)])
def test_an_extra_image_is_told_with_its_own_digest(pushed: int, told: int | None) -> None:
    image = extra(RULE, ("prod", "web", "1.0"), Held("sha256:b", 9, pushed), TARGET)
    assert (image.rule, image.rules, image.state, image.reason) == (
        "r",
        ("r",),
        "extra",
        "the source has no such image",
    )
    assert (image.digest, image.target_digest, image.size, image.pushed) == (None, "sha256:b", 9, told)
