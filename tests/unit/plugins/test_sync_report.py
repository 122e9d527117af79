# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a report and read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.filter import acr_sync_report
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import unlisted_rules
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import Compared
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.destinations import (
    ABSENT,
    DestinationInstance,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.grants import (
    MISSING,
    NO_KEYS,
    Grant,
    Grants,
    Need,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.lag import lag
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.rules import Standing
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report import set_up
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.page import told
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.set_up import (
    beside_topology,
    findings,
    without_repeats,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.unseen import together

from .report_estate import DESTINATION, INSTANCES, SOURCE, compared, estate, verified_of

report_of = acr_sync_report.FilterModule().filters()["acr_sync_report"]
DAY = 86_400_000
TARGET = INSTANCES[DESTINATION]
PLACE = {"scope": "namespace", "namespace": "prod", "target_instance_id": INSTANCES[DESTINATION]}
STRAY = {**PLACE, "name": "stray", "instance_id": "cri-s", "target_region": "eu-central-1"}
MANUAL = {"trigger": "manual"}


def standing(name: str, kind: str, rule: Mapping[str, Any] = MappingProxyType(PLACE)) -> Standing:
    if kind == "unlisted":
        stray = {**STRAY, "trigger": rule.get("trigger")}
        [unlisted] = unlisted_rules([{**stray, "name": name}], [])
        return Standing(name, kind, stray, unlisted=unlisted)
    return Standing(name, kind, {**rule, "name": name})


def reported(*images: Compared, **found: Any) -> dict[str, Any]:
    """Return the report of a source with such images.

    `found` are other things, and what the audit found.
    """
    findings, grants = found.pop("audited", []), found.pop("grants", [])
    verified = verified_of(images, **found)
    audited = {"findings": findings, "grants": grants}
    hosts = {
        SOURCE: {"acr_instance_id": "cri-s", "verify_sync_result": verified, "audit_sync_result": audited},
        DESTINATION: {"acr_instance_id": INSTANCES[DESTINATION], "audit_sync_result": {"findings": [], "grants": []}},
    }
    report: dict[str, Any] = report_of(hosts, [SOURCE], [DESTINATION], made_at="2026-11-25T00:00:00Z")
    return report


ERROR = {"severity": "error", "check": "missing_grant", "subject": "s", "problem": "p", "remedy": "r"}
DEAD = {**ERROR, "check": "dead_rule", "subject": "sync rule r", "severity": "warning"}
BLIND = [{"host": DESTINATION, "reason": "SignatureDoesNotMatch"}]
VERDICTS: list[tuple[list[str], dict[str, Any], str, str]] = [
    (["same", "carried"], {}, "good", "All 2 images that rules cover arrived."),
    ([], {}, "good", "No rule covers an image."),
    (["extra"], {}, "good", "No rule covers an image."),
    (["same", "older"], {}, "warning", "1 of 2 images that rules cover arrived; 1 older than their rule, never sent."),
    (["older"] * 3, {}, "warning", "0 of 3 images that rules cover arrived; 3 older than their rule, never sent."),
    (["same", "waiting"], {}, "warning", "1 of 2 images that rules cover arrived; 1 on the way."),
    (["same", "unsigned"], {}, "warning", "All 2 images that rules cover arrived; 1 without their signature."),
    (
        ["missing", "failed", "same", "older"],
        {},
        "bad",
        "1 of 4 images that rules cover arrived; 1 failed, 1 missing; 1 older than their rule, never sent.",
    ),
    (
        ["same"],
        {"audited": [ERROR, DEAD]},
        "bad",
        "The only image that rules cover arrived; 1 error in the set-up (s); 1 warning about the set-up (sync rule r).",
    ),
    (
        ["carried"],
        {"unreadable": BLIND},
        "bad",
        f"The only image that rules cover arrived; could not look at {DESTINATION}.",
    ),
    (
        ["carried"],
        {"unreadable": BLIND, "destinations": {TARGET: DestinationInstance(TARGET, DESTINATION, unseen="that failed")}},
        "bad",
        f"The only image that rules cover arrived by the records of the source; could not look at {DESTINATION}.",
    ),
    (
        ["carried"] * 4,
        {"destinations": {TARGET: DestinationInstance(TARGET, unseen=NO_KEYS)}},
        "good",
        f"All 4 images that rules cover arrived by the records of the source; {DESTINATION} itself was not looked into,"
        " since no keys of it were given.",
    ),
    (
        ["same"],
        {"rules": [standing("r", "missing"), standing("s", "different")]},
        "bad",
        "The only image that rules cover arrived; 2 sync rules missing or not as in the inventory.",
    ),
    (
        ["same"],
        {"rules": [standing("r", "unlisted")]},
        "warning",
        "The only image that rules cover arrived; 1 sync rule is not in the inventory and still replicates.",
    ),
    (
        ["same"],
        {"rules": [standing("r", "unlisted"), standing("s", "unlisted"), standing("m", "unlisted", MANUAL)]},
        "warning",
        "The only image that rules cover arrived; 2 sync rules are not in the inventory and still replicate; 1 manual"
        " sync rule is not in the inventory.",
    ),
]


@pytest.mark.parametrize(("states", "found", "state", "sentence"), VERDICTS, ids=[case[3] for case in VERDICTS])
def test_a_verdict_says_it_in_a_sentence(states: list[str], found: dict[str, Any], state: str, sentence: str) -> None:
    report = reported(*(compared(state) for state in states), **found)
    assert report["verdict"] == {"state": state, "sentence": sentence}


def test_the_headline_the_counts_and_the_coverage_are_of_the_same_images() -> None:
    states = ("same", "carried", "unsigned", "failed", "missing", "different", "waiting", "older", "extra")
    report = reported(*(compared(state, namespace=state) for state in states * 2))
    assert report["verdict"]["sentence"].startswith("6 of 16 images that rules cover arrived; ")
    assert (report["total"]["arrived"], report["total"]["wanted"]) == (6, 16)
    assert sum(row["wanted"] for row in report["coverage"]) == 16
    assert sum(row["arrived"] for row in report["coverage"]) == 6
    numbers = [int(number) for number in re.findall(r"(?:; |, )(\d+)", report["verdict"]["sentence"])]
    assert sum(numbers) == 16 - 6 + 2  # what arrived without its signature is told, too


def test_what_is_missing_is_counted_by_reason_and_by_place() -> None:
    lost = "no such blob sha256:{} of prod/web:{}"
    report = reported(
        compared("failed", lost.format("0" * 64, "1.0"), tag="1.0", pushed=DAY),
        compared("failed", lost.format("1" * 64, "1.1"), tag="1.1", pushed=2 * DAY),
        compared("failed", "no such blob sha256:{} of prod/api:9".format("2" * 64), repository="api", tag="9"),
        compared("missing", "no record", namespace="team"),
        compared("same"),
    )
    assert [(row["reason"], row["images"], row["repositories"]) for row in report["reasons"]] == [
        ("no such blob … of the image", 3, 2),
        ("no record", 1, 1),
    ]
    places = [(row["state"], row["repository"], row["target"], row["tags"]) for row in report["troubles"]]
    assert places == [
        ("failed", "prod/web", DESTINATION, ["1.1", "1.0"]),
        ("failed", "prod/api", DESTINATION, ["9"]),
        ("missing", "team/web", DESTINATION, ["1.0"]),
    ]
    assert report["troubles"][0]["pushed"] == 2 * DAY


def test_what_is_neither_there_nor_wrong_is_counted_by_namespace() -> None:
    report = reported(
        compared("older"), compared("older", repository="api"), compared("waiting", namespace="z"), compared("extra")
    )
    found = [(row["state"], row["namespace"], row["images"], row["repositories"]) for row in report["others"]]
    assert found == [("waiting", "z", 1, 1), ("older", "prod", 2, 2), ("extra", "prod", 1, 1)]
    assert report["troubles"] == report["reasons"] == []


def test_coverage_has_the_worst_first_and_names_what_no_rule_covers_in_one_row() -> None:
    report = reported(
        *(compared("same", namespace="good"), compared("missing", namespace="bad"), compared("older", namespace="old")),
        compared("extra", namespace="old"),
        uncovered=["none", "nothing"],
    )
    found = [(row["namespace"], row["target"], row["arrived"], row["wanted"], row["bad"]) for row in report["coverage"]]
    assert found == [
        ("bad", DESTINATION, 0, 1, 1),
        ("old", DESTINATION, 0, 1, 0),
        ("good", DESTINATION, 1, 1, 0),
    ]
    assert report["uncovered"] == [{"host": SOURCE, "namespaces": ["none", "nothing"]}]


def test_one_trouble_of_many_repositories_is_one_row() -> None:
    lost = [compared("missing", "no record", repository=f"app-{number:02}") for number in range(30)]
    [row] = reported(*lost)["troubles"]
    assert (row["repository"], row["images"]) == ("prod/app-00, prod/app-01, prod/app-02 and 27 more", 30)


def test_one_fault_of_many_rules_is_one_row_and_counts_for_all() -> None:
    faults = [
        {**ERROR, "subject": f"sync rule r-{number:02}", "problem": f"r-{number:02} fails"} for number in range(30)
    ]
    report = reported(compared("same"), audited=faults)
    [row] = report["findings"]
    assert (row["problem"], row["count"]) == ("r-00 fails; and 29 more like it", 30)
    assert "30 errors in the set-up" in report["verdict"]["sentence"]


def test_rules_stand_beside_the_inventory() -> None:
    whole = {"scope": "instance", "repository_filter": "^web", "target_instance_id": "cri-else"}
    rules = [
        *(standing("kept", "as wanted"), standing("dead", "as wanted"), standing("new", "missing")),
        *(standing("other", "different", whole), standing("bad", "refused", {"name": "bad"})),
        *(standing("foreign", "unlisted"), standing("old", "unwanted")),
        standing("by hand", "unlisted", MANUAL),
    ]
    report = reported(compared("same", rule="kept"), rules=rules, audited=[{**DEAD, "subject": "sync rule dead"}])
    found = {row["name"]: (row["standing"], row["covers"], row["arrived"], row["ok"]) for row in report["rules"]}
    assert found == {
        "new": ("missing", "namespace prod", 0, False),
        "other": ("not as in the inventory", "the whole instance (repositories that match '^web')", 0, False),
        "bad": ("cannot be made", "–", 0, False),
        "foreign": ("not in the inventory, still replicates", "namespace prod", 0, False),
        "by hand": ("not in the inventory, sends only what it is told to", "namespace prod", 0, False),
        "old": ("should be gone", "namespace prod", 0, False),
        "dead": ("as in the inventory, but carries nothing", "namespace prod", 0, False),
        "kept": ("as in the inventory", "namespace prod", 1, True),
    }
    assert list(found)[-1] == "kept"


def test_one_thing_has_one_remedy() -> None:
    """Expect what both roles find once, and nothing twice of what images tell already."""
    rule = standing("stray", "unlisted")
    failing = {**ERROR, "check": "failing_rule", "subject": "sync rule r"}
    again = {**ERROR, "check": "unlisted_rule", "subject": "sync rule stray", "severity": "warning"}
    report = reported(compared("failed", "DISK_FULL"), rules=[rule], audited=[failing, again])
    assert [finding["subject"] for finding in report["findings"]] == ["sync rule stray"]


def test_the_topology_does_not_repeat_a_command_of_the_set_up() -> None:
    command, other = "`ansible-playbook registryops.alicloud.grant_access -e acr_region=eu`", "`ansible-playbook other`"
    told = [{"remedy": f"Run {command}."}]
    found = {"ways": [], "findings": [{"remedy": f"Run {command}, or delete it."}, {"remedy": f"Run {other}."}]}
    shown = without_repeats(found, told)
    assert [finding["remedy"] for finding in shown["findings"]] == [
        "Run the command that the set-up below has for it, or delete it.",
        f"Run {other}.",
    ]


def test_sources_that_meet_are_told_once() -> None:
    met = [{"host": host, "check": "sources_meet"} for host in ("eu", "us")]
    topology = {"findings": [{"check": "two_sources", "subject": "instance eu"}]}
    assert [finding["host"] for finding in beside_topology(met, topology)] == ["us"]


def test_what_one_command_mends_on_both_sides_is_one_finding() -> None:
    command = "`ansible-playbook registryops.alicloud.grant_access -i inventories/account_b`"
    here = {**ERROR, "subject": "sync rule r", "problem": "r is refused", "remedy": f"Ask its owner to run {command}."}
    there = {**ERROR, "subject": "grant", "problem": "there is no role", "remedy": f"Run {command}."}
    [finding] = findings({}, {SOURCE: {"findings": [here]}, DESTINATION: {"findings": [there]}})
    assert (finding["host"], finding["remedy"]) == (DESTINATION, f"Run {command}.")
    assert finding["problem"] == f"there is no role. On {SOURCE}: r is refused"


def test_a_command_is_set_apart_and_its_options_stay_whole() -> None:
    sentence = "Run `play -i a -e x=1`, <b> or `stop`; see e-mail."
    option = '<span class="whole">-{}</span>'
    command = f"<code>play {option.format('i')} a {option.format('e')} x=1</code>"
    assert told(sentence) == f"Run {command}, &lt;b&gt; or <code>stop</code>; see e-mail."


def test_nothing_is_said_to_be_good_where_nothing_was_looked_at() -> None:
    hosts: dict[str, Any] = {
        SOURCE: {"acr_instance_id": "cri-s"},
        DESTINATION: {"verify_sync_result": {"failed": True}},
    }
    report = report_of(hosts, [SOURCE], [DESTINATION], made_at="")
    assert report["verdict"] == {"state": "bad", "sentence": f"Could not look at {SOURCE}, {DESTINATION}."}


def test_a_run_without_a_source_says_that_no_image_was_looked_at() -> None:
    report = report_of({DESTINATION: estate(3)[DESTINATION]}, [], [DESTINATION], made_at="")
    assert report["verdict"]["sentence"].startswith("No image was looked at, since no source is in this run")


def test_a_host_that_was_not_looked_at_is_named() -> None:
    hosts = estate(3)
    del hosts[SOURCE]["verify_sync_result"], hosts[DESTINATION]["audit_sync_result"]
    report = report_of(hosts, [SOURCE], [DESTINATION], made_at="")
    assert [(row["host"], row["reason"].split()[0]) for row in report["not_looked_at"]] == [
        (SOURCE, "verify_sync"),
        (DESTINATION, "audit_sync"),
    ]
    assert report["verdict"]["sentence"].startswith(f"Could not look at {SOURCE}, {DESTINATION}; ")
    assert report["first"].startswith(f"{SOURCE} could not be looked at: verify_sync did not end for it")


def test_a_failure_of_a_report_has_the_first_error_with_its_remedy() -> None:
    assert reported(compared("same"), audited=[DEAD])["first"] == ""
    report = reported(compared("same"), audited=[DEAD, ERROR])
    assert report["first"] == f"First, {ERROR['problem']}. {ERROR['remedy']}"


def test_why_a_host_was_not_looked_at_is_said_once_in_the_words_of_the_failure() -> None:
    hosts = estate(3)
    del hosts[SOURCE]["verify_sync_result"], hosts[SOURCE]["audit_sync_result"]
    refusals = [f"Cannot list: wrong key. [ListX: SignatureDoesNotMatch, request {request}]" for request in "AB"]
    hosts[SOURCE]["report_sync_failures"] = dict(zip(("verify_sync", "audit_sync"), refusals, strict=True))
    report = report_of(hosts, [SOURCE], [DESTINATION], made_at="")
    assert report["not_looked_at"] == [{"host": SOURCE, "reason": refusals[1]}]


def test_hosts_that_were_not_looked_at_for_one_reason_are_shown_together() -> None:
    rows = [{"host": f"h{host}", "reason": f"Cannot list cri-h{host}. [X: Wrong, request {host}]"} for host in range(9)]
    [row, other] = together([*rows, {"host": "z", "reason": "no keys"}])
    assert row["host"] == "h0, h1, h2, h3, h4 and 4 more"
    assert row["reason"] == "Cannot list cri-h0. [X: Wrong, request 0]; and 8 more like it"
    assert other == {"host": "z", "reason": "no keys"}
    assert together(rows[:3]) == rows[:3]


def test_a_grant_is_shown_once_for_all_instances_of_its_account() -> None:
    hosts = estate(1)
    hosts["prod-us"] = hosts[DESTINATION]
    [grant] = report_of(hosts, [SOURCE], [DESTINATION, "prod-us"], made_at="")["grants"]
    assert grant["hosts"] == [DESTINATION, "prod-us"]
    assert grant["trusts"] == [{"account_id": hosts[SOURCE]["acr_account_id"], "hosts": [SOURCE]}]


def test_an_account_is_labelled_by_the_hosts_whose_rules_end_there() -> None:
    hosts = estate(1)
    idle = {**hosts[SOURCE], "verify_sync_result": verified_of([], [standing("r", "as wanted", {"name": "r"})])}
    [grant] = report_of({"idle": idle, **hosts}, ["idle", SOURCE], [DESTINATION], made_at="")["grants"]
    assert grant["trusts"][0]["hosts"] == [SOURCE]


def test_the_slowest_of_several_sources_tells_the_lag() -> None:
    hosts = estate(1)
    slow = {**hosts[SOURCE], "verify_sync_result": verified_of([compared("same", lag=9999.0)])}
    report = report_of({"slow": slow, **hosts}, [SOURCE, "slow"], [DESTINATION], made_at="")
    assert (report["lag"]["host"], report["lag"]["worst"]) == ("slow", 9999.0)
    assert [row["host"] for row in report["lags"]] == ["slow", SOURCE]


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
    found = lag([(minute * 60, 3.0) for minute in minutes])["over_time"]
    assert len(found) == steps
    assert sum(step["count"] for step in found) == len(minutes)
    assert not steps or (found[0]["from"], found[-1]["to"]) == (first, last)


def test_lag_is_told_by_percentiles() -> None:
    found = lag([(0, float(seconds)) for seconds in range(100, 0, -1)])
    assert {name: found[name] for name in ("count", "median", "p95", "worst")} == {
        "count": 100,
        "median": 51.0,
        "p95": 96.0,
        "worst": 100.0,
    }


def test_a_destination_that_is_gone_comes_with_what_to_do() -> None:
    gone = DestinationInstance(TARGET, DESTINATION, "eu-central-1", unseen=ABSENT)
    blind = [{"host": DESTINATION, "reason": "instance does not exist"}]
    report = reported(compared("carried"), destinations={TARGET: gone}, unreadable=blind)
    [finding] = report["findings"]
    assert (finding["check"], finding["host"]) == ("gone_destination", SOURCE)
    assert finding["remedy"].startswith(f"If it was built anew, set acr_instance_id of {DESTINATION} to the new ID")
    assert f"; 1 error in the set-up ({DESTINATION} ({TARGET})); could not look at " in report["verdict"]["sentence"]


def test_a_rule_whose_grant_was_revoked_is_not_as_it_should_be() -> None:
    need = Need(TARGET, "eu-central-1", DESTINATION, ["kept"])
    grants = Grants("1", [need], {TARGET: Grant(MISSING, "there is no role")})
    verified = verified_of([compared("same", rule="kept")], [standing("kept", "as wanted")], grants=grants)
    [row] = set_up.rules({SOURCE: verified}, {}, {})
    assert (row["standing"], row["ok"]) == ("as in the inventory, but is not granted", False)


def test_a_revoked_grant_is_told_once_whoever_found_it() -> None:
    granted = "Run `ansible-playbook registryops.alicloud.grant_access -e acr_instance_id=cri-t -e acr_region=r`"
    here = {**ERROR, "subject": "prod-eu (cri-t)", "remedy": f"{granted}. If access was revoked for good, delete it."}
    verified = {SOURCE: {"findings": [here], "rules": []}}
    there = {**ERROR, "subject": "role", "remedy": f"{granted.replace(' -e acr_instance', ' -e a=1 -e acr_instance')}."}
    [finding] = findings(verified, {DESTINATION: {"findings": [there]}})
    assert (finding["host"], finding["subject"]) == (DESTINATION, "role")
    # Without the destination's audit, the verification's is all that is known.
    [finding] = findings(verified, {})
    assert (finding["host"], finding["subject"]) == (SOURCE, "prod-eu (cri-t)")
