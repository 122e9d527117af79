# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the role by which OSS replicates from buckets of this account.

OSS acts with it. It reads the source bucket by the role's own policy; the destination's owner lets it write there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy, storage
from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check_role_name
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Resource, refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_calls import RoleCalls

ROLE = "acr-transfer-by-storage"
DESCRIPTION = "Lets OSS replicate from buckets of this account. Kept by registryops.alicloud."
ROLE_OPTION: dict[str, Any] = {"type": "str", "default": ROLE}


@dataclass(frozen=True)
class ReplicationRole(State):
    """A role and the policy of the same name, as one thing.

    A document is None if its part is missing.
    """

    name: str | None = attribute("RoleName", fixed=True)
    role_arn: str | None = attribute("", read_only=True)
    source_buckets: list[str] | None = attribute("")
    trusts_oss: bool | None = attribute("")
    attached: bool | None = attribute("")
    trust_policy: dict[str, Any] | None = attribute("", read_only=True)
    policy_document: dict[str, Any] | None = attribute("", read_only=True)
    is_ours: bool | None = attribute("", read_only=True)
    others: tuple[str, ...] | None = attribute("", read_only=True)

    def to_result(self) -> dict[str, Any]:
        return {
            "name": self.name,
            **({"role_arn": self.role_arn} if self.role_arn else {}),
            "source_buckets": self.source_buckets or [],
            "trusts_oss": bool(self.trusts_oss),
            "policy_attached": bool(self.attached),
            "trust_policy": self.trust_policy or {},
            "policy_document": self.policy_document or {},
            "other_policies": list(self.others or ()),
        }


class ReplicationRoles(Resource[ReplicationRole]):
    kind = "replication role"
    state_type = ReplicationRole

    def __init__(self, client: Any, params: Any) -> None:
        super().__init__(client, params)
        self.calls = RoleCalls(client, params["name"], DESCRIPTION)

    def desired(self) -> ReplicationRole:
        check_role_name(self.params["name"], "name")
        wanted = self.params.get("source_buckets")
        refuse(wanted == [], "source_buckets is empty", "Name the buckets. To end them all, leave the option out.")
        return ReplicationRole(name=self.params["name"], source_buckets=wanted)

    def name(self, state: ReplicationRole) -> str:
        return f"role {state.name}"

    def find(self) -> Iterator[ReplicationRole]:
        found = self.read(ReplicationRole(name=self.params["name"]))
        if found is not None:
            yield found

    def read(self, desired: ReplicationRole) -> ReplicationRole | None:
        name = str(desired.name)
        role, own = self.calls.role(), self.calls.named_policy(name)
        if role is None and own is None:
            return None
        attached = [found for _kind, found in self.calls.attached()] if role is not None else []
        trust = policy.parse(role.get("AssumeRolePolicyDocument")) if role is not None else None
        document = own[0] if own else None
        parts = (role, own[1] if own else None)
        descriptions = {part.get("Description") for part in parts if part is not None}
        return ReplicationRole(
            name=name,
            role_arn=role.get("Arn") if role is not None else None,
            source_buckets=storage.buckets_read(document),
            trusts_oss=storage.trusts_oss(trust),
            attached=name in attached,
            trust_policy=trust,
            policy_document=document,
            is_ours=descriptions == {DESCRIPTION},
            others=tuple(sorted(other for other in attached if other != name)),
        )

    def present(self, desired: ReplicationRole, current: ReplicationRole | None) -> ReplicationRole:
        wanted = set(desired.source_buckets or ())
        refuse(not wanted, "source_buckets is missing", "Name the buckets that OSS may replicate from with the role.")
        current = current or ReplicationRole(name=desired.name)
        refuse(
            current.is_ours is False,
            f"role or policy {desired.name} was made by somebody else, for another purpose",
            "Give the role another name.",
        )
        # Other inventories may use the same role, so buckets are added and never replaced.
        buckets = sorted({*(current.source_buckets or ()), *wanted})
        return self._with(current, buckets)

    def absent(self, current: ReplicationRole) -> ReplicationRole | None:
        gone = self.params.get("source_buckets") or current.source_buckets or ()
        left = [bucket for bucket in current.source_buckets or () if bucket not in gone]
        refuse(
            current.is_ours is False or bool(current.others),
            f"role {current.name} serves another purpose as well, or was made by somebody else",
            "Nothing was changed. Take the bucket's statement out of its policy in the RAM console.",
        )
        return self._with(current, left) if left else None

    def _with(self, current: ReplicationRole, buckets: list[str]) -> ReplicationRole:
        return replace(
            current,
            source_buckets=buckets,
            trusts_oss=True,
            attached=True,
            trust_policy=storage.with_oss(current.trust_policy),
            policy_document=storage.reading(current.policy_document, buckets),
        )

    def create(self, goal: ReplicationRole) -> Extras:
        return self._write(ReplicationRole(name=goal.name), goal)

    def update(self, current: ReplicationRole, goal: ReplicationRole) -> Extras:
        return self._write(current, goal)

    def delete(self, current: ReplicationRole) -> Extras:
        name = str(current.name)
        # RAM refuses to delete what is attached.
        self.calls.attach(name, wanted=False)
        self.calls.delete_policy(name)
        self.calls.delete_role()
        return {}

    def _write(self, current: ReplicationRole, goal: ReplicationRole) -> Extras:
        name, trust, document = str(goal.name), goal.trust_policy or {}, goal.policy_document or {}
        if not current.trusts_oss:
            self.calls.write_role(trust, exists=current.trust_policy is not None)
        if current.source_buckets != goal.source_buckets:
            self.calls.write_policy(name, document, exists=current.policy_document is not None)
        if not current.attached:
            self.calls.attach(name, wanted=True)
        return {}
