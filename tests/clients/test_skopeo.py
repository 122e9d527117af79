"""Log in with a temporary token, and copy by skopeo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from acr_emulator.testing import Emulator, running

from .skopeo import WITH_REGISTRIES, Skopeo, join, log_in, world_with_registries
from .story import SOURCE, TARGET

pytestmark = WITH_REGISTRIES


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running(world_with_registries()) as started:
        yield started


def test_images_go_from_account_to_account(emulator: Emulator, tmp_path: Path) -> None:
    skopeo, layout = Skopeo(tmp_path), tmp_path / "layout"
    a, b = (f"docker://{emulator.registries[instance]}/prod" for instance in (SOURCE, TARGET))
    refused = skopeo.copy(f"{a}/web:1.0", f"oci:{layout}:one", fails=True)
    assert "unauthorized" in refused.lower() or "authentication required" in refused.lower()
    log_in(skopeo, emulator, "a", SOURCE)

    # Pull by tag and by digest; the digest stays what it is.
    skopeo.copy(f"{a}/web:1.0", f"oci:{layout}:one")
    first = skopeo.digest(f"{a}/web:1.0")
    second = skopeo.digest(f"{a}/web:1.1")
    skopeo.copy(f"{a}/web@{second}", f"oci:{layout}:second")

    # Push a multi-architecture image, and copy it and a single one to the other account.
    join(layout)
    skopeo.copy(f"oci:{layout}:both", f"{a}/both:1.0")
    assert "unauthorized" in skopeo.copy(f"{a}/both:1.0", f"{b}/both:1.0", fails=True).lower()
    log_in(skopeo, emulator, "b", TARGET)
    both = skopeo.digest(f"{a}/both:1.0")
    skopeo.copy(f"{a}/both:1.0", f"{b}/both:1.0")
    skopeo.copy(f"{a}/web@{first}", f"{b}/web:copied")
    assert skopeo.digest(f"{b}/both:1.0") == skopeo.digest(f"{b}/both@{both}") == both
    assert skopeo.digest(f"{b}/both@{first}") == skopeo.digest(f"{b}/web:copied") == first
    architectures = json.loads(skopeo.manifest(f"{b}/both:1.0"))["manifests"]
    assert [member["digest"] for member in architectures] == [first, second]
    assert skopeo.tags(f"{b}/both") == ["1.0"]

    # The API knows what was pushed, and a login ends.
    pushed = emulator.state()["accounts"][1]["instances"][0]["namespaces"][0]["repositories"]
    found = {
        repository["name"]: {image["tag"]: image["digest"] for image in repository["images"]} for repository in pushed
    }
    assert found == {"both": {"1.0": both}, "web": {"copied": first}}
    skopeo("logout", emulator.registries[TARGET])
    assert "unauthorized" in skopeo.copy(f"{b}/web:copied", f"oci:{layout}:again", fails=True).lower()
