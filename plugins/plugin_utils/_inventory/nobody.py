# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say why no account is to replicate into a destination.

Whoever wrote the inventory meant somebody, so each cause has its own remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import revoke_command
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import nearest
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import listed
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import Groups, Hosts
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.spelling import misspelt
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.values import rules_of

_BY_NAME = "name the accounts, as in -e acr_source_account_ids=1252879610640001"


@dataclass(frozen=True)
class RuleAtDestination:
    """A rule as a destination sees it.

    Attributes:
        source: the host that has it.
        name: what it is called.
        end: the host or the instance that it ends at; empty if it names none.
        absent: whether it is to be deleted.
    """

    source: str
    name: str
    end: str
    absent: bool

    def __str__(self) -> str:
        return f"{self.name} of {self.source}"


def why_nobody(hosts: Hosts, groups: Groups, destination: str) -> str:
    """Return the cause and its remedy."""
    sources = groups.get("acr_source") or []
    return f"It is not known which accounts may replicate into {destination}: " + _cause(hosts, sources, destination)


def unknown_ends(hosts: Hosts, groups: Groups, source: str) -> Iterator[str]:
    """Say which rules of a source name a host that there is not."""
    destinations = groups.get("acr_destination") or []
    found: dict[str, list[str]] = {}
    for rule in rules_of(hosts[source]):
        end = rule.get("to")
        if end and end not in hosts and rule.get("state") != "absent":
            found.setdefault(str(end), []).append(str(rule.get("name")))
    for end, names in found.items():
        meant = nearest(end, destinations)
        advice = f"Write `to: {meant}` if that is meant" if meant else f"Its destinations are {listed(destinations)}"
        go = "Sync rule {} of {} goes" if len(names) == 1 else "Sync rules {} of {} go"
        yield f"{go.format(listed(names), source)} to {end}, which is no host of the inventory. {advice}."


def _cause(hosts: Hosts, sources: Any, destination: str) -> str:
    if not sources:
        return (
            "no host is in the group acr_source. Add the inventory of Account A, as in -i inventories/account_a, or"
            f" {_BY_NAME}."
        )
    if destination in sources:  # the rules are reversed, or ready to be
        other = next((rule.end for rule in _rules(hosts, [destination]) if rule.end in hosts), "the other host")
        return f"{other} has no acr_account_id. Set it in its inventory to the UID of that account, or {_BY_NAME}."
    rules = [*_rules(hosts, sources)]
    if not rules:
        return _no_rules(hosts, sources, destination)
    ending = [rule for rule in rules if rule.end in (destination, hosts[destination].get("acr_instance_id"))]
    if ending:
        return _ending(hosts, destination, ending)
    return _elsewhere(hosts, destination, rules)


def _no_rules(hosts: Hosts, sources: Any, destination: str) -> str:
    found = chain.from_iterable(misspelt(hosts[source], str, ("acr_sync_rules",)) for source in sources)
    lists = "lists" if len(sources) == 1 else "list"
    advice = f"Add a rule with `to: {destination}`, or {_BY_NAME}."
    return " ".join([f"{listed(sources)} {lists} no acr_sync_rules.", *found, advice])


def _rules(hosts: Hosts, sources: Any) -> Iterator[RuleAtDestination]:
    for source in sources:
        for rule in rules_of(hosts[source]):
            end = rule.get("to") or rule.get("target_instance_id") or ""
            yield RuleAtDestination(source, str(rule.get("name")), str(end), rule.get("state") == "absent")


def _ending(hosts: Hosts, destination: str, rules: list[RuleAtDestination]) -> str:
    """Say why the rules that do end there give no account."""
    kept = [rule for rule in rules if not rule.absent]
    if not kept:
        accounts = {str(hosts[rule.source].get("acr_account_id", "UID")) for rule in rules}
        gone = listed([str(rule) for rule in rules])
        return (
            f"all rules that end there have state: absent ({gone}). To let one replicate, take"
            " state: absent from it. To end what was granted, run"
            f" {revoke_command(accounts)}."
        )
    own = hosts[destination].get("acr_account_id")
    same = [rule for rule in kept if own and str(hosts[rule.source].get("acr_account_id")) == str(own)]
    if same:
        return (
            f"{same[0].source}, whose rule {same[0].name} ends there, has the same acr_account_id ({own}). Within one"
            " account nothing is granted: correct the one that is wrong, or leave out grant_access."
        )
    return (
        f"{kept[0].source}, whose rule {kept[0].name} ends there, has no acr_account_id. Set it in the inventory of"
        " Account A to the UID of that account."
    )


def _elsewhere(hosts: Hosts, destination: str, rules: list[RuleAtDestination]) -> str:
    """Say where the rules go instead."""
    instance = hosts[destination].get("acr_instance_id")
    known = {str(hosts[name].get("acr_instance_id")): name for name in hosts}
    for rule in rules:
        if not rule.end:
            return f"sync rule {rule} names no destination. Add `to: {destination}` to it."
        # An instance ID that no host has, or a misspelt host.
        if rule.end not in hosts and rule.end not in known and not rule.absent:
            meant = nearest(rule.end, [destination, str(instance)])
            advice = f"Write `to: {destination}` if that is meant" if meant else f"Add a rule with `to: {destination}`"
            if rule.end.startswith("cri-"):
                return f"sync rule {rule} goes to {rule.end}, and {destination} is {instance}. {advice}, or {_BY_NAME}."
            # Naming the accounts would not do, since the rule could not be made.
            return f"sync rule {rule} goes to {rule.end}, which is no host of the inventory. {advice}."
    ends = listed([f"{rule} goes to {known.get(rule.end, rule.end)}" for rule in rules])
    return f"{ends}. Add a rule with `to: {destination}`, take {destination} out of acr_destination, or {_BY_NAME}."
