# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write metrics and history, and use them as examples do."""

from __future__ import annotations

import json
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.registryops.alicloud.plugins.filter.acr_sync_report import sync_report
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.course import course
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.history import history
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.metrics import metrics

from .report_estate import DESTINATION, SOURCE, estate

EXAMPLES = Path(__file__).parents[3] / "docs/examples/prometheus"
NOW = "2026-11-26T00:00:00Z"


def report(**more: Any) -> dict[str, Any]:
    return {**sync_report(estate(300), [SOURCE], [DESTINATION], made_at=NOW), **more}


def read(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Return the values of each metric by their labels."""
    return {
        family.name: {tuple(sorted(sample.labels.items())): sample.value for sample in family.samples}
        for family in text_string_to_metric_families(text)
    }


def test_the_metrics_are_the_figures_of_the_report() -> None:
    found, said = read(metrics(report())), report()
    assert sum(found["acr_sync_images"].values()) == sum(count["images"] for count in said["counts"].values())
    assert found["acr_sync_bytes"][("state", "same"),] == said["counts"]["same"]["bytes"]
    assert found["acr_sync_lag_seconds"][("quantile", "0.95"), ("source", SOURCE)] == said["lag"]["p95"]
    assert found["acr_sync_verdict"] == {(("state", state),): state == "bad" for state in ("good", "warning", "bad")}
    assert found["acr_sync_rules"][("source", SOURCE), ("standing", "unlisted")] == 1
    assert found["acr_sync_not_looked_at"] == {(): 0}
    assert found["acr_sync_report_timestamp_seconds"] == {(): 1795651200.0}  # NOW


def test_the_age_is_that_of_the_oldest_push_that_has_not_arrived() -> None:
    said = report()
    pushed = min(row["oldest"] for row in said["troubles"] if row["state"] == "failed")
    labels = (("destination", DESTINATION), ("source", SOURCE), ("state", "failed"))
    assert read(metrics(said))["acr_sync_oldest_age_seconds"][labels] == pytest.approx(1795651200 - pushed / 1000)


def test_what_is_no_plain_text_is_escaped() -> None:
    # The three signs that the text format of Prometheus escapes in a label.
    hostile = 'a"b\\c\nd'
    found = read(metrics(report(lags=[{"host": hostile, "median": 1, "p95": 2, "worst": 3}])))
    assert found["acr_sync_lag_seconds"][("quantile", "1"), ("source", hostile)] == 3


def test_what_is_not_known_is_left_out() -> None:
    blind = sync_report({SOURCE: {}, DESTINATION: {}}, [SOURCE], [DESTINATION], made_at=NOW)
    found = read(metrics(blind))
    assert "acr_sync_images" not in found
    assert "acr_sync_lag_seconds" not in found
    assert found["acr_sync_not_looked_at"] == {(): 2}


@pytest.mark.parametrize("file", ["alerts.yml", "dashboard.json"])
def test_the_examples_use_metrics_and_labels_that_there_are(file: str) -> None:
    text = (EXAMPLES / file).read_text(encoding="utf-8")
    assert yaml.safe_load(text)
    known = read(metrics(report()))
    names = set(re.findall(r"\bacr_sync_\w+", text))
    assert names
    assert names <= set(known)
    for labelled, selectors in re.findall(r"(acr_sync_\w+)\{([^}]*)\}", text):
        labels = {name for name, _value in chain.from_iterable(known[labelled])}
        assert {re.match(r"\w+", selector.strip())[0] for selector in selectors.split(",")} <= labels  # type: ignore[index]


def test_a_run_is_added_to_those_before_it() -> None:
    said = report()
    first = history(said, "", 10)
    assert first[0]["arrived"] == said["total"]["arrived"]
    text = "".join(f"{json.dumps(entry)}\n" for entry in first)
    assert history(said, text, 10) == [*first, *first]
    # Of 20 earlier runs the oldest go, so that ten are kept with this one.
    assert history(said, text * 20, 10) == first * 10


@pytest.mark.parametrize("line", ["", "{", "[]", "7", '{"made_at": "x"}', '{"lag": {}, "wanted": 1, "arrived": 1}'])
def test_a_line_that_is_no_entry_is_left_out(line: str) -> None:
    assert len(history(report(), f"{line}\n", 10)) == 1


def run(arrived: int, wanted: int, p95: float | None) -> dict[str, Any]:
    return {"made_at": NOW, "arrived": arrived, "wanted": wanted, "lag": {"p95": p95}}


def test_the_course_of_coverage_and_lag_is_drawn_with_gaps() -> None:
    runs = [run(50, 100, 10.0), run(0, 0, None), run(100, 100, 20.0)]
    # The picture is 1,000 wide and 100 high, and its y goes down. The run in the middle wanted nothing, and is a gap.
    coverage = course(runs, "coverage")
    assert coverage["points"] == ["0.0,100.0", "1000.0,0.0"]
    assert (coverage["low"], coverage["high"], coverage["last"]) == ("50 %", "100 %", "100.0 %")
    lag = course(runs, "lag")
    assert lag["points"] == ["0.0,50.0", "1000.0,0.0"]
    assert [mark["words"].rpartition(": ")[2] for mark in lag["marks"]] == ["10 s", "–", "20 s"]
    assert course([run(0, 0, None)], "lag")["points"] == []
