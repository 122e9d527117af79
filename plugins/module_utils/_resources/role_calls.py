# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call RAM about the role, and verify each write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access import policy
from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import SYSTEM, AttachedPolicy
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    ApiError,
    NoPermissionError,
    NotFoundError,
    api_error,
)

# The service looks for exactly this name, in which a letter is missing.
ROLE_NAME = "aliyuncontainerregistrycrossaccoutsyncrole"
DESCRIPTION = "Lets Container Registry of other accounts replicate images into this one. Kept by registryops.alicloud."
# RAM keeps five versions of a policy. Without the strategy, it refuses the sixth.
NEW_VERSION = {"SetAsDefault": True, "RotateStrategy": "DeleteOldestNonDefaultVersionWhenLimitExceeded"}
# System policies whose actions are known without the right to read them.
_SYSTEM_ACTIONS = {"AdministratorAccess": "*", "AliyunContainerRegistryFullAccess": "cr:*"}


class RoleCalls:
    """RAM's calls for one role of an account, and its policies.

    Args:
        client: the account's services.
        name: the role's name; by default the name that Container Registry looks for.
        description: the description of a new role and a new policy.
    """

    def __init__(self, client: Client, name: str = ROLE_NAME, description: str = DESCRIPTION) -> None:
        self.client = client
        self.name = name
        self.description = description

    def role(self) -> dict[str, Any] | None:
        """Return the role, None if there is none."""
        answer = self.find("GetRole", {"RoleName": self.name})
        return None if answer is None else part("GetRole", answer, "Role")

    def named_policy(self, name: str, kind: str = "Custom") -> tuple[policy.Document, dict[str, Any]] | None:
        """Return a policy's document in force, and its details; None if there is no such policy."""
        answer = self.find("GetPolicy", {"PolicyName": name, "PolicyType": kind})
        if answer is None:
            return None
        version = part("GetPolicy", answer, "DefaultPolicyVersion")
        return policy.parse(version.get("PolicyDocument")), part("GetPolicy", answer, "Policy")

    def attached(self) -> dict[tuple[str, str], str]:
        """Return type and name of each attached policy, with the time of its attachment; empty if RAM tells none."""
        # This list comes whole; RAM has no pages for it.
        answer = self.find("ListPoliciesForRole", {"RoleName": self.name}) or {}
        found = _list("ListPoliciesForRole", answer, "Policies", "Policy")
        return {
            (str(entry.get("PolicyType")), str(entry.get("PolicyName"))): str(entry.get("AttachDate") or "")
            for entry in found
        }

    def attached_policy(self, kind: str, name: str, *, or_unread: Collection[str] = ()) -> AttachedPolicy:
        """Return an attached policy with its document.

        Args:
            kind: Custom or System.
            name: the policy's name.
            or_unread: kinds of policy that are returned unread if the caller may not read them.
        """
        try:
            found = self.named_policy(name, kind)
        except NoPermissionError:
            if kind == SYSTEM and name in _SYSTEM_ACTIONS:
                statement = {"Effect": "Allow", "Action": _SYSTEM_ACTIONS[name], "Resource": "*"}
                return AttachedPolicy(kind, name, {"Version": "1", "Statement": [statement]})
            if kind not in or_unread:
                raise
            return AttachedPolicy(kind, name, None)
        if found is None:
            return AttachedPolicy(kind, name, {})
        return AttachedPolicy(kind, name, found[0], str(found[1].get("UpdateDate") or ""))

    def policy_users(self, name: str | None) -> tuple[str, ...]:
        """Return what else has the policy, such as 'role other'."""
        action, named = "ListEntitiesForPolicy", {"PolicyName": name, "PolicyType": "Custom"}
        answer = self.client.call("ram", action, named)
        users: list[str] = []
        for kinds, kind in (("Roles", "Role"), ("Users", "User"), ("Groups", "Group")):
            users += [f"{kind.lower()} {entry[f'{kind}Name']}" for entry in _list(action, answer, kinds, kind)]
        return tuple(user for user in users if user != f"role {self.name}")

    def write_role(self, trust: policy.Document, *, exists: bool) -> None:
        """Create the role, or change whom it trusts."""
        text = policy.dump(trust)
        if exists:
            self.client.call("ram", "UpdateRole", {"RoleName": self.name, "NewAssumeRolePolicyDocument": text})
            return

        def is_there() -> bool:
            found = self.role()
            document = policy.parse(found.get("AssumeRolePolicyDocument")) if found is not None else None
            return policy.meaning(document) == policy.meaning(trust)

        made = {"RoleName": self.name, "AssumeRolePolicyDocument": text, "Description": self.description}
        self._make("CreateRole", made, is_there)

    def write_policy(self, name: str, document: policy.Document, *, exists: bool) -> None:
        """Create the policy, or a new version in force."""

        def is_there() -> bool:
            found = self.named_policy(name)
            return found is not None and policy.meaning(found[0]) == policy.meaning(document)

        written = {"PolicyName": name, "PolicyDocument": policy.dump(document)}
        if exists:
            self._make("CreatePolicyVersion", {**written, **NEW_VERSION}, is_there)
        else:
            self._make("CreatePolicy", {**written, "Description": self.description}, is_there)

    def attach(self, name: str, *, wanted: bool) -> None:
        """Attach the policy to the role, or detach it."""
        attachment = {"PolicyName": name, "PolicyType": "Custom", "RoleName": self.name}
        if wanted:
            self._settle("AttachPolicyToRole", attachment, "EntityAlreadyExists")
        else:
            self._settle("DetachPolicyFromRole", attachment, "EntityNotExist")

    def delete_policy(self, name: str) -> None:
        """Delete a policy with its versions."""
        self._settle("DeletePolicy", {"PolicyName": name, "CascadingDelete": True}, "EntityNotExist")

    def delete_role(self) -> None:
        """Delete the role."""
        self._settle("DeleteRole", {"RoleName": self.name}, "EntityNotExist")

    def find(self, action: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the answer of a reading call; None if the named thing does not exist."""
        try:
            return self.client.call("ram", action, parameters)
        except NotFoundError:
            return None

    def _make(self, action: str, parameters: Mapping[str, Any], is_there: Callable[[], bool]) -> None:
        """Create something, and look whether it is there before trying again."""
        # Seconds between attempts, so that a short outage is over; 0 marks the last attempt.
        for pause in (1, 2, 0):
            try:
                self.client.call("ram", action, parameters)
                return
            except ApiError as error:
                if not error.uncertain:
                    raise
                # The call was carried out, and only its answer was lost.
                if is_there():
                    return
                if not pause:
                    raise
                self.client.sleep(pause)

    def _settle(self, action: str, parameters: Mapping[str, Any], settled: str) -> None:
        """Make a call whose goal may be reached already, which counts as success."""
        # RAM may see a detachment late, and refuses a deletion until then. Seconds, seven in all; 0 marks the last
        # attempt.
        for pause in (1, 2, 4, 0):
            try:
                self.client.call("ram", action, parameters)
                return
            except ApiError as error:
                if settled in error.code:
                    return
                if not (error.code.startswith("DeleteConflict") and pause):
                    raise
                self.client.sleep(pause)


def part(action: str, answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object of an answer."""
    found = answer.get(name) or {}
    if not isinstance(found, dict):
        # The SDK hands on a wrong shape as it came.
        raise api_error(action, "", "the answer is not in the documented shape", status=200)
    return found


def _list(action: str, answer: Mapping[str, Any], kinds: str, kind: str) -> list[dict[str, Any]]:
    found = part(action, answer, kinds).get(kind) or []
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise api_error(action, "", "the answer is not in the documented shape", status=200)
    return found
