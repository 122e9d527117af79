# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse images that would overwrite each other."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import listed
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import Transfer

_SHOWN = 3  # targets in a sentence


def check_collisions(transfers: Iterable[Transfer]) -> None:
    """Refuse two sources with one target, since the tag would move at each run.

    Raises:
        AcrError: with the sources and the target of each collision.
    """
    first: dict[tuple[str, ...], Transfer] = {}
    collisions: dict[tuple[str, ...], list[str]] = {}
    for transfer in transfers:
        other = first.setdefault(transfer.target[3:], transfer)
        if other.source != transfer.source:
            collisions.setdefault(transfer.target[3:], [other.source]).append(transfer.source)
    if not collisions:
        return
    told = [
        f"{listed(sources)} would all go to {first[names].target}"
        if len(sources) > 2
        else f"{listed(sources)} would both go to {first[names].target}"
        for names, sources in list(collisions.items())[:_SHOWN]
    ]
    more = len(collisions) - _SHOWN
    raise AcrError(
        "; ".join(told) + (f"; and so in {more:,} more places" if more > 0 else ""),
        "Nothing was sent. Select only one of them, or send them in tasks with different target names.",
    )
