# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find rules that carry nothing that another rule does not carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, product
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule, contains
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import described

# Instance at the target, trigger, namespace, repository, and namespace at the target.
_Route = tuple[Any, Any, Any, Any, Any]


def shadowed(rules: Sequence[Rule], wanted: Collection[str]) -> Iterator[Finding]:
    """Report rules that carry nothing that another rule does not carry.

    A wanted rule is not reported because of an unwanted one.
    """
    # There may be hundreds of rules, of which few can contain each other.
    places: dict[_Route, list[int]] = defaultdict(list)
    for place, rule in enumerate(rules):
        places[_route(rule)].append(place)
    for place, rule in enumerate(rules):
        wider = chain.from_iterable(places.get(route, ()) for route in _wider_routes(rule))
        for other_place in sorted({*wider} - {place}):
            other = rules[other_place]
            if rule["name"] in wanted and other["name"] not in wanted:
                continue
            equal = contains(rule, other)
            # Of two equal rules, the second is reported.
            if contains(other, rule) and (other_place < place or not equal):
                yield _finding(rule, other, equal)
                break


def _route(rule: Rule) -> _Route:
    """Return what has to fit for one rule to contain another, beside their filters."""
    ends = (rule.get("target_instance_id"), rule.get("trigger"))
    return (*ends, rule.get("namespace"), rule.get("repository"), rule.get("target_namespace") or None)


def _wider_routes(rule: Rule) -> Iterator[_Route]:
    """Yield the routes of rules that may contain a rule.

    They have its namespace and repository or all of them, and its namespace at the target or none that they name.
    """
    instance_id, trigger, namespace, repository, target = _route(rule)
    for names in product({namespace, None}, {repository, None}, {target or namespace, None}):
        yield (instance_id, trigger, *names)


def _finding(rule: Rule, other: Rule, equal: bool) -> Finding:
    name, wide = rule["name"], other["name"]
    absent = f"list {name} in acr_sync_rules with state: absent"
    remedy = f"{absent[0].upper()}{absent[1:]}; {wide} carries the same."
    if not equal:
        # Nobody but the user knows whether the filter or its lack was meant.
        remedy = (
            f"If {wide} is to carry {described(other)}, {absent}. If only what {name} carries is wanted, which is"
            f" {described(rule)}, list {wide} so, or give it the same filters."
        )
    problem = f"sync rule {name} carries nothing that sync rule {wide} does not carry to the same place"
    return warning("shadowed_rule", f"sync rule {name}", problem, remedy)
