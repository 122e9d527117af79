"""Run the emulator: one state, and what acts on it."""

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
        """Open the registries and resume the sync tasks.

        The world's images are pushed into the registries first.
        """
        await self.registries.open(self.state, self.pushed)
        self.synchroniser.resume()

    async def reset(self, state: State) -> None:
        """Serve another state from now on.

        Calls and faults are forgotten. After a WorldError, all goes on as before.
        """
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
        """Set a tag as a client's push does.

        The rules fire. Where there is a registry, an image is really pushed.
        """
        if instance.registry:
            image = await self.registries.push_generated(instance, repository, image.tag)
        await self.pushed(instance, repository, image)

    async def pushed(self, instance: Instance, repository: Repository, image: Image) -> None:
        """Put an arrived image into the catalogue.

        The rules fire.
        """
        repository.put(image)
        self.synchroniser.pushed(instance, repository, image.tag)

    async def stop(self) -> None:
        await self.synchroniser.stop()
        await self.registries.close()
