# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how many images failed, why, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import sending_helps, task_remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import counted
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.outcome import kept_tags
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    IMMUTABLE,
    LATER,
    LEFT,
    REMEDIES,
    SENT,
    Transfer,
)

# Reasons that have an example each; a fourth would not fit on a screen beside the remedies.
_REASONS = 3
_REQUEST = re.compile(r"request [0-9A-Fa-f-]+")


class Ways(NamedTuple):
    """The sentences that depend on who sends.

    Attributes:
        where: says where each of several images can be found.
        again: says how to send again what failed.
        go_on: says how to send what was left.
    """

    where: str = "Each image's issue is in the result's images."
    again: str = "Run it again; it sends what has not arrived."
    go_on: str = "Run it again; it sends what is left."


def failure(
    transfers: Sequence[Transfer],
    told: dict[str, Any],
    caller: Callable[[], str],
    options: Sending,
    obstacle: AcrError | None = None,
    ways: Ways | None = None,
) -> AcrError | None:
    """Return the error about failed and left images, and of tags that were to be moved and cannot be, or None.

    Args:
        transfers: all images of the task.
        told: the task's result.
        caller: returns the UID of the account that sends, or an empty text.
        options: how images are sent.
        obstacle: what kept all further images from being sent.
        ways: the sentences of who sends.
    """
    failed = [transfer for transfer in transfers if transfer.error and transfer.action != LEFT]
    left = [transfer for transfer in transfers if transfer.action == LEFT]
    # Nothing was tried, since the look into the destination tells that the service would refuse it.
    unmoved = kept_tags(transfers, IMMUTABLE) if options.override else ""
    if not failed and not left:
        return _unmoved(unmoved, told)
    ways = ways or Ways()
    # A failed image tells the reason. An image that was left is a consequence.
    verb = "failed" if failed else "were left"
    reasons = by_reason(failed or left)
    counts = f"{len(failed or left):,} of {len(transfers):,} images {verb}: {_in_words(reasons)}"
    rest = f"; {len(left):,} {'was' if len(left) == 1 else 'were'} left" if failed and left else ""
    error = AcrError(f"{counts}{rest}")
    sentences = (
        _stopped(len(failed), options),
        *_remedies(reasons, caller),
        _sent(told["counts"][SENT]),
        ways.where if len(failed) + len(left) > 1 else "",
        _again(failed, ways),
        f"{unmoved}. {REMEDIES[IMMUTABLE]}" if unmoved else "",
    )
    error.hint = " ".join(filter(None, sentences))
    error.results = {**(obstacle.details() if obstacle else {}), **told}
    return error


def _unmoved(unmoved: str, told: dict[str, Any]) -> AcrError | None:
    if not unmoved:
        return None
    error = AcrError(unmoved, f"{REMEDIES[IMMUTABLE]} {_sent(told['counts'][SENT])}".strip())
    error.results = told
    return error


def _sent(count: int) -> str:
    return f"{counted(count, 'image')} {'was' if count == 1 else 'were'} sent." if count else ""


def by_reason(transfers: Sequence[Transfer]) -> list[list[Transfer]]:
    """Return the images of each reason, the most frequent one first."""
    groups: dict[str, list[Transfer]] = {}
    for transfer in transfers:
        groups.setdefault(_kind(transfer), []).append(transfer)
    return sorted(groups.values(), key=len, reverse=True)


def _kind(transfer: Transfer) -> str:
    """Return the reason without what differs from one image to the next."""
    text = transfer.issue or transfer.error
    for own in filter(None, (transfer.source, transfer.task_id)):
        text = text.replace(own, "")
    return _REQUEST.sub("", text)


def _in_words(reasons: Sequence[Sequence[Transfer]]) -> str:
    words = [_example(group) for group in reasons[:_REASONS]]
    others = sum(map(len, reasons[_REASONS:]))
    return "; ".join([*words, *([f"{others:,} more for other reasons"] if others else [])])


def _example(group: Sequence[Transfer]) -> str:
    first = group[0]
    reason = first.error.removesuffix(LATER)  # the last sentence says how to go on
    text = reason if first.source in reason else f"{first.source}: {reason}"
    # The service's support asks for it. Some errors name the task themselves.
    task = f" (sync task {first.task_id})" if first.task_id and first.task_id not in text else ""
    more = f", and {len(group) - 1:,} more for the same reason" if len(group) > 1 else ""
    return f"{text}{task}{more}"


def _remedies(reasons: Sequence[Sequence[Transfer]], caller: Callable[[], str]) -> list[str]:
    """Return the remedy of each reason; if there are several, each says which reason it is for."""
    issues = [group[0] for group in reasons[:_REASONS] if group[0].issue]
    texts = {
        task_remedy(str(first.issue), first.target.instance_id, first.target.region, caller): str(first.issue)
        for first in reversed(issues)
    }
    if len(reasons) == 1:
        return list(texts)
    return [f"About {issue}: {text}" for text, issue in reversed(texts.items())]


def _again(failed: Sequence[Transfer], ways: Ways) -> str:
    """Return how to go on; empty if sending again helps no image."""
    if not failed:
        return ways.go_on
    return ways.again if any(map(_is_to_repeat, failed)) else ""


def _is_to_repeat(transfer: Transfer) -> bool:
    """Return whether to say that a further run helps; some errors say so themselves, and some images fail again."""
    return "a further run" not in transfer.error and (not transfer.issue or sending_helps(transfer.issue))


def _stopped(failed: int, options: Sending) -> str:
    """Return why more failed than `max_failures`; empty if they did not."""
    most = options.max_failures
    if most is None or failed <= most:
        return ""
    return (
        f"Once more than max_failures ({most:,}) had failed, no further image was sent. What was under way by then went"
        " on, and may have failed too."
    )
