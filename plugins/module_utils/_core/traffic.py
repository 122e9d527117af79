# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sum up bytes by pair of regions, and by the border between.

No prices are known here, only what a price list asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from ansible.module_utils.common.text.formatters import bytes_to_human

from ansible_collections.registryops.alicloud.plugins.module_utils._core.regions import (
    CROSS_BORDER,
    UNKNOWN,
    border,
    in_words,
)


class Load(NamedTuple):
    """Images on one way between regions.

    `digest` is None if it is not known, as of several images together.
    """

    source_region: str | None
    target_region: str | None
    size: int
    digest: str | None = None
    images: int = 1


@dataclass
class Sum:
    """What goes over one border, or between two regions.

    `distinct` are the bytes if each digest crosses only once; None if a digest is not known.
    """

    images: int = 0
    size: int = 0
    distinct: int | None = 0

    def add(self, load: Load, *, again: bool) -> None:
        self.images += load.images
        self.size += load.size
        if load.digest is None or self.distinct is None:
            self.distinct = None
        elif not again:
            self.distinct += load.size

    def to_result(self) -> dict[str, int | None]:
        return {"images": self.images, "bytes": self.size, "distinct_bytes": self.distinct}


def traffic(loads: Iterable[Load]) -> dict[str, Any]:
    """Return what goes between which regions, and over which border."""
    pairs: dict[tuple[str | None, str | None], Sum] = {}
    borders = {CROSS_BORDER: Sum(), UNKNOWN: Sum()}
    seen: set[tuple[str | None, str | None, str]] = set()
    for load in loads:
        pair = (load.source_region or None, load.target_region or None)
        again = load.digest is not None and (*pair, load.digest) in seen
        if load.digest is not None:
            seen.add((*pair, load.digest))
        pairs.setdefault(pair, Sum()).add(load, again=again)
        crossed = borders.get(border(*pair))
        if crossed is not None:
            crossed.add(load, again=again)
    # As text, since a region that is not known is None.
    in_order = sorted(pairs, key=lambda pair: tuple(map(str, pair)))
    told = [_pair(pair, pairs[pair]) for pair in in_order]
    return {
        "pairs": told,
        "cross_border": borders[CROSS_BORDER].to_result(),
        "unknown": borders[UNKNOWN].to_result(),
        "summary": [_sentence(pair) for pair in told],
    }


def lines(told: dict[str, Any]) -> str:
    """Return the summary as lines of a diff."""
    return "".join(f"{sentence}\n" for sentence in told["summary"])


def _pair(pair: tuple[str | None, str | None], total: Sum) -> dict[str, Any]:
    source, target = pair
    return {"source_region": source, "target_region": target, "border": border(source, target), **total.to_result()}


def _sentence(pair: dict[str, Any]) -> str:
    source, target = (pair[name] or "a region that is not known" for name in ("source_region", "target_region"))
    images = "1 image" if pair["images"] == 1 else f"{pair['images']:,} images"
    sentence = f"{source} to {target}, {in_words(pair['border'])}: {images}, {bytes_to_human(pair['bytes'])}"
    if pair["distinct_bytes"] not in (None, pair["bytes"]):
        sentence += f" ({bytes_to_human(pair['distinct_bytes'])} if each digest goes once)"
    return sentence
