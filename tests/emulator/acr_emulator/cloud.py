"""Run the emulator: one state, and what acts on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .catalogue import Image, Instance, Repository
from .oss.replicator import Replicator
from .oss.store import Store, image_objects
from .registries import Registries, check_images
from .state import State
from .sync import Synchroniser
from .traffic import Fault, Journal, Throttle


@dataclass(slots=True)
class Cloud:
    state: State
    registries: Registries
    synchroniser: Synchroniser = field(init=False)
    store: Store = field(default_factory=Store)
    replicator: Replicator = field(init=False)
    journal: Journal = field(default_factory=Journal)
    throttle: Throttle = field(default_factory=Throttle)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.synchroniser = Synchroniser(self.state, self.registries)
        self.replicator = Replicator(self.state, self.store)

    async def start(self) -> None:
        """Open the registries, push the world's images into them, and resume the sync tasks."""
        await self.registries.open(self.state, self.pushed)
        self.synchroniser.resume()
        self.replicator.resume()

    async def reset(self, state: State) -> None:
        """Serve another state from now on, and forget calls and faults; a WorldError changes nothing."""
        check_images(state)
        await self.registries.prepare(state, self.pushed)
        await self.synchroniser.stop()
        await self.replicator.stop()
        await self.registries.clear(state)
        self.store.clear()
        self.state = state
        self.synchroniser = Synchroniser(state, self.registries)
        self.replicator = Replicator(state, self.store)
        self.journal.clear()
        self.faults.clear()
        self.throttle = Throttle()
        await self.start()

    async def push(self, instance: Instance, repository: Repository, image: Image) -> None:
        """Set a tag as a client's push does, so that rules fire; with a registry, an image is really pushed."""
        if instance.registry:
            image = await self.registries.push_generated(instance, repository, image.tag)
        await self.pushed(instance, repository, image)

    async def pushed(self, instance: Instance, repository: Repository, image: Image) -> None:
        """Put an arrived image into the catalogue, so that rules fire."""
        repository.put(image)
        self._keep_in_buckets(instance, repository, image)
        self.synchroniser.pushed(instance, repository, image.tag)

    def _keep_in_buckets(self, instance: Instance, repository: Repository, image: Image) -> None:
        """Write the image into the bucket of its instance, unless that is not filled yet."""
        for bucket in self.state.buckets.values():
            if bucket.instance == instance.id and bucket.is_open:
                for stored in image_objects(repository, image):
                    self.store.put(bucket, stored)
                    self.replicator.written(bucket, stored.name)

    async def stop(self) -> None:
        await self.synchroniser.stop()
        await self.replicator.stop()
        await self.registries.close()
        self.store.close()
