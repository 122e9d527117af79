# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the exchange of source and destination from the rules that the instances have.

Nothing is remembered between runs: what a run finds says how far an earlier one came.
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
Found = Mapping[str, Sequence[Rule]]


@dataclass(frozen=True)
class Seen:
    """What a run knows of the instances.

    Attributes:
        rules: rules by host, as acr_sync_rule_info returns them; hosts that were not looked at are not there.
        instances: the ID of each host's instance.
        failures: why hosts of this run could not be looked at.
        stopped: hosts of which somebody says that their rules are gone.
    """

    rules: Found
    instances: Mapping[str, str]
    failures: Mapping[str, str]
    stopped: frozenset[str] = frozenset()

    def has(self, way: Way, direction: str) -> bool | None:
        """Tell whether the rule of a direction exists; None if nobody knows.

        Whether a destination in another account lists the rule is not documented, so that only its presence counts.
        """
        begin, end, name = way.begin(direction), way.end(direction), str(way.rule(direction)["name"])
        names = {name, *stand_in_names(name)}
        if begin in self.rules:
            return any(rule["name"] in names for rule in self.rules[begin] if rule.get("direction") != "inbound")
        inbound = (rule for rule in self.rules.get(end, ()) if rule.get("direction") == "inbound")
        listed = any(
            rule["name"] in names and rule.get("target_instance_id") == self.instances.get(begin) for rule in inbound
        )
        if listed:
            return True
        return False if begin in self.stopped else None

    def unseen(self, host: str) -> str:
        """Say that a host was not looked at."""
        return f"{host} cannot be looked at" if host in self.failures else f"{host} is not in this run"

    def reason(self, host: str) -> str:
        """Say why a host was not looked at."""
        return f"{self.unseen(host)} ({self.failures[host]})" if host in self.failures else self.unseen(host)


def holding(ways: Sequence[Way], seen: Seen) -> str:
    """Say in a word which direction holds: forward, reversed, both, neither, partly or unknown."""
    found = {(seen.has(way, FORWARD), seen.has(way, REVERSED)) for way in ways}
    if any(None in pair for pair in found):
        return "unknown"
    words = {(True, False): FORWARD, (False, True): REVERSED, (True, True): "both", (False, False): "neither"}
    return words[next(iter(found))] if len(found) == 1 else "partly"  # type: ignore[index]


def direction_sentences(ways: Sequence[Way], seen: Seen) -> list[str]:
    """Say of each two hosts which direction holds, and which is wanted."""
    return [
        f"{source} and {destination}: {_words(several, seen)}"
        for (source, destination), several in grouped(ways, lambda way: (way.source, way.destination))
    ]


def host_plan(ways: Sequence[Way], seen: Seen, host: str) -> dict[str, Any]:
    """Return what a host does for the exchange; each part is empty if there is nothing to do.

    `send` are rules whose images the old source sends, `stop` the rules that it deletes, `keep` the rules that the new
    source gets, and `waits_for` sentences that say why it may not have them yet.
    """
    return {
        "involved": any(host in (way.source, way.destination) for way in ways),
        "prepare": any(way.end(way.direction) == host for way in ways) and host in seen.rules,
        "send": [way.rule(way.other) for way in ways if _sends(way, seen) and way.begin(way.other) == host],
        "stop": [
            {"name": way.rule(way.other)["name"], "state": "absent"}
            for way in ways
            if way.begin(way.other) == host
            and host in seen.rules
            and seen.has(way, way.other)
            and not _stuck(way, seen)
        ],
        "keep": [way.rule(way.direction) for way in ways if way.begin(way.direction) == host and host in seen.rules],
        "waits_for": waits_for([way for way in ways if way.begin(way.direction) == host], seen),
    }


def waits_for(ways: Iterable[Way], seen: Seen) -> list[str]:
    """Say which rules are in the way of those of the other direction."""
    found: dict[str, list[str]] = {}
    for way in ways:
        has = seen.has(way, way.other)
        if has is not False:
            begin, name = way.begin(way.other), str(way.rule(way.other)["name"])
            why = f"{begin} still has"
            if begin in seen.failures or not has:
                why = f"{seen.reason(begin)}, and {'still has' if has else 'may still have'}"
            found.setdefault(why, []).append(name)
    return [f"{why} {', '.join(names)}" for why, names in found.items()]


def refusals(ways: Sequence[Way], seen: Seen) -> list[str]:
    """Say which hosts would have to become the source and cannot be looked at."""
    hosts = dict.fromkeys(way.begin(way.direction) for way in ways if _stuck(way, seen))
    return [f"{seen.reason(host)}, and should become the source" for host in hosts]


def _sends(way: Way, seen: Seen) -> bool:
    """Tell whether the old source is still the one that has the newest images."""
    return way.begin(way.other) in seen.rules and not seen.has(way, way.direction) and not _stuck(way, seen)


def _stuck(way: Way, seen: Seen) -> bool:
    return way.begin(way.direction) in seen.failures


def grouped(ways: Iterable[Way], key: Callable[[Way], Key]) -> list[tuple[Key, list[Way]]]:
    """Return the ways by a key, in their order."""
    found: dict[Key, list[Way]] = {}
    for way in ways:
        found.setdefault(key(way), []).append(way)
    return list(found.items())


def _words(ways: Sequence[Way], seen: Seen) -> str:
    wanted, holds = ways[0].direction, holding(ways, seen)
    if holds == wanted:
        return f"{holds} holds, as the inventory wants"
    has = {
        "unknown": "it is not known which direction holds",
        "both": "both directions hold, so that images may go round",
        "neither": "neither direction holds",
        "partly": "some rules go forward and some reversed, or are lacking",
    }
    return f"{has.get(holds, f'{holds} holds')}, and the inventory wants {wanted}"
