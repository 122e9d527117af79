# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report is made of, and images as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.filter import acr_images_csv, acr_sync_report
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.lag import lag

from .report_estate import DESTINATION, INSTANCES, SOURCE, estate

report_of = acr_sync_report.FilterModule().filters()["acr_sync_report"]
csv_of = acr_images_csv.FilterModule().filters()["acr_images_csv"]
MINUTE, DAY = 60_000, 86_400_000


def image(state: str, reason: str = "", **said: Any) -> dict[str, Any]:
    named = {"namespace": "prod", "repository": "web", "tag": "1.0", **said}
    source = "{namespace}/{repository}:{tag}".format(**named)
    known = {"rule": "r", "target_instance_id": INSTANCES[DESTINATION], "size": 10, "pushed": DAY, "lag": None}
    return {**known, "source": source, "state": state, "reason": reason, **named}


def reported(*images: dict[str, Any], **found: Any) -> dict[str, Any]:
    """The report of a source with such images; `found` are other results of verify_sync, and findings and grants."""
    findings, grants = found.pop("findings", []), found.pop("grants", [])
    verified = {"rules": [], "wanted": [], "namespaces": ["prod"], "unreadable": [], "images": list(images), **found}
    audited = {"findings": findings, "grants": grants}
    hosts = {
        SOURCE: {"acr_instance_id": "cri-s", "verify_sync_result": verified, "audit_sync_result": audited},
        DESTINATION: {"acr_instance_id": INSTANCES[DESTINATION], "audit_sync_result": {"findings": [], "grants": []}},
    }
    report: dict[str, Any] = report_of(hosts, [SOURCE], [DESTINATION], made_at="2026-11-25T00:00:00Z")
    return report


ERROR = {"severity": "error", "problem": "p", "remedy": "r"}
VERDICTS: list[tuple[dict[str, Any], str, str]] = [
    ({"images": [image("same"), image("carried")]}, "good", "All 2 images that rules cover arrived."),
    ({"images": []}, "good", "No rule covers an image."),
    ({"images": [image("extra")]}, "good", "No rule covers an image."),
    (
        {"images": [image("same"), image("older")]},
        "good",
        "1 of 2 images that rules cover arrived; 1 image older than their rule, never sent.",
    ),
    (
        {"images": [image("same"), image("waiting")]},
        "warning",
        "1 of 2 images that rules cover arrived; 1 image on the way.",
    ),
    (
        {"images": [image("missing"), image("failed"), image("same")]},
        "bad",
        "2 of 3 images did not arrive (1 failed, 1 missing).",
    ),
    (
        {"images": [image("same")], "findings": [ERROR, {**ERROR, "severity": "warning"}]},
        "bad",
        "The only image that rules cover arrived; 1 error in the set-up; 1 warning about the set-up.",
    ),
    (
        {"images": [image("carried")], "unreadable": [{"host": DESTINATION, "reason": "SignatureDoesNotMatch"}]},
        "bad",
        f"The only image that rules cover arrived; could not look at {DESTINATION}.",
    ),
    (
        {"images": [image("same")], "wanted": [{"name": "r", "action": "created", "sync_rule": {}}]},
        "bad",
        "The only image that rules cover arrived; 1 sync rule missing or not as in the inventory.",
    ),
]


@pytest.mark.parametrize(("found", "state", "sentence"), VERDICTS, ids=[one[2] for one in VERDICTS])
def test_a_verdict_says_it_in_a_sentence(found: dict[str, Any], state: str, sentence: str) -> None:
    verdict = reported(*found["images"], **{name: value for name, value in found.items() if name != "images"})[
        "verdict"
    ]
    assert verdict == {"state": state, "sentence": sentence}


def test_what_is_missing_is_counted_by_reason_and_by_place() -> None:
    lost = "no such blob sha256:{} of prod/web:{}"
    report = reported(
        image("failed", lost.format("0" * 64, "1.0"), tag="1.0", pushed=DAY),
        image("failed", lost.format("1" * 64, "1.1"), tag="1.1", pushed=2 * DAY),
        image("failed", "no such blob sha256:{} of prod/api:9".format("2" * 64), repository="api", tag="9"),
        image("missing", "no record", namespace="team"),
        image("same"),
    )
    assert [(one["reason"], one["images"], one["repositories"]) for one in report["reasons"]] == [
        ("no such blob … of the image", 3, 2),
        ("no record", 1, 1),
    ]
    places = [(one["state"], one["repository"], one["target"], one["tags"]) for one in report["troubles"]]
    assert places == [
        ("failed", "prod/web", DESTINATION, ["1.1", "1.0"]),
        ("failed", "prod/api", DESTINATION, ["9"]),
        ("missing", "team/web", DESTINATION, ["1.0"]),
    ]
    assert report["troubles"][0]["pushed"] == 2 * DAY


def test_what_is_neither_there_nor_wrong_is_counted_by_namespace() -> None:
    report = reported(image("older"), image("older", repository="api"), image("waiting", namespace="z"), image("extra"))
    found = [(one["state"], one["namespace"], one["images"], one["repositories"]) for one in report["others"]]
    assert found == [("waiting", "z", 1, 1), ("older", "prod", 2, 2), ("extra", "prod", 1, 1)]
    assert report["troubles"] == report["reasons"] == []


