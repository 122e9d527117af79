"""Send signatures with their images, or miss them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.ids import digest_of
from acr_emulator.oci import OCI_INDEX, OCI_MANIFEST, GeneratedImage, Manifest
from acr_emulator.testing import Emulator, running
from alibabacloud_cr20181201.models import CreateRepoSyncRuleRequest

from . import images
from .ansible import Playbook, Played
from .skopeo import WITH_REGISTRIES, Skopeo, client_of, granted_world, log_in
from .story import ACCOUNT_B, KEYS, REGIONS, RULE, SOURCE, TARGET

pytestmark = WITH_REGISTRIES
SIGNATURE = "application/vnd.dev.cosign.simplesigning.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
OF_PROD = {**RULE, "SyncRuleName": "releases", "NamespaceName": "prod", "TargetNamespaceName": "prod"}
AUTH = {"access_key_id": KEYS["b"][0], "access_key_secret": KEYS["b"][1], "region": REGIONS["b"]}
WHERE = {"target_account_id": ACCOUNT_B, "target_region": REGIONS["b"], "target_instance_id": TARGET}


def signature_of(digest: str) -> GeneratedImage:
    """Return the manifest that cosign pushes beside an image."""
    signed = json.dumps({"critical": {"image": {"docker-manifest-digest": digest}}}).encode()
    config = json.dumps({"rootfs": {"type": "layers", "diff_ids": [digest_of(signed)]}}).encode()
    layer = {**described(signed, SIGNATURE), "annotations": {"dev.cosignproject.cosign/signature": "c2lnbmVk"}}
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": described(config, CONFIG),
        "layers": [layer],
    }
    return GeneratedImage(Manifest(json.dumps(manifest).encode(), OCI_MANIFEST), (config, signed))


def described(content: bytes, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


class Registries:
    """Hold a new signed image v2 and an old v1."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self.folder = folder
        self.skopeo = Skopeo(folder)
        self.a, self.b = (f"docker://{emulator.registries[instance]}/prod/app" for instance in (SOURCE, TARGET))

    def push(self) -> None:
        for tag in ("v1", "v2"):
            images.write(images.single(f"app:{tag}"), self.folder / tag)
            self.skopeo.copy(f"dir:{self.folder}/{tag}", f"{self.a}:{tag}")
        for tag in ("v1", "v2"):
            images.write(signature_of(self.digest(tag)), self.folder / f"{tag}.sig")
            self.skopeo.copy(f"dir:{self.folder}/{tag}.sig", f"{self.a}:{self.attached(tag)}.sig")
        self._refer("v2")

    def _refer(self, tag: str) -> None:
        """Push the list of referrers, as clients do without an API."""
        layout = self.folder / "referrers"
        self.skopeo.copy(f"dir:{self.folder}/{tag}.sig", f"oci:{layout}:signature")
        index = json.loads((layout / "index.json").read_text())
        (member,) = (
            {name: manifest[name] for name in ("mediaType", "digest", "size")} for manifest in index["manifests"]
        )
        listing = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [member]}).encode()
        (layout / "blobs/sha256" / digest_of(listing).removeprefix("sha256:")).write_bytes(listing)
        named = {"annotations": {"org.opencontainers.image.ref.name": "referrers"}}
        index["manifests"].append({**described(listing, OCI_INDEX), **named})
        (layout / "index.json").write_text(json.dumps(index))
        self.skopeo.copy(f"oci:{layout}:referrers", f"{self.a}:{self.attached(tag)}")

    def digest(self, tag: str) -> str:
        return self.skopeo.digest(f"{self.a}:{tag}")

    def attached(self, tag: str) -> str:
        """Return what the tags of what is attached to an image begin with."""
        return self.digest(tag).replace(":", "-")

    def there(self) -> dict[str, str]:
        """Return the digest of each tag that B's registry has."""
        return {tag: self.skopeo.digest(f"{self.b}:{tag}") for tag in self.skopeo.tags(self.b)}


@pytest.fixture
def registries(tmp_path: Path) -> Iterator[Registries]:
    with running(granted_world()) as emulator:
        made = Registries(emulator, tmp_path)
        for who, instance in (("a", SOURCE), ("b", TARGET)):
            log_in(made.skopeo, emulator, who, instance)
        made.push()
        emulator.post("/_emulator/tasks", {"seconds": 0.1})
        yield made


def send(registries: Registries, **options: Any) -> Played:
    given = {"instance_id": SOURCE, **WHERE, **options}
    return Playbook(registries.folder, "acr_image_sync", given).play(registries.emulator)


def test_the_newest_image_arrives_with_its_signature_and_what_refers_to_it(registries: Registries) -> None:
    sent = send(registries, select={"namespaces": ["prod"], "tag_filter": "^v", "newest": 1})
    name = registries.attached("v2")
    assert sent.code == 0, sent.output
    assert {image["source"]: image.get("attached_to") for image in sent.result["images"]} == {
        "prod/app:v2": None,
        f"prod/app:{name}.sig": "prod/app:v2",
        f"prod/app:{name}": "prod/app:v2",
    }
    tags = ("v2", f"{name}.sig", name)
    assert registries.there() == {tag: registries.skopeo.digest(f"{registries.a}:{tag}") for tag in tags}
    registries.skopeo.pull_all(registries.b.removeprefix("docker://"), registries.folder / "pulled")
    pulled = json.loads((registries.folder / "pulled" / f"app:{name}.sig" / "manifest.json").read_text())
    assert pulled["layers"][0]["annotations"] == {"dev.cosignproject.cosign/signature": "c2lnbmVk"}
    listing = json.loads(registries.skopeo.manifest(f"{registries.b}:{name}"))
    assert [member["digest"] for member in listing["manifests"]] == [registries.there()[f"{name}.sig"]]


def test_an_image_without_its_signature_is_told(registries: Registries) -> None:
    rule = CreateRepoSyncRuleRequest().from_map({"InstanceId": SOURCE, **OF_PROD})  # for tags that begin with v
    client_of("a", registries.emulator).create_repo_sync_rule(rule)
    sent = send(registries, images=[{"namespace": "prod", "repository": "app", "tag": "v2"}], attached=False)
    assert [image["source"] for image in sent.result["images"]] == ["prod/app:v2"]
    wanted = {"name": "releases", "namespace": "prod", "tag_filter": RULE["TagFilter"], **WHERE}
    options = {"instance_id": SOURCE, "rules": [wanted], "destinations": [{"instance_id": TARGET, **AUTH}]}
    verify = Playbook(registries.folder, "acr_sync_verify", options)
    before = verify.play(registries.emulator).result["counts"]
    assert (before["unsigned"]["images"], before["same"]["images"]) == (1, 0)
    send(registries, select={"namespaces": ["prod"], "tags": ["v2"]})
    after = verify.play(registries.emulator).result["counts"]
    assert (after["unsigned"]["images"], after["same"]["images"]) == (0, 1)

    audit = Playbook(registries.folder, "acr_sync_audit", {"instance_id": SOURCE, "side": "source"})
    findings = audit.play(registries.emulator).result["findings"]
    assert "signatures_left_behind" in [finding["check"] for finding in findings]
