# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says of images: how many, where, and why some are not there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]

# The worst first, as reports show them.
STATES = ("failed", "missing", "different", "waiting", "older", "extra", "carried", "same")
BAD = STATES[:3]
NEITHER = STATES[3:6]
ARRIVED = STATES[-2:]
_TAGS_NAMED = 5
# What differs from one failure to the next of the same kind.
_PARTICULARS = re.compile(r"sha256:[0-9a-f]{6,}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def counts(images: Iterable[Row]) -> dict[str, dict[str, int]]:
    """The number of images and their bytes, by state."""
    found = {state: {"images": 0, "bytes": 0} for state in STATES}
    for image in images:
        count = found[image["state"]]
        count["images"] += 1
        count["bytes"] += image.get("size") or 0
    return found


def by_state(images: Iterable[Row]) -> dict[str, Any]:
    """How many images there are of each state, how many rules want there, and how many of them have arrived."""
    found = Counter(image["state"] for image in images)
    return {
        "wanted": found.total() - found["extra"],
        "arrived": sum(found[state] for state in ARRIVED),
        "bad": sum(found[state] for state in BAD),
        "states": {state: found[state] for state in STATES if found[state]},
    }


def grouped(images: Iterable[Row], key: Callable[[Row], tuple[Any, ...]]) -> dict[tuple[Any, ...], list[Row]]:
    groups: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for image in images:
        groups[key(image)].append(image)
    return groups


def coverage(images: Iterable[Row], verified: Mapping[str, Row], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each namespace with each place that rules bring it to, the worst first; those without a rule come last."""
    groups = grouped(images, lambda one: (one["host"], one["namespace"], one["target_instance_id"]))
    covered = [
        {"host": host, "namespace": namespace, "target": names.get(target, target), **by_state(group)}
        for (host, namespace, target), group in groups.items()
    ]
    reached = {(one["host"], one["namespace"]) for one in covered}
    others = [
        {"host": host, "namespace": namespace, "target": None, **by_state([])}
        for host, found in verified.items()
        for namespace in found["namespaces"]
        if (host, namespace) not in reached
    ]
    return sorted(covered, key=lambda one: (-one["bad"], one["arrived"] - one["wanted"])) + others


def troubles(images: Iterable[Row], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What should be there and is not, by repository, destination, state and reason; the worst first."""
    bad = (image for image in images if image["state"] in BAD)
    groups = grouped(bad, lambda one: (*_place(one), one["repository"], one["rule"]))
    found = [
        {
            **_shown(group, names),
            "repository": f"{group[0]['namespace']}/{group[0]['repository']}",
            "rule": group[0]["rule"],
            "tags": [image["tag"] for image in sorted(group, key=_newest_first)[:_TAGS_NAMED]],
            "pushed": max(image["pushed"] or 0 for image in group) or None,
        }
        for group in groups.values()
    ]
    return sorted(found, key=lambda one: (STATES.index(one["state"]), -one["images"], one["repository"]))


def others(images: Iterable[Row], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is neither the same nor wrong, by namespace, destination, state and reason."""
    neither = (image for image in images if image["state"] in NEITHER)
    groups = grouped(neither, _place).values()
    found = [
        {**_shown(group, names), "namespace": group[0]["namespace"], "repositories": _repositories(group)}
        for group in groups
    ]
    return sorted(found, key=lambda one: (STATES.index(one["state"]), -one["images"], one["namespace"]))


def reasons(images: Iterable[Row]) -> list[dict[str, Any]]:
    """Why images did not arrive, the most frequent reason first."""
    bad = (image for image in images if image["state"] in BAD)
    found = [
        {
            "state": state,
            "reason": reason,
            "images": len(group),
            "repositories": _repositories(group),
            "example": group[0]["source"],
        }
        for (state, reason), group in grouped(bad, lambda one: (one["state"], _kind(one))).items()
    ]
    return sorted(found, key=lambda one: -one["images"])


def _place(image: Row) -> tuple[str, ...]:
    return (image["host"], image["namespace"], image["target_instance_id"], image["state"], _kind(image))


def _shown(group: list[Row], names: Mapping[str, str]) -> dict[str, Any]:
    first = group[0]
    return {
        "host": first["host"],
        "target": names.get(first["target_instance_id"], first["target_instance_id"]),
        "state": first["state"],
        "reason": _kind(first),
        "images": len(group),
        "bytes": sum(image.get("size") or 0 for image in group),
    }


def _repositories(group: Iterable[Row]) -> int:
    return len({(image["host"], image["namespace"], image["repository"]) for image in group})


def _newest_first(image: Row) -> int:
    return -(image["pushed"] or 0)


def _kind(image: Row) -> str:
    """The reason without what tells one image from another, so that equal ones are counted together."""
    reason = _PARTICULARS.sub("…", str(image["reason"]))
    repository = f"{image['namespace']}/{image['repository']}"
    return reason.replace(image["source"], "the image").replace(repository, "the repository")
