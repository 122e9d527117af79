# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count and group images, and keep few of them in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import (
    ARRIVED,
    BAD,
    STATES,
    Compared,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.group import Group, kind_of
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.lag import lag

# Rows by repository. A report shows fifteen of them, and a program that needs all images reads their file.
_MOST_GROUPS = 200
# States of images that have not arrived, although nothing is wrong.
_NEITHER = ("waiting", "older", "extra")

Key = tuple[str, ...]
Counts = dict[str, dict[str, int]]


class Summary:
    """Numbers and groups of all images.

    Args:
        most: how many images that are not as they should be are kept one by one.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.bad: list[Compared] = []
        # Images and bytes by rules, namespace, target and state. With all in one key, an image takes one look-up.
        self._tallies: dict[tuple[tuple[str, ...], str, str, str], list[int]] = {}
        self._groups: dict[str, dict[Key, Group]] = {"troubles": {}, "reasons": {}, "others": {}}
        self._lags: list[tuple[int, float]] = []

    def add(self, images: Iterable[Compared]) -> None:
        for image in images:
            state = image.state
            key = (image.rules, image.namespace, image.target.instance_id, state)
            tally = self._tallies.get(key) or self._tallies.setdefault(key, [0, 0])
            tally[0] += 1
            tally[1] += image.size
            if image.lag is not None and image.pushed:
                # In seconds, since 100,000 of these are kept.
                self._lags.append((image.pushed // 1000, image.lag))
            if state in BAD or state == "unsigned":
                self._keep(image)
            elif state in _NEITHER:
                self._group("others", (image.namespace, image.target.instance_id), image)

    @property
    def counts(self) -> Counts:
        """Return the number and bytes of images by state."""
        found = {state: {"images": 0, "bytes": 0} for state in STATES}
        for (_rules, _namespace, _target, state), (images, size) in self._tallies.items():
            found[state]["images"] += images
            found[state]["bytes"] += size
        return found

    def wanted_at(self, instance_id: str) -> int:
        """Return how many images should be at a destination."""
        return self._at(instance_id, [state for state in STATES if state != "extra"])

    def arrived_at(self, instance_id: str) -> int:
        """Return how many images arrived at a destination."""
        return self._at(instance_id, ARRIVED)

    def _at(self, instance_id: str, states: Container[str]) -> int:
        return sum(
            images
            for (_rules, _namespace, target, state), (images, _size) in self._tallies.items()
            if target == instance_id and state in states
        )

    def not_there(self) -> dict[str, list[int]]:
        """Return how many images and bytes sending would move, by target instance."""
        found: dict[str, list[int]] = {}
        for (_rules, _namespace, target, state), (images, size) in self._tallies.items():
            if state in (*BAD, "older"):
                total = found.setdefault(target, [0, 0])
                total[0] += images
                total[1] += size
        return found

    def _keep(self, image: Compared) -> None:
        if len(self.bad) < self._most:
            self.bad.append(image)
        place = (image.namespace, image.repository, image.target.instance_id, image.rule)
        self._group("troubles", place, image)
        self._group("reasons", (image.target.instance_id,), image)

    def _group(self, name: str, place: Key, image: Compared) -> None:
        kind = kind_of(image)
        group = self._groups[name].setdefault((*place, image.state, kind), Group(image, kind))
        group.add(image)

    def by_rule(self, rule: str) -> dict[str, int]:
        """Return a rule's number of images by state, with those that other rules carry as well."""
        states: Counter[str] = Counter()
        for (rules, _namespace, _target, state), (images, _size) in self._tallies.items():
            if rule in rules:
                states[state] += images
        return _in_order(states)

    def namespaces(self, others: Iterable[str]) -> list[dict[str, Any]]:
        """Return each namespace with each of its targets, then `others`, which no rule covers."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for (_rules, namespace, target, state), (images, _size) in self._tallies.items():
            found.setdefault((namespace, target), Counter())[state] += images
        covered: list[dict[str, Any]] = [
            {"namespace": namespace, "target_instance_id": target, "states": _in_order(states)}
            for (namespace, target), states in sorted(found.items())
        ]
        reached = {namespace for namespace, _target in found}
        rest: list[dict[str, Any]] = [
            {"namespace": namespace, "target_instance_id": None, "states": {}}
            for namespace in others
            if namespace not in reached
        ]
        return [*covered, *rest]

    def lag(self) -> dict[str, Any]:
        return lag(self._lags)

    def troubles(self) -> list[dict[str, Any]]:
        """Return bad images by repository, target, state and reason, the worst first."""
        found = [
            {
                **group.shown(),
                "repository": f"{group.first.namespace}/{group.first.repository}",
                "rule": group.first.rule,
                "tags": [tag for _pushed, tag in group.newest],
                "pushed": group.pushed or None,
            }
            for group in self._groups["troubles"].values()
        ]
        return _worst_first(found, lambda row: row["repository"])[:_MOST_GROUPS]

    def by_reason(self) -> list[Group]:
        """Return images that are not there by why, the most frequent first."""
        return sorted(self._groups["reasons"].values(), key=lambda group: (-group.images, group.first.source))

    def reasons(self) -> list[dict[str, Any]]:
        """Return why images are missing, the most frequent first."""
        return [
            {**group.shown(), "repositories": len(group.repositories), "example": group.first.source}
            for group in self.by_reason()
        ]

    def others(self) -> list[dict[str, Any]]:
        """Return images that have not arrived although nothing is wrong, by namespace and target."""
        groups = self._groups["others"].values()
        found = [
            {**group.shown(), "namespace": group.first.namespace, "repositories": len(group.repositories)}
            for group in groups
        ]
        return _worst_first(found, lambda row: row["namespace"])


def _in_order(states: Mapping[str, int]) -> dict[str, int]:
    return {state: states[state] for state in STATES if state in states}


def _worst_first(rows: list[dict[str, Any]], name: Callable[[dict[str, Any]], str]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (STATES.index(row["state"]), -row["images"], name(row)))
