"""Run skopeo in a world of two registries."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from acr_emulator.testing import Emulator, in_ci
from alibabacloud_cr20181201.client import Client
from alibabacloud_cr20181201.models import GetAuthorizationTokenRequest
from alibabacloud_tea_openapi.utils_models import Config

from .conftest import WORLD
from .story import GRANT, KEYS, REGIONS, ROLE, TRUST

WITH_REGISTRIES = pytest.mark.skipif(
    not in_ci() and not (shutil.which("skopeo") and any(map(shutil.which, ("docker-registry", "registry")))),
    reason="docker-registry or skopeo not found: real images ARE NOT TESTED",
)
INDEX = "application/vnd.oci.image.index.v1+json"


def world_with_registries() -> dict[str, Any]:
    """Return a world whose two instances have a registry each."""
    world: dict[str, Any] = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    for account in world["accounts"]:
        account["instances"][0]["registry"] = True
    source, target = (account["instances"][0] for account in world["accounts"])
    source["namespaces"] = source["namespaces"][:1]
    target["namespaces"] = [{"name": "prod", "auto_create_repositories": True}]
    return world


def granted_world() -> dict[str, Any]:
    """Return such a world in which B has let A in, and A's first namespace is empty."""
    world = world_with_registries()
    a, b = world["accounts"]
    a["instances"][0]["namespaces"][0]["repositories"] = []
    documents = [{"Version": "1", "Statement": [statement]} for statement in (TRUST, GRANT)]
    b["roles"] = [{"name": ROLE, "trust_policy": documents[0], "policies": documents[1:]}]
    return world


class Skopeo:
    """One person's skopeo, with the logins of that person."""

    def __init__(self, folder: Path) -> None:
        self._authfile = str(folder / "auth.json")

    def __call__(self, command: str, *arguments: str, fails: bool = False) -> str:
        line = ["skopeo", command, "--authfile", self._authfile, *arguments]
        done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
        assert bool(done.returncode) is fails, done.stderr
        return done.stderr if fails else done.stdout

    def copy(self, source: str, target: str, *, fails: bool = False) -> str:
        plain = [f"--{side}-tls-verify=false" for side in ("src", "dest")]
        return self("copy", "--all", "--preserve-digests", *plain, source, target, fails=fails)

    def push_all(self, folder: Path, place: str) -> None:
        """Push every image that the folder holds as `repository:tag`."""
        plain = ("--src", "dir", "--dest", "docker", "--dest-tls-verify=false")
        self("sync", "--all", "--preserve-digests", *plain, str(folder), place)

    def pull_all(self, repository: str, folder: Path) -> None:
        """Pull every tag into a folder `repository:tag`."""
        plain = ("--src", "docker", "--dest", "dir", "--src-tls-verify=false")
        self("sync", "--all", "--preserve-digests", *plain, repository, str(folder))

    def manifest(self, reference: str) -> str:
        return self("inspect", "--tls-verify=false", "--raw", reference)

    def tags(self, repository: str) -> list[str]:
        tags: list[str] = json.loads(self("list-tags", "--tls-verify=false", repository))["Tags"]
        return tags

    def digest(self, reference: str) -> str:
        return f"sha256:{hashlib.sha256(self.manifest(reference).encode()).hexdigest()}"


def client_of(who: str, emulator: Emulator) -> Any:
    """Return the SDK's client of an account's registries."""
    identifier, secret = KEYS[who]
    keys = {"access_key_id": identifier, "access_key_secret": secret, "region_id": REGIONS[who]}
    return Client(Config(**keys, endpoint=emulator.endpoint, protocol="http"))


def log_in(skopeo: Skopeo, emulator: Emulator, who: str, instance: str) -> None:
    request = GetAuthorizationTokenRequest(instance_id=instance)
    token = client_of(who, emulator).get_authorization_token(request).body
    login = ("--username", token.temp_username, "--password", token.authorization_token)
    skopeo("login", "--tls-verify=false", *login, emulator.registries[instance])


def join(layout: Path) -> None:
    """Make one multi-architecture image of a layout's two."""
    images = json.loads((layout / "index.json").read_text())
    members = [
        {name: image[name] for name in ("mediaType", "digest", "size")}
        | {"platform": {"os": "linux", "architecture": architecture}}
        for image, architecture in zip(images["manifests"], ("amd64", "arm64"), strict=True)
    ]
    content = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": members}).encode()
    digest = hashlib.sha256(content).hexdigest()
    (layout / "blobs/sha256" / digest).write_bytes(content)
    described = {"mediaType": INDEX, "digest": f"sha256:{digest}", "size": len(content)}
    images["manifests"].append({**described, "annotations": {"org.opencontainers.image.ref.name": "both"}})
    (layout / "index.json").write_text(json.dumps(images))
