# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replications from a bucket of this account into another bucket.

OSS has no call that changes one, and takes one for each pair of buckets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import NoPermissionError, NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import (
    Extras,
    Resource,
    refuse,
    wait_until,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.bucket import check_destination, owner_of
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.replication_state import (
    Replication,
    plain_role,
)

# The service's limit for one rule.
_PREFIXES = 10
_NO_RULES = "NoSuchReplicationConfiguration"
CLOSING = "closing"


class Replications(Resource[Replication]):
    kind = "replication"
    state_type = Replication
    replaceable = True
    # The ID of a rule that OSS is still closing between the two buckets; no new one is taken before that is over.
    _closing = ""

    def desired(self) -> Replication:
        wanted = super().desired()
        refuse(
            wanted.source_bucket == wanted.destination_bucket,
            "source_bucket and destination_bucket are the same",
            "Name two buckets.",
        )
        refuse(
            len(wanted.prefixes or ()) > _PREFIXES,
            f"there are {len(wanted.prefixes or ())} prefixes",
            f"A rule has at most {_PREFIXES}. Leave them out to replicate all objects.",
        )
        return wanted

    def name(self, state: Replication) -> str:
        return f"the replication of bucket {state.source_bucket} into {state.destination_bucket}"

    def read(self, desired: Replication) -> Replication | None:
        owner_of(self.client, str(desired.source_bucket))
        self._closing = ""
        for rule in self._rules():
            # OSS gives rules their IDs, so that a rule is known by its two buckets.
            if rule["DestinationBucket"] != desired.destination_bucket:
                continue
            if rule["Status"] != CLOSING:
                return self._state(rule)
            self._closing = str(rule["Id"])
        return None

    def find(self) -> Iterator[Replication]:
        owner_of(self.client, self.params["source_bucket"])
        wanted = self.params.get("destination_bucket")
        for rule in self._rules():
            if wanted in (None, rule["DestinationBucket"]):
                yield self._state(rule)

    def present(self, desired: Replication, current: Replication | None) -> Replication:
        goal = super().present(desired, current)
        refuse(not goal.destination_region, "destination_region is missing", "Give the destination's region.")
        if current is None or current.changes(goal):
            check_destination(self.client, str(goal.destination_bucket), str(goal.destination_region))
            self._check_owner(goal)
            # OSS gives the new rule another ID.
            goal = replace(goal, rule_id=None)
        return goal

    def check_replacement(self, current: Replication, goal: Replication) -> None:
        refuse(
            not goal.historical_objects,
            "it cannot be changed, only ended and made anew, and what is written meanwhile would not be replicated",
            "Let historical_objects be true, or end it first (state: absent).",
        )

    def create(self, goal: Replication) -> Extras:
        if self._closing:
            self._await_gone(goal)
        self.client.call("oss", "PutBucketReplication", goal.to_api())
        return {}

    def replace(self, current: Replication, goal: Replication) -> Extras:
        self._end(current)
        self._await_gone(current)
        return self.create(goal)

    def delete(self, current: Replication) -> Extras:
        self._end(current)
        if self.params["wait"]:
            self._await_gone(current)
        return {}

    def _check_owner(self, goal: Replication) -> None:
        """Refuse a destination of another account than the options say, where the caller may see that."""
        if not goal.destination_account_id:
            return
        try:
            owner = owner_of(self.client, str(goal.destination_bucket), goal.destination_region)
        except NoPermissionError:
            return
        refuse(
            owner != goal.destination_account_id,
            f"bucket {goal.destination_bucket} belongs to account {owner}",
            f"Correct destination_bucket, or destination_account_id {goal.destination_account_id}.",
        )

    def _end(self, current: Replication) -> None:
        named = {"Bucket": current.source_bucket, "RuleId": current.rule_id}
        try:
            self.client.call("oss", "DeleteBucketReplication", named)
        except NotFoundError as error:
            # Only the rule may be missing. A missing bucket is a mistake in the options.
            if not error.code.startswith("NoSuchReplication"):
                raise

    def _await_gone(self, state: Replication) -> None:
        """Wait until no rule is left between the two buckets.

        OSS closes a rule for a while, and takes no new one before that is over.
        """

        def gone() -> bool:
            return all(rule["DestinationBucket"] != state.destination_bucket for rule in self._rules())

        what = f"the end of {self.name(state)}"
        wait_until(self.client, gone, what=what, timeout=self.params["wait_timeout"])

    def _rules(self) -> list[dict[str, Any]]:
        try:
            found = self.client.call("oss", "GetBucketReplication", {"Bucket": self.params["source_bucket"]})
        except NotFoundError as error:
            if error.code != _NO_RULES:
                raise
            return []
        return list(found["Rules"])

    def _state(self, rule: Mapping[str, Any]) -> Replication:
        historical, action = rule["Historical"], rule["Action"]
        return Replication(
            source_bucket=self.params["source_bucket"],
            destination_bucket=rule["DestinationBucket"],
            destination_region=str(rule["DestinationLocation"] or "").removeprefix("oss-"),
            role_name=plain_role(rule["Role"]) if rule["Role"] else None,
            prefixes=list(rule["Prefixes"]),
            # Both have documented defaults, which the service may leave out.
            historical_objects=historical != "disabled",
            replicate_deletions=action in (None, "ALL"),
            transfer_acceleration=rule["TransferType"] == "oss_acc",
            rule_id=rule["Id"],
        )
