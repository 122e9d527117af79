"""The running emulator: one state, and the parts that act on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .catalogue import Image, Instance, Repository
from .registries import Registries, check_images
from .state import State
from .sync import Synchroniser
from .traffic import Fault, Journal, Throttle


@dataclass(slots=True)
class Cloud:
    state: State
    registries: Registries
    synchroniser: Synchroniser = field(init=False)
    journal: Journal = field(default_factory=Journal)
    throttle: Throttle = field(default_factory=Throttle)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.synchroniser = Synchroniser(self.state, self.registries)

    async def start(self) -> None:
        """Open the registries, push the world's images into them and resume the sync tasks that were under way."""
        await self.registries.open(self.state, self.pushed)
        self.synchroniser.resume()

    async def reset(self, state: State) -> None:
        """Serve another state from now on, or raise WorldError and go on as before. Calls and faults are forgotten."""
        check_images(state)
        await self.registries.prepare(state, self.pushed)
        await self.synchroniser.stop()
        await self.registries.clear(state)
        self.state = state
        self.synchroniser = Synchroniser(state, self.registries)
        self.journal.clear()
        self.faults.clear()
        self.throttle = Throttle()
        await self.start()

    async def push(self, instance: Instance, repository: Repository, image: Image) -> None:
        """Set a tag as a client's push does, and fire the rules; where there is a registry, really push an image."""
        if instance.registry:
            image = await self.registries.push_generated(instance, repository, image.tag)
        await self.pushed(instance, repository, image)

    async def pushed(self, instance: Instance, repository: Repository, image: Image) -> None:
        """Put an image that has arrived into the catalogue, and fire the rules."""
        repository.put(image)
        self.synchroniser.pushed(instance, repository, image.tag)

    async def stop(self) -> None:
        await self.synchroniser.stop()
        await self.registries.close()
