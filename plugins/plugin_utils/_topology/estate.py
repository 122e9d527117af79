# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe all instances, as far as they are known, and word findings about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import first_of
from ansible_collections.registryops.alicloud.plugins.plugin_utils._topology.flows import Flow


@dataclass(frozen=True)
class EstateInstance:
    """One instance, as far as it is known.

    Attributes:
        instance_id: its ID.
        name: its host in the inventory, or its ID.
        region: where it is; None if that is not known.
        account_id: its account; None if that is not known.
        looked_at: whether its rules were read.
        in_inventory: whether it is a host of the inventory.
        should_be_fed: whether the inventory has it as a destination.
        refused: who may not replicate into it, as the audit says: accounts, or the role or the instance for all.
    """

    instance_id: str
    name: str
    region: str | None
    account_id: str | None
    looked_at: bool
    in_inventory: bool
    should_be_fed: bool
    refused: frozenset[str]

    def shown(self) -> dict[str, Any]:
        """Return what the report's data and its drawing show."""
        shown = ("instance_id", "name", "region", "account_id", "looked_at")
        return {name: getattr(self, name) for name in shown}

    def refuses(self, account_id: str) -> bool:
        """Return whether the audit found that an account may not replicate into the instance."""
        return any(not subject.startswith("account ") for subject in self.refused) or (
            f"account {account_id}" in self.refused
        )


@dataclass(frozen=True)
class Estate:
    """All instances by ID, and all flows."""

    instances: Mapping[str, EstateInstance]
    flows: Sequence[Flow]

    def name(self, instance_id: str) -> str:
        """Return what people call an instance."""
        return self.instances[instance_id].name


def finding_of(finding: Finding, *flows: Flow, hangs: bool = False) -> dict[str, Any]:
    ways = [(flow.source.instance_id, flow.target.instance_id) for flow in flows]
    return {**finding, "hangs_on_replication": hangs, "ways": ways}


def names_of(flows: Sequence[Flow]) -> str:
    """Return the names of some rules, and the number of more."""
    return first_of([flow.name for flow in flows])
