"""Measure CPU beside `skopeo sync` on the same images."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from acr_emulator.testing import Emulator, running

from . import worlds
from .ansible import ROOT, Ansible, environment
from .calls import ask, signed
from .figures import Bench, BenchmarkError, Figure, Ratio, Result

REPOSITORIES, TAGS = 4, 50
IMAGES = REPOSITORIES * TAGS
MODULE = "ansible_collections.registryops.alicloud.plugins.modules.acr_image_sync"
_PLAYBOOK, _ALONE, _SKOPEO, _DEBUG = (
    "acr_image_sync in a playbook",
    "acr_image_sync as a process of its own",
    "skopeo sync",
    "ansible.builtin.debug in a playbook, which is Ansible itself",
)
_NOTES = (
    f"Seconds of CPU with nothing to do, {IMAGES} images in {REPOSITORIES} repositories that are in both registries.",
    "skopeo needs a password of each registry, and its processes ask each registry for every manifest; the module lists"
    " both sides with the credentials of both accounts.",
)


def measure(bench: Bench) -> Result:
    if not (shutil.which("skopeo") and any(map(shutil.which, ("docker-registry", "registry")))):
        return Result(notes=("skopeo or docker-registry is not installed, so that there is nothing to stand beside.",))
    samples: dict[str, list[float]] = {}
    with running(_world()) as emulator:
        trial = _Trial(Ansible(bench.folder, emulator.endpoint), emulator)
        trial.begin()
        ways = {_PLAYBOOK: trial.playbook, _ALONE: trial.alone, _SKOPEO: trial.skopeo, _DEBUG: trial.debug}
        for _run in range(bench.runs):
            for name, way in ways.items():
                samples.setdefault(name, []).append(way())
    figures = {name: Figure(name, "s of CPU", tuple(found)) for name, found in samples.items()}
    beside = figures[_SKOPEO].median
    ratios = [Ratio(f"{name}, beside skopeo sync", figures[name].median / beside) for name in (_PLAYBOOK, _ALONE)]
    return Result(tuple(ratios), tuple(figures.values()), _NOTES)


class _Trial:
    """Each way returns the seconds of CPU that it took."""

    def __init__(self, ansible: Ansible, emulator: Emulator) -> None:
        self._ansible = ansible
        self._emulator = emulator
        self._folder = ansible.folder
        auth = {"access_key_id": worlds.KEYS_B[0], "access_key_secret": worlds.KEYS_B[1], "region": worlds.REGION_B}
        target = {"account_id": worlds.ACCOUNT_B, "region": worlds.REGION_B, "instance_id": worlds.TARGET}
        self._options = {
            "instance_id": worlds.SOURCE,
            "select": {},
            "destination_auth": auth,
            **{f"target_{name}": value for name, value in target.items()},
        }
        self._authfile = self._folder / "auth.json"

    def begin(self) -> None:
        """Send all images, and log skopeo in to both registries."""
        self._emulator.post("/_emulator/tasks", {"seconds": 0.1})
        self.playbook()
        for keys, instance in ((worlds.KEYS_A, worlds.SOURCE), (worlds.KEYS_B, worlds.TARGET)):
            request = signed(self._emulator.endpoint, keys, "cr", "GetAuthorizationToken", InstanceId=instance)
            token = ask(self._emulator.endpoint, request)
            login = ["--username", token["TempUsername"], "--password", token["AuthorizationToken"]]
            self._skopeo("login", "--tls-verify=false", *login, self._emulator.registries[instance])
        names = [f"prod/app-{number}" for number in range(REPOSITORIES)]
        source = self._emulator.registries[worlds.SOURCE]
        listed = {source: {"tls-verify": False, "images": {name: [] for name in names}}}
        (self._folder / "sync.yml").write_text(json.dumps(listed))  # JSON is YAML

    def playbook(self) -> float:
        file = self._ansible.write("beside", [{"registryops.alicloud.acr_image_sync": self._options}])
        return self._ansible.play(file).computed

    def debug(self) -> float:
        return self._ansible.play(self._ansible.write("debug", [{"ansible.builtin.debug": {"msg": "x"}}])).computed

    def alone(self) -> float:
        keys = {"access_key_id": worlds.KEYS_A[0], "access_key_secret": worlds.KEYS_A[1], "region": worlds.REGION_A}
        arguments = self._folder / "arguments.json"
        arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": {**keys, **self._options}}))
        around = environment(self._folder, self._emulator.endpoint)
        around["PYTHONPATH"] = str(ROOT / ".venv/collections")
        return _cpu([sys.executable, "-m", MODULE, str(arguments)], around)

    def skopeo(self) -> float:
        target = f"{self._emulator.registries[worlds.TARGET]}/prod"
        ends = ("--src", "yaml", "--dest", "docker", "--src-tls-verify=false", "--dest-tls-verify=false")
        return self._skopeo("sync", *ends, str(self._folder / "sync.yml"), target)

    def _skopeo(self, command: str, *arguments: str) -> float:
        return _cpu(["skopeo", command, "--authfile", str(self._authfile), *arguments], dict(os.environ))


def _cpu(command: Sequence[str], around: dict[str, str]) -> float:
    """Return a command's seconds of CPU, children included.

    Raise BenchmarkError if it fails.
    """
    with subprocess.Popen(command, env=around, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise BenchmarkError(f"{output[-2000:]}\nThis failed: {' '.join(command[:3])}")
    return usage.ru_utime + usage.ru_stime


def _world() -> dict[str, Any]:
    repositories = [
        {"name": f"app-{number}", "generated": {"prefix": "v", "count": TAGS}} for number in range(REPOSITORIES)
    ]
    source = {**worlds.prod(), "repositories": repositories}
    world = worlds.two_accounts(granted=True, namespaces=[source], target_namespaces=[worlds.prod()])
    for account in world["accounts"]:
        account["instances"][0]["registry"] = True
    return world
