# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find filters of rules that match nothing of what there is, such as a misspelt one."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_match import ANYTHING
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import counted, first_of
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule, covers, selects
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Origin
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import described

# Names that a sentence gives as examples. Three show how names are written there.
_EXAMPLES = 3
_KINDS = {"namespace_filter": "namespace", "repository_filter": "repository", "tag_filter": "tag"}


class IdleFilter(NamedTuple):
    """A rule whose filter matches nothing, with the problem, without a full stop, and its remedy."""

    name: str
    problem: str
    remedy: str

    def finding(self) -> Finding:
        return warning("dead_rule", f"sync rule {self.name}", self.problem, self.remedy)


@dataclass
class _Unmatched:
    """A rule's repositories with none of their tags matched so far, each with its number of tags."""

    rule: Rule
    counts: dict[Origin, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    def add(self, origin: Origin, tags: Collection[str]) -> None:
        self.counts[origin] = len(tags)
        # The first in the alphabet, so that it does not matter which repository was listed first.
        self.examples = nsmallest(_EXAMPLES, {*self.examples, *tags})


class IdleFilters:
    """Find the filters that match nothing, while somebody lists images.

    Args:
        rules: rules with readable filters, as results show them or options have them.
        origins: all repositories that the rules may cover.
    """

    def __init__(self, rules: Sequence[Rule], origins: Collection[Origin]) -> None:
        self._found: list[IdleFilter] = []
        # By namespace, since most rules are for one: so few rules are tried for each repository.
        self._open: dict[str | None, dict[str, _Unmatched]] = {}
        # Images of several repositories are added at once.
        self._lock = threading.Lock()
        for rule in rules:
            of_names = _of_names(rule, origins)
            if of_names:
                self._found.append(of_names)
            elif rule.get("tag_filter") not in ANYTHING:
                within = self._open.setdefault(rule.get("namespace") or None, {})
                within[str(rule["name"])] = _Unmatched({**rule, "tag_filter": None})
        self._filters = {str(rule["name"]): str(rule.get("tag_filter")) for rule in rules}

    def add(self, origin: Origin, tags: Collection[str]) -> None:
        """Take in the tags of a repository; taking them in twice does no harm."""
        with self._lock:
            for namespace in (origin[0], None):
                within = self._open.get(namespace, {})
                for name, unmatched in list(within.items()):
                    if not _covers(unmatched.rule, origin):
                        continue
                    if any(selects(self._filters[name], tag) for tag in tags):
                        del within[name]
                    else:
                        unmatched.add(origin, tags)

    def found(self) -> Iterator[IdleFilter]:
        """Yield the filters that match nothing, by all that was added."""
        yield from self._found
        for within in self._open.values():
            for name, unmatched in within.items():
                count = sum(unmatched.counts.values())
                # Without any tag, the filter cannot be wrong.
                if count:
                    rule = {**unmatched.rule, "tag_filter": self._filters[name]}
                    yield _idle(rule, "tag_filter", count, unmatched.examples, described(unmatched.rule))


def _of_names(rule: Rule, origins: Collection[Origin]) -> IdleFilter | None:
    """Return that none of the namespaces or repositories matches; None if one does, or if there are none."""
    if all(rule.get(name) in ANYTHING for name in ("namespace_filter", "repository_filter")):
        return None
    within = [origin for origin in origins if rule.get("namespace") in (None, "", origin[0])]
    namespaces = sorted({namespace for namespace, _repository in within})
    pattern = rule.get("namespace_filter")
    chosen = [namespace for namespace in namespaces if selects(pattern, namespace)]
    if namespaces and not chosen:
        return _idle(rule, "namespace_filter", len(namespaces), namespaces, "the whole instance")
    pattern = rule.get("repository_filter")
    repositories = sorted({repository for namespace, repository in within if namespace in chosen})
    if repositories and not any(selects(pattern, repository) for repository in repositories):
        where = described({**rule, "repository_filter": None, "tag_filter": None})
        return _idle(rule, "repository_filter", len(repositories), repositories, where)
    return None


def _covers(scope: Rule, origin: Origin) -> bool:
    return covers(scope, {"namespace": origin[0], "repository": origin[1], "tag": ""})


def _idle(rule: Rule, option: str, count: int, names: Sequence[str], where: str) -> IdleFilter:
    kind = _KINDS[option]
    there = (
        counted(count, kind) if kind != "repository" else f"{count:,} {'repository' if count == 1 else 'repositories'}"
    )
    examples = first_of(names[:_EXAMPLES])
    return IdleFilter(
        str(rule["name"]),
        f"sync rule {rule['name']} matches none of the {there} of {where}, such as {examples}:"
        f" its {option} is {rule[option]!r}",
        f"Correct {option} in acr_sync_rules, unless what it is for is still to be pushed.",
    )
