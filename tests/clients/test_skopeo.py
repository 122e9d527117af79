"""skopeo as people use it: log in once with a temporary token, then copy between the registries of two accounts."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from acr_emulator.testing import Emulator, in_ci, running
from alibabacloud_cr20181201.client import Client
from alibabacloud_cr20181201.models import GetAuthorizationTokenRequest
from alibabacloud_tea_openapi.utils_models import Config

from .conftest import WORLD
from .story import KEYS, REGIONS, SOURCE, TARGET

pytestmark = pytest.mark.skipif(
    not in_ci() and not (shutil.which("skopeo") and any(map(shutil.which, ("docker-registry", "registry")))),
    reason="docker-registry or skopeo not found: real images ARE NOT TESTED",
)
INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Both instances with a registry; B's takes what is pushed to prod."""
    world = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    for account in world["accounts"]:
        account["instances"][0]["registry"] = True
    source, target = (account["instances"][0] for account in world["accounts"])
    source["namespaces"] = source["namespaces"][:1]
    target["namespaces"] = [{"name": "prod", "auto_create_repositories": True}]
    with running(world) as started:
        yield started


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

    def digest(self, reference: str) -> str:
        raw = self("inspect", "--tls-verify=false", "--raw", reference)
        return f"sha256:{hashlib.sha256(raw.encode()).hexdigest()}"


def log_in(skopeo: Skopeo, emulator: Emulator, who: str, instance: str) -> None:
    identifier, secret = KEYS[who]
    keys = {"access_key_id": identifier, "access_key_secret": secret, "region_id": REGIONS[who]}
    client = Client(Config(**keys, endpoint=emulator.endpoint, protocol="http"))
    token = client.get_authorization_token(GetAuthorizationTokenRequest(instance_id=instance)).body
    login = ("--username", token.temp_username, "--password", token.authorization_token)
    skopeo("login", "--tls-verify=false", *login, emulator.registries[instance])


def join(layout: Path) -> None:
    """Make one multi-architecture image, `both`, of the two images that an OCI layout holds."""
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


def test_images_go_from_account_to_account(emulator: Emulator, tmp_path: Path) -> None:
    skopeo, layout = Skopeo(tmp_path), tmp_path / "layout"
    a, b = (f"docker://{emulator.registries[instance]}/prod" for instance in (SOURCE, TARGET))
    refused = skopeo.copy(f"{a}/web:1.0", f"oci:{layout}:one", fails=True)
    assert "unauthorized" in refused.lower() or "authentication required" in refused.lower()
    log_in(skopeo, emulator, "a", SOURCE)

    # Pull by tag and by digest; the digest stays what it is.
    skopeo.copy(f"{a}/web:1.0", f"oci:{layout}:one")
    one = skopeo.digest(f"{a}/web:1.0")
    two = skopeo.digest(f"{a}/web:1.1")
    skopeo.copy(f"{a}/web@{two}", f"oci:{layout}:two")

    # Push a multi-architecture image, and copy it and a single one to the other account.
    join(layout)
    skopeo.copy(f"oci:{layout}:both", f"{a}/both:1.0")
    assert "unauthorized" in skopeo.copy(f"{a}/both:1.0", f"{b}/both:1.0", fails=True).lower()
    log_in(skopeo, emulator, "b", TARGET)
    both = skopeo.digest(f"{a}/both:1.0")
    skopeo.copy(f"{a}/both:1.0", f"{b}/both:1.0")
    skopeo.copy(f"{a}/web@{one}", f"{b}/web:copied")
    assert skopeo.digest(f"{b}/both:1.0") == skopeo.digest(f"{b}/both@{both}") == both
    assert skopeo.digest(f"{b}/both@{one}") == skopeo.digest(f"{b}/web:copied") == one
    architectures = json.loads(skopeo("inspect", "--tls-verify=false", "--raw", f"{b}/both:1.0"))["manifests"]
    assert [member["digest"] for member in architectures] == [one, two]
    assert json.loads(skopeo("list-tags", "--tls-verify=false", f"{b}/both"))["Tags"] == ["1.0"]

    # The API knows what was pushed, and a login ends.
    pushed = emulator.state()["accounts"][1]["instances"][0]["namespaces"][0]["repositories"]
    found = {(one["name"], image["tag"]): image["digest"] for one in pushed for image in one["images"]}
    assert found == {("both", "1.0"): both, ("web", "copied"): one}
    skopeo("logout", emulator.registries[TARGET])
    assert "unauthorized" in skopeo.copy(f"{b}/web:copied", f"oci:{layout}:again", fails=True).lower()
