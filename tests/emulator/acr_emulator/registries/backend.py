"""Call a registry's own API over its socket, and copy images from one registry to another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from ..oci import IMAGES, INDEXES, Descriptor, GeneratedImage, MalformedManifestError, Manifest
from ..replication import LayerTask

ACCEPT = ", ".join((*IMAGES, *INDEXES))


class CopyError(Exception):
    """An image that was not copied; the message says where."""


class Backend:
    """Speaks to one docker-registry process."""

    def __init__(self, socket: Path) -> None:
        self.client = httpx.AsyncClient(
            # More connections than copies run at once, so that none waits for another.
            transport=httpx.AsyncHTTPTransport(uds=str(socket), limits=httpx.Limits(max_connections=64)),
            base_url="http://registry",
            # Seconds for a large layer on a slow disk. Waiting for a free connection is no failure.
            timeout=httpx.Timeout(60, pool=None),
            # A proxy of the environment cannot reach a socket.
            trust_env=False,
        )

    async def close(self) -> None:
        await self.client.aclose()

    async def manifest(self, path: str, reference: str) -> Manifest | None:
        """Return a manifest by tag or digest; None if it does not exist."""
        response = await self._send("GET", f"/v2/{path}/manifests/{reference}", {"accept": ACCEPT}, missing_ok=True)
        if response.status_code == 404:
            return None
        return Manifest(response.content, response.headers.get("content-type", ""))

    async def put_manifest(self, path: str, reference: str, manifest: Manifest) -> None:
        headers = {"content-type": manifest.media_type}
        await self._send("PUT", f"/v2/{path}/manifests/{reference}", headers, manifest.content)

    async def has_blob(self, path: str, digest: str) -> bool:
        response = await self._send("HEAD", f"/v2/{path}/blobs/{digest}", missing_ok=True)
        return response.status_code == 200

    async def put_blob(self, path: str, digest: str, content: bytes | AsyncIterator[bytes], size: int) -> None:
        upload = (await self._send("POST", f"/v2/{path}/blobs/uploads/")).headers["location"]
        url = httpx.URL(upload).copy_merge_params({"digest": digest})
        headers = {"content-length": str(size), "content-type": "application/octet-stream"}
        await self._send("PUT", str(url), headers, content)

    async def push(self, path: str, tag: str, image: GeneratedImage) -> None:
        for descriptor, content in zip(image.manifest.blobs(), image.blobs, strict=True):
            if not await self.has_blob(path, descriptor.digest):
                await self.put_blob(path, descriptor.digest, content, descriptor.size)
        await self.put_manifest(path, tag, image.manifest)

    async def size(self, path: str, manifest: Manifest) -> int:
        """Return the bytes of config and layers; for an index, of all its images."""
        if not manifest.is_index:
            return sum(blob.size for blob in manifest.blobs())
        children = [await self.manifest(path, child.digest) for child in manifest.children()]
        return sum([await self.size(path, child) for child in children if child])

    async def _send(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        content: bytes | AsyncIterator[bytes] | None = None,
        *,
        missing_ok: bool = False,
    ) -> httpx.Response:
        try:
            response = await self.client.request(method, url, headers=headers, content=content)
        except httpx.HTTPError as error:
            raise CopyError(f"{method} {url}: {error!r}") from error
        # 200 characters of the body: enough to tell what the registry wants.
        if response.is_error and not (missing_ok and response.status_code == 404):
            raise CopyError(f"{method} {url}: HTTP {response.status_code} {response.text[:200]}")
        return response


class Copy:
    """Copies an image, with everything that it refers to, from one repository to another."""

    def __init__(self, source: Backend, source_path: str, target: Backend, target_path: str) -> None:
        self._source, self._source_path = source, source_path
        self._target, self._target_path = target, target_path
        self._layers: list[LayerTask] = []

    async def run(self, digest: str, tag: str) -> list[LayerTask]:
        """Copy an image, set its tag at the end, and return the copied blobs."""
        try:
            manifest = await self._content(digest)
        except MalformedManifestError as error:
            raise CopyError(str(error)) from error
        await self._target.put_manifest(self._target_path, tag, manifest)
        return self._layers

    async def _content(self, digest: str) -> Manifest:
        manifest = await self._source.manifest(self._source_path, digest)
        if manifest is None:
            raise CopyError(f"the source has no manifest {digest}")
        if manifest.is_index:
            for child in manifest.children():
                await self._target.put_manifest(self._target_path, child.digest, await self._content(child.digest))
        else:
            for blob in manifest.blobs():
                await self._blob(blob, digest)
        return manifest

    async def _blob(self, blob: Descriptor, manifest_digest: str) -> None:
        if await self._target.has_blob(self._target_path, blob.digest):
            return
        url = f"/v2/{self._source_path}/blobs/{blob.digest}"
        try:
            async with self._source.client.stream("GET", url) as response:
                response.raise_for_status()
                await self._target.put_blob(self._target_path, blob.digest, response.aiter_raw(), blob.size)
        except httpx.HTTPError as error:
            raise CopyError(f"blob {blob.digest}: {error!r}") from error
        short = blob.digest.removeprefix("sha256:")
        self._layers.append(LayerTask(short, manifest_digest.removeprefix("sha256:"), blob.size))
