# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show hosts together that could not be looked at for the same reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import first_of

# Instance and request IDs, which differ although the reason is the same.
_PARTICULARS = re.compile(r"cri-[\w-]+|, request [^\]]*")
# Hosts with the same reason that have a row each.
_ROWS_EACH = 3


def together(rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return a row for each host; more than three hosts with the same reason share one."""
    groups: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        groups.setdefault(_PARTICULARS.sub("", row["reason"]), []).append(row)
    found: list[dict[str, str]] = []
    for alike in groups.values():
        if len(alike) <= _ROWS_EACH:
            found += [dict(row) for row in alike]
        else:
            reason = f"{alike[0]['reason']}; and {len(alike) - 1:,} more like it"
            found.append({"host": first_of([row["host"] for row in alike]), "reason": reason})
    return found
