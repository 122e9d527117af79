# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe the role that lets other accounts replicate here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy
from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import (
    CUSTOM,
    Access,
    AttachedPolicy,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_calls import ROLE_NAME


@dataclass(frozen=True)
class CrossAccountRole(State):
    """The role, its policy and the attachment, as one thing.

    A document is None if its part is missing. `others` are further policies of the role. They are read for what they
    allow, and never changed.
    """

    account_id: str | None = attribute("", read_only=True)
    role_arn: str | None = attribute("", read_only=True)
    trust_policy: dict[str, Any] | None = attribute("")
    policy_name: str | None = attribute("", read_only=True)
    policy_document: dict[str, Any] | None = attribute("")
    policy_is_ours: bool | None = attribute("", read_only=True)
    attached: bool | None = attribute("")
    others: tuple[AttachedPolicy, ...] | None = attribute("", read_only=True)
    policy_users: tuple[str, ...] | None = attribute("", read_only=True)

    @cached_property
    def access(self) -> Access:
        """Return who may replicate where, by all policies together."""
        return Access(str(self.account_id), self.trust_policy, (*self._own_policy, *(self.others or ())))

    @property
    def _own_policy(self) -> tuple[AttachedPolicy, ...]:
        if not self.attached or self.policy_document is None:
            return ()
        return (AttachedPolicy(CUSTOM, str(self.policy_name), self.policy_document),)

    @property
    def is_kept_here(self) -> bool:
        """Return whether this module may change the policy, since it made it or has it attached."""
        return bool(self.policy_is_ours or self.attached)

    @property
    def own_users(self) -> str:
        """Return the principal of the account's own users."""
        return f"acs:ram::{self.account_id}:root"

    def own_places(self, also: Iterable[policy.Grant] = ()) -> frozenset[policy.Grant]:
        """Return what the policy opens, attached or not."""
        alone = replace(self, attached=True, others=())
        return Access(str(self.account_id), None, alone._own_policy).places(also)

    def changes(self, goal: CrossAccountRole) -> dict[str, tuple[Any, Any]]:
        changed: dict[str, tuple[Any, Any]] = {}
        for name in ("trust_policy", "policy_document"):
            now, wanted = getattr(self, name), getattr(goal, name)
            # By meaning, since RAM may store a document with other spaces and another order.
            if (now is None) != (wanted is None) or policy.meaning(now) != policy.meaning(wanted):
                changed[name] = (now, wanted)
        if bool(self.attached) != bool(goal.attached):
            changed["attached"] = (bool(self.attached), bool(goal.attached))
        return changed

    def to_result(self) -> dict[str, Any]:
        pairs = sorted(self.access.pairs())
        return {
            "role_name": ROLE_NAME,
            "role_arn": self.role_arn or f"acs:ram::{self.account_id}:role/{ROLE_NAME}",
            "exists": self.trust_policy is not None,
            "account_id": self.account_id,
            "source_account_ids": sorted(self.access.accounts()),
            "destination_instances": [
                {"region": region, "instance_id": instance} for region, instance in sorted(self.own_places())
            ],
            "access": [
                {"source_account_id": account, "region": region, "instance_id": instance}
                for account, region, instance in pairs
            ],
            "policy_name": self.policy_name,
            "policy_attached": bool(self.attached),
            "other_policies": [other.name for other in self.others or ()],
            "trust_policy": self.trust_policy or {},
            "policy_document": self.policy_document or {},
        }
