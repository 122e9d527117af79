"""Log in by the lookup, and pull by skopeo."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from acr_emulator.testing import Emulator, running

from ansible_collections.registryops.alicloud.tests.benchmarks.ansible import environment

from .skopeo import WITH_REGISTRIES, world_with_registries
from .story import KEYS, REGIONS, SOURCE

pytestmark = WITH_REGISTRIES
# Logging in takes no engine. The emulator's registry has no TLS, which docker does not ask for at a loopback address.
LOGINS = {
    "docker": ["docker", "--config", "{home}", "login"],
    "podman": ["podman", "login", "--tls-verify=false"],
}
LOOKUP = "ansible_collections.registryops.alicloud.plugins.lookup.acr_registry_login"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running(world_with_registries()) as started:
        yield started


def test_skopeo_logs_in_and_copies(emulator: Emulator, tmp_path: Path) -> None:
    (play,) = yaml.safe_load(importlib.import_module(LOOKUP).EXAMPLES)
    text = json.dumps([play])
    # The emulator has no TLS, and the copy goes to a folder of the test.
    for verb, option in (("login", "--tls-verify=false"), ("copy", "--src-tls-verify=false")):
        text = text.replace(f'"skopeo", "{verb}"', f'"skopeo", "{verb}", "{option}"')
    (tmp_path / "play.yml").write_text(text.replace("oci:/tmp/", f"oci:{tmp_path}/"))
    keys = {"acr_access_key_id": KEYS["a"][0], "acr_access_key_secret": KEYS["a"][1]}
    host = {**keys, "acr_region": REGIONS["a"], "acr_instance_id": SOURCE, "ansible_connection": "local"}
    host["ansible_python_interpreter"] = sys.executable
    hosts = {"acr_source": {"hosts": {"prod-sh": host, "localhost": {"ansible_connection": "local"}}}}
    hosts["acr_source"]["hosts"]["localhost"]["ansible_python_interpreter"] = sys.executable
    (tmp_path / "hosts.json").write_text(json.dumps(hosts))
    (tmp_path / "ansible.cfg").write_text("")
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-vvv", str(tmp_path / "play.yml")]
    done = subprocess.run(
        [*command, "-i", str(tmp_path / "hosts.json"), "--limit", "prod-sh"],
        env={**environment(tmp_path, emulator.endpoint), "REGISTRY_AUTH_FILE": str(tmp_path / "auth.json")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "web/index.json").exists()
    (token,) = emulator.state()["accounts"][0]["instances"][0]["tokens"]
    assert token not in done.stdout + done.stderr


@pytest.mark.parametrize("program", LOGINS)
def test_each_client_takes_the_login_and_no_other_password(program: str, emulator: Emulator, tmp_path: Path) -> None:
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    login = obtained(emulator, tmp_path)
    home = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "REGISTRY_AUTH_FILE": str(tmp_path / "auth.json")}
    command = [part.format(home=tmp_path) for part in LOGINS[program]]
    codes = []
    for password in (login["password"], "another"):
        done = subprocess.run(
            [*command, "--username", login["username"], "--password-stdin", login["registry"]],
            env={**os.environ, **home},
            input=password,
            capture_output=True,
            text=True,
            check=False,
        )
        codes.append(done.returncode)
    assert codes[0] == 0 != codes[1], done.stderr


def obtained(emulator: Emulator, home: Path) -> dict[str, str]:
    """Return what the lookup gives to a task."""
    (home / "ansible.cfg").write_text("")
    variables = {"acr_access_key_id": KEYS["a"][0], "acr_access_key_secret": KEYS["a"][1], "acr_region": REGIONS["a"]}
    message = "msg={{ lookup('registryops.alicloud.acr_registry_login', '%s') }}" % SOURCE
    ansible = str(Path(sys.executable).with_name("ansible"))
    done = subprocess.run(
        [ansible, "localhost", "-m", "ansible.builtin.debug", "-a", message, "-e", json.dumps(variables)],
        env=environment(home, emulator.endpoint),
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )
    login: dict[str, str] = json.loads(done.stdout[done.stdout.index("{") :])["msg"]
    return login
