"""Keep storage domain routing: which OSS domain serves an instance's domain."""

from __future__ import annotations

from dataclasses import dataclass, field

from .ids import new_id, now_ms


@dataclass(slots=True)
class StorageRoute:
    endpoint_type: str = field(metadata={"name": "EndpointType"})
    instance_domain: str = field(metadata={"name": "InstanceDomain"})
    storage_domain: str = field(metadata={"name": "StorageDomain"})


@dataclass(slots=True)
class StorageRule:
    routes: list[StorageRoute]
    id: str = field(default_factory=lambda: new_id("crsdr"))
    create_time: int = field(default_factory=now_ms)
    update_time: int = field(default_factory=now_ms)
