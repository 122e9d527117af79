# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find rules that write one tag from different repositories, so that their images overwrite each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, combinations

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule, selects
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Origin
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import TargetRepository
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Routes, Select

# A rule and a repository that it takes images from.
_Sent = tuple[Rule, Origin]


class Meeting:
    """The target repositories with several sources, and the tags of those sources.

    Args:
        rules: rules of one instance with readable filters, as results show them.
        origins: the instance's repositories.
    """

    def __init__(self, rules: Iterable[Rule], origins: Iterable[Origin]) -> None:
        rules = list(rules)
        routes = Routes(rules, Select())
        self._order = {str(rule["name"]): place for place, rule in enumerate(rules)}
        sources: dict[TargetRepository, dict[Origin, list[Rule]]] = {}
        for origin in origins:
            for target, bringing in routes.of(*origin).items():
                sources.setdefault(target, {})[origin] = [route.rule for route in bringing]
        # A target of one repository alone cannot be overwritten by another.
        self._sources = {target: found for target, found in sources.items() if len(found) > 1}
        self._origins = set(chain.from_iterable(self._sources.values()))
        self._tags: dict[Origin, frozenset[str]] = {}

    @property
    def origins(self) -> list[Origin]:
        """Return the repositories whose tags have to be added."""
        return sorted(self._origins)

    def add(self, origin: Origin, tags: Iterable[str]) -> None:
        """Take in the tags of one repository."""
        if origin in self._origins:
            self._tags[origin] = frozenset(tags)

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for each two rules that meet, once."""
        told: set[tuple[str, str]] = set()
        for target, sources in sorted(self._sources.items()):
            for first, second in self._pairs(sources):
                names = (str(first[0]["name"]), str(second[0]["name"]))
                if names not in told and self._collide(first, second):
                    told.add(names)
                    yield _finding(names, target, (first[1], second[1]))

    def _pairs(self, sources: Mapping[Origin, list[Rule]]) -> Iterator[tuple[_Sent, _Sent]]:
        """Yield each two rules with their source repositories, in the order of the rules."""
        for (origin, rules), (other_origin, other_rules) in combinations(sorted(sources.items()), 2):
            for rule in rules:
                for other in other_rules:
                    pair = ((rule, origin), (other, other_origin))
                    if self._order[str(rule["name"])] > self._order[str(other["name"])]:
                        pair = (pair[1], pair[0])
                    yield pair

    def _collide(self, first: _Sent, second: _Sent) -> bool:
        """Return whether both rules select a tag that one of the repositories has.

        The other repository may get that tag any time.
        """
        (rule, origin), (other, other_origin) = first, second
        tags = self._tags.get(origin, frozenset()) | self._tags.get(other_origin, frozenset())
        return any(selects(rule.get("tag_filter"), tag) and selects(other.get("tag_filter"), tag) for tag in tags)


def _finding(names: tuple[str, str], target: TargetRepository, origins: tuple[Origin, Origin]) -> Finding:
    who = f"sync rule {names[0]} writes" if names[0] == names[1] else f"sync rules {' and '.join(names)} both write"
    problem = (
        f"{who} {target.namespace}/{target.repository} on {target.instance_id}, from {'/'.join(origins[0])} and"
        f" {'/'.join(origins[1])}, so that images with the same tag overwrite each other"
    )
    remedy = "Give one of them another target, or narrow its filters."
    if names[0] == names[1]:
        remedy = "Narrow its filters, or replicate these repositories by rules with targets of their own."
    return error("rules_meet", f"sync rule {names[1]}", problem, remedy)
