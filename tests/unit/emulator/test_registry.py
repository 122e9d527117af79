"""Push and copy images in real registries with skopeo: pushes fire rules, and copies keep every digest."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acr_emulator.ids import digest_of
from acr_emulator.oci import OCI_INDEX, OCI_MANIFEST, generate
from acr_emulator.testing import Emulator, EmulatorError, in_ci, running

from .kit import ACCOUNT_B, ROOT_A, ROOT_B, SOURCE, TARGET, Client, eventually, push, world

pytestmark = pytest.mark.skipif(
    not in_ci() and not (shutil.which("skopeo") and any(map(shutil.which, ("docker-registry", "registry")))),
    reason="docker-registry or skopeo not found: the registries ARE NOT TESTED",
)


@pytest.fixture(scope="module")
def process() -> Iterator[Emulator]:
    with running(world(registry=True)) as emulator:
        yield emulator


@pytest.fixture
def cloud(process: Emulator) -> Emulator:
    """Serve two instances with registries; A's holds prod/web:1.0 and 1.1."""
    process.reset(world(registry=True))
    process.post("/_emulator/tasks", {"seconds": 0.02})
    return process


def login(client: Client, instance: str) -> str:
    answer = client.cr("GetAuthorizationToken", InstanceId=instance)
    return f"{answer['TempUsername']}:{answer['AuthorizationToken']}"


def credentials(emulator: Emulator) -> tuple[str, str]:
    """Return skopeo's logins at the source and the target."""
    return login(Client(emulator, ROOT_A), SOURCE), login(Client(emulator, ROOT_B), TARGET)


