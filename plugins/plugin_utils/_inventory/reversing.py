# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reverse a sync rule: the rule at its target that brings the same images back to where they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule, selects
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import REVERSED

# Host of the source, host of the destination, and the rule between them.
Between = tuple[str, str, Rule]
# A namespace and a repository; None for any.
_Place = tuple[str | None, str | None]

_SAME = (
    "scope",
    "namespace_filter",
    "repository_filter",
    "tag_filter",
    "trigger",
    "priority",
    "catch_up",
    "grant_timeout",
)
_ONE_WAY = "or name it in acr_one_way_rules, where it stays as it is"


def reversed_rule(rule: Rule, source: str, host: Mapping[str, Any], said: Rule) -> dict[str, Any]:
    """Return a rule's counterpart, which is kept at its target.

    Args:
        rule: the rule as the inventory has it.
        source: the host that it is written at.
        host: that host's variables.
        said: options that the inventory gives the counterpart.

    Raises:
        AcrError: it cannot be reversed.
    """
    _check(rule, source, host, said)
    # What names places is turned round below, and what names the target comes from the host.
    back = {name: rule[name] for name in _SAME if rule.get(name) is not None}
    back = {"name": f"{rule['name']}{REVERSED}", **back, "to": source}
    for name in ("namespace", "repository"):
        if rule.get(name) is not None:
            back[name] = rule.get(f"target_{name}") or rule[name]
            back[f"target_{name}"] = rule[name]
    return {**back, **said}


def check_reversible(rules: Sequence[Between]) -> None:
    """Refuse rules that would mix up images when reversed, or bring them back from two places.

    Raises:
        AcrError: there are such rules; its message names them.
    """
    problems = list(_mixed(rules))
    if problems:
        raise AcrError(
            f"some sync rules cannot be reversed: {'; '.join(problems)}",
            f"Name the rules that are not to be reversed in acr_one_way_rules of {rules[0][0]}; they stay as they are.",
        )


def _check(rule: Rule, source: str, host: Mapping[str, Any], said: Rule) -> None:
    name = rule.get("name")
    missing = [option for option in _needed(rule) if not rule.get(option)]
    if missing:
        raise AcrError(
            f"sync rule {name} cannot be reversed, since the inventory does not say its {' and '.join(missing)}",
            f"Add what is missing, {_ONE_WAY}.",
        )
    # A custom link is made in the console, and no API tells which one leads back.
    if rule.get("link_id") and "link_id" not in said:
        raise AcrError(
            f"sync rule {name} cannot be reversed, since its custom link {rule['link_id']} leads one way",
            f"Say link_id of the other way in acr_reversed_rules of {source}, under {name}, {_ONE_WAY}.",
        )
    crosses = rule.get("target_account_id") or rule.get("to")
    needed = ["acr_region", "acr_instance_id", *(["acr_account_id"] if crosses else [])]
    lacking = [variable for variable in needed if not host.get(variable)]
    if lacking:
        raise AcrError(
            f"sync rule {name} cannot be reversed, since {source} has no {' and no '.join(lacking)}", "Set it there."
        )


def _needed(rule: Rule) -> tuple[str, ...]:
    scope = rule.get("scope") or "namespace"
    return {"instance": (), "namespace": ("namespace",)}.get(str(scope), ("namespace", "repository"))


def _mixed(rules: Sequence[Between]) -> Iterator[str]:
    for first, second in combinations(rules, 2):
        names = f"{first[2]['name']} and {second[2]['name']}"
        if first[1] == second[1] and _meet(_target(first[2]), _target(second[2])):
            shared = _shared(_target(first[2]), _target(second[2]))
            origins = [_origin(rule, shared) for _begin, _end, rule in (first, second)]
            taken = all(_takes(between[2], origin) for between, origin in zip((first, second), origins, strict=True))
            if taken and (first[0] != second[0] or origins[0] != origins[1]):
                yield f"{names} both write {_named(shared)} on {first[1]}, and nobody can tell which images are whose"
        elif first[0] == second[0] and first[1] != second[1] and _meet(_source(first[2]), _source(second[2])):
            shared = _shared(_source(first[2]), _source(second[2]))
            if not all(_takes(between[2], shared) for between in (first, second)):
                continue
            yield f"{names} take {_named(shared)} to {first[1]} and to {second[1]}, and only one can be the source"


def _source(rule: Rule) -> _Place:
    return _place(rule, "namespace", rule.get("namespace")), _place(rule, "repository", rule.get("repository"))


def _target(rule: Rule) -> _Place:
    namespace, repository = _source(rule)
    return (namespace and rule.get("target_namespace")) or namespace, (
        repository and rule.get("target_repository")
    ) or repository


def _place(rule: Rule, name: str, value: Any) -> str | None:
    return str(value) if value and name in _needed(rule) else None


def _origin(rule: Rule, target: _Place) -> _Place:
    """Return the place from which a rule brings what arrives in a target."""
    namespace, repository = _source(rule)
    return namespace or target[0], repository or target[1]


def _takes(rule: Rule, origin: _Place) -> bool:
    """Return whether a rule's name filters may select what is in a place."""
    filters = (rule.get("namespace_filter"), rule.get("repository_filter"))
    return all(name is None or selects(pattern, name) for pattern, name in zip(filters, origin, strict=True))


def _meet(place: _Place, other: _Place) -> bool:
    return all(name is None or wanted is None or name == wanted for name, wanted in zip(place, other, strict=True))


def _shared(place: _Place, other: _Place) -> _Place:
    return place[0] or other[0], place[1] or other[1]


def _named(place: _Place) -> str:
    return "/".join(name for name in place if name) or "all namespaces"
