"""Make a small container image with only a text.

It is an OCI image layout.
"""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path


def make_image(layout: Path, text: str) -> None:
    """Write the layout.

    Its only image has no name. The same text makes the same digest.
    """
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as files:
        entry = tarfile.TarInfo("hello.txt")
        entry.size = len(text.encode())
        files.addfile(entry, io.BytesIO(text.encode()))
    layer = _blob(layout, gzip.compress(archive.getvalue(), mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip")
    root = {"type": "layers", "diff_ids": [_digest(archive.getvalue())]}
    config = {"architecture": "amd64", "os": "linux", "rootfs": root}
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": _blob(layout, _json(config), "application/vnd.oci.image.config.v1+json"),
        "layers": [layer],
    }
    image = _blob(layout, _json(manifest), manifest["mediaType"])
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (layout / "index.json").write_bytes(_json({"schemaVersion": 2, "manifests": [image]}))


def _blob(layout: Path, content: bytes, media_type: object) -> dict[str, object]:
    """Store a blob and return its descriptor."""
    algorithm, _colon, name = _digest(content).partition(":")
    folder = layout / "blobs" / algorithm
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return {"mediaType": media_type, "digest": f"{algorithm}:{name}", "size": len(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
