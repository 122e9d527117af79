# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what belongs to a replication between two buckets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute


@dataclass(frozen=True)
class Replication(State):
    source_bucket: str | None = attribute("Bucket", fixed=True)
    destination_bucket: str | None = attribute("DestinationBucket", fixed=True)
    destination_region: str | None = attribute("DestinationRegion", fixed=True)
    destination_account_id: str | None = attribute("", write_only=True)
    role_name: str | None = attribute("Role", fixed=True)
    prefixes: list[str] | None = attribute("Prefixes", fixed=True)
    historical_objects: bool | None = attribute("Historical", fixed=True, default=True)
    replicate_deletions: bool | None = attribute("Action", fixed=True, default=False)
    transfer_acceleration: bool | None = attribute("TransferType", fixed=True, default=False)
    rule_id: str | None = attribute("Id", read_only=True)

    def changes(self, goal: Replication) -> dict[str, tuple[Any, Any]]:
        """Return what differs, apart from what the service has not told.

        Whether it reads a role back, and in which letters, is not documented. The order of prefixes means nothing.
        """
        changed = State.changes(self, goal)
        role = changed.get("role_name")
        if role and (role[0] is None or plain_role(role[0]) == plain_role(role[1])):
            del changed["role_name"]
        if "prefixes" in changed and set(self.prefixes or ()) == set(goal.prefixes or ()):
            del changed["prefixes"]
        return changed

    def echo(self, said: Replication) -> Replication:
        """Return a copy with what is not told taken from the options."""
        echoed = State.echo(self, said)
        return replace(echoed, role_name=echoed.role_name or said.role_name)

    def to_api(self) -> dict[str, Any]:
        return {
            "Bucket": self.source_bucket,
            "DestinationBucket": self.destination_bucket,
            "DestinationRegion": self.destination_region,
            "Role": self.role_name,
            "Prefixes": self.prefixes,
            "Historical": "enabled" if self.historical_objects else "disabled",
            # ALL is everything with deletions, and PUT what is written alone.
            "Action": "ALL" if self.replicate_deletions else "PUT",
            "TransferType": "oss_acc" if self.transfer_acceleration else None,
        }


def plain_role(role: str) -> str:
    """Return a role's name in small letters; OSS may read it back as an ARN."""
    return role.rpartition("/")[2].lower()
