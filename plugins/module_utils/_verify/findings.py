# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what is wrong with images, with a remedy."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from ansible.module_utils.common.text.formatters import bytes_to_human

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import ARRIVED, STATES
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.summary import Summary

_SENDS = "registryops.alicloud.backfill_images sends"
REMEDIES = {
    "failed": f"Remove the reason. Then {_SENDS} what failed.",
    "missing": f"{_SENDS} them.",
    "different": f"{_SENDS} them with -e backfill_images_override=true, which moves the tags.",
    "unsigned": f"Let the rule's tag_filter cover the signatures too; {_SENDS} those that are there.",
}
_SAID = {
    "failed": "failed on their way to",
    "missing": "are missing at",
    "different": "are other images at",
    "unsigned": "arrived, their signatures did not, at",
}
# Images of one kind that are named each; more are counted, with an example.
_NAMED = 3
# Findings that one sentence names; a person has read enough of them before that many.
_MOST = 20


def image_findings(summary: Summary, names: Mapping[str, str], readable: Container[str]) -> list[Finding]:
    """Return the images' findings, one for each reason.

    Args:
        summary: the compared images.
        names: what destinations are called, by instance ID.
        readable: IDs of the instances that were looked into.
    """
    return [*_wrong(summary, names), *_never_sent(summary, names, readable)]


def _wrong(summary: Summary, names: Mapping[str, str]) -> list[Finding]:
    found = []
    for reason in summary.reasons():
        target, state = reason["target_instance_id"], reason["state"]
        # The image itself has arrived; whether a signature is wanted only its owner knows.
        say = warning if state == "unsigned" else error
        same = [image for image in summary.bad if (image.target.instance_id, image.state) == (target, state)]
        # `bad` holds a bounded number of images, so it may have fewer than were counted.
        if reason["images"] <= _NAMED and len(same) == reason["images"]:
            sentences = [(image.source, image.sentence) for image in same]
        else:
            where = _called(target, names)
            problem = f"{_images(reason['images'])} {_SAID[state]} {where} ({reason['reason']})"
            sentences = [(where, f"{problem}, such as {reason['example']}")]
        found += [say(f"{state}_image", subject, problem, REMEDIES[state]) for subject, problem in sentences]
    return found


def _never_sent(summary: Summary, names: Mapping[str, str], readable: Container[str]) -> list[Finding]:
    """Return what a rule never carries.

    It is older than the rule, or the rule is manual.
    """
    totals: dict[tuple[str, str], list[int]] = {}
    for group in summary.others():
        if group["state"] == "older":
            total = totals.setdefault((group["target_instance_id"], group["reason"]), [0, 0])
            total[0] += group["images"]
            total[1] += group["bytes"]
    found = []
    for (target, reason), (images, size) in totals.items():
        are, their, them = ("is", "its rule", "it") if images == 1 else ("are", "their rules", "them")
        why = f"{are} covered by manual rules" if "manual" in reason else f"{are} older than {their}"
        where = _called(target, names)
        never = f"{are} not at {where}" if target in readable else f"by the records never went to {where}"
        problem = f"{_images(images)} ({bytes_to_human(size)}) {why} and {never}: no rule sends {them}"
        found.append(warning("never_sent", where, problem, f"{_SENDS} {them}."))
    return found


def summed_up(
    summary: Summary, findings: list[Finding], rules: Mapping[str, int], fail_on: str = "error"
) -> dict[str, Any]:
    """Return the summary: a line each, then what is wrong.

    The lines are about rules, images and lag.

    Args:
        summary: the compared images.
        findings: all of them, errors first.
        rules: how many there are of each standing.
        fail_on: the least severity that is a reason to fail.
    """
    return {
        "rules": ", ".join(f"{count} {standing}" for standing, count in rules.items() if count) or "none",
        "images": _counted(summary),
        "lag": _lag(summary.lag()),
        "findings": _shown([f"{finding['problem']}. {finding['remedy']}" for finding in findings]),
        "failure": _failure(findings, fail_on),
    }


def _failure(findings: list[Finding], fail_on: str) -> str:
    """Return a sentence to fail with.

    It is empty if nothing is as bad as that.
    """
    errors = [finding["problem"] for finding in findings if finding["severity"] == "error"]
    if errors:
        return f"Sync is not as it should be: {'; '.join(_shown(errors))}."
    if not findings or fail_on == "error":
        return ""
    return f"Sync may not be as it should be: {'; '.join(_shown([finding['problem'] for finding in findings]))}."


def _counted(summary: Summary) -> str:
    """Return how many images arrived, of how many.

    The parts add up to the whole.
    """
    images = {state: summary.counts[state]["images"] for state in STATES}
    # Extra images are nobody's promise, so they count for neither.
    wanted, arrived = sum(images.values()) - images["extra"], sum(images[state] for state in ARRIVED)
    parts = [f"{images[state]:,} {state}" for state in STATES if images[state] and state != "extra"]
    beside = f"; {images['extra']:,} at the destinations alone" if images["extra"] else ""
    return (f"{arrived:,} of {wanted:,} arrived ({', '.join(parts)})" if wanted else "none") + beside


def _lag(lag: Mapping[str, Any]) -> str:
    if not lag["count"]:
        return "not known"
    return (
        f"median {lag['median']:.1f} s, 95th percentile {lag['p95']:.1f} s, worst {lag['worst']:.1f} s,"
        f" of {lag['count']:,} images that rules carried"
    )


def _shown(sentences: list[str]) -> list[str]:
    more = len(sentences) - _MOST
    return [*sentences[:_MOST], *([f"{more} more, which are in the findings"] if more > 0 else [])]


def _called(instance_id: str, names: Mapping[str, str]) -> str:
    name = names.get(instance_id)
    return f"{name} ({instance_id})" if name else instance_id


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"
