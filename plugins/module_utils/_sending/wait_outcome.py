# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report where an image has arrived, and why it has not arrived elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, WaitTimeoutError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import iso_time
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import task_remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.arrival import (
    ARRIVED,
    DELETED,
    MOVED,
    UNDER_WAY,
    Arrival,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.outcome import is_change
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import SEND, SENT

_MOVE_IT = (
    "If {source} is the right one, run registryops.alicloud.backfill_images with -e backfill_images_override=true,"
    " which moves the tag. If the other one is right, push under another tag."
)
SEND_IT = "To have this task send it, run it again with send: true (-e wait_for_image_send=true)."


def result(instance_id: str, arrivals: Sequence[Arrival], digest: str | None) -> dict[str, Any]:
    """Return where an image has arrived, and what was sent for it."""
    sent = [arrival for arrival in arrivals if arrival.transfer.action in (SEND, SENT)]
    return {
        "changed": is_change(arrival.transfer for arrival in arrivals),
        "instance_id": instance_id,
        "digest": digest,
        "targets": [arrival.to_result() for arrival in arrivals],
        "diff": {"before": "", "after": "".join(f"{arrival.transfer.described()}\n" for arrival in sent)},
    }


def failure(failed: Sequence[Arrival], caller: Callable[[], str], *, sends: bool) -> AcrError:
    """Return the error of an image that failed to arrive somewhere.

    Args:
        failed: where it did not arrive.
        caller: returns the UID of the account that sends, or an empty text.
        sends: whether the task sends it itself.
    """
    first = failed[0].transfer
    issue = first.error or first.issue or f"the task was {first.status}, and the service gives no reason"
    # A task of an earlier day tells nothing of what was mended since.
    begun = f", begun at {iso_time(first.begun)}" if first.begun > 0 else ""
    task = f" (task {first.task_id}{begun})" if first.task_id else ""
    where = f"at {first.target}{_more(failed)}{task}: {issue}"
    lost = _remedy_of_lost(failed[0], sends=sends)
    if lost:
        return AcrError(f"{first.source} is not {where}", lost)
    again = (
        f"Then run it again{'' if sends else ' with send: true (-e wait_for_image_send=true)'}, which sends it again."
    )
    return AcrError(
        f"{first.source} did not arrive {where}",
        task_remedy(issue, failed[0].instance_id, first.target.region, caller, again),
    )


def _remedy_of_lost(arrival: Arrival, *, sends: bool) -> str:
    """Return what to do about an image that had arrived and is not there; empty if another thing failed."""
    transfer = arrival.transfer
    if transfer.error == MOVED:
        return _MOVE_IT.format(source=transfer.source)
    if transfer.error != DELETED:
        return ""
    ask = f"Ask the team that owns {arrival.instance_id} what deletes it there."
    if sends:
        return f"{ask} Then run it again, which sends it again."
    return f"Run it again with send: true (-e wait_for_image_send=true), which sends it again. {ask}"


def late(arrivals: Sequence[Arrival], timeout: float) -> AcrError:
    """Return the error of an image that has not arrived everywhere in time."""
    missing = [arrival for arrival in arrivals if arrival.state != ARRIVED]
    first = missing[0]
    where = (
        f"{first.transfer.source} has not arrived at {first.transfer.target}{_more(missing)} after {timeout:g} seconds"
    )
    if first.transfer.status == "success":
        task = f"task {first.transfer.task_id} has succeeded, and the destination does not show it yet"
        return WaitTimeoutError(f"{where}; {task}", "Run the task again, with a longer wait_timeout.")
    if first.state == UNDER_WAY:
        task = f"task {first.transfer.task_id} is {first.transfer.status or 'new'}"
        return WaitTimeoutError(f"{where}; {task}", "It goes on; run the task again.")
    return WaitTimeoutError(f"{where}, and sync rule {first.names} has not begun to send it", SEND_IT)


def _more(arrivals: Sequence[Arrival]) -> str:
    others = len(arrivals) - 1
    return f" and at {others} more target{'s' * (others > 1)}" if others else ""
