"""Describe one bucket: its objects, its policy and its replication rules."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Literal

from ..ids import new_uuid, now_ms

BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


@dataclass(slots=True)
class StoredObject:
    """An object; `content` is its text, which its file has as well."""

    name: str
    content: str = ""
    modify_time: int = field(default_factory=now_ms)

    @property
    def size(self) -> int:
        return len(self.content.encode("latin-1", "replace"))

    @property
    def etag(self) -> str:
        # OSS's ETag of an object that was written in one request.
        return hashlib.md5(self.content.encode("latin-1", "replace"), usedforsecurity=False).hexdigest().upper()


@dataclass(slots=True)
class GeneratedObjects:
    prefix: str
    count: int


@dataclass(slots=True)
class ReplicationRule:
    """A rule of the source bucket.

    `todo` are the historical objects that are still to be copied, of `total`. `backlog` are newer objects, each with
    the time of its change in epoch milliseconds.
    """

    destination_bucket: str
    location: str
    id: str = field(default_factory=lambda: new_uuid().lower())
    transfer_type: str = ""
    prefixes: list[str] = field(default_factory=list)
    action: Literal["ALL", "PUT"] = "ALL"
    historical: bool = True
    sync_role: str = ""
    status: Literal["starting", "doing", "closing"] = "starting"
    todo: list[str] = field(default_factory=list)
    total: int = 0
    backlog: dict[str, int] = field(default_factory=dict)

    def covers(self, name: str) -> bool:
        return not self.prefixes or name.startswith(tuple(self.prefixes))

    @property
    def progress(self) -> float:
        """Return how much of the historical objects is copied, from 0 to 1."""
        return 1.0 - len(self.todo) / self.total if self.total else 1.0


@dataclass(slots=True)
class Bucket:
    """A bucket; with `instance`, it holds the images of that instance."""

    name: str
    region: str
    instance: str = ""
    policy: str = ""
    objects: dict[str, StoredObject] = field(default_factory=dict, metadata={"key": "name"})
    generated: GeneratedObjects | None = field(default=None, metadata={"input": True})
    rules: dict[str, ReplicationRule] = field(default_factory=dict, metadata={"key": "id"})
    create_time: int = field(default_factory=now_ms)
    account_id: str = field(default="", metadata={"hidden": True})
    # Whether its folder holds its objects. It is filled when a call first asks for the bucket.
    is_open: bool = field(default=False, metadata={"hidden": True})

    def __post_init__(self) -> None:
        if not BUCKET_NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} cannot be the name of a bucket")
        if self.generated:
            for number in range(1, self.generated.count + 1):
                name = f"{self.generated.prefix}{number}"
                self.objects.setdefault(name, StoredObject(name, name))
            self.generated = None

    @property
    def location(self) -> str:
        return f"oss-{self.region}"

    def resource(self, name: str = "") -> str:
        """Return what policies call the bucket, or an object of it."""
        return f"acs:oss:{self.location}:{self.account_id}:{self.name}" + (f"/{name}" if name else "")
