"""Keep one account's identities, roles, policies and sessions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from . import policy
from .ids import new_number, now_ms
from .schema import WorldError, load


@dataclass(slots=True)
class Attachment:
    """A policy attached to a user or role; a world file may give only its name, or its document."""

    name: str
    type: Literal["Custom", "System"] = "Custom"
    attach_time: int = field(default_factory=now_ms)
    document: dict[str, Any] | None = field(default=None, metadata={"input": True})


def _read_attachments(value: object, path: str) -> list[Attachment]:
    if not isinstance(value, list):
        raise WorldError(f"{path}: expected a list of policy names or policy documents")
    return [_read_attachment(item, f"{path}[{number}]") for number, item in enumerate(value)]


def _read_attachment(item: object, path: str) -> Attachment:
    if isinstance(item, str):
        return Attachment(item)
    if isinstance(item, Mapping) and "Statement" in item:
        return Attachment("", document=dict(item))
    return load(Attachment, item, path)


_ATTACHMENTS = {"read": _read_attachments}


def _read_document(value: object, path: str) -> str:
    """Return a policy document's JSON text; a world file gives it as a mapping or as text."""
    if not isinstance(value, (str, Mapping)):
        raise WorldError(f"{path}: expected a policy document")
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


_DOCUMENT = {"read": _read_document, "write": json.loads}


@dataclass(slots=True)
class Identity:
    """The account itself, with root keys, or a user."""

    name: str
    type: Literal["account", "user"]
    access_key_id: str
    access_key_secret: str
    id: str = field(default_factory=new_number)
    policies: list[Attachment] = field(default_factory=list, metadata=_ATTACHMENTS)


@dataclass(slots=True)
class PolicyVersion:
    id: str
    document: str = field(metadata=_DOCUMENT)
    create_time: int = field(default_factory=now_ms)
    # Parsed once, since every request is judged by it.
    parsed: policy.Document = field(init=False, metadata={"hidden": True})

    def __post_init__(self) -> None:
        # RAM's own names of versions: v1, v2 and so on.
        if not re.fullmatch(r"v[1-9][0-9]{0,8}", self.id):
            raise ValueError(f"version {self.id!r} is not v and a number")
        self.parsed = policy.parse(self.document)


@dataclass(slots=True)
class Policy:
    """A policy and its versions; a world file may give `document` instead, which becomes version v1."""

    name: str
    document: str = field(default="", metadata={"read": _read_document, "input": True})
    versions: dict[str, PolicyVersion] = field(default_factory=dict, metadata={"key": "id"})
    default_version: str = "v1"
    # Numbers of deleted versions are not given out again.
    last_version: int = 0
    type: Literal["Custom", "System"] = "Custom"
    description: str = ""
    create_time: int = field(default_factory=now_ms)
    update_time: int = field(default_factory=now_ms)
    tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # With both, it would not be clear which of them is in force.
        if bool(self.document) == bool(self.versions):
            raise ValueError(f"policy {self.name} needs either document or versions")
        if self.document:
            self.versions = {"v1": PolicyVersion("v1", self.document)}
        self.last_version = max(self.last_version, *(int(version[1:]) for version in self.versions), 0)
        if self.default_version not in self.versions:
            raise ValueError(f"default_version {self.default_version} is none of the versions")

    @property
    def default(self) -> PolicyVersion:
        return self.versions[self.default_version]


@dataclass(slots=True)
class Role:
    name: str
    trust_policy: str = field(metadata=_DOCUMENT)
    policies: list[Attachment] = field(default_factory=list, metadata=_ATTACHMENTS)
    id: str = field(default_factory=new_number)
    description: str = ""
    # Seconds; RAM's own default.
    max_session_duration: int = 3600
    allow_console_login: bool = False
    create_time: int = field(default_factory=now_ms)
    update_time: int = field(default_factory=now_ms)
    tags: dict[str, str] = field(default_factory=dict)
    trust: policy.Document = field(init=False, metadata={"hidden": True})

    def __post_init__(self) -> None:
        self.set_trust_policy(self.trust_policy)

    def set_trust_policy(self, text: str) -> None:
        """Set the trust policy, or raise MalformedPolicyError and change nothing."""
        self.trust = policy.parse(text, trust=True)
        self.trust_policy = text


@dataclass(slots=True)
class Session:
    """Temporary keys that AssumeRole gave out."""

    access_key_id: str
    access_key_secret: str
    security_token: str
    role: str
    name: str
    expire_time: int
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role at one moment: who may assume it, and what it may then do."""

    trust: policy.Document
    policies: tuple[policy.Document, ...]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signs a request: an `identity` with lasting keys, or a role's `session` with temporary ones."""

    account_id: str
    account_name: str
    access_key_id: str
    access_key_secret: str
    identity: Identity | None = None
    session: Session | None = None

    @property
    def is_root(self) -> bool:
        return self.identity is not None and self.identity.type == "account"

    @property
    def name(self) -> str:
        if self.identity:
            return self.identity.name
        return f"{self.session.role}:{self.session.name}" if self.session else ""
