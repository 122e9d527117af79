# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep what each run found in a line, so that a report can show how it was before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_LAG = ("count", "median", "p95", "worst")


def history(report: Mapping[str, Any], text: str, most: int) -> list[dict[str, Any]]:
    """Return one entry for each run, the newest last.

    Args:
        report: the report of this run.
        text: the lines of earlier runs; a line that is no entry is left out, such as one that was cut short.
        most: how many entries are kept.
    """
    earlier = filter(None, map(_entry, text.splitlines()))
    return [*earlier, _summary(report)][-most:]


def _summary(report: Mapping[str, Any]) -> dict[str, Any]:
    total, lag = report["total"], report["lag"]
    return {
        "made_at": report["made_at"],
        "verdict": report["verdict"]["state"],
        "wanted": total["wanted"],
        "arrived": total["arrived"],
        "bad": total["bad"],
        "states": dict(total["states"]),
        "lag": {name: lag[name] for name in _LAG},
        "not_looked_at": len({row["host"] for row in report["not_looked_at"]}),
    }


def _entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    is_whole = isinstance(entry, dict) and isinstance(entry.get("lag"), dict) and set(_LAG) <= set(entry["lag"])
    known = is_whole and all(isinstance(entry.get(name), int) for name in ("wanted", "arrived"))
    return entry if known and isinstance(entry.get("made_at"), str) else None
