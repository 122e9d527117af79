"""Make small OCI images, and read how large one is."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass
from typing import Any

from .ids import digest_of

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
IMAGES = (OCI_MANIFEST, DOCKER_MANIFEST)
INDEXES = (OCI_INDEX, DOCKER_LIST)


class MalformedManifestError(ValueError):
    """A manifest that contradicts its media type, or whose type cannot be replicated."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest, byte for byte."""

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return digest_of(self.content)

    @property
    def is_index(self) -> bool:
        return self.media_type in INDEXES

    def blobs(self) -> list[Descriptor]:
        """Return config and layers of an image, without layers that are kept elsewhere."""
        if self.media_type not in IMAGES:
            raise MalformedManifestError(f"a manifest of the type {self.media_type} cannot be replicated")
        data = self._data()
        return _descriptors([data.get("config"), *(_list(data, "layers"))])

    def children(self) -> list[Descriptor]:
        """Return the manifests of an index."""
        return _descriptors(_list(self._data(), "manifests"))

    @property
    def image_id(self) -> str:
        """Return the digest of the configuration or index."""
        # The first blob of an image is its configuration; Docker calls its digest the image's ID.
        digest = self.digest if self.is_index else self.blobs()[0].digest
        return digest.removeprefix("sha256:")

    def _data(self) -> dict[str, Any]:
        try:
            data = json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise MalformedManifestError("the manifest is not JSON") from error
        if not isinstance(data, dict):
            raise MalformedManifestError("the manifest is not an object")
        return data


def _list(data: dict[str, Any], name: str) -> list[Any]:
    value = data.get(name) or []
    if not isinstance(value, list):
        raise MalformedManifestError(f"the manifest's {name} are not a list")
    return value


def _descriptors(items: list[Any]) -> list[Descriptor]:
    found = []
    for item in items:
        fields = item if isinstance(item, dict) else {}
        if not isinstance(fields.get("digest"), str) or not isinstance(fields.get("size"), int):
            raise MalformedManifestError("the manifest has a descriptor without digest or size")
        # Layers with URLs are to be had elsewhere, and are not copied.
        if not fields.get("urls"):
            found.append(Descriptor(fields["digest"], fields["size"]))
    return found


@dataclass(frozen=True, slots=True)
class GeneratedImage:
    manifest: Manifest
    blobs: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return sum(len(blob) for blob in self.blobs)


def generate(path: str, tag: str, architecture: str = "amd64") -> GeneratedImage:
    """Return a valid image with one small layer.

    Its bytes are the same for the same names everywhere.
    """
    # The layer stays uncompressed: compressors differ between versions, and with them the digest would.
    layer = _layer(f"{path}:{tag} {architecture}\n".encode())
    config = _json(
        {
            "architecture": architecture,
            "os": "linux",
            # A fixed time, so that the digest is the same in each run.
            "created": "1970-01-01T00:00:00Z",
            "config": {"Labels": {"org.opencontainers.image.ref.name": f"{path}:{tag}"}},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(layer)]},
            "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "acr_emulator"}],
        }
    )
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": _described("application/vnd.oci.image.config.v1+json", config),
        "layers": [_described("application/vnd.oci.image.layer.v1.tar", layer)],
    }
    return GeneratedImage(Manifest(_json(manifest), OCI_MANIFEST), (config, layer))


def _layer(content: bytes) -> bytes:
    buffer = io.BytesIO()
    # USTAR writes no extra headers, which differ between versions of Python.
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        member = tarfile.TarInfo("image.txt")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _described(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _json(data: dict[str, Any]) -> bytes:
    # In the order of insertion and without spaces: the digest is of these bytes.
    return json.dumps(data, separators=(",", ":")).encode()
