# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a report's counts in Prometheus's text format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

Report = Mapping[str, Any]
Labels = Mapping[str, str]

_STATES = ("good", "warning", "bad")
# Labels as Prometheus writes the quantiles of a summary.
_QUANTILES = {"0.5": "median", "0.95": "p95", "1": "worst"}


class _Metric(NamedTuple):
    """One gauge with its values by labels."""

    name: str
    help: str
    values: Iterable[tuple[Labels, float]]


def metrics(report: Report) -> str:
    """Return all metrics of a report that have values."""
    lines: list[str] = []
    for metric in _metrics(report):
        # 17 digits hold every float without loss.
        samples = [f"{metric.name}{_labels(labels)} {value:.17g}" for labels, value in metric.values]
        if samples:
            lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} gauge", *samples]
    return "".join(f"{line}\n" for line in lines)


def _metrics(report: Report) -> Iterator[_Metric]:
    made_at = datetime.fromisoformat(report["made_at"].replace("Z", "+00:00")).timestamp()
    yield _Metric("acr_sync_report_timestamp_seconds", "When the report was made.", [({}, made_at)])
    yield _Metric(
        "acr_sync_verdict",
        "1 for the state of the whole: good, warning or bad.",
        [({"state": state}, float(state == report["verdict"]["state"])) for state in _STATES],
    )
    yield from _of_images(report, made_at)
    yield from _of_set_up(report)


def _of_images(report: Report, made_at: float) -> Iterator[_Metric]:
    yield _Metric("acr_sync_images", "Images by namespace, destination and state.", _images(report))
    yield _Metric(
        "acr_sync_bytes",
        "Bytes of images by state.",
        [({"state": state}, count["bytes"]) for state, count in report["counts"].items()],
    )
    yield _Metric("acr_sync_lag_seconds", "Time from a push to its arrival; quantile 1 is the worst.", _lags(report))
    yield _Metric(
        "acr_sync_oldest_age_seconds",
        "Age of the push that has waited longest for its arrival, by state.",
        _ages(report, made_at),
    )


def _of_set_up(report: Report) -> Iterator[_Metric]:
    rules = Counter((row["host"], row["kind"]) for row in report["rules"])
    yield _Metric(
        "acr_sync_rules",
        "Sync rules by how they stand beside the inventory.",
        [({"source": host, "standing": kind}, count) for (host, kind), count in sorted(rules.items())],
    )
    found = Counter[str]()
    for finding in report["findings"]:
        found[finding["severity"]] += finding["count"]
    yield _Metric(
        "acr_sync_findings",
        "What is wrong with the set-up, by severity.",
        [({"severity": severity}, found[severity]) for severity in ("error", "warning")],
    )
    hosts = {row["host"] for row in report["not_looked_at"]}
    yield _Metric("acr_sync_not_looked_at", "Hosts that could not be looked at.", [({}, len(hosts))])


def _images(report: Report) -> Iterator[tuple[Labels, float]]:
    for row in report["coverage"]:
        place = {"source": row["host"], "namespace": row["namespace"], "destination": row["target"]}
        for state, images in row["states"].items():
            yield {**place, "state": state}, images


def _lags(report: Report) -> Iterator[tuple[Labels, float]]:
    for lag in report["lags"]:
        for quantile, name in _QUANTILES.items():
            yield {"source": lag["host"], "quantile": quantile}, lag[name]


def _ages(report: Report, now: float) -> Iterator[tuple[Labels, float]]:
    oldest: dict[tuple[str, str, str], int] = {}
    for row in (*report["troubles"], *report["others"]):
        if row["state"] in ("failed", "missing", "different", "waiting") and row["oldest"]:
            key = (row["host"], row["target"], row["state"])
            oldest[key] = min(oldest.get(key, row["oldest"]), row["oldest"])
    for (host, target, state), pushed in sorted(oldest.items()):
        yield {"source": host, "destination": target, "state": state}, max(now - pushed / 1000, 0)


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(str(value))}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    # Prometheus's text format wants these three characters escaped in a label.
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
