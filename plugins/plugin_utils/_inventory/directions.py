# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide which way the sync rules of an inventory go.

Rules are written at the host that is usually the source. Its `acr_direction` says whether they hold there as they are
written, or reversed at the host that they end at. Everything that needs the rules of a host asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import wanted_rules
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.reversing import (
    check_reversible,
    reversed_rule,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.values import names_of, rules_of

Rule = dict[str, Any]
Hosts = Mapping[str, Any]
Groups = Mapping[str, Sequence[str]]

FORWARD, REVERSED = "forward", "reversed"


@dataclass(frozen=True)
class Way:
    """One rule of the inventory between two hosts, and its counterpart for the other way.

    Attributes:
        source: the host at which the rule is written.
        destination: the host that it ends at.
        forward: the rule as it is written, with `to`.
        backward: the rule at the destination that brings the images back.
        direction: which of them holds.
    """

    source: str
    destination: str
    forward: Rule
    backward: Rule
    direction: str

    def rule(self, direction: str) -> Rule:
        return self.forward if direction == FORWARD else self.backward

    def begin(self, direction: str) -> str:
        """Return the host at which the rule of a direction is."""
        return self.source if direction == FORWARD else self.destination

    def end(self, direction: str) -> str:
        return self.destination if direction == FORWARD else self.source

    @property
    def other(self) -> str:
        """Return the direction that does not hold."""
        return REVERSED if self.direction == FORWARD else FORWARD


def direction_of(host: Mapping[str, Any], name: str) -> str | None:
    """Return the direction of a host's rules; None if nothing is prepared for the other direction."""
    said = host.get("acr_direction")
    if said in (None, ""):
        return None
    if said not in (FORWARD, REVERSED):
        raise AcrError(f"acr_direction of {name} is {said!r}", f"It is {FORWARD} or {REVERSED}.")
    return str(said)


def ways(hosts: Hosts, sources: Iterable[str]) -> list[Way]:
    """Return the rules that can be reversed, of all sources that say a direction.

    Raises:
        AcrError: some rules cannot be reversed; it names each of them.
    """
    found: list[Way] = []
    for source in sources:
        direction = direction_of(hosts[source], source)
        if direction:
            found += _of_source(hosts, source, direction)
    check_reversible([(way.source, way.destination, way.forward) for way in found])
    return found


def outbound_rules(own: Sequence[Rule], hosts: Hosts, groups: Groups, name: str) -> list[Rule]:
    """Return the rules to keep at a host; those that go the other way now have `state: absent`.

    Args:
        own: the rules that are written there.
        hosts: variables of each host by its name.
        groups: the names of each group's hosts.
        name: the host.
    """
    sources = _sources(groups)
    rules = list(own)
    if name in sources and direction_of(hosts[name], name):
        there = [way for way in ways(hosts, [name]) if way.direction == REVERSED]
        gone = {str(way.forward["name"]) for way in there}
        rules = [_absent(rule) if str(rule.get("name")) in gone else rule for rule in rules]
    for way in _arriving(hosts, groups, name):
        rules.append(way.backward if way.direction == REVERSED else _absent(way.backward))
    return rules


def sides(hosts: Hosts, groups: Groups, name: str) -> list[str]:
    """Return the sides of sync that a host is on: `destination`, `source`, both or none."""
    found = []
    if _is_destination(hosts, groups, name):
        found.append("destination")
    if _is_source(hosts, groups, name):
        found.append("source")
    return found


def hosts_by_side(hosts: Hosts, groups: Groups) -> dict[str, list[str]]:
    """Return the hosts that send and those that get images now."""
    names = dict.fromkeys((*_sources(groups), *(groups.get("acr_destination") or ())))
    return {
        "source": [name for name in names if _is_source(hosts, groups, name)],
        "destination": [name for name in names if _is_fed(hosts, groups, name)],
    }


def kept_inbound(hosts: Hosts, sources: Iterable[str]) -> Iterator[tuple[str, str | None, Rule]]:
    """Yield each rule that a destination must be ready for: the rule's host, the host where it ends, and the rule.

    While rules go forward, the way back is kept ready, too. While they are reversed, the way forward is not: a grant
    that was revoked during a disaster stays revoked.
    """
    for source in sources:
        reversible = {str(way.forward["name"]): way for way in ways(hosts, [source])}
        for rule in wanted_rules(rules_of(hosts[source])):
            way = reversible.get(str(rule.get("name")))
            if way:
                yield way.destination, way.source, way.backward
            if not way or way.direction == FORWARD:
                yield source, way.destination if way else None, dict(rule)


def _of_source(hosts: Hosts, source: str, direction: str) -> Iterator[Way]:
    host = hosts[source]
    # YAML may have read a name as a number.
    staying = set(names_of(host.get("acr_one_way_rules")))
    said = host.get("acr_reversed_rules")
    said = said if isinstance(said, Mapping) else {}  # anything else is refused before
    for rule in wanted_rules(rules_of(host)):
        name = str(rule.get("name"))
        if name in staying:
            continue
        destination = _destination(hosts, rule)
        backward = reversed_rule(rule, source, host, said.get(name) or {})
        yield Way(source, destination, {**rule, "to": destination}, backward, direction)


def _destination(hosts: Hosts, rule: Mapping[str, Any]) -> str:
    """Return the host that a rule ends at."""
    if rule.get("to") in hosts:
        return str(rule["to"])
    # A rule may name the instance and no host. Its host is needed, since the way back begins there.
    identity = rule.get("target_instance_id")
    for name in hosts if identity and not rule.get("to") else ():
        if hosts[name].get("acr_instance_id") == identity:
            return str(name)
    raise AcrError(
        f"sync rule {rule.get('name')} cannot be reversed: {rule.get('to') or identity or 'its target'} is no host of"
        " the inventory",
        "Add it to acr_destination with its acr_instance_id, or name the rule in acr_one_way_rules.",
    )


def _absent(rule: Mapping[str, Any]) -> Rule:
    return {"name": rule["name"], "state": "absent"}


def _sources(groups: Groups) -> Sequence[str]:
    return groups.get("acr_source") or []


def _arriving(hosts: Hosts, groups: Groups, name: str) -> list[Way]:
    """Return the ways whose forward rules end at a host."""
    if name not in (groups.get("acr_destination") or ()):
        return []
    return [way for way in ways(hosts, _sources(groups)) if way.destination == name]


def _is_source(hosts: Hosts, groups: Groups, name: str) -> bool:
    if name in _sources(groups):
        if direction_of(hosts[name], name) != REVERSED:
            return True
        # Rules that stay one-way, and rules of other hosts that end here reversed.
        own = rules_of(hosts[name])
        if wanted_rules(outbound_rules(own, hosts, groups, name)):
            return True
    return any(way.direction == REVERSED for way in _arriving(hosts, groups, name))


def _is_destination(hosts: Hosts, groups: Groups, name: str) -> bool:
    """Return whether a host gets images, or has to be ready for them."""
    return bool(name in _sources(groups) and ways(hosts, [name])) or _is_fed(hosts, groups, name)


def _is_fed(hosts: Hosts, groups: Groups, name: str) -> bool:
    """Return whether a host gets images now."""
    sources = _sources(groups)
    if name in sources and any(way.direction == REVERSED for way in ways(hosts, [name])):
        return True
    if name not in (groups.get("acr_destination") or ()):
        return False
    if not any(way.direction == REVERSED for way in _arriving(hosts, groups, name)):
        return True
    identity = hosts[name].get("acr_instance_id")
    return any(
        name in (end, rule.get("to")) or (identity and rule.get("target_instance_id") == identity)
        for _begin, end, rule in kept_inbound(hosts, sources)
    )
