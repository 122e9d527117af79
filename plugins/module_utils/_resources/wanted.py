# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide which sync rules an inventory wants, and name the instance's other rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.counterpart import (
    counterpart,
    how_exchanged,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.stand_in import stand_in_names

CONFIGURE = "Run registryops.alicloud.configure_sync"
# An exchange deletes the old rules before it makes the new ones, so that one which stopped leaves neither.
MAKE_RULE = (
    f"{CONFIGURE}, which makes it. If a run of registryops.alicloud.switch_over stopped before its end, run that again"
    " instead, with the same command."
)
# A rule with another name and the same of all these was most likely renamed.
_PLACE = ("namespace", "repository", "namespace_filter", "repository_filter", "target_instance_id")


class Unlisted(NamedTuple):
    """A rule that the inventory does not list, with its finding.

    `renamed_to` is a listed rule that does the same under another name, if there is one.
    """

    rule: Rule
    renamed_to: str | None
    problem: str
    remedy: str


def wanted_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules without those of `state: absent`."""
    return [rule for rule in rules if (rule.get("state") or "present") != "absent"]


def missing_rules(found: Iterable[Rule], listed: Iterable[Rule]) -> list[Rule]:
    """Return the wanted rules that the instance lacks.

    Args:
        found: rules as acr_sync_rule_info returns them.
        listed: the inventory's rules with their targets, those with `state: absent` too.
    """
    there = {str(rule["name"]) for rule in found if rule.get("direction") != "inbound"}
    # A stand-in carries a rule's images while that one is replaced, which has a finding of its own.
    return [
        rule
        for rule in wanted_rules(listed)
        if there.isdisjoint([str(rule["name"]), *stand_in_names(str(rule["name"]))])
    ]


def missing_rule(found: Iterable[Rule], rule: Rule) -> Finding:
    """Return what to say of a wanted rule that the instance lacks.

    Args:
        found: rules as acr_sync_rule_info returns them.
        rule: the wanted rule with its target.
    """
    subject, other = f"sync rule {rule['name']}", counterpart(found, rule)
    if other:
        problem = f"{subject} is missing, and {other} brings from {rule['target_instance_id']} what it would send there"
        return error("missing_rule", subject, problem, how_exchanged(other))
    return error("missing_rule", subject, f"{subject} is missing", MAKE_RULE)


def unlisted_rules(found: Iterable[Rule], listed: Iterable[Rule]) -> list[Unlisted]:
    """Return the instance's outbound rules that are not listed.

    Args:
        found: rules as acr_sync_rule_info returns them.
        listed: the inventory's rules with their targets, those with `state: absent` too.
    """
    listed = list(listed)
    # A stand-in for a listed rule is not unlisted: a replacement was cut short.
    names = {str(rule["name"]) for rule in listed}
    names.update(*map(stand_in_names, names))
    wanted = wanted_rules(listed)
    return [
        _unlisted(rule, wanted) for rule in found if rule.get("direction") != "inbound" and rule["name"] not in names
    ]


def described(rule: Rule) -> str:
    """Return a rule's scope in words: 'repository prod/web'."""
    scope = _scope(rule)
    if scope == "repository":
        words = f"repository {rule.get('namespace')}/{rule.get('repository')}"
    elif scope == "namespace":
        words = f"namespace {rule.get('namespace')}"
    else:
        words = "the whole instance"
    filters = [f"{kind} that match {rule[name]!r}" for kind, name in _filters(rule)]
    return words + (f" ({' and '.join(filters)})" if filters else "")


def _filters(rule: Rule) -> list[tuple[str, str]]:
    kinds = {"namespace_filter": "namespaces", "repository_filter": "repositories", "tag_filter": "tags"}
    return [(kind, name) for name, kind in kinds.items() if rule.get(name) not in (None, "", ".*")]


def _unlisted(rule: Rule, wanted: Iterable[Rule]) -> Unlisted:
    renamed_to = next((str(other["name"]) for other in wanted if _same_place(other, rule)), None)
    target = f"{rule.get('target_instance_id')} ({rule.get('target_region')})"
    does = "covers" if rule.get("trigger") == "manual" else "still replicates"
    problem = (
        f"sync rule {rule['name']} is on {rule.get('instance_id')} and not in the inventory;"
        f" it {does} {described(rule)} to {target}"
    )
    if renamed_to:
        return Unlisted(rule, renamed_to, f"{problem}, and may have been renamed to {renamed_to}", _gone(rule, ""))
    return Unlisted(rule, None, problem, _gone(rule, "If it is wanted, add it to acr_sync_rules. If not: "))


def _gone(rule: Rule, before: str) -> str:
    """Return how the rule is deleted."""
    how = f"list {rule['name']} in acr_sync_rules with state: absent, or run registryops.alicloud.configure_sync with"
    purge = "-e configure_sync_purge=true, which deletes every rule that the inventory does not list."
    return f"{before}{how if before else how[0].upper() + how[1:]} {purge}"


def _same_place(wanted: Rule, rule: Rule) -> bool:
    """Return whether a wanted rule has the same route; only names that the rule itself has are compared."""
    target_names = [
        (_target(wanted, name), _target(rule, name)) for name in ("namespace", "repository") if rule.get(name)
    ]
    return (
        _scope(wanted) == _scope(rule)
        and all((wanted.get(name) or None) == (rule.get(name) or None) for name in _PLACE)
        and all(said == there for said, there in target_names)
    )


def _scope(rule: Rule) -> str:
    return str(rule.get("scope") or "namespace")


def _target(rule: Rule, name: str) -> Any:
    return rule.get(f"target_{name}") or rule.get(name)
