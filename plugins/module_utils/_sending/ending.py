# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what becomes of images if a run ends before they have arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    JOINED,
    LEFT,
    SEND,
    SENT,
    Transfer,
)


def last_line(transfers: Iterable[Transfer], calling: Container[int]) -> str:
    """Return what to say where somebody ends the run.

    What is under way goes on without it. A call that is cut off may have been carried out.

    Args:
        transfers: the images that were to be sent.
        calling: `id()` of each transfer whose call is on its way.
    """
    places: Counter[str] = Counter(_place(transfer, calling) for transfer in transfers)
    failed = f", {places['failed']:,} failed" if places["failed"] else ""
    perhaps = f", {places['perhaps']:,} may have been sent" if places["perhaps"] else ""
    return (
        f"ended early: {places['arrived']:,} images were sent and have arrived{failed}, {places['under way']:,} are"
        f" under way and go on by themselves{perhaps}, and {places['left']:,} are left; run it again to go on"
    )


def _place(transfer: Transfer, calling: Container[int]) -> str:
    """Return where an image stands.

    It is empty if it was not to be sent.
    """
    if transfer.is_under_way:
        return "under way"
    if id(transfer) in calling or transfer.uncertain:
        return "perhaps"
    if transfer.error and transfer.action != LEFT:
        return "failed"
    if transfer.action in (SEND, LEFT):
        return "left"
    return "arrived" if transfer.action in (SENT, JOINED) else ""


def name_late(late: Iterable[Transfer], canceled: Container[str | None], after: str) -> None:
    """Write to each image that is under way what becomes of it.

    Args:
        late: the images under way.
        canceled: the IDs of the tasks that were canceled.
        after: how long the run took, such as `after 60 seconds`.
    """
    for transfer in late:
        if transfer.task_id in canceled:
            transfer.error = (
                f"canceled {after}, since it had not begun (task {transfer.task_id}); a further run sends it"
            )
        else:
            transfer.error = f"not finished {after} (task {transfer.task_id}); it goes on, and a further run joins it"
