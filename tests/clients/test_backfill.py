"""Send old images between real registries, and read them back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from acr_emulator.testing import Emulator, running
from alibabacloud_cr20181201.models import CreateRepoSyncRuleRequest

from . import images
from .ansible import Playbook, Played
from .skopeo import WITH_REGISTRIES, Skopeo, client_of, granted_world, join, log_in
from .story import ACCOUNT_B, KEYS, REGIONS, RULE, SOURCE, TARGET

pytestmark = WITH_REGISTRIES
REPOSITORIES = ("api", "web", "worker")
NAMES = sorted(f"{repository}:v{number}" for repository, number in product(REPOSITORIES, range(1, 21)))
FAILING, MOVED, BOTH, BUILT, REBUILT = "api:v7", "api:v3", "web:v20", "worker:v19", "worker:v20"
FAULT = {"repository": "prod/api", "tag": "v7", "issue": "GATEWAY_TIMEOUT: the target took too long to answer"}
OF_PROD = {**RULE, "NamespaceName": "prod", "TargetNamespaceName": "prod"}
SEND = {
    "instance_id": SOURCE,
    "from_rule": RULE["SyncRuleName"],
    "target_account_id": ACCOUNT_B,
    "destination_auth": {"access_key_id": KEYS["b"][0], "access_key_secret": KEYS["b"][1], "region": REGIONS["b"]},
    "override": "{{ override | default(false) }}",
}


@dataclass(frozen=True)
class Estate:
    """Hold both registries and a person with both logins."""

    emulator: Emulator
    skopeo: Skopeo
    folder: Path
    a: str
    b: str

    def digests(self, namespace: str) -> dict[str, str]:
        with ThreadPoolExecutor(4) as pool:
            found = pool.map(lambda name: self.skopeo.digest(f"docker://{namespace}/{name}"), NAMES)
            return dict(zip(NAMES, found, strict=True))

    def there(self) -> list[str]:
        """Return the names of what B's registry has."""
        names: list[str] = []
        for repository in REPOSITORIES:
            names += [f"{repository}:{tag}" for tag in self.skopeo.tags(f"docker://{self.b}/{repository}")]
        return sorted(names)

    def sent(self) -> list[str]:
        """Return what was sent since the last call.

        All other calls must have been reads.
        """
        calls = self.emulator.calls()
        self.emulator.delete("/_emulator/calls")
        writing = [call for call in calls if not call["action"].startswith(("Get", "List"))]
        assert {call["action"] for call in writing} <= {"CreateRepoSyncTask"}
        parameters = [call["parameters"] for call in writing]
        return sorted(f"{sent['TargetRepoName']}:{sent['TargetTag']}" for sent in parameters)


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    """Serve two accounts, of which B has granted."""
    with running(granted_world()) as emulator:
        places = (f"{emulator.registries[instance]}/prod" for instance in (SOURCE, TARGET))
        made = Estate(emulator, Skopeo(tmp_path), tmp_path, *places)
        for who, instance in (("a", SOURCE), ("b", TARGET)):
            log_in(made.skopeo, emulator, who, instance)
        push(made)
        rule = CreateRepoSyncRuleRequest().from_map({"InstanceId": SOURCE, **OF_PROD})
        client_of("a", emulator).create_repo_sync_rule(rule)
        emulator.delete("/_emulator/calls")
        yield made


def push(estate: Estate) -> None:
    """Push sixty images to A, and one to B."""
    skopeo, folder = estate.skopeo, estate.folder / "pushed"
    for name in set(NAMES) - {BOTH, REBUILT}:
        images.write(images.single(name), folder / name)
    images.write(images.same_layer(images.single(BUILT)), folder / REBUILT)
    layout = f"oci:{estate.folder}/layout"
    for architecture in ("amd64", "arm64"):
        images.write(images.single(BOTH, architecture), estate.folder / architecture)
        skopeo.copy(f"dir:{estate.folder}/{architecture}", f"{layout}:{architecture}")
    join(estate.folder / "layout")
    skopeo.push_all(folder, estate.a)
    skopeo.copy(f"{layout}:both", f"docker://{estate.a}/{BOTH}")
    images.write(images.single("another:image"), estate.folder / "moved")
    skopeo.copy(f"dir:{estate.folder}/moved", f"docker://{estate.b}/{MOVED}")


def actions(played: Played) -> dict[str, str]:
    """Return what was done about each image, by name."""
    return {image["source"].removeprefix("prod/"): image["action"] for image in played.result["images"]}


def test_a_backfill_is_planned_fails_for_one_image_and_is_completed(estate: Estate) -> None:
    emulator, backfill = estate.emulator, Playbook(estate.folder, "acr_image_sync", SEND)
    before, moved = emulator.state(), estate.skopeo.digest(f"docker://{estate.b}/{MOVED}")

    planned = backfill.play(emulator, "--check", "--diff")
    assert (planned.code, actions(planned)) == (0, dict.fromkeys(NAMES, "to_send") | {MOVED: "different"})
    assert "\n+images: 59, " in planned.output
    assert (estate.sent(), emulator.state()) == ([], before)

    emulator.post("/_emulator/tasks", {"seconds": 0.1, "fail": FAULT})
    first = backfill.play(emulator)
    reason = f"1 of 60 images failed: prod/{FAILING}: error: {FAULT['issue']} (sync task "
    assert first.result["msg"].startswith(reason)
    assert first.result["msg"].endswith(" 58 images were sent. Run it again; it sends what has not arrived.")
    assert (first.code, actions(first)) == (2, dict.fromkeys(NAMES, "sent") | {MOVED: "different"})
    assert estate.sent() == sorted([*(set(NAMES) - {MOVED}), FAILING])  # which was tried once more
    assert estate.there() == sorted(set(NAMES) - {FAILING})
    assert estate.skopeo.digest(f"docker://{estate.b}/{MOVED}") == moved

    emulator.post("/_emulator/tasks", {"seconds": 0.1})
    second = backfill.play(emulator, "-e", "override=true")
    assert (second.code, second.result["changed"], estate.sent()) == (0, True, [MOVED, FAILING])
    assert actions(second) == dict.fromkeys(NAMES, "unchanged") | {MOVED: "sent", FAILING: "sent"}
    third = backfill.play(emulator, "-e", "override=true")
    assert (third.code, third.result["changed"], estate.sent()) == (0, False, [])
    check_images(estate)


def check_images(estate: Estate) -> None:
    """Check that B has everything of A, to the last blob.

    skopeo verifies it as it pulls.
    """
    digests = estate.digests(estate.a)
    assert estate.digests(estate.b) == digests
    assert len(set(digests.values())) == 60
    for repository in REPOSITORIES:
        estate.skopeo.pull_all(f"{estate.b}/{repository}", estate.folder / "pulled")
    members = json.loads(estate.skopeo.manifest(f"docker://{estate.b}/{BOTH}"))["manifests"]
    assert [member["platform"]["architecture"] for member in members] == ["amd64", "arm64"]
    place = f"docker://{estate.b}/{BOTH.partition(':')[0]}"
    assert all(estate.skopeo.digest(f"{place}@{member['digest']}") == member["digest"] for member in members)
    pulled = (estate.folder / "pulled" / name / "manifest.json" for name in (BUILT, REBUILT))
    built, rebuilt = (json.loads(manifest.read_text()) for manifest in pulled)
    assert built["layers"] == rebuilt["layers"]
    assert built["config"] != rebuilt["config"]
