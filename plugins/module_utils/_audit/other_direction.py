# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find rules that would send images back to where they come from.

That happens if source and destination were exchanged and the inventory does not say so. It is only found if the
instance lists the rules that end at it. Whether it lists those of other accounts is not documented.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.counterpart import (
    counterpart,
    how_exchanged,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule


def other_direction(there: Iterable[SyncRule], rules: Iterable[Rule]) -> Iterator[Finding]:
    """Yield a finding for each rule whose counterpart of the other direction ends at the instance.

    Args:
        there: the rules that begin or end at the source.
        rules: the rules that are wanted there, with their targets.
    """
    found = [rule.to_result() for rule in there]
    for rule in rules:
        name, other = str(rule["name"]), counterpart(found, rule)
        if other:
            problem = f"sync rule {name} would send back to {rule['target_instance_id']} what {other} brings from there"
            yield error("other_direction", f"sync rule {name}", problem, how_exchanged(other))
