# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the rule of the other direction that arrives where a rule would begin.

It is only found if the instance lists the rules that end at it. Whether it lists those of other accounts is not
documented.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import REVERSED


def counterpart(found: Iterable[Rule], rule: Rule) -> str:
    """Return the name of the rule that brings what the given one would send back; empty if none is found.

    Args:
        found: the instance's rules, as acr_sync_rule_info returns them.
        rule: a wanted rule with its target.
    """
    name, target = str(rule["name"]), rule.get("target_instance_id")
    # A switch-over names each reversed rule after the rule that it reverses.
    other = name.removesuffix(REVERSED) if name.endswith(REVERSED) else f"{name}{REVERSED}"
    arriving = (there for there in found if there.get("direction") == "inbound")
    return (
        other if any((there["name"], there.get("target_instance_id")) == (other, target) for there in arriving) else ""
    )


def how_exchanged(other: str) -> str:
    """Return what to do where a rule of the other direction holds."""
    now = "reversed" if other.endswith(REVERSED) else "forward"
    return (
        f"If source and destination are exchanged, set acr_direction: {now} in the inventory of the host of acr_source."
        " To exchange them, run registryops.alicloud.switch_over."
    )
