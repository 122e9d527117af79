# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the playbook controller_content against the stand-in of AWX."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.registryops.alicloud.tests.awx.serving import Controller

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs/examples/controller_content.yml"
PLAYBOOKS = [f"playbooks/{path.name}" for path in (ROOT / "playbooks").glob("*.yml")]
KEYS = {
    "ACR_SOURCE_ACCESS_KEY_ID": "LTAIaaaa",
    "ACR_SOURCE_ACCESS_KEY_SECRET": "secretA",
    "ACR_DESTINATION_ACCESS_KEY_ID": "LTAIbbbb",
    "ACR_DESTINATION_ACCESS_KEY_SECRET": "secretB",
}
# What a destination says as well, whose team has no source.
ALONE = {
    "acr_namespaces": [{"name": "prod", "auto_create_repositories": True}],
    "acr_source_account_ids": "1252879610640001",
}
_FOREIGN = re.compile(r"(?i)ANSIBLE_|ALIBABA_?CLOUD_|ACR_|CONTROLLER_|TOWER_|.*_PROXY$")


def with_everything() -> dict[str, Any]:
    """Return the example's variables with what is made only if it is asked for."""
    variables: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    (source,), (destination,) = (
        variables[f"controller_content_{side}s"].values() for side in ("source", "destination")
    )
    source |= {"acr_direction": "forward", "acr_bucket": "images-of-source"}
    source["transfer_by_storage_of_namespaces"] = ["prod"]
    destination["acr_bucket"] = "images-of-target"
    return variables | {"controller_content_prune": True, "controller_content_events": True}


@dataclass(frozen=True)
class Played:
    """Keep the requests that changed the controller."""

    code: int
    output: str
    writes: list[str]

    @property
    def changed(self) -> int:
        (count,) = re.findall(r" : ok=\d+ +changed=(\d+)", self.output)
        return int(count)


class Player:
    """Plays against one controller. `modules` is the folder with the controller's collection."""

    def __init__(self, controller: Controller, modules: Path, folder: Path) -> None:
        self.controller = controller
        self._folder = folder
        self._environment = {
            **own_environment(),
            **controller.environment,
            **KEYS,
            "ANSIBLE_COLLECTIONS_PATH": f"{ROOT / '.venv/collections'}{os.pathsep}{modules}",
            "ANSIBLE_DEPRECATION_WARNINGS": "false",  # those of awx.awx
            "ANSIBLE_PIPELINING": "true",
            "PYTHONPATH": str(_without_the_sdk(folder)),
            # The modules read all certificates of the system for each request, 0.1 s of CPU, although it has no TLS.
            "SSL_CERT_FILE": os.devnull,
        }

    def play(self, *arguments: str, variables: Path | None = EXAMPLE) -> Played:
        before = len(self.controller.store.writes)
        done = subprocess.run(
            [
                Path(sys.executable).with_name("ansible-playbook"),
                "registryops.alicloud.controller_content",
                *([f"--extra-vars=@{variables}"] if variables else []),
                *arguments,
            ],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Played(done.returncode, done.stdout, self.controller.store.writes[before:])


def _without_the_sdk(folder: Path) -> Path:
    """Return a path whose packages stand before those of Alibaba Cloud, since the guide says that none is needed."""
    packages = folder / "packages"
    for name in ("alibabacloud_cr20181201", "alibabacloud_tea_openapi", "alibabacloud_credentials", "darabonba"):
        (packages / name).mkdir(parents=True, exist_ok=True)
        (packages / name / "__init__.py").write_text("raise ImportError", encoding="utf-8")
    return packages


def own_environment() -> dict[str, str]:
    """Return our environment without a developer's real accounts and controllers."""
    return {
        **{name: value for name, value in os.environ.items() if not _FOREIGN.match(name)},
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "NO_COLOR": "1",
    }
