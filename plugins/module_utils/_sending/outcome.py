# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report what became of images, as a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ansible.module_utils.common.text.formatters import bytes_to_human

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


def result(
    transfers: Sequence[Transfer], options: Sending, destination: Destination, region: str | None
) -> dict[str, Any]:
    """Return each image's outcome, and what a retry needs; `region` is the source's."""
    loads = traffic_of(transfers, region)
    size = moved_bytes(transfers)
    warnings = warned_of(transfers, options)
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
    """Return the size of all images that are sent; what failed is not."""
    return sum(transfer.size or 0 for transfer in transfers if transfer.outcome in (SEND, SENT))


def traffic_of(transfers: Iterable[Transfer], region: str | None) -> dict[str, Any]:
    """Return what is sent between which regions; `region` is the source's."""
    return traffic(
        Load(region, transfer.target.region, transfer.size or 0, transfer.digest)
        for transfer in transfers
        if transfer.outcome in (SEND, SENT)
    )


def is_change(transfers: Iterable[Transfer]) -> bool:
    """Return whether any image was sent, or may have been; in check mode, whether any would be sent."""
    # In doubt it is a change: a handler that runs in vain does less harm than one that does not run.
    return any(transfer.action in (SEND, SENT) or transfer.uncertain for transfer in transfers)


def counts(transfers: Sequence[Transfer]) -> dict[str, int]:
    """Return the number of images by outcome."""
    found = Counter(transfer.outcome for transfer in transfers)
    return {outcome: found[outcome] for outcome in (*ACTIONS, FAILED)}


def so_far(transfers: Sequence[Transfer]) -> str:
    """Return a sentence about a run that ended early."""
    found = counts(transfers)
    sent = sum(transfer.action == SENT for transfer in transfers)
    # The answers to these calls were lost, and the records could not be read.
    uncertain = sum(transfer.uncertain for transfer in transfers)
    perhaps = f", {uncertain:,} may have been" if uncertain else ""
    words = f"{sent:,} were sent{perhaps} and {found[LEFT]:,} are left"
    return f"Of {len(transfers):,} images {words}; run it again to go on."


def warned_of(transfers: Sequence[Transfer], options: Sending) -> list[str]:
    """Return a sentence for each kind of image whose tag is another image at the target."""
    # Where tags were to be moved, those that cannot be moved are a failure.
    actions = (DIFFERENT,) if options.override else (DIFFERENT, IMMUTABLE)
    return [f"{kept}. {REMEDIES[action]}" for action in actions if (kept := kept_tags(transfers, action))]


def kept_tags(transfers: Sequence[Transfer], action: str) -> str:
    """Return which images were not sent, since their tags are other images at the target; empty if none were."""
    names = [transfer.source for transfer in transfers if transfer.action == action]
    if not names:
        return ""
    ways, were = ("is another image", "was") if len(names) == 1 else ("are other images", "were")
    why = f"where the tag{'s are' if len(names) > 1 else ' is'} immutable, " if action == IMMUTABLE else ""
    return f"{listed(names)} {ways} at the target, {why}and {were} not sent"


def described(transfers: Sequence[Transfer], size: int) -> str:
    shown = [transfer for transfer in transfers if transfer.action in (SEND, SENT, DIFFERENT, IMMUTABLE)]
    sent = sum(transfer.outcome in (SEND, SENT) for transfer in shown)
    total = f"images: {sent:,}, {bytes_to_human(size)}"
    return "".join(f"{line}\n" for line in [*map(Transfer.described, shown), *([total] if shown else [])])
