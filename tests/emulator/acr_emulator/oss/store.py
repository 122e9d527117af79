"""Keep the objects of buckets as files, a folder for each bucket."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from ..catalogue import Image, Instance, Repository
from .bucket import Bucket, StoredObject

# Characters of a file's name. Most file systems take 255 bytes.
_LONGEST_NAME = 200
_ROOT = "docker/registry/v2"


class Store:
    """The files of all buckets.

    In the folder `data` they outlive a restart; without it, they end with the emulator.
    """

    def __init__(self, data: Path | None = None) -> None:
        self._run = tempfile.TemporaryDirectory(prefix="oss-")
        self._data = data or Path(self._run.name, "data")

    def file(self, bucket: Bucket, name: str) -> Path:
        # A dot is quoted as well, so that no name leads out of the folder.
        plain = quote(name, safe="").replace(".", "%2E")
        if len(plain) > _LONGEST_NAME:
            plain = hashlib.sha256(name.encode()).hexdigest()
        return self._data / bucket.name / plain

    def open(self, bucket: Bucket, instance: Instance | None) -> None:
        """Fill the bucket's folder, once, with its objects and its instance's images."""
        if bucket.is_open:
            return
        bucket.is_open = True
        (self._data / bucket.name).mkdir(parents=True, exist_ok=True)
        for stored in bucket.objects.values():
            self._write(bucket, stored)
        for repository in instance.repositories.values() if instance else ():
            for image in repository.images.values():
                for stored in image_objects(repository, image):
                    self.put(bucket, stored)

    def put(self, bucket: Bucket, stored: StoredObject) -> None:
        bucket.objects[stored.name] = stored
        self._write(bucket, stored)

    def delete(self, bucket: Bucket, name: str) -> None:
        bucket.objects.pop(name, None)
        self.file(bucket, name).unlink(missing_ok=True)

    def read(self, bucket: Bucket, name: str) -> bytes:
        return self.file(bucket, name).read_bytes()

    def clear(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)

    def close(self) -> None:
        self._run.cleanup()

    def _write(self, bucket: Bucket, stored: StoredObject) -> None:
        self.file(bucket, stored.name).write_bytes(stored.content.encode("latin-1", "replace"))


def image_objects(repository: Repository, image: Image) -> Iterator[StoredObject]:
    """Yield an image's objects in a bucket: its tag and its content.

    Their names are those of the open-source registry. How the service keeps images in a bucket is not documented.
    """
    digits = image.digest.removeprefix("sha256:")
    tags = f"{_ROOT}/repositories/{repository.path}/_manifests/tags"
    yield StoredObject(f"{tags}/{image.tag}/current/link", image.digest)
    yield StoredObject(f"{_ROOT}/blobs/sha256/{digits[:2]}/{digits}/data", f"{image.size}")


def images_in(bucket: Bucket) -> Iterator[tuple[str, str, Image]]:
    """Yield namespace, repository and image of each tag whose content has arrived, too."""
    start, mark, end = f"{_ROOT}/repositories/", "/_manifests/tags/", "/current/link"
    for name, stored in bucket.objects.items():
        if not (name.startswith(start) and name.endswith(end) and mark in name):
            continue
        path, _mark, tag = name.removeprefix(start).removesuffix(end).partition(mark)
        namespace, _slash, repository = path.partition("/")
        digits = stored.content.removeprefix("sha256:")
        blob = bucket.objects.get(f"{_ROOT}/blobs/sha256/{digits[:2]}/{digits}/data")
        if blob is not None:
            yield namespace, repository, Image(tag, stored.content, int(blob.content))
