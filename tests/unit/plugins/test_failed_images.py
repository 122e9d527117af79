# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the sentence about images that failed: how many, why, which sync task, and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.failed_images import failure
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.following import briefly
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Destination, Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.outcome import result
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import SENT, Target, Transfer

SOURCE, TARGET = "cri-source", "cri-target"
QUOTA = "QUOTA_EXCEEDED: the instance is full"
FULL = "Have the team that owns cri-target raise its quota in the console, or delete something there."
RUN_AGAIN = "Run it again; it sends what has not arrived."
LISTED = "Each image's issue is in the result's images."


def sent(tag: str, issue: str = "") -> Transfer:
    """Return an image whose task was created; with an issue, the task has failed."""
    target = Target("eu-central-1", TARGET, "5222000022220002", "prod", "web", tag)
    status = "error" if issue else "success"
    image = Transfer("prod", "web", tag, target, action=SENT, task_id=f"rst-{tag}", status=status, size=2**20)
    image.issue, image.error = issue or None, f"error: {issue}" if issue else ""
    return image


def unsent(tag: str, reason: str) -> Transfer:
    image = sent(tag)
    image.task_id = image.status = None
    image.fail(reason)
    return image


def left(tag: str) -> Transfer:
    image = sent(tag)
    image.task_id = image.status = None
    image.leave("more images than max_failures had failed before")
    return image


def told(images: list[Transfer]) -> dict[str, Any]:
    destination = Destination.from_params(
        {"target_region": "eu-central-1", "target_instance_id": TARGET, "target_account_id": None}
    )
    return result(images, Sending(SOURCE), destination, "cn-hangzhou")


def failed(images: list[Transfer], max_failures: int | None = None) -> AcrError:
    found = failure(images, told(images), lambda: "1252", Sending(SOURCE, max_failures=max_failures))
    assert found
    return found


def test_an_image_that_failed_is_told_with_its_task_its_reason_and_one_remedy() -> None:
    assert str(failed([sent("1", QUOTA), sent("2")])) == (
        f"1 of 2 images failed: prod/web:1: error: {QUOTA} (sync task rst-1). {FULL} 1 image was sent. {RUN_AGAIN}"
    )


def test_images_with_one_reason_are_counted_at_one_of_them() -> None:
    assert str(failed([sent("1", QUOTA), sent("2", QUOTA), sent("3", QUOTA)])) == (
        f"3 of 3 images failed: prod/web:1: error: {QUOTA} (sync task rst-1), and 2 more for the same reason."
        f" {FULL} {LISTED} {RUN_AGAIN}"
    )


def test_each_reason_has_an_example_and_its_own_remedy() -> None:
    error = failed([sent("1", "NO"), sent("2", QUOTA), sent("3", QUOTA)])
    assert error.sentence() == (
        f"3 of 3 images failed: prod/web:2: error: {QUOTA} (sync task rst-2), and 1 more for the same reason;"
        " prod/web:1: error: NO (sync task rst-1)."
    )
    assert error.hint == (
        f"About {QUOTA}: {FULL} About NO: The service says no more than that. If it fails a second time, give Alibaba"
        f" Cloud's support the ID of the sync task. {LISTED} {RUN_AGAIN}"
    )


def test_many_reasons_fit_on_a_screen() -> None:
    error = failed([sent(str(number), f"STRANGE_{number}") for number in range(8)])
    assert error.sentence().count("sync task") == 3
    assert error.sentence().endswith("; 5 more for other reasons.")


def test_a_call_that_failed_is_counted_without_what_is_its_own() -> None:
    reason = "Cannot send prod/web:{0} to cri-target: no right. [CreateRepoSyncTask: NoPrivilege, request {0}-AB]"
    error = failed([unsent("1", reason.format(1)), unsent("2", reason.format(2))])
    assert error.sentence() == f"2 of 2 images failed: {reason.format(1)}, and 1 more for the same reason."


def test_more_failures_than_the_limit_are_explained() -> None:
    images = [*(sent(str(number), QUOTA) for number in range(25)), left("25")]
    error = failed(images, max_failures=5)
    assert error.sentence().endswith("and 24 more for the same reason; 1 was left.")
    assert error.hint.startswith(
        "Once more than max_failures (5) had failed, no further image was sent. What was under way by then went on, and"
        " may have failed too."
    )
    assert "max_failures" not in str(failed(images[:3], max_failures=5))


@pytest.mark.parametrize("issue", ["TARGET_TAG_IMMUTABLE", "SOURCE_IMAGE_NOT_EXIST: prod/web"])
def test_nobody_is_told_to_repeat_what_fails_again(issue: str) -> None:
    assert RUN_AGAIN not in str(failed([sent("1", issue)]))
    assert RUN_AGAIN in str(failed([sent("1", issue), sent("2", QUOTA)]))


def test_how_to_go_on_is_said_once() -> None:
    late = "not finished after 60 seconds (task rst-1); it goes on, and a further run joins it"
    assert str(failed([unsent("1", late)])) == f"1 of 1 images failed: prod/web:1: {late}."


def test_what_was_left_alone_is_sent_by_a_further_run() -> None:
    assert str(failed([left("1"), sent("2")])) == (
        "1 of 2 images were left: prod/web:1: not sent, since more images than max_failures had failed before."
        " 1 image was sent. Run it again; it sends what is left."
    )


def test_a_progress_line_has_a_failure_in_few_words() -> None:
    assert briefly(sent("1", "NO")) == "prod/web:1: error: NO"
    long = f"Cannot send prod/web:1 to cri-target: no right. {'Ask somebody. ' * 40}"
    assert briefly(unsent("1", long)).startswith("Cannot send prod/web:1 to cri-target: no right. Ask")
    assert len(briefly(unsent("1", long))) < 170


def test_what_failed_counts_neither_as_bytes_nor_in_the_diff_as_sent() -> None:
    found = told([sent("1", QUOTA), sent("2"), sent("3")])
    assert found["bytes"] == 2 * 2**20
    assert found["traffic"]["summary"] == ["cn-hangzhou to eu-central-1, cross-border: 2 images, 2.00 MB"]
    assert found["diff"]["after"].splitlines()[:4] == [
        "prod/web:1 -> cri-target/prod/web:1: failed, 1.00 MB",
        "prod/web:2 -> cri-target/prod/web:2: sent, 1.00 MB",
        "prod/web:3 -> cri-target/prod/web:3: sent, 1.00 MB",
        "images: 2, 2.00 MB",
    ]
    assert found["changed"] is True
