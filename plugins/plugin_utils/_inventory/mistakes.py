# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what is wrong with an inventory, before anything is done with it.

A filter that refuses has its sentence behind Ansible's own words. A task that fails with these has it in front.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import nearest
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import listed
from ansible_collections.registryops.alicloud.plugins.modules import acr_sync_preflight
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.accounts import misspelt_account
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import Groups, Hosts, sides
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.items import (
    KINDS,
    check_items,
    check_names,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.nobody import unknown_ends, why_nobody
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.scalars import check_scalars
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.shapes import LISTS, check_shapes
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.spelling import misspelt
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.unread import unread_variables

ANY_SIDE = "~^acr_(destination|source)$"
# The implicit localhost is there where an inventory is empty, and other hosts where a limit leaves that out.
ANY_HOST = "all:localhost"

_LETTERS = {"acr_source": "a", "acr_destination": "b"}
_BOTH = ("destination", "source")
# As alike as acr_src and acr_source. What is less alike is often the user's own.
_ALIKE = 0.8
_ANSIBLES = ("all", "ungrouped")


def play_hosts(groups: Groups) -> str:
    """Return the pattern of a play's hosts.

    Where no host has a part in sync it is another one, so that a task can say so. Ansible skips a play without hosts.
    """
    return ANY_SIDE if any(groups.get(name) for name in _LETTERS) else ANY_HOST


def mistakes(
    hosts: Hosts,
    groups: Groups,
    name: str = "",
    side: str = "",
    accounts: Sequence[str] | None = None,
    played: Sequence[str] | None = None,
) -> list[str]:
    """Return a sentence for each mistake that concerns a host.

    Args:
        hosts: variables of each host by its name.
        groups: the names of each group's hosts.
        name: the host; empty to look at the groups alone.
        side: `source`, `destination` or `both` if the run needs it, empty if it makes do with either.
        accounts: those that are to replicate into the host; None if the run does not ask for them.
        played: the hosts of the run, which a limit may have made fewer; None if they are not known.
    """
    found = [*_misspelt_groups(groups)] or [*_nobody_at_all(groups)]
    if found or not name:
        return found
    unread = unread_variables(hosts, name)
    if unread:
        return [unread]
    try:
        parts = sides(hosts, groups, name)
        needed = _BOTH if side == "both" else (side,) if side else ()
        absent = [side for side in needed if side not in parts]
        if lacking := [*_lacking_sides(hosts, groups, absent, side == "both", played)]:
            return lacking[:1]
        if not side or set(needed) & set(parts):
            check_shapes(hosts[name], name)
            check_scalars(hosts[name], name)
        _check_lists(hosts, name)
        found += _misspelt_rules(hosts, groups, name)
        # Where the rule is written it can be corrected, so that its host says it, and not the destination alone.
        if side == "both" and "source" in parts:
            found += unknown_ends(hosts, groups, name)
        if accounts is not None and not accounts and "destination" in parts:
            found.append(why_nobody(hosts, groups, name))
        if accounts and "destination" in parts:
            found += [sentence for sentence in (misspelt_account(hosts, groups, name, accounts),) if sentence]
    except AcrError as error:
        return [str(error)]
    return found


def _misspelt_groups(groups: Groups) -> Iterator[str]:
    """Say which groups have hosts that are on neither side, and nearly the name of one."""
    known = set(chain.from_iterable(groups.get(group) or () for group in _LETTERS))
    for group in sorted(groups):
        left = [host for host in groups[group] if host not in known]
        meant = nearest(group.lower().replace("-", "_"), _LETTERS, _ALIKE)
        if left and meant and group not in (*_LETTERS, *_ANSIBLES):
            yield (
                f"The group {group} of the inventory has {listed(left)}, and nothing reads a group of that name."
                f" Rename it to {meant}."
            )


def _nobody_at_all(groups: Groups) -> Iterator[str]:
    """Say that the inventory is one of something else."""
    if any(groups.get(group) for group in _LETTERS):
        return
    own = sorted(set(groups) - {*_LETTERS, *_ANSIBLES})
    there = f"Its groups are {listed(own)}." if own else "It has no groups."
    if not groups.get("all"):
        there = "It has no hosts at all."
    yield (
        f"No host of the inventory is in the group {' or '.join(_LETTERS)}. {there} Give the inventories of this"
        " collection, as in -i inventories/account_b -i inventories/account_a."
    )


def _lacking_sides(
    hosts: Hosts, groups: Groups, needed: Sequence[str], both: bool, played: Sequence[str] | None
) -> Iterator[str]:
    """Say which sides have no host in the inventory, or none in the run."""
    for side in needed:
        if not groups.get(f"acr_{side}"):
            yield _lacking(f"acr_{side}")
        elif played is not None and _limited(hosts, groups, side, played):
            yield _left_out(f"acr_{side}", groups, both)


def _lacking(group: str) -> str:
    letter = _LETTERS[group]
    return (
        f"No host is in the group {group}. Add the inventory of Account {letter.upper()}, as in"
        f" -i inventories/account_{letter}."
    )


def _limited(hosts: Hosts, groups: Groups, side: str, played: Sequence[str]) -> bool:
    """Return whether no host of the run is on a side, nor would be if the rules went the other way."""
    of_group = groups.get(f"acr_{side}", ())
    return not any(host in of_group or side in sides(hosts, groups, host) for host in played)


def _left_out(group: str, groups: Groups, both: bool) -> str:
    why = "while this run checks both sides before it writes to either" if both else "so there is nothing to do"
    return (
        f"--limit leaves out every host of {group}, {why}. Run it without --limit, or name one of"
        f" them too: {listed(sorted(groups[group]))}."
    )


def _misspelt_rules(hosts: Hosts, groups: Groups, name: str) -> Iterator[str]:
    """Say that a source has no rules but what seems to be them; all of its rules would be taken for unlisted ones."""
    if name not in groups.get("acr_source", ()) or hosts[name].get("acr_sync_rules") is not None:
        return
    for sentence in misspelt(hosts[name], str, ("acr_sync_rules",)):
        yield f"{name} has no acr_sync_rules. {sentence} Rename it to acr_sync_rules."


def _check_lists(hosts: Hosts, name: str) -> None:
    """Check the options of what a host lists.

    Raises:
        AcrError: an item has an option that there is not, or lacks one.
    """
    for variable, option in LISTS.items():
        items = hosts[name].get(variable)
        if isinstance(items, list):  # the other side's playbook says what anything else is
            check_items(KINDS[option], items, acr_sync_preflight.MODULE.options[option]["options"])
            check_names(KINDS[option], items)
