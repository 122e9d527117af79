"""Make small images, in folders as skopeo reads them."""

from __future__ import annotations

import json
from pathlib import Path

from acr_emulator.ids import digest_of
from acr_emulator.oci import OCI_MANIFEST, GeneratedImage, Manifest, generate


def write(image: GeneratedImage, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "version").write_text("Directory Transport Version: 1.1\n")
    (folder / "manifest.json").write_bytes(image.manifest.content)
    for blob in image.blobs:
        (folder / digest_of(blob).removeprefix("sha256:")).write_bytes(blob)


def same_layer(image: GeneratedImage) -> GeneratedImage:
    """Return another image, of which the configuration alone differs."""
    config, layer = image.blobs
    changed = json.dumps({**json.loads(config), "config": {"Labels": {"built": "again"}}}).encode()
    manifest = json.loads(image.manifest.content)
    manifest["config"].update(digest=digest_of(changed), size=len(changed))
    return GeneratedImage(Manifest(json.dumps(manifest).encode(), OCI_MANIFEST), (changed, layer))


def single(name: str, architecture: str = "amd64") -> GeneratedImage:
    """Return an image that no other name has."""
    repository, _colon, tag = name.partition(":")
    return generate(repository, tag, architecture)