def test_coverage_has_the_worst_first_and_what_no_rule_covers_last() -> None:
    report = reported(
        *(image("same", namespace="good"), image("missing", namespace="bad"), image("older", namespace="old")),
        image("extra", namespace="old"),
        namespaces=["good", "bad", "old", "none"],
    )
    found = [(one["namespace"], one["target"], one["arrived"], one["wanted"], one["bad"]) for one in report["coverage"]]
    assert found == [
        ("bad", DESTINATION, 0, 1, 1),
        ("old", DESTINATION, 0, 1, 0),
        ("good", DESTINATION, 1, 1, 0),
        ("none", None, 0, 0, 0),
    ]


def test_rules_stand_beside_the_inventory() -> None:
    rule = {"scope": "namespace", "namespace": "prod", "target_instance_id": INSTANCES[DESTINATION]}
    whole = {"scope": "instance", "repository_filter": "^web"}
    one = {"scope": "repository", "namespace": "prod", "repository": "web"}
    actions = {"kept": "unchanged", "new": "created", "other": "replaced", "bad": "failed"}
    report = reported(
        image("same", rule="kept"),
        rules=[{"name": "kept", **rule}, {"name": "other", **whole}, {"name": "foreign", **one}],
        wanted=[{"name": name, "action": action, "sync_rule": rule} for name, action in actions.items()],
    )
    found = [(one["name"], one["standing"], one["covers"], one["arrived"]) for one in report["rules"]]
    assert found == [
        ("new", "missing", "prod/*", 0),
        ("other", "not as in the inventory", "*/^web", 0),
        ("bad", "cannot be made", "prod/*", 0),
        ("foreign", "not in the inventory", "prod/web", 0),
        ("kept", "as in the inventory", "prod/*", 1),
    ]


def test_a_host_that_was_not_looked_at_is_named() -> None:
    hosts = estate(3)
    del hosts[SOURCE]["verify_sync_result"], hosts[DESTINATION]["audit_sync_result"]
    report = report_of(hosts, [SOURCE], [DESTINATION], made_at="")
    assert [(one["host"], one["reason"].split()[0]) for one in report["not_looked_at"]] == [
        (SOURCE, "verify_sync"),
        (DESTINATION, "audit_sync"),
    ]
    assert report["verdict"]["sentence"].startswith(f"Could not look at {SOURCE}, {DESTINATION}; ")


def test_a_grant_is_shown_once_for_all_instances_of_its_account() -> None:
    hosts = estate(1)
    hosts["prod-us"] = hosts[DESTINATION]
    [grant] = report_of(hosts, [SOURCE], [DESTINATION, "prod-us"], made_at="")["grants"]
    assert grant["hosts"] == [DESTINATION, "prod-us"]
    assert grant["trusts"] == [{"account_id": hosts[SOURCE]["acr_account_id"], "host": SOURCE}]


@pytest.mark.parametrize(
    ("minutes", "steps", "first", "last"),
    [
        ([], 0, "", ""),
        ([5], 1, "1970-01-01T00:05:00Z", "1970-01-01T00:06:00Z"),
        ([5, 7], 3, "1970-01-01T00:05:00Z", "1970-01-01T00:08:00Z"),
        ([0, 60], 13, "1970-01-01T00:00:00Z", "1970-01-01T01:05:00Z"),
        ([0, 14 * 24 * 60], 29, "1970-01-01T00:00:00Z", "1970-01-15T12:00:00Z"),
        ([0, 59 * 365 * 24 * 60], 60, "1970-01-01T00:00:00Z", "2029-12-17T00:00:00Z"),
    ],
)
def test_lag_over_time_comes_in_steps_for_people(minutes: list[int], steps: int, first: str, last: str) -> None:
    found = lag([image("same", pushed=minute * MINUTE, lag=3.0) for minute in minutes])["over_time"]
    assert len(found) == steps
    assert sum(step["count"] for step in found) == len(minutes)
    assert not steps or (found[0]["from"], found[-1]["to"]) == (first, last)


def test_lag_is_told_by_percentiles() -> None:
    found = lag([image("same", lag=float(seconds)) for seconds in range(100, 0, -1)] + [image("same")])
    assert {name: found[name] for name in ("count", "median", "p95", "worst")} == {
        "count": 100,
        "median": 51.0,
        "p95": 96.0,
        "worst": 100.0,
    }


def test_images_as_csv_hold_no_formula() -> None:
    bad = image("failed", '=HYPERLINK("evil")', lag=1.5, arrived=DAY + 1)
    [row] = csv.DictReader(io.StringIO(csv_of([{"host": SOURCE, **bad}])))
    assert row["reason"] == '\'=HYPERLINK("evil")'
    assert (row["host"], row["source"], row["size"], row["lag"]) == (SOURCE, "prod/web:1.0", "10", "1.5")
    assert (row["pushed"], row["arrived"]) == ("1970-01-02T00:00:00.000+00:00", "1970-01-02T00:00:00.001+00:00")
