"""Describe one account: identities, roles, policies and instances, and how its RAM state changed over time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from .catalogue import Instance
from .identity import Attachment, Identity, Policy, Role, RoleView, Session
from .ids import now_ms
from .oss.bucket import Bucket
from .policy import Document
from .schema import WorldError
from .system_policies import SYSTEM_POLICIES

Views = dict[str, RoleView]


@dataclass(slots=True)
class Account:
    uid: str
    name: str = ""
    identities: dict[str, Identity] = field(default_factory=dict, metadata={"key": "name"})
    roles: dict[str, Role] = field(default_factory=dict, metadata={"key": "name"})
    policies: dict[str, Policy] = field(default_factory=dict, metadata={"key": "name"})
    sessions: dict[str, Session] = field(default_factory=dict, metadata={"key": "access_key_id"})
    instances: dict[str, Instance] = field(default_factory=dict, metadata={"key": "id"})
    buckets: dict[str, Bucket] = field(default_factory=dict, metadata={"key": "name"})
    # Every RAM state of the account, oldest first. CR may still decide by a state that is some time past.
    history: list[tuple[int, Views]] = field(default_factory=list, metadata={"hidden": True})

    def __post_init__(self) -> None:
        if not self.uid.isdigit():
            raise ValueError(f"uid {self.uid!r} must be digits")
        holders: list[Identity | Role] = [*self.identities.values(), *self.roles.values()]
        for holder in holders:
            self._settle(holder.name, holder.policies)
        for instance in self.instances.values():
            instance.account_id = self.uid
        for bucket in self.buckets.values():
            bucket.account_id = self.uid
        # What the world file describes has always been so.
        self.history = [(0, self._views())]

    def policy(self, type_: str, name: str) -> Policy | None:
        return (SYSTEM_POLICIES if type_ == "System" else self.policies).get(name)

    def documents(self, attachments: Iterable[Attachment]) -> tuple[Document, ...]:
        found = (self.policy(attachment.type, attachment.name) for attachment in attachments)
        return tuple(policy.default.parsed for policy in found if policy)

    def ram_changed(self, propagation_ms: int) -> None:
        """Remember the present RAM state, and forget old ones."""
        now = now_ms()
        while len(self.history) > 1 and self.history[1][0] < now - propagation_ms:
            del self.history[0]
        self.history.append((now, self._views()))

    def role_as_of(self, name: str, moment: int) -> RoleView | None:
        """Return the role at `moment`, in epoch milliseconds; None if it did not exist then."""
        for since, views in reversed(self.history):
            if since <= moment:
                return views.get(name)
        return self.history[0][1].get(name)

    def _views(self) -> Views:
        return {role.name: RoleView(role.trust, self.documents(role.policies)) for role in self.roles.values()}

    def _settle(self, owner: str, attachments: list[Attachment]) -> None:
        """Make policies of inline documents, and check named ones."""
        for number, attachment in enumerate(attachments, 1):
            if attachment.document is not None:
                attachment.name = attachment.name or f"{owner}-{number}"
                self.policies[attachment.name] = Policy(attachment.name, document=_json(attachment.document))
                attachment.document = None
            elif self.policy(attachment.type, attachment.name) is None:
                if attachment.name not in SYSTEM_POLICIES:
                    raise WorldError(
                        f"accounts[{self.uid}]: {owner} has the policy {attachment.name!r}, which does not exist"
                    )
                attachment.type = "System"


def _json(document: object) -> str:
    return json.dumps(document, separators=(",", ":"))
