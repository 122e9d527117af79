# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse sync rules that cannot work, or that no service would take."""

from __future__ import annotations

from ansible_collections.registryops.alicloud.plugins.module_utils._core.regions import is_industry_cloud
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import (
    ALL_SCOPED,
    SCOPED,
    SyncRule,
    is_stand_in,
)


def check_options(desired: SyncRule, scope: str) -> None:
    """Refuse a stand-in's name, and options that a rule of this scope does not have."""
    refuse(
        # A rule of such a name would be deleted as a leftover.
        is_stand_in(desired.name),
        f"{desired.name} is the name of a rule that stands in for another one while that is replaced",
        "Choose another name.",
    )
    for name in ALL_SCOPED:
        refuse(
            getattr(desired, name) is not None and name not in SCOPED[scope],
            f"{name} has no meaning for a rule of scope {scope}",
            f"Leave it out; such a rule takes {', '.join(SCOPED[scope])}.",
        )


def check_rule(rule: SyncRule, scope: str, source_region: str | None) -> None:
    """Refuse a rule that lacks something, or whose way is not supported."""
    needed = [name for name in ("namespace", "repository") if name in SCOPED[scope]]
    missing = [name for name in (*needed, "target_region", "target_instance_id") if getattr(rule, name) is None]
    refuse(bool(missing), f"a rule of scope {scope} needs {' and '.join(missing)}", "Add what is missing.")
    refuse(
        rule.target_instance_id == rule.instance_id,
        "the rule's target is its own instance",
        "Name another instance in target_instance_id.",
    )
    to_industry = is_industry_cloud(str(rule.target_region))
    refuse(
        bool(source_region and to_industry and not is_industry_cloud(str(source_region))),
        f"public cloud ({source_region}) cannot replicate to Finance or Gov Cloud ({rule.target_region})",
        "Choose a destination in a public region.",
    )