def skopeo(*arguments: str, fails: bool = False) -> str:
    ended = subprocess.run(["skopeo", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert bool(ended.returncode) is fails, ended.stderr
    return ended.stderr if fails else ended.stdout


def put(layout: Path, reference: str, secret: str, *, fails: bool = False) -> str:
    flags = ("--all", "--preserve-digests", "--dest-tls-verify=false", "--dest-creds", secret)
    return skopeo("copy", *flags, f"oci:{layout}:image", f"docker://{reference}", fails=fails)


def raw_manifest(reference: str, secret: str, *, fails: bool = False) -> str:
    flags = ("inspect", "--raw", "--tls-verify=false", "--creds", secret)
    return skopeo(*flags, f"docker://{reference}", fails=fails)


def layout_of(folder: Path, *architectures: str, tag: str = "x") -> str:
    """Write an OCI image layout with an image, or with an index of several; return its digest."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def store(content: bytes, media_type: str) -> dict[str, Any]:
        digest = digest_of(content)
        (blobs / digest.removeprefix("sha256:")).write_bytes(content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    described = []
    for architecture in architectures:
        image = generate("prod/web", tag, architecture)
        for blob in image.blobs:
            store(blob, "")
        platform = {"platform": {"architecture": architecture, "os": "linux"}}
        described.append(store(image.manifest.content, OCI_MANIFEST) | platform)
    top = described[0]
    if len(described) > 1:
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": described}
        top = store(json.dumps(index).encode(), OCI_INDEX)
    named = top | {"annotations": {"org.opencontainers.image.ref.name": "image"}}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    digest: str = top["digest"]
    return digest


@pytest.mark.parametrize("architectures", [("amd64",), ("amd64", "arm64")])
def test_a_pushed_image_arrives_with_every_digest(
    cloud: Emulator, tmp_path: Path, architectures: tuple[str, ...]
) -> None:
    a, b = Client(cloud, ROOT_A), Client(cloud, ROOT_B)
    a.create_rule()
    source, target = credentials(cloud)
    digest = layout_of(tmp_path / "image", *architectures)
    put(tmp_path / "image", f"{cloud.registries[SOURCE]}/prod/new:2.0", source)
    (task,) = a.tasks()
    assert (task["TaskStatus"], task["TaskIssue"]) == ("SUCCESS", "")
    there = raw_manifest(f"{cloud.registries[TARGET]}/prod/new:2.0", target)
    assert digest_of(there.encode()) == digest
    assert a.tags("prod", "new")["2.0"] == b.tags("prod", "new", TARGET)["2.0"] == digest.removeprefix("sha256:")
    layers = a.cr("GetRepoSyncTask", SyncTaskId=task["SyncTaskId"])["LayerTasks"]
    assert len(layers) == 2 * len(architectures)  # an image has a configuration and a layer
    # All of it can be pulled, each architecture by its digest too.
    pulled = f"docker://{cloud.registries[TARGET]}/prod/new"
    flags = ("--all", "--src-tls-verify=false", "--src-creds", target)
    skopeo("copy", *flags, f"{pulled}@{digest}", f"dir:{tmp_path}/pulled")
    for child in json.loads(there).get("manifests", []):
        raw_manifest(f"{cloud.registries[TARGET]}/prod/new@{child['digest']}", target)


def test_the_catalogue_of_a_world_is_real(cloud: Emulator) -> None:
    a = Client(cloud, ROOT_A)
    (domain,) = a.cr("GetInstanceEndpoint", EndpointType="internet")["Domains"]
    assert domain["Domain"] == cloud.registries[SOURCE]
    secret = login(a, SOURCE)
    images = a.cr("ListRepoTag", RepoId=a.repository_id())["Images"]
    assert {image["Tag"] for image in images} == {"1.0", "1.1"}
    for image in images:
        manifest = raw_manifest(f"{cloud.registries[SOURCE]}/prod/web:{image['Tag']}", secret)
        assert digest_of(manifest.encode()) == f"sha256:{image['Digest']}"
        described = json.loads(manifest)
        assert image["ImageSize"] == described["config"]["size"] + sum(layer["size"] for layer in described["layers"])
        assert described["config"]["digest"] == f"sha256:{image['ImageId']}"


def test_a_manual_task_copies_and_a_second_has_nothing_to_copy(cloud: Emulator) -> None:
    a = Client(cloud, ROOT_A)
    first, second = (a.finished(a.create_task("1.0", TargetTag=tag)) for tag in ("one", "two"))
    assert (first["TaskStatus"], len(first["LayerTasks"])) == ("SUCCESS", 2)
    # The target has all its content already, under the other tag.
    assert (second["TaskStatus"], second["SyncedSize"]) == ("SUCCESS", 0)
    _source, target = credentials(cloud)
    assert raw_manifest(f"{cloud.registries[TARGET]}/prod/web:one", target)


def test_images_of_the_side_door_are_real_too(cloud: Emulator) -> None:
    a = Client(cloud, ROOT_A)
    a.create_rule()
    push(cloud, "3.0")
    assert a.tasks()[0]["TaskStatus"] == "SUCCESS"
    assert raw_manifest(f"{cloud.registries[TARGET]}/prod/web:3.0", credentials(cloud)[1])
    with pytest.raises(EmulatorError, match="get their digest by being made"):
        push(cloud, {"tag": "4.0", "digest": "sha256:" + "ab" * 32})


def ask(emulator: Emulator, path: str, authorization: str = "", instance: str = SOURCE) -> tuple[int, Any, Any]:
    connection = http.client.HTTPConnection(emulator.registries[instance], timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Authorization": authorization} if authorization else {})
        answer = connection.getresponse()
        return answer.status, json.load(answer), answer.headers


def basic(secret: str) -> str:
    return f"Basic {base64.b64encode(secret.encode()).decode()}"


def test_the_token_flow(cloud: Emulator) -> None:
    status, body, headers = ask(cloud, "/v2/")
    assert (status, body["errors"][0]["code"]) == (401, "UNAUTHORIZED")
    realm = f'Bearer realm="http://{cloud.registries[SOURCE]}/token",service="{SOURCE}"'
    assert headers["WWW-Authenticate"] == realm
    secret = credentials(cloud)[0]
    status, body, _headers = ask(cloud, "/token?service=x&scope=repository:prod/web:pull", basic(secret))
    assert status == 200
    assert 3000 < body["expires_in"] <= 3600  # an hour, less the time that the test has taken
    assert sorted(ask(cloud, "/v2/prod/web/tags/list", f"Bearer {body['token']}")[1]["tags"]) == ["1.0", "1.1"]
    assert ask(cloud, "/v2/", basic(secret))[0] == 200


def test_strangers_are_refused(cloud: Emulator) -> None:
    changed = world(registry=True)
    # Their ends in epoch milliseconds: in 1970 and in the year 5138.
    changed["accounts"][0]["instances"][0]["tokens"] = {"expired": 1, "valid": 10**14}
    cloud.reset(changed)
    other = credentials(cloud)[1]
    assert ask(cloud, "/token", basic("cr_temp_user:valid"))[0] == 200
    for authorization in (
        "",
        basic("cr_temp_user:expired"),
        basic("cr_temp_user:wrong"),
        basic("root:valid"),
        basic(other),
        "Basic ?",
        "Bearer expired",
        "Bearer",
    ):
        for path in ("/token", "/v2/", "/v2/prod/web/manifests/1.0"):
            status, body, headers = ask(cloud, path, authorization)
            assert (status, body["errors"][0]["code"]) == (401, "UNAUTHORIZED"), authorization
            assert "WWW-Authenticate" in headers


def test_one_accounts_credentials_open_nothing_of_anothers(cloud: Emulator, tmp_path: Path) -> None:
    a, b = Client(cloud, ROOT_A), Client(cloud, ROOT_B)
    a.finished(a.create_task("1.0"))
    layout_of(tmp_path / "image", "amd64")
    hosts = {instance: f"{cloud.registries[instance]}/prod" for instance in (SOURCE, TARGET)}
    own = dict(zip((SOURCE, TARGET), credentials(cloud), strict=True))
    for here, there in ((SOURCE, TARGET), (TARGET, SOURCE)):
        assert raw_manifest(f"{hosts[here]}/web:1.0", own[here])
        assert "unauthorized" in raw_manifest(f"{hosts[here]}/web:1.0", own[there], fails=True)
        assert "unauthorized" in put(tmp_path / "image", f"{hosts[here]}/web:2.0", own[there], fails=True)
    assert "2.0" not in a.tags("prod", "web") | b.tags("prod", "web", TARGET)
    for client, instance in ((a, TARGET), (b, SOURCE)):
        assert client.cr("GetAuthorizationToken", InstanceId=instance)["Code"] == "INSTANCE_NOT_EXIST"


def test_where_one_may_push(cloud: Emulator, tmp_path: Path) -> None:
    a, (secret, _target) = Client(cloud, ROOT_A), credentials(cloud)
    layout_of(tmp_path / "image", "amd64")
    host = cloud.registries[SOURCE]
    assert "does not exist" in put(tmp_path / "image", f"{host}/nowhere/new:1", secret, fails=True)
    assert "does not create any" in put(tmp_path / "image", f"{host}/dev/new:1", secret, fails=True)
    put(tmp_path / "image", f"{host}/dev/tool:1", secret)
    put(tmp_path / "image", f"{host}/prod/deep/er:1", secret)
    assert list(a.tags("prod", "deep/er")) == ["1"]
    assert "unauthorized" in put(tmp_path / "image", f"{host}/prod/web:1", "cr_temp_user:x", fails=True)
    assert "name unknown" in raw_manifest(f"{host}/prod/none:1", secret, fails=True)


def test_immutable_tags(cloud: Emulator, tmp_path: Path) -> None:
    a, (secret, _target) = Client(cloud, ROOT_A), credentials(cloud)
    kind: dict[str, Any] = {"RepoType": "PRIVATE", "Summary": "s", "TagImmutability": True}
    a.cr("UpdateRepository", RepoNamespaceName="prod", RepoName="web", **kind)
    layout_of(tmp_path / "one", "amd64", tag="one")
    layout_of(tmp_path / "two", "amd64", tag="two")
    reference = f"{cloud.registries[SOURCE]}/prod/web:2.0"
    put(tmp_path / "one", reference, secret)
    put(tmp_path / "one", reference, secret)  # the same image again moves no tag
    assert "immutable" in put(tmp_path / "two", reference, secret, fails=True)


def test_what_the_api_deletes_is_gone_from_the_registry(cloud: Emulator) -> None:
    a, (secret, _target) = Client(cloud, ROOT_A), credentials(cloud)
    host, identifier = cloud.registries[SOURCE], a.repository_id()
    a.cr("DeleteRepoTag", RepoId=identifier, Tag="1.0")
    assert "manifest unknown" in raw_manifest(f"{host}/prod/web:1.0", secret, fails=True)
    raw_manifest(f"{host}/prod/web:1.1", secret)
    a.cr("DeleteRepository", RepoId=identifier)
    assert "name unknown" in raw_manifest(f"{host}/prod/web:1.1", secret, fails=True)
    names = {"RepoNamespaceName": "prod", "RepoName": "web"}
    # A new repository of that name does not get the old images back.
    a.cr("CreateRepository", **names, RepoType="PRIVATE", Summary="s")
    raw_manifest(f"{host}/prod/web:1.1", secret, fails=True)


def test_a_catalogue_cannot_be_copied_into_a_registry(cloud: Emulator) -> None:
    changed = world(registry=True)
    changed["accounts"][0]["instances"][0]["registry"] = False
    cloud.reset(changed)
    assert list(cloud.registries) == [TARGET]
    a = Client(cloud, ROOT_A)
    assert a.finished(a.create_task())["TaskIssue"].startswith("IMAGE_HAS_NO_CONTENT")


@pytest.mark.parametrize("given", [{"digest": "sha256:" + "ab" * 32}, {"size": 5}])
def test_digests_and_sizes_cannot_be_chosen(cloud: Emulator, given: dict[str, Any]) -> None:
    changed = world(registry=True)
    changed["accounts"][0]["instances"][0]["namespaces"][0]["repositories"][0]["images"][0].update(given)
    a, (token, _target) = Client(cloud, ROOT_A), credentials(cloud)
    before = cloud.state()
    with pytest.raises(EmulatorError, match=r"prod/web:1\.0: digest and size cannot be chosen"):
        cloud.reset(changed)
    # The old world is as it was, what is in its registries included.
    assert cloud.state() == before
    assert raw_manifest(f"{cloud.registries[SOURCE]}/prod/web:1.0", token)
    assert a.finished(a.create_task())["TaskStatus"] == "SUCCESS"


def test_content_survives_a_restart(tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    digest = layout_of(tmp_path / "image", "amd64")
    with running(world(registry=True), "--state", state) as emulator:
        earlier = credentials(emulator)[0]
        put(tmp_path / "image", f"{emulator.registries[SOURCE]}/prod/web:1.0", earlier)
    with running(world(registry=True), "--state", state) as emulator:
        a, (source, target) = Client(emulator, ROOT_A), credentials(emulator)
        assert a.tags("prod", "web")["1.0"] == digest.removeprefix("sha256:")
        for password in (source, earlier):
            assert digest_of(raw_manifest(f"{emulator.registries[SOURCE]}/prod/web:1.0", password).encode()) == digest
        assert a.finished(a.create_task("1.0"))["TaskStatus"] == "SUCCESS"
        raw_manifest(f"{emulator.registries[TARGET]}/prod/web:1.0", target)
        emulator.reset()
        restored = raw_manifest(f"{emulator.registries[SOURCE]}/prod/web:1.0", credentials(emulator)[0])
        assert digest_of(restored.encode()) != digest


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def alive(process: int) -> bool:
    try:
        # The state follows the name in parentheses, which may hold any sign. Z is a process that has ended.
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_registry_outlives_the_emulator(number: signal.Signals) -> None:
    with running(world(registry=True)) as emulator:
        processes = children(emulator.process.pid)
        assert len(processes) == 2
        os.kill(emulator.process.pid, number)
        eventually(lambda: None if any(map(alive, processes)) else True)


def test_the_target_account_owns_what_arrives(cloud: Emulator) -> None:
    a, b = Client(cloud, ROOT_A), Client(cloud, ROOT_B)
    a.finished(a.create_task("1.0"))
    assert b.tags("prod", "web", TARGET)
    assert ACCOUNT_B not in json.dumps(a.tasks())
