# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep a bucket's policy so that another account's role may replicate into it.

The policy is written as a whole, so that all that others have put into it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy, storage
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Extras, Resource, refuse
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State, attribute
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.bucket import owner_of

_NO_POLICY = "NoSuchBucketPolicy"


@dataclass(frozen=True)
class BucketGrant(State):
    """What one role of another account may do with a bucket, and who may make its rule.

    `policy` is the bucket's whole policy, of which the grant is a part.
    """

    bucket: str | None = attribute("Bucket", fixed=True)
    source_account_id: str | None = attribute("", fixed=True)
    role_name: str | None = attribute("", fixed=True)
    granted: bool | None = attribute("", default=True)
    replicate_deletions: bool | None = attribute("", default=False)
    callers: list[str] | None = attribute("")
    principal: str | None = attribute("", read_only=True)
    policy_document: dict[str, Any] | None = attribute("", read_only=True)

    def to_result(self) -> dict[str, Any]:
        return {
            "bucket": self.bucket,
            "source_account_id": self.source_account_id,
            "role_name": self.role_name,
            "replicate_deletions": bool(self.replicate_deletions),
            "callers": self.callers or [],
            "principal": self.principal,
            "policy_document": self.policy_document or {},
        }


class BucketGrants(Resource[BucketGrant]):
    kind = "bucket grant"
    state_type = BucketGrant

    def __init__(self, client: Any, params: Any) -> None:
        super().__init__(client, params)
        self._owner: str | None = None

    def desired(self) -> BucketGrant:
        wanted = super().desired()
        refuse(
            wanted.source_account_id == self.params.get("account_id"),
            "source_account_id is the account of the bucket itself",
            "Within one account, allow the role what it needs in its own policy.",
        )
        return wanted

    def name(self, state: BucketGrant) -> str:
        return f"the grant of bucket {state.bucket} to role {state.role_name} of account {state.source_account_id}"

    def find(self) -> Iterator[BucketGrant]:
        document = self._policy()
        named = storage.grants(document)
        # A caller is named by the UID of its account, a role by the ARN of its sessions.
        callers = [who for who, actions in named if who.isdigit() and actions == {storage.MAKING.lower()}]
        for who, _actions in named:
            account, role = _parts(who)
            if role:
                yield self._state(document, account, role, callers)

    def read(self, desired: BucketGrant) -> BucketGrant | None:
        document = self._policy()
        account, role = str(desired.source_account_id), str(desired.role_name)
        wanted = desired.callers or []
        found = [who for who in wanted if storage.MAKING.lower() in storage.granted(document, who)]
        state = self._state(document, account, role, found)
        return state if state.granted or found else None

    def present(self, desired: BucketGrant, current: BucketGrant | None) -> BucketGrant:
        goal = replace(super().present(desired, current), granted=True, principal=_session(desired))
        document = self._granting(goal, current.policy_document if current else self._policy())
        return replace(goal, policy_document=document)

    def create(self, goal: BucketGrant) -> Extras:
        self._put(goal.policy_document or {})
        return {}

    def update(self, current: BucketGrant, goal: BucketGrant) -> Extras:
        return self.create(goal)

    def delete(self, current: BucketGrant) -> Extras:
        document, owner, bucket = self._policy(), self.owner(), str(current.bucket)
        # Other statements of the bucket's policy are somebody else's, and stay.
        for who in (_session(current), *(current.callers or ())):
            document = storage.with_grant(document, owner, bucket, who, ())
        self._put(document)
        return {}

    def owner(self) -> str:
        """Return the UID of the account that the bucket belongs to, once it was looked at."""
        if self._owner is None:
            self._owner = owner_of(self.client, self.params["bucket"])
        return self._owner

    def _granting(self, goal: BucketGrant, document: policy.Document | None) -> policy.Document:
        owner, bucket = self.owner(), str(goal.bucket)
        actions = (*storage.WRITING, storage.DELETING) if goal.replicate_deletions else storage.WRITING
        document = storage.with_grant(document, owner, bucket, _session(goal), actions)
        for who in goal.callers or ():
            document = storage.with_grant(document, owner, bucket, who, (storage.MAKING,))
        return document

    def _policy(self) -> policy.Document:
        self.owner()
        try:
            found = self.client.call("oss", "GetBucketPolicy", {"Bucket": self.params["bucket"]})
        except NotFoundError as error:
            if error.code != _NO_POLICY:
                raise
            return {}
        return policy.parse(found["Policy"])

    def _put(self, document: policy.Document) -> None:
        bucket = {"Bucket": self.params["bucket"]}
        # A policy without statements says nothing, so it is deleted.
        if policy.statements(document):
            self.client.call("oss", "PutBucketPolicy", {**bucket, "Policy": policy.dump(document)})
        else:
            self.client.call("oss", "DeleteBucketPolicy", bucket)

    def _state(self, document: policy.Document, account: str, role: str, callers: list[str]) -> BucketGrant:
        principal = storage.session(account, role)
        actions = storage.granted(document, principal)
        return BucketGrant(
            bucket=self.params["bucket"],
            source_account_id=account,
            role_name=role,
            granted={action.lower() for action in storage.WRITING} <= actions,
            replicate_deletions=storage.DELETING.lower() in actions,
            callers=callers,
            principal=principal,
            policy_document=document,
        )


def _session(state: BucketGrant) -> str:
    return storage.session(str(state.source_account_id), str(state.role_name))


def _parts(principal: str) -> tuple[str, str]:
    """Return account and role of a role's sessions; empty for any other principal."""
    start, mark, rest = principal.partition(":assumed-role/")
    role = rest.partition("/")[0] if mark else ""
    return start.rpartition("::")[2], role
