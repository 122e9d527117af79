# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How sync is, in one word and one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.images import BAD, Row
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.set_up import AS_WANTED, UNKNOWN


def verdict(report: Row) -> dict[str, str]:
    """`state` (good, warning or bad) and `sentence` of a report without them."""
    count = {state: one["images"] for state, one in report["counts"].items()}
    wrong, doubtful = _wrong(report, count), _doubtful(report, count)
    arrived, wanted, bad = (report["total"][name] for name in ("arrived", "wanted", "bad"))
    said: list[Any] = [
        not bad and wanted and f"{_all_or(arrived, wanted)} that rules cover arrived",
        not wanted and report["sources"] and "no rule covers an image",
        *wrong,
        *doubtful,
        count["older"] and f"{_images(count['older'])} older than their rule, never sent",
    ]
    sentence = "; ".join(part for part in said if part) or "nothing is wrong"
    state = "bad" if any(wrong) else "warning" if any(doubtful) else "good"
    return {"state": state, "sentence": f"{sentence[0].upper()}{sentence[1:]}."}


def _wrong(report: Row, count: Row) -> list[Any]:
    rules = sum(rule["standing"] not in (AS_WANTED, UNKNOWN) for rule in report["rules"])
    errors = _severities(report)["error"]
    unseen = {one["host"]: None for one in report["not_looked_at"]}
    bad, wanted = report["total"]["bad"], report["total"]["wanted"]
    return [
        bad and f"{bad:,} of {_images(wanted)} did not arrive ({_listed(count, BAD)})",
        rules and f"{_plural(rules, 'sync rule')} missing or not as in the inventory",
        errors and f"{_plural(errors, 'error')} in the set-up",
        unseen and f"could not look at {', '.join(unseen)}",
    ]


def _doubtful(report: Row, count: Row) -> list[Any]:
    warnings = _severities(report)["warning"]
    return [
        count["waiting"] and f"{_images(count['waiting'])} on the way",
        warnings and f"{_plural(warnings, 'warning')} about the set-up",
    ]


def _severities(report: Row) -> Counter[str]:
    return Counter(finding["severity"] for finding in report["findings"])


def _all_or(arrived: int, wanted: int) -> str:
    if arrived < wanted:
        return f"{arrived:,} of {_images(wanted)}"
    return f"all {_images(wanted)}" if wanted > 1 else "the only image"


def _images(count: int) -> str:
    return _plural(count, "image")


def _plural(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _listed(count: Row, states: Iterable[str]) -> str:
    return ", ".join(f"{count[state]:,} {state}" for state in states if count[state])
