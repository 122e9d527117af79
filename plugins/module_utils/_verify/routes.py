# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know which rules bring a repository's images where, and where an image may have come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check_names_something
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_match import ANYTHING
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule, covers, selects
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compare import Bringers
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import TargetRepository

Names = Optional[Sequence[str]]  # noqa: UP045 - the oldest Python that is linted knows no |

_NAMES = {"type": "list", "elements": "str"}
SELECT_REPOSITORIES = {"rules": _NAMES, "namespaces": _NAMES, "repositories": _NAMES}
SELECT_IMAGES = {**SELECT_REPOSITORIES, "tags": _NAMES}


class Select(NamedTuple):
    """What is looked at; None stands for everything."""

    rules: Names = None
    namespaces: Names = None
    repositories: Names = None
    tags: Names = None

    @classmethod
    def of(cls, said: Mapping[str, Any] | None) -> Select:
        check_names_something(said or {})
        return cls(**{name: (said or {}).get(name) for name in cls._fields})

    def has(self, namespace: str, repository: str) -> bool:
        """Return whether a repository is looked at."""
        in_namespaces = self.namespaces is None or namespace in self.namespaces
        return in_namespaces and (self.repositories is None or repository in self.repositories)

    def has_tag(self, tag: str) -> bool:
        return self.tags is None or tag in self.tags

    def concerns(self, rule: Rule) -> bool:
        """Return whether a rule may matter to this look."""
        named = self.rules is None or rule.get("name") in self.rules
        namespace = rule.get("namespace")
        # A rule of a whole instance names no namespace, and may cover any of them.
        return named and (self.namespaces is None or not namespace or namespace in self.namespaces)


class Route(NamedTuple):
    """A rule and its tag filter.

    `scope` is the rule without that filter, so that repositories can be chosen before their tags are known.
    """

    rule: Rule
    scope: Rule
    tags: str

    def target(self, namespace: str, repository: str) -> TargetRepository | None:
        """Return where a repository's images arrive; None if the rule does not cover it."""
        if not covers(self.scope, {"namespace": namespace, "repository": repository, "tag": ""}):
            return None
        names = (self.rule.get("target_namespace") or namespace, self.rule.get("target_repository") or repository)
        return TargetRepository(str(self.rule["target_instance_id"]), *names)


class Bringing:
    """The rules from a repository to a target, by tag."""

    def __init__(self, routes: Sequence[Route], select: Select) -> None:
        self._routes = routes
        self._select = select
        # Mostly all rules take every tag. Then they are looked at once for the repository, and not for each tag.
        takes_all = all(route.tags in ANYTHING for route in routes) and select.tags is None
        self._always = Bringers.of([route.rule for route in routes]) if takes_all else None
        self._known: dict[tuple[str, ...], Bringers] = {}

    def of(self, tag: str) -> Bringers | None:
        """Return the rules for a tag, if it is looked at."""
        if self._always is not None:
            return self._always
        if not self._select.has_tag(tag):
            return None
        rules = [route.rule for route in self._routes if selects(route.tags, tag)]
        if not rules:
            return None
        names = tuple(str(rule["name"]) for rule in rules)
        if names not in self._known:
            self._known[names] = Bringers.of(rules)
        return self._known[names]


class Routes:
    """Where all images go by some rules."""

    def __init__(self, rules: Iterable[Rule], select: Select) -> None:
        self.select = select
        routes = [Route(rule, {**rule, "tag_filter": None}, str(rule.get("tag_filter") or "")) for rule in rules]
        self.instance_ids = {str(route.rule["target_instance_id"]) for route in routes}
        # By namespace, since most rules are for one: so few rules are tried for each repository.
        self._from: dict[str | None, list[Route]] = {}
        self._into: dict[tuple[str, str | None], list[Route]] = {}
        for route in routes:
            namespace = route.rule.get("namespace") or None
            target = route.rule.get("target_namespace") or namespace
            self._from.setdefault(namespace, []).append(route)
            self._into.setdefault((str(route.rule["target_instance_id"]), target), []).append(route)

    def of(self, namespace: str, repository: str) -> dict[TargetRepository, list[Route]]:
        """Return where the rules bring a repository's images."""
        found: dict[TargetRepository, list[Route]] = {}
        if not self.select.has(namespace, repository):
            return found
        for route in (*self._from.get(namespace, ()), *self._from.get(None, ())):
            target = route.target(namespace, repository)
            if target is not None:
                found.setdefault(target, []).append(route)
        return found

    def target_namespaces(self) -> list[str] | None:
        """Return the namespaces that images arrive in; None for all."""
        if self.select.namespaces is None:
            return None
        wide = self._from.get(None, ())
        named = {target for (_instance_id, target) in self._into if target}
        return sorted(named | (set(self.select.namespaces) if wide else set()))

    def into(self, target: TargetRepository) -> Iterator[tuple[str, str, Route]]:
        """Yield the repositories that rules bring to a target, each with its rule."""
        routes = self._into
        for route in (
            *routes.get((target.instance_id, target.namespace), ()),
            *routes.get((target.instance_id, None), ()),
        ):
            namespace = route.rule.get("namespace") or target.namespace
            repository = route.rule.get("repository") or target.repository
            if self.select.has(namespace, repository) and route.target(namespace, repository) == target:
                yield namespace, repository, route
