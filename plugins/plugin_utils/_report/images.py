# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report how many images have arrived where, and why the others have not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.traffic import Load, traffic
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import ARRIVED, BAD, STATES

Row = Mapping[str, Any]
Verified = Mapping[str, Row]

# Repositories with the same trouble that have a row each. More of them share a row, since it is one problem to solve.
_ROWS_EACH = 3
# Names in such a row; it does not get longer than a line.
_NAMED = 3


def counts(verified: Verified) -> dict[str, dict[str, int]]:
    """Return the number and bytes of images by state."""
    found = {state: {"images": 0, "bytes": 0} for state in STATES}
    for result in verified.values():
        for state, count in result["counts"].items():
            found[state]["images"] += count["images"]
            found[state]["bytes"] += count["bytes"]
    return found


def by_state(states: Mapping[str, int]) -> dict[str, Any]:
    """Return how many images are wanted, have arrived and are bad, and the number of each state."""
    found = Counter(states)
    return {
        "wanted": found.total() - found["extra"],
        "arrived": sum(found[state] for state in ARRIVED),
        "bad": sum(found[state] for state in BAD),
        "states": {state: found[state] for state in STATES if found[state]},
    }


def coverage(verified: Verified, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return each namespace with its targets, the worst first."""
    found = []
    for host, result in verified.items():
        for row in result["namespaces"]:
            # uncovered() lists the namespaces without a target.
            if row["target_instance_id"] is not None:
                found.append(
                    {"host": host, "namespace": row["namespace"], **_target(row, names), **by_state(row["states"])}
                )
    return sorted(found, key=lambda row: (-row["bad"], row["arrived"] - row["wanted"], row["host"], row["namespace"]))


def uncovered(verified: Verified) -> list[dict[str, Any]]:
    """Return each source's uncovered namespaces, a row each."""
    rows = []
    for host, result in verified.items():
        names = [row["namespace"] for row in result["namespaces"] if row["target_instance_id"] is None]
        if names:
            rows.append({"host": host, "namespaces": names})
    return rows


def by_records(verified: Verified, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the destinations of each source that were judged by the records alone."""
    rows: list[dict[str, Any]] = []
    for host, result in verified.items():
        for place in result.get("by_records", []):
            named = place["name"] or names.get(place["instance_id"]) or place["instance_id"]
            rows.append({"host": host, **place, "target": named})
    return rows


def troubles(verified: Verified, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return bad images by repository; several repositories with the same trouble share a row."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in _rows(verified, names, "troubles"):
        key = tuple(str(row[name]) for name in ("host", "target", "rule", "state", "reason"))
        groups.setdefault(key, []).append({**row, "repositories": 1})
    found = []
    for rows in groups.values():
        found += rows if len(rows) <= _ROWS_EACH else [_together(rows)]
    return sorted(found, key=_worst_first)


def reasons(verified: Verified) -> list[dict[str, Any]]:
    """Return why images are bad, the most frequent reason first."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for result in verified.values():
        for row in result["reasons"]:
            known = found.setdefault((row["state"], row["reason"]), {**row, "images": 0, "repositories": 0})
            known["images"] += row["images"]
            known["failed_at"] = max(known["failed_at"] or 0, row["failed_at"] or 0) or None
            known["repositories"] += row["repositories"]
    return sorted(found.values(), key=lambda row: -row["images"])


def others(verified: Verified, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return images that have not arrived although nothing is wrong."""
    return sorted(_rows(verified, names, "others"), key=_worst_first)


def images(verified: Verified) -> list[dict[str, Any]]:
    """Return the bad images that the verifications kept one by one."""
    kept: list[dict[str, Any]] = []
    for host, result in verified.items():
        kept += [{"host": host, **image} for image in result["images"]]
    return kept


def not_there(verified: Verified) -> dict[str, Any]:
    """Return the images and bytes that have not arrived, by pair of regions."""
    loads: list[Load] = []
    for result in verified.values():
        for pair in result.get("traffic", {}).get("pairs", []):
            loads.append(Load(pair["source_region"], pair["target_region"], pair["bytes"], images=pair["images"]))
    return traffic(loads)


def settings(verified: Verified, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the settings that differ from their sources'."""
    rows: list[dict[str, Any]] = []
    for host, result in verified.items():
        for row in result.get("settings", []):
            place = names.get(row["target_instance_id"], row["target_instance_id"])
            rows.append({"host": host, **row, "target_host": place})
    return rows


def lags(verified: Verified) -> list[dict[str, Any]]:
    """Return each source's lag, the slowest first."""
    found = [{"host": host, **result["lag"]} for host, result in verified.items() if result["lag"]["count"]]
    # By the 95th percentile, since a single slow image says little about a source.
    return sorted(found, key=lambda lag: -lag["p95"])


def _rows(verified: Verified, names: Mapping[str, str], kind: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for host, result in verified.items():
        rows += [{"host": host, **row, **_target(row, names)} for row in result[kind]]
    return rows


def _target(row: Row, names: Mapping[str, str]) -> dict[str, str]:
    return {"target": names.get(row["target_instance_id"], row["target_instance_id"])}


def _together(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one row for several similar repositories."""
    named = ", ".join(row["repository"] for row in rows[:_NAMED])
    return {
        **rows[0],
        "repository": f"{named} and {len(rows) - _NAMED:,} more",
        "repositories": len(rows),
        "images": sum(row["images"] for row in rows),
        "bytes": sum(row["bytes"] for row in rows),
        # Tags of several repositories would not show which belongs to which.
        "tags": [],
        "pushed": max((row["pushed"] or 0 for row in rows), default=0) or None,
        "failed_at": max((row["failed_at"] or 0 for row in rows), default=0) or None,
        "oldest": min((row["oldest"] for row in rows if row["oldest"]), default=None),
    }


def _worst_first(row: Row) -> tuple[Any, ...]:
    return (STATES.index(row["state"]), -row["images"], str(row.get("repository") or row.get("namespace")))
