# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report the lag from a push to its arrival."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# Steps of time on the report's chart, in seconds, which people read easily.
_STEPS = (
    *(count * _MINUTE for count in (1, 5, 15)),
    *(count * _HOUR for count in (1, 4, 12)),
    *(count * _DAY for count in (1, 7, 30, 365)),
)
_MOST_STEPS = 40  # bars of the chart, for which a page has room


def lag(lags: Iterable[tuple[int, float]]) -> dict[str, Any]:
    """Return count, median, 95th percentile and worst of lags, in all and over time.

    Args:
        lags: each with the second at which its image was pushed, and its seconds.
    """
    ordered = sorted(lags)
    return percentiles([seconds for _pushed, seconds in ordered]) | {"over_time": _over_time(ordered)}


def percentiles(lags: Iterable[float]) -> dict[str, Any]:
    """Return count, median, 95th percentile and worst; None if there are no lags."""
    ordered = sorted(lags)
    count = len(ordered)
    if not ordered:
        return {"count": 0, "median": None, "p95": None, "worst": None}
    # Whole positions: among many lags, a mean of two neighbours would differ by nothing that anybody sees.
    return {"count": count, "median": ordered[count // 2], "p95": ordered[count * 95 // 100], "worst": ordered[-1]}


def _over_time(lags: Sequence[tuple[int, float]]) -> list[dict[str, Any]]:
    """Return the lag by push time, empty steps included."""
    if not lags:
        return []
    first, last = lags[0][0], lags[-1][0]
    step = next((step for step in _STEPS if last // step - first // step < _MOST_STEPS), _STEPS[-1])
    steps: defaultdict[int, list[float]] = defaultdict(list)
    for pushed, seconds in lags:
        steps[pushed // step].append(seconds)
    return [
        {"from": _iso(number * step), "to": _iso((number + 1) * step), **percentiles(steps.get(number, ()))}
        for number in range(first // step, last // step + 1)
    ]


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
