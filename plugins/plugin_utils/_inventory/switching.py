# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the exchange of source and destination from the rules that the instances have.

Nothing is remembered between runs. The rules that a run finds show how far an earlier one came.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.stand_in import stand_in_names
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import (
    FORWARD,
    REVERSED,
    Rule,
    Way,
)

Key = TypeVar("Key", bound=Hashable)
RulesByHost = Mapping[str, Sequence[Rule]]


@dataclass(frozen=True)
class Survey:
    """What a run knows of the instances.

    Attributes:
        rules: rules by host, as acr_sync_rule_info returns them, of the hosts that could be looked at.
        instances: the ID of each host's instance.
        failures: why hosts of this run could not be looked at, by host.
        stopped: hosts whose rules are gone, as somebody says who knows.
    """

    rules: RulesByHost
    instances: Mapping[str, str]
    failures: Mapping[str, str]
    stopped: frozenset[str] = frozenset()

    def has(self, way: Way, direction: str) -> bool | None:
        """Return whether the rule of a direction exists; None if nobody knows.

        It is not documented whether a destination lists rules of other accounts. So a listed rule exists, but a rule
        that is not listed may exist, too.
        """
        begin, end, name = way.begin(direction), way.end(direction), str(way.rule(direction)["name"])
        names = {name, *stand_in_names(name)}
        if begin in self.rules:
            return any(rule["name"] in names for rule in self.rules[begin] if rule.get("direction") != "inbound")
        inbound = (rule for rule in self.rules.get(end, ()) if rule.get("direction") == "inbound")
        # Of an inbound rule, the other end is its source.
        source = self.instances.get(begin)
        if any(rule["name"] in names and rule.get("target_instance_id") == source for rule in inbound):
            return True
        return False if begin in self.stopped else None

    def unseen(self, host: str) -> str:
        """Return the words for a host that was not looked at."""
        return f"{host} cannot be looked at" if host in self.failures else f"{host} is not in this run"

    def reason(self, host: str) -> str:
        """Return the words for a host that was not looked at, with the reason."""
        return f"{self.unseen(host)} ({self.failures[host]})" if host in self.failures else self.unseen(host)


def holding(ways: Sequence[Way], seen: Survey) -> str:
    """Return which direction holds: forward, reversed, both, neither, partly or unknown."""
    # For each way, whether its rule exists forward and reversed.
    found = {(seen.has(way, FORWARD), seen.has(way, REVERSED)) for way in ways}
    if any(None in pair for pair in found):
        return "unknown"
    words = {(True, False): FORWARD, (False, True): REVERSED, (True, True): "both", (False, False): "neither"}
    return words[next(iter(found))] if len(found) == 1 else "partly"  # type: ignore[index]


def direction_sentences(ways: Sequence[Way], seen: Survey) -> list[str]:
    """Return a sentence for each two hosts: which direction holds, and which is wanted."""
    return [
        f"{source} and {destination}: {_words(several, seen)}"
        for (source, destination), several in grouped(ways, lambda way: (way.source, way.destination))
    ]


def host_plan(ways: Sequence[Way], seen: Survey, host: str) -> dict[str, Any]:
    """Return what a host does for the exchange; each part is empty if there is nothing to do.

    `send` are the rules whose images the old source sends, and `stop` the rules that it deletes. `left` are the rules
    that are there without these. `keep` are the rules that the new source gets, and `waits_for` says why it may not
    have them yet.
    """
    looked_at = host in seen.rules
    leaving = [way for way in ways if way.begin(way.other) == host]
    coming = [way for way in ways if way.begin(way.direction) == host]
    stopping = [way for way in leaving if looked_at and seen.has(way, way.other) and not _stuck(way, seen)]
    gone = {str(way.rule(way.other)["name"]) for way in stopping}
    return {
        "involved": any(host in (way.source, way.destination) for way in ways),
        "prepare": any(way.end(way.direction) == host for way in ways) and looked_at,
        "send": [way.rule(way.other) for way in leaving if _sends(way, seen)],
        # By name alone, as an inventory asks for a rule's deletion.
        "stop": [{"name": way.rule(way.other)["name"], "state": "absent"} for way in stopping],
        "left": [dict(rule) for rule in seen.rules.get(host, ()) if rule["name"] not in gone],
        "keep": [way.rule(way.direction) for way in coming if looked_at],
        "waits_for": waits_for(coming, seen),
    }


def waits_for(ways: Iterable[Way], seen: Survey) -> list[str]:
    """Return a sentence for each host whose old rules keep the new ones from being made."""
    found: dict[str, list[str]] = {}
    for way in ways:
        has = seen.has(way, way.other)
        # What is not known counts as if it were there. Both directions at once would send images round.
        if has is not False:
            begin, name = way.begin(way.other), str(way.rule(way.other)["name"])
            why = f"{begin} still has"
            if begin in seen.failures or not has:
                why = f"{seen.reason(begin)}, and {'still has' if has else 'may still have'}"
            found.setdefault(why, []).append(name)
    return [f"{why} {', '.join(names)}" for why, names in found.items()]


def refusals(ways: Sequence[Way], seen: Survey) -> list[str]:
    """Return a sentence for each host that should become the source and cannot be looked at."""
    hosts = dict.fromkeys(way.begin(way.direction) for way in ways if _stuck(way, seen))
    return [f"{seen.reason(host)}, and should become the source" for host in hosts]


def _sends(way: Way, seen: Survey) -> bool:
    """Return whether the old source has images that the new one may lack."""
    return way.begin(way.other) in seen.rules and not seen.has(way, way.direction) and not _stuck(way, seen)


def _stuck(way: Way, seen: Survey) -> bool:
    """Return whether the new source cannot be looked at, so that the old one has to remain."""
    return way.begin(way.direction) in seen.failures


def grouped(ways: Iterable[Way], key: Callable[[Way], Key]) -> list[tuple[Key, list[Way]]]:
    """Return the ways by a key, in their order."""
    found: dict[Key, list[Way]] = {}
    for way in ways:
        found.setdefault(key(way), []).append(way)
    return list(found.items())


def _words(ways: Sequence[Way], seen: Survey) -> str:
    wanted, holds = ways[0].direction, holding(ways, seen)
    if holds == wanted:
        return f"{holds} holds, as acr_direction says"
    has = {
        "unknown": "it is not known which direction holds",
        "both": "both directions hold, so that images may go round",
        "neither": "neither direction holds, so that nothing is replicated",
        "partly": "some rules go forward and some reversed, or are lacking",
    }
    return f"{has.get(holds, f'{holds} holds')}, and acr_direction says {wanted}"
