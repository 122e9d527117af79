# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sum a verification up in a few lines for people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import (
    Finding,
    failure,
    first,
    sentences,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import ARRIVED, STATES
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.destinations import (
    DestinationInstance,
    unseen_words,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.summary import Summary


def summed_up(  # the images, where they go, what is wrong, the grants, and what counts as a failure
    summary: Summary,
    destinations: Collection[DestinationInstance],
    findings: list[Finding],
    rules: Mapping[str, int],
    grants: str,
    fail_on: str = "error",
) -> dict[str, Any]:
    """Return the summary: a line each, then what is wrong.

    The lines are about rules, images, grants and lag.

    Args:
        summary: the compared images.
        destinations: where they go.
        findings: all of them, errors first.
        rules: how many there are of each standing.
        grants: the line about them.
        fail_on: the least severity that is a reason to fail.
    """
    return {
        "rules": ", ".join(f"{count} {standing}" for standing, count in rules.items() if count) or "none",
        "images": _counted(summary, destinations),
        "grants": grants,
        "lag": _lag(summary.lag()),
        "findings": first(sentences(findings)),
        "failure": _failure(findings, fail_on),
    }


def _failure(findings: list[Finding], fail_on: str) -> str:
    """Return a sentence to fail with.

    It is empty if nothing is as bad as that.
    """
    errors = [finding for finding in findings if finding["severity"] == "error"]
    failing = errors or ([] if fail_on == "error" else findings)
    if not failing:
        return ""
    return failure(f"Sync {'is not' if errors else 'may not be'} as it should be", failing)


def _counted(summary: Summary, destinations: Collection[DestinationInstance]) -> str:
    """Return how many images arrived, of how many, and how that is known.

    The parts add up to the whole.
    """
    images = {state: summary.counts[state]["images"] for state in STATES}
    # Extra images are nobody's promise, so they count for neither.
    wanted, arrived = sum(images.values()) - images["extra"], sum(images[state] for state in ARRIVED)
    parts = [f"{images[state]:,} {state}" for state in STATES if images[state] and state != "extra"]
    said = f"{arrived:,} of {wanted:,} arrived ({', '.join(parts)})" if wanted else "none"
    unseen = [destination for destination in destinations if destination.unseen]
    judged = sum(summary.wanted_at(destination.instance_id) for destination in unseen)
    if judged:
        which = "" if judged == wanted else f", {judged:,} of them judged"
        said += f"{which} by the records of the source"
    beside = f"{images['extra']:,} at the destinations alone" if images["extra"] else ""
    return "; ".join(
        part for part in (said, unseen_words([(place.called, place.unseen) for place in unseen]), beside) if part
    )


def _lag(lag: Mapping[str, Any]) -> str:
    if not lag["count"]:
        return "not known"
    return (
        f"median {lag['median']:.1f} s, 95th percentile {lag['p95']:.1f} s, worst {lag['worst']:.1f} s,"
        f" of {lag['count']:,} images that rules carried"
    )
