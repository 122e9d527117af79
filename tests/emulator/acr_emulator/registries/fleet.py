"""Open, fill, empty and close a world's registries."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ..catalogue import Image, Instance, Repository
from ..oci import generate
from ..replication import LayerTask
from ..schema import WorldError
from ..server import Listener
from ..state import State
from ..visitors import Visitors
from .backend import Backend, Copy
from .guard import Pushed, build_guard
from .process import RegistryProcess


class Registry:
    """One instance's registry: its process, and the guard before it, which listens on a loopback port."""

    def __init__(self, instance: Instance, data: Path, run: Path, pushed: Pushed) -> None:
        self.instance = instance
        self.pushed = pushed
        self.process = RegistryProcess(instance.id, data, run)
        self.backend = Backend(self.process.socket)
        self._listener = Listener(Visitors(build_guard(self)))
        self.address = self._listener.address

    async def open(self) -> None:
        await self.process.start()
        await self._listener.open()

    async def close(self) -> None:
        await self._listener.close()
        await self.backend.close()
        self.process.stop()

    async def fill(self) -> None:
        """Put every image of the catalogue into its registry."""
        for repository in self.instance.repositories.values():
            for image in repository.images.values():
                await self._place(repository, image)

    async def _place(self, repository: Repository, image: Image) -> None:
        # A tag of the catalogue is either a generated image, or another tag of one.
        generated = generate(repository.path, image.tag)
        if (image.digest, image.size) == (generated.manifest.digest, generated.size):
            await self.backend.push(repository.path, image.tag, generated)
            return
        manifest = await self.backend.manifest(repository.path, image.digest)
        if manifest is None:
            raise _impossible(self.instance, repository, image)
        await self.backend.put_manifest(repository.path, image.tag, manifest)


def check_images(state: State) -> None:
    """Raise WorldError if registries cannot hold every image."""
    for instance in state.instances.values():
        for repository in instance.repositories.values() if instance.registry else ():
            # A tag can only point to an image that came before it in the repository.
            made: set[str] = set()
            for image in repository.images.values():
                generated = generate(repository.path, image.tag)
                if (image.digest, image.size) == (generated.manifest.digest, generated.size):
                    made.add(image.digest)
                elif image.digest not in made:
                    raise _impossible(instance, repository, image)


def _impossible(instance: Instance, repository: Repository, image: Image) -> WorldError:
    return WorldError(
        f"instances[{instance.id}] {repository.path}:{image.tag}: digest and size cannot be chosen where "
        "registry is true, because the image is really made; leave them out"
    )


class Registries:
    """The registries of a world; in the folder `data` their content outlives a restart."""

    def __init__(self, data: Path | None = None) -> None:
        # A short path, since the path of a socket may have about 100 characters.
        self._run = tempfile.TemporaryDirectory(prefix="acr-")
        self._data = data or Path(self._run.name, "data")
        self._open: dict[str, Registry] = {}

    @property
    def addresses(self) -> dict[str, str]:
        """Return `host:port` by instance ID."""
        return {identifier: registry.address for identifier, registry in self._open.items()}

    async def prepare(self, state: State, pushed: Pushed) -> None:
        """Start the registries that `state` needs in addition; a WorldError changes nothing."""
        started: dict[str, Registry] = {}
        try:
            for instance in state.instances.values():
                if instance.registry and instance.id not in self._open:
                    registry = Registry(instance, self._data / instance.id, Path(self._run.name), pushed)
                    started[instance.id] = registry
                    await registry.open()
        # Even if the task is cancelled, no process may be left behind.
        except BaseException:
            for registry in started.values():
                await registry.close()
            raise
        self._open |= started

    async def open(self, state: State, pushed: Pushed) -> None:
        await self.prepare(state, pushed)
        for instance in state.instances.values():
            if instance.registry:
                registry = self._open[instance.id]
                # The world was read anew, so the instance is another object with the same ID.
                registry.instance = instance
                instance.host = registry.address
                await registry.fill()

    async def clear(self, keep: State) -> None:
        """Empty all registries, and close those for which `keep` has no instance."""
        for identifier, registry in list(self._open.items()):
            # A process takes a second to start, so one that is still needed is emptied and kept.
            registry.process.delete_all()
            kept = keep.instances.get(identifier)
            if not (kept and kept.registry):
                await registry.close()
                del self._open[identifier]

    async def close(self) -> None:
        for registry in self._open.values():
            await registry.close()
        self._open.clear()
        self._run.cleanup()

    def delete_repository(self, instance: Instance, path: str) -> None:
        if instance.registry:
            self._open[instance.id].process.delete_repository(path)

    def delete_tag(self, instance: Instance, path: str, tag: str) -> None:
        if instance.registry:
            self._open[instance.id].process.delete_tag(path, tag)

    async def push_generated(self, instance: Instance, repository: Repository, tag: str) -> Image:
        """Push a small generated image to the registry; the caller puts it into the catalogue."""
        generated = generate(repository.path, tag)
        await self._open[instance.id].backend.push(repository.path, tag, generated)
        return Image(tag, generated.manifest.digest, generated.size, generated.manifest.image_id)

    async def copy(
        self, source: Instance, source_path: str, digest: str, target: Instance, target_path: str, tag: str
    ) -> list[LayerTask]:
        """Copy manifests and blobs, and return the blobs that had to be copied, or raise CopyError."""
        from_, to = self._open[source.id].backend, self._open[target.id].backend
        return await Copy(from_, source_path, to, target_path).run(digest, tag)
