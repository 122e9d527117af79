"""Keep one instance's namespaces, repositories and images."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from .events import EventRecord, EventRule
from .ids import digest_of, new_id, now_ms
from .oci import generate
from .old_records import OldRecords
from .replication import SyncRule, SyncTask
from .storage import StorageRule

Edition = Literal["Enterprise_Advanced", "Enterprise_Standard", "Enterprise_Basic", "Enterprise_Economy"]
Status = Literal["PENDING", "INIT_ERROR", "STARTING", "RUNNING", "STOPPING", "STOPPED", "DELETING", "DELETED"]
Visibility = Literal["PUBLIC", "PRIVATE"]

# The size of an image that a world gives none: 1 MiB, which is easy to recognise in sums.
CATALOGUE_SIZE = 1 << 20
# The documented rule: 2 to 120 characters, no separator first or last.
NAMESPACE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,118}[a-z0-9]")
REPOSITORY_NAME = re.compile(r"(?=.{1,256}\Z)[a-z0-9]+(?:(?:[._]|__|-+|/)[a-z0-9]+)*")
# 128 characters at most, as the OCI distribution specification says.
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


@dataclass(slots=True)
class Image:
    """A tag and its image; `digest` is `sha256:…`, `size` is in bytes, times are in epoch milliseconds."""

    tag: str
    digest: str = ""
    size: int = 0
    image_id: str = ""
    create_time: int = field(default_factory=now_ms)
    update_time: int = 0

    def __post_init__(self) -> None:
        if not TAG.fullmatch(self.tag):
            raise ValueError(f"{self.tag!r} cannot be a tag")
        if self.digest and not re.fullmatch(r"sha256:[0-9a-f]{64}", self.digest):
            raise ValueError(f"digest {self.digest!r} is not sha256: and 64 hexadecimal digits")
        self.update_time = self.update_time or self.create_time


@dataclass(slots=True)
class Generated:
    prefix: str
    count: int


@dataclass(slots=True)
class Repository:
    """A repository; `images` has the newest push last."""

    name: str
    id: str = field(default_factory=lambda: new_id("crr"))
    repository_type: Visibility = "PRIVATE"
    tag_immutability: bool = False
    summary: str = ""
    detail: str = ""
    create_time: int = field(default_factory=now_ms)
    update_time: int = field(default_factory=now_ms)
    images: dict[str, Image] = field(default_factory=dict, metadata={"key": "tag"})
    generated: Generated | None = field(default=None, metadata={"input": True})
    namespace: str = field(default="", metadata={"hidden": True})

    def __post_init__(self) -> None:
        if not REPOSITORY_NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} cannot be the name of a repository")

    @property
    def path(self) -> str:
        return f"{self.namespace}/{self.name}"

    def put(self, image: Image) -> None:
        """Set a tag, as the newest push; an existing tag keeps its time of creation."""
        self._complete(image)
        # Taken out first, so that the tag comes last.
        previous = self.images.pop(image.tag, None)
        if previous:
            image.create_time = previous.create_time
        self.images[image.tag] = image

    def settle(self, registry: bool) -> None:
        """Fill in what a world file may leave out."""
        if self.generated:
            for number in range(1, self.generated.count + 1):
                tag = f"{self.generated.prefix}{number}"
                self.images.setdefault(tag, Image(tag))
            self.generated = None
        for image in self.images.values():
            if registry:
                self._make(image)
            self._complete(image)

    def _make(self, image: Image) -> None:
        """Generate an image without details, if registries run."""
        made = generate(self.path, image.tag)
        # Another digest stays. It is refused when its registry is filled, since no such image can be made.
        if image.digest in ("", made.manifest.digest):
            image.digest, image.image_id = made.manifest.digest, made.manifest.image_id
            image.size = image.size or made.size

    def _complete(self, image: Image) -> None:
        """Fill in what the world file leaves out.

        A digest is made of names, so that it is the same each time.
        """
        image.digest = image.digest or digest_of(f"{self.path}:{image.tag}".encode())
        image.size = image.size or CATALOGUE_SIZE
        image.image_id = image.image_id or image.digest.removeprefix("sha256:")


@dataclass(slots=True)
class Namespace:
    name: str
    id: str = field(default_factory=lambda: new_id("crn"))
    auto_create_repositories: bool = False
    repository_type: Visibility = "PRIVATE"
    tag_immutability: bool = False
    image_index_only: bool = False
    repositories: dict[str, Repository] = field(default_factory=dict, metadata={"key": "name"})

    def __post_init__(self) -> None:
        if not NAMESPACE_NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} cannot be the name of a namespace")


@dataclass(slots=True)
class Instance:
    id: str
    name: str
    region: str
    edition: Edition = "Enterprise_Basic"
    registry: bool = False
    status: Status = "RUNNING"
    create_time: int = field(default_factory=now_ms)
    resource_group_id: str = "rg-acfmxxxxxxxxxxx"
    tags: dict[str, str] = field(default_factory=dict)
    namespace_quota: int = 100
    repository_quota: int = 1000
    namespaces: dict[str, Namespace] = field(default_factory=dict, metadata={"key": "name"})
    sync_rules: dict[str, SyncRule] = field(default_factory=dict, metadata={"key": "id"})
    storage_rules: dict[str, StorageRule] = field(default_factory=dict, metadata={"key": "id"})
    event_rules: dict[str, EventRule] = field(default_factory=dict, metadata={"key": "id"})
    event_records: list[EventRecord] = field(default_factory=list)
    old_records: OldRecords | None = None
    # Registry passwords that GetAuthorizationToken gave out, each with the time it expires.
    tokens: dict[str, int] = field(default_factory=dict)
    account_id: str = field(default="", metadata={"hidden": True})
    repositories: dict[str, Repository] = field(default_factory=dict, metadata={"hidden": True})
    tasks: list[SyncTask] = field(default_factory=list, metadata={"hidden": True})
    host: str = field(default="", metadata={"hidden": True})

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9-]+", self.id):
            raise ValueError(f"id {self.id!r} must be lower-case letters, digits and hyphens")
        for namespace in self.namespaces.values():
            for repository in namespace.repositories.values():
                self.add_repository(namespace, repository)
                repository.settle(self.registry)

    def repository(self, namespace: str, name: str) -> Repository | None:
        found = self.namespaces.get(namespace)
        return found.repositories.get(name) if found else None

    def add_repository(self, namespace: Namespace, repository: Repository) -> Repository:
        repository.namespace = namespace.name
        namespace.repositories[repository.name] = repository
        self.repositories[repository.id] = repository
        return repository

    def create_repository(self, namespace: str, name: str) -> Repository:
        """Create a repository by its namespace's defaults."""
        defaults = self.namespaces[namespace]
        kind, immutability = defaults.repository_type, defaults.tag_immutability
        return self.add_repository(defaults, Repository(name, repository_type=kind, tag_immutability=immutability))

    def remove_repository(self, repository: Repository) -> None:
        del self.namespaces[repository.namespace].repositories[repository.name]
        del self.repositories[repository.id]
