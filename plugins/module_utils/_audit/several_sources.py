# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find places of a destination that several sources write, so that their images overwrite each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning

CHECK = "sources_meet"


class _Inbound(NamedTuple):
    """A rule that ends here, with where it begins."""

    name: str
    source: str
    namespace: str
    repository: str


def several_sources(
    instance_id: str, said: Iterable[Mapping[str, Any]], listed: Iterable[Mapping[str, Any]]
) -> Iterator[Finding]:
    """Yield a finding for each two sources that write one place, once.

    Args:
        instance_id: the destination.
        said: rules as the option inbound_rules has them.
        listed: rules as the destination itself lists them.
    """
    # Each list has names of its own for sources, so that rules of both cannot be compared.
    lists = (_inbound(said, "source"), _inbound(listed, "target_instance_id"))
    told: set[tuple[str, str]] = set()
    for rules in lists:
        for rule, other in combinations(rules, 2):
            names = (rule.name, other.name)
            if names not in told and rule.source != other.source and _meet(rule, other):
                told.add(names)
                yield _finding(instance_id, rule, other)


def _inbound(rules: Iterable[Mapping[str, Any]], source: str) -> list[_Inbound]:
    """Return the rules whose source and namespace are known."""
    return [
        _Inbound(str(rule["name"]), str(rule[source]), str(rule["namespace"]), str(rule.get("repository") or ""))
        for rule in rules
        if rule.get(source) and rule.get("namespace")
    ]


def _meet(rule: _Inbound, other: _Inbound) -> bool:
    return rule.namespace == other.namespace and (
        not rule.repository or not other.repository or rule.repository == other.repository
    )


def _finding(instance_id: str, rule: _Inbound, other: _Inbound) -> Finding:
    place = f"namespace {rule.namespace}"
    # Unless both name the same repository, the same tag may never come from both.
    say = warning
    if rule.repository and rule.repository == other.repository:
        place, say = f"repository {rule.namespace}/{rule.repository}", error
    who = f"sync rules {rule.name} of {rule.source} and {other.name} of {other.source}"
    problem = f"{who} both write {place} of {instance_id}, so that images with the same tag overwrite each other"
    return say(CHECK, f"sync rule {other.name}", problem, "Give each source a target namespace of its own.")
