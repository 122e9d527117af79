# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how sync is, in one word and one sentence."""

from __future__ import annotations

from collections import Counter

from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import counted, first_of, shown
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import BAD
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.destinations import unseen_words
from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.images import Row

_WRONG_RULES = ("missing", "different", "refused", "unwanted")


def verdict(report: Row) -> dict[str, str]:
    """Return a report's `state`, which is good, warning or bad, and its `sentence`.

    The sentence begins with the number of images that arrived, of all that rules cover. The numbers of images after it
    add up to the others.
    """
    wrong, doubtful = _wrong(report), _doubtful(report)
    arrived, wanted = report["total"]["arrived"], report["total"]["wanted"]
    said = [
        f"{_all_or(arrived, wanted)} that rules cover arrived{_by_records(report)}" if wanted else "",
        "no rule covers an image" if not wanted and report["sources"] else "",
        "no image was looked at, since no source is in this run" if _is_sourceless(report) else "",
        *wrong,
        *doubtful,
    ]
    sentence = "; ".join(part for part in said if part) or "nothing is wrong"
    state = "good"
    if any(wrong) or any(doubtful):
        state = "bad" if any(wrong) else "warning"
    return {"state": state, "sentence": f"{sentence[0].upper()}{sentence[1:]}."}


def first_thing(report: Row) -> str:
    """Return what to see to first, with its remedy; empty if nothing is wrong.

    What could not be looked at comes first, since nobody knows what else is wrong there.
    """
    for host in report["not_looked_at"]:
        return shown(f"{host['host']} could not be looked at: {host['reason']}.")
    for finding in report["findings"]:
        if finding["severity"] == "error":
            return shown(f"First, {finding['problem']}. {finding['remedy']}")
    return ""


def _is_sourceless(report: Row) -> bool:
    """Return whether the run had no source; one that could not be looked at is told elsewhere."""
    return not report["sources"] and not report["not_looked_at"]


def _by_records(report: Row) -> str:
    """Return where the records stand for what nobody has looked at; empty if nowhere."""
    judged = sum(place["images"] for place in report["by_records"])
    if not judged:
        return ""
    which = " " if judged == report["total"]["wanted"] else f", {judged:,} of them judged "
    told = {host["host"] for host in report["not_looked_at"]}
    places = [(place["target"], place["reason"]) for place in report["by_records"] if place["target"] not in told]
    words = unseen_words(dict.fromkeys(places))
    return f"{which}by the records of the source" + (f"; {words}" if words else "")


def _wrong(report: Row) -> list[str]:
    images = {state: count["images"] for state, count in report["counts"].items()}
    rules = _rules(report, *_WRONG_RULES)
    unseen = list(dict.fromkeys(host["host"] for host in report["not_looked_at"]))
    return [
        ", ".join(f"{images[state]:,} {state}" for state in BAD if images[state]),
        f"{counted(rules, 'sync rule')} missing or not as in the inventory" if rules else "",
        # Without those about rules, which the line before tells.
        _set_up(report, "error", "in the set-up"),
        f"could not look at {first_of(unseen)}" if unseen else "",
    ]


def _doubtful(report: Row) -> list[str]:
    images = {state: count["images"] for state, count in report["counts"].items()}
    return [
        f"{images['waiting']:,} on the way" if images["waiting"] else "",
        f"{images['older']:,} older than their rule, never sent" if images["older"] else "",
        f"{images['unsigned']:,} without their signature" if images["unsigned"] else "",
        *_unlisted(report),
        _set_up(report, "warning", "about the set-up"),
    ]


def _unlisted(report: Row) -> list[str]:
    """Say how many rules the inventory lacks; a manual one sends nothing by itself."""
    by_trigger = Counter(rule["trigger"] == "manual" for rule in report["rules"] if rule["kind"] == "unlisted")
    goes_on, manual = by_trigger[False], by_trigger[True]
    verb = "is not in the inventory and still replicates"
    verbs = "are not in the inventory and still replicate"
    return [
        f"{counted(goes_on, 'sync rule')} {verb if goes_on == 1 else verbs}" if goes_on else "",
        f"{counted(manual, 'manual sync rule')} {'is' if manual == 1 else 'are'} not in the inventory"
        if manual
        else "",
    ]


def _rules(report: Row, *kinds: str) -> int:
    return sum(rule["kind"] in kinds for rule in report["rules"])


def _set_up(report: Row, severity: str, where: str) -> str:
    """Return how many findings there are that are not about how rules stand, and what they are about."""
    of_rules = {f"{kind}_rule" for kind in (*_WRONG_RULES, "unlisted")}
    found = [finding for finding in report["findings"] if finding["check"] not in of_rules]
    # A finding that depends on something undocumented may be no problem. It is shown on the page only.
    found += [{**finding, "count": 1} for finding in _certain(report) if not finding["hangs_on_replication"]]
    found = [finding for finding in found if finding["severity"] == severity]
    if not found:
        return ""
    # Nobody has to open the page to know what is meant.
    subjects = list(dict.fromkeys(finding["subject"] for finding in found))
    return f"{counted(sum(finding['count'] for finding in found), severity)} {where} ({first_of(subjects)})"


def _certain(report: Row) -> list[Row]:
    """Return the topology's findings, without those that the audit has, too."""
    told = {finding["check"] for finding in report["findings"]}
    same = {"nobody_may_write": "missing_grant"}
    return [finding for finding in report["topology"]["findings"] if same.get(finding["check"]) not in told]


def _all_or(arrived: int, wanted: int) -> str:
    if arrived < wanted:
        return f"{arrived:,} of {counted(wanted, 'image')}"
    return f"all {counted(wanted, 'image')}" if wanted > 1 else "the only image"
