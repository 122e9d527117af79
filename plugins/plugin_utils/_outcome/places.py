# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which namespaces and repositories were created, changed and deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._outcome.lines import (
    Outcome,
    Result,
    named,
    prepared,
    single,
)


def place_lines(results: Sequence[Result]) -> list[str]:
    """Return the lines for all changes of loops over namespaces and repositories."""
    lines: list[str] = []
    for result in single(results):
        lines += prepared(result)
    return lines


def prepared_places(
    results: Sequence[Result], host: str, asked: Mapping[str, Any], inbound: Sequence[Mapping[str, Any]]
) -> Outcome:
    """Say what a destination has for the images that arrive.

    Args:
        results: those of the loops over namespaces and repositories.
        host: the inventory's name of the instance.
        asked: the `namespaces` and `repositories` that were to be there.
        inbound: rules of the inventory that end at the host.
    """
    # What is there in the end, whether this run made it or not.
    names = [_name("namespace", place["name"], place) for place in asked["namespaces"]]
    names += [_name("repository", f"{place['namespace']}/{place['name']}", place) for place in asked["repositories"]]
    changes = place_lines(results)
    if names:
        done = f"{host} has {named(names)}."
        return Outcome(changes, done if changes else f"Nothing to change: {done}")
    if inbound:
        return Outcome(
            [],
            f"Nothing was asked for at {host}. Rules of scope instance end there"
            f" ({named(str(rule['name']) for rule in inbound)}), and the inventory does not say which namespaces they"
            " bring. List those that should exist in acr_namespaces.",
        )
    return Outcome(
        [],
        f"Nothing was asked for at {host}. The inventories given list no acr_namespaces and no acr_repositories for"
        " it, and no rule of theirs ends there. List what rules need there, or add the inventory of Account A, as in"
        " -i inventories/account_a.",
    )


def _name(kind: str, name: str, place: Mapping[str, Any]) -> str:
    return f"{'no ' if place.get('state') == 'absent' else ''}{kind} {name}"
