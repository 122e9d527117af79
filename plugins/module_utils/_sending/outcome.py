# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report what became of images, as result and sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ansible.module_utils.common.text.formatters import bytes_to_human

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import task_remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import listed
from ansible_collections.registryops.alicloud.plugins.module_utils._core.traffic import Load, lines, traffic
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Destination, Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    ACTIONS,
    DIFFERENT,
    FAILED,
    IMMUTABLE,
    LEFT,
    REMEDIES,
    SEND,
    SENT,
    Transfer,
)

_IN_RESULT = "Each image's issue is in the result's images."


def result(
    transfers: Sequence[Transfer], options: Sending, destination: Destination, region: str | None
) -> dict[str, Any]:
    """Return each image's outcome, and what a retry needs; `region` is the source's."""
    loads = traffic_of(transfers, region)
    size = moved_bytes(transfers)
    warnings = warned_of(transfers)
    return {
        "changed": is_change(transfers),
        "instance_id": options.instance_id,
        "target_region": destination.region,
        "target_instance_id": destination.instance_id,
        "target_account_id": destination.account_id,
        "images": [transfer.to_result() for transfer in transfers],
        "counts": counts(transfers),
        "bytes": size,
        "traffic": loads,
        **({"warnings": warnings} if warnings else {}),
        "diff": {"before": "", "after": described(transfers, size) + lines(loads)},
    }


def moved_bytes(transfers: Iterable[Transfer]) -> int:
    """Return the size of all images that are sent."""
    return sum(transfer.size or 0 for transfer in transfers if transfer.action in (SEND, SENT))


def traffic_of(transfers: Iterable[Transfer], region: str | None) -> dict[str, Any]:
    """Return what is sent between which regions; `region` is the source's."""
    return traffic(
        Load(region, transfer.target.region, transfer.size or 0, transfer.digest)
        for transfer in transfers
        if transfer.action in (SEND, SENT)
    )


def is_change(transfers: Iterable[Transfer]) -> bool:
    """Return whether any image was sent, or may have been; in check mode, whether any would be sent."""
    # In doubt it is a change: a handler that runs in vain does less harm than one that does not run.
    return any(transfer.action in (SEND, SENT) or transfer.uncertain for transfer in transfers)


def counts(transfers: Sequence[Transfer]) -> dict[str, int]:
    """Return the number of images by outcome."""
    found = Counter(transfer.outcome for transfer in transfers)
    return {outcome: found[outcome] for outcome in (*ACTIONS, FAILED)}


def failure(
    transfers: Sequence[Transfer],
    told: dict[str, Any],
    caller: Callable[[], str],
    obstacle: AcrError | None = None,
    where: str = _IN_RESULT,
) -> AcrError | None:
    """Return the error about failed and left images, or None.

    Args:
        transfers: all images of the task.
        told: the task's result.
        caller: returns the UID of the account that sends, or an empty text.
        obstacle: what kept all further images from being sent.
        where: a sentence that says where to find each of several images.
    """
    bad = [transfer for transfer in transfers if transfer.error]
    if not bad:
        return None
    # A failed image tells the reason. An image that was left is a consequence.
    first = min(bad, key=lambda transfer: transfer.action == LEFT)
    failed = told["counts"][FAILED]
    left = len(bad) - failed
    counted = f"{failed or left:,} of {len(transfers):,} images {'failed' if failed else 'were left'}"
    more = f", and {failed - 1:,} more" if failed > 1 else ""
    rest = f"; {left:,} were left" if failed and left else ""
    error = AcrError(f"{counted}: {first.source}: {first.error}{more}{rest}")
    remedy = task_remedy(first.issue, first.target.instance_id, first.target.region, caller) if first.issue else ""
    sent = told["counts"][SENT]
    verb = "was" if sent == 1 else "were"
    done = f"{sent:,} {verb} sent." if sent else ""
    others = "" if len(bad) == 1 else where
    error.hint = " ".join(filter(None, (remedy, done, others)))
    error.results = {**(obstacle.details() if obstacle else {}), **told}
    return error


def so_far(transfers: Sequence[Transfer]) -> str:
    """Return a sentence about a run that ended early."""
    found = counts(transfers)
    sent = sum(transfer.action == SENT for transfer in transfers)
    # The answers to these calls were lost, and the records could not be read.
    uncertain = sum(transfer.uncertain for transfer in transfers)
    perhaps = f", {uncertain:,} may have been" if uncertain else ""
    words = f"{sent:,} were sent{perhaps} and {found[LEFT]:,} are left"
    return f"Of {len(transfers):,} images {words}; run it again to go on."


def warned_of(transfers: Sequence[Transfer]) -> list[str]:
    """Return a sentence for each kind of image whose tag is another image at the target."""
    warnings = []
    for action in (DIFFERENT, IMMUTABLE):
        names = [transfer.source for transfer in transfers if transfer.action == action]
        if names:
            ways = "is another image" if len(names) == 1 else "are other images"
            warnings.append(f"{listed(names)} {ways} at the target, and not sent: {REMEDIES[action]}")
    return warnings


def described(transfers: Sequence[Transfer], size: int) -> str:
    shown = [transfer for transfer in transfers if transfer.action in (SEND, SENT, DIFFERENT, IMMUTABLE)]
    sent = sum(transfer.action in (SEND, SENT) for transfer in shown)
    total = f"images: {sent:,}, {bytes_to_human(size)}"
    return "".join(f"{line}\n" for line in [*map(Transfer.described, shown), *([total] if shown else [])])
