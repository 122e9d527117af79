# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe the steps of an exchange of source and destination, for a person to read before it begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import Way
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.switching import (
    Survey,
    grouped,
    holding,
    host_plan,
    waits_for,
)

STEPS = ("prepare", "send", "stop", "send_rest", "start", "finish")


def step_sentences(ways: Sequence[Way], seen: Survey) -> list[str]:
    """Return a sentence for each step and host, which begins like "1 of 6: "."""
    tellers = (_prepare, _send, _stop, _rest, _start, _finish)
    found = []
    for number, teller in enumerate(tellers, start=1):
        # Every step is named, so that the numbers are those of the tasks that follow.
        told = list(teller(ways, seen)) or ["nothing to do"]
        found += [f"{number} of {len(STEPS)}: {sentence}" for sentence in told]
    return found


def remaining(ways: Sequence[Way], seen: Survey) -> list[str]:
    """Return what the new sources still lack, and why."""
    found = []
    for begin, several in grouped(ways, lambda way: way.begin(way.direction)):
        missing = [way for way in several if not seen.has(way, way.direction)]
        names = _names(way.rule(way.direction)["name"] for way in missing)
        reasons = waits_for(several, seen)
        if begin not in seen.rules and missing:
            found.append(f"{seen.unseen(begin)}, and should get {names}")
        elif reasons:
            found.append(f"{begin} does not get {names or 'all its rules'} yet: {'; '.join(reasons)}")
        elif names:
            found.append(f"{begin} does not have {names} yet")
    return found


def to_write_down(ways: Sequence[Way], seen: Survey) -> list[str]:
    """Return what to write into the inventory once the direction holds, which may have been given with -e alone."""
    return [
        f"Set acr_direction: {several[0].direction} for {source} in the inventory now, unless it is there already. The"
        " next run reads it from there."
        for source, several in grouped(ways, lambda way: way.source)
        if holding(several, seen) == several[0].direction
    ]


def without_grant(ways: Sequence[Way], host: str) -> str:
    """Say what to do where the grant that a host sends by was revoked.

    Its rules have to go before the grant comes back, since they would write over what the new source has.
    """
    begun = [way for way in ways if way.begin(way.other) == host]
    if not begun:
        return ""
    ends = ",".join(dict.fromkeys(way.end(way.other) for way in begun))
    return (
        f"If the grant to {host} was revoked, -e switch_over_send=false gives up what is missing there. To send it all"
        " the same, run switch_over with -e switch_over_send=false -e switch_over_until=stop, then"
        f" registryops.alicloud.grant_access with -e acr_direction={begun[0].other} --limit {ends}, and then"
        " switch_over without these options."
    )


def _prepare(ways: Sequence[Way], seen: Survey) -> Iterator[str]:
    for end, several in grouped(ways, lambda way: way.end(way.direction)):
        begins = _names(way.begin(way.direction) for way in several)
        done = f"{end} grants access to the account of {begins}, and has the namespaces and repositories"
        yield done if end in seen.rules else f"left, since {seen.unseen(end)}: {done}"


def _send(ways: Sequence[Way], seen: Survey) -> Iterator[str]:
    return _sending(ways, seen, "by digest where both can be looked at")


def _rest(ways: Sequence[Way], seen: Survey) -> Iterator[str]:
    return _sending(ways, seen, "as far as it was pushed in between")


def _sending(ways: Sequence[Way], seen: Survey, how: str) -> Iterator[str]:
    for (begin, end), several in _ways(ways):
        plan = host_plan(several, seen, begin)
        if plan["send"]:
            names = _names(rule["name"] for rule in plan["send"])
            yield f"{begin} sends {end} what is missing there of {names}, {how}"
        elif begin not in seen.rules:
            yield f"left, since {seen.unseen(begin)}: what {end} lacks of its images"


def _stop(ways: Sequence[Way], seen: Survey) -> Iterator[str]:
    for begin, several in grouped(ways, lambda way: way.begin(way.other)):
        plan = host_plan(several, seen, begin)
        if plan["stop"]:
            yield f"{begin} loses the rules {_names(rule['name'] for rule in plan['stop'])}"
        elif begin not in seen.rules:
            yield f"left, since {seen.unseen(begin)}: its rules, which have to go before those of the other way come"


def _start(ways: Sequence[Way], seen: Survey) -> Iterator[str]:
    for begin, several in grouped(ways, lambda way: way.begin(way.direction)):
        names = _names(way.rule(way.direction)["name"] for way in several)
        blocks = _blocking(several, seen)
        if begin not in seen.rules:
            yield f"left, since {seen.unseen(begin)}: the rules {names}"
        elif blocks:
            old = _names(way.begin(way.other) for way in blocks)
            yield f"left until the rules of {old} are known to be gone: {begin} gets the rules {names}"
        elif all(seen.has(way, way.direction) for way in several):
            yield f"{begin} keeps the rules {names}"
        else:
            yield f"{begin} gets the rules {names}"


def _finish(ways: Sequence[Way], seen: Survey) -> Iterator[str]:
    for (end, begin), several in _ways(ways):
        done = f"{begin} sends {end} what was pushed before its rules were there, and verifies"
        if begin not in seen.rules:
            yield f"left, since {seen.unseen(begin)}: {done}"
        else:
            yield f"left like the step before: {done}" if _blocking(several, seen) else done


def _blocking(ways: Iterable[Way], seen: Survey) -> list[Way]:
    """Return the ways whose old rule may still exist, and cannot be deleted by this run."""
    return [way for way in ways if way.begin(way.other) not in seen.rules and seen.has(way, way.other) is not False]


def _ways(ways: Iterable[Way]) -> list[tuple[tuple[str, str], list[Way]]]:
    """Return the ways by the old source and the new one."""
    return grouped(ways, lambda way: (way.begin(way.other), way.begin(way.direction)))


def _names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
