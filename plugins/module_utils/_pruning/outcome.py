# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report what was pruned and what was kept, as result and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible.module_utils.common.text.formatters import bytes_to_human

from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.extra import (
    BY_TASK,
    DELETED,
    GONE,
    IMMUTABLE,
    KEPT,
    LEFT,
    STATES,
    TO_DELETE,
    Extra,
)

_WORDS = {
    TO_DELETE: "would go",
    DELETED: "deleted",
    LEFT: "left",
    KEPT: "kept",
    GONE: "deleted by somebody else",
}

# How to delete what is kept for a reason.
_HOW = {
    BY_TASK: "carried_by: task (-e prune_destination_carried_by=task)",
    IMMUTABLE: "immutable: true (-e prune_destination_immutable=true)",
}


def result(instance_id: str, sources: Sequence[str], extras: Sequence[Extra], most: int) -> dict[str, Any]:
    """Return what became of each extra.

    Args:
        instance_id: the destination.
        sources: IDs of the source instances.
        extras: what only the destination has.
        most: how many of the images that are kept are returned one by one.
    """
    # What is deleted is always named one by one. What is kept may be very many.
    kept = [extra for extra in extras if extra.state == KEPT]
    others = [extra for extra in extras if extra.state != KEPT]
    counts = {state: _counted([extra for extra in extras if extra.state == state]) for state in STATES}
    return {
        "changed": any(extra.state in (TO_DELETE, DELETED) or extra.uncertain for extra in extras),
        "instance_id": instance_id,
        "source_instance_ids": [*sources],
        "counts": counts,
        "images": [extra.to_result(instance_id) for extra in (*others, *kept[:most])],
        "reasons": _reasons(kept),
        "summary": _summary(counts, _reasons(kept)),
        "going": [f"{extra.to_result(instance_id)['target']}: {extra.state.replace('_', ' ')}" for extra in others],
        "diff": {"before": "".join(map(_line, others)), "after": "".join(map(_line, _staying(others)))},
    }


def so_far(extras: Sequence[Extra]) -> str:
    """Return a sentence about a run that ends early."""
    deleted = sum(extra.state == DELETED for extra in extras)
    uncertain = sum(extra.uncertain for extra in extras)
    left = sum(extra.state in (LEFT, TO_DELETE) for extra in extras) - uncertain
    perhaps = f", {uncertain:,} may have been" if uncertain else ""
    return f"{deleted:,} images were deleted{perhaps} and {left:,} are left; run it again to go on."


def _counted(extras: Sequence[Extra]) -> dict[str, int]:
    return {"images": len(extras), "bytes": sum(extra.held.size for extra in extras)}


def _reasons(kept: Sequence[Extra]) -> list[dict[str, Any]]:
    """Return why images are kept, the most frequent reason first."""
    found: dict[str, list[Extra]] = {}
    for extra in kept:
        found.setdefault(extra.reason, []).append(extra)
    rows = [{"reason": reason, **_counted(extras), "example": extras[0].path} for reason, extras in found.items()]
    return sorted(rows, key=lambda row: (-int(str(row["images"])), str(row["example"])))


def _summary(counts: dict[str, dict[str, int]], reasons: Sequence[dict[str, Any]]) -> list[str]:
    parts = [
        f"{count['images']:,} {_WORDS[state]} ({bytes_to_human(count['bytes'])})"
        for state, count in counts.items()
        if count["images"]
    ]
    first = (
        f"images that no source has: {', '.join(parts)}" if parts else "the destination has nothing that no source has"
    )
    return [first, *map(_kept, reasons)]


def _kept(row: dict[str, Any]) -> str:
    """Return a line about what is kept for one reason, and about the option that would let it go."""
    how = _HOW.get(row["reason"])
    end = f". To delete {'it' if row['images'] == 1 else 'them'}, run it again with {how}." if how else ""
    return f"{row['images']:,} kept: {row['reason']}, such as {row['example']}{end}"


def _staying(others: Sequence[Extra]) -> list[Extra]:
    return [extra for extra in others if extra.state == LEFT]


def _line(extra: Extra) -> str:
    return f"{extra.path} {extra.held.digest} ({bytes_to_human(extra.held.size)})\n"
