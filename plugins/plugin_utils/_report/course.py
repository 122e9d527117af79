# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw how a figure changed over the last runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.units import duration, share

Runs = Sequence[Mapping[str, Any]]

_WIDE = 1000  # units across the drawing, whatever its width on the page


def course(runs: Runs, kind: str) -> dict[str, Any]:
    """Return how to draw `coverage` or `lag`: its points, marks with words, and the ends of the axis.

    A run without the figure, such as one that could look at nothing, leaves a gap.
    """
    values = [_coverage(run) if kind == "coverage" else run["lag"]["p95"] for run in runs]
    known = [value for value in values if value is not None]
    if not known:
        return {"points": [], "marks": [], "low": "", "high": "", "last": ""}
    # Coverage goes from its least up to 100 %, but at least from 99 %, so that a missing image does not look like a
    # fall. Lag goes from 0 up to its most; a millisecond keeps the axis from being empty.
    low, high = (min(*known, 0.99), 1.0) if kind == "coverage" else (0.0, max(*known, 0.001))
    step = _WIDE / max(len(runs) - 1, 1)
    written = [_written(run, kind) for run in runs]
    return {
        "points": _points([None if value is None else (high - value) / (high - low) for value in values], step),
        "marks": _marks(runs, written, step),
        "low": f"{low * 100:.4g} %" if kind == "coverage" else "0 s",
        "high": "100 %" if kind == "coverage" else duration(high),
        "last": written[-1],
    }


def _points(depths: Sequence[float | None], step: float) -> list[str]:
    """Return a line for each stretch without a gap; a depth of 0 is the top of the drawing, and 1 its bottom."""
    stretches: list[list[str]] = [[]]
    for number, depth in enumerate(depths):
        if depth is None:
            stretches.append([])
        else:
            stretches[-1].append(f"{number * step:.1f},{depth * 100:.1f}")
    return [" ".join(stretch) for stretch in stretches if stretch]


def _marks(runs: Runs, written: Sequence[str], step: float) -> list[dict[str, Any]]:
    """Return the strip of each run that shows its words when pointed at."""
    return [
        {
            # A strip lies around its run's point. The first begins with the drawing.
            "x": round(max(number - 0.5, 0) * step, 1),
            "width": round(step, 1),
            "words": f"{run['made_at'][:16].replace('T', ' ')}: {words}",
        }
        for number, (run, words) in enumerate(zip(runs, written, strict=True))
    ]


def _coverage(run: Mapping[str, Any]) -> float | None:
    return run["arrived"] / run["wanted"] if run["wanted"] else None


def _written(run: Mapping[str, Any], kind: str) -> str:
    return share(run["arrived"], run["wanted"]) if kind == "coverage" else duration(run["lag"]["p95"])
