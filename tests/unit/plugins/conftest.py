# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run whole modules in this process, against an emulator.

It runs for the session and is reset for each test.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from acr_emulator.testing import Emulator, in_ci, running
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.release import __version__

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client

WORLD = Path(__file__).parents[2] / "emulator" / "worlds" / "two_accounts.yml"
PLUGINS = "ansible_collections.registryops.alicloud.plugins"
SOURCE, TARGET = "cri-sourcesource0001", "cri-targettarget0001"
# The package is optional, but `make setup` installs it; without it, CI fails.
WITH_OSS_SDK = pytest.mark.skipif(
    find_spec("alibabacloud_oss_v2") is None and not in_ci(), reason="alibabacloud-oss-v2 is not installed: make setup"
)
# Modules that call OSS, and so take its endpoint.
OF_OSS = [
    "oss_bucket_grant",
    "oss_bucket_grant_info",
    "oss_bucket_replication",
    "oss_bucket_replication_info",
]
ACCOUNT_A, ACCOUNT_B = "1252879610640001", "5222000022220002"


class ModuleFailedError(Exception):
    """The module ended in fail_json.

    Its result is in `result`, and its msg is the text.
    """

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__(result["msg"])
        self.result = result


@dataclass
class Account:
    """Runs modules with one account's keys.

    Everything they print is kept in `printed`.
    """

    cloud: Emulator
    keys: dict[str, str]
    region: str
    printed: list[str] = field(default_factory=list)

    def run(self, module: str, check: bool = False, **params: Any) -> dict[str, Any]:
        """Return the result of one run.

        Leave out options of None; given ones win over the account's.

        Raises:
            ModuleFailedError: the module said so itself; anything else is a bug and comes through as it is.
        """
        url = f"http://{self.cloud.endpoint}"
        products = ("cr", "ram", "sts", *(("oss",) if module in OF_OSS else ()))
        endpoints = {f"{product}_endpoint": url for product in products}
        given = {**self.keys, "region": self.region, **endpoints, **params}
        result = run_module(module, {name: value for name, value in given.items() if value is not None}, check)
        self.printed.append(json.dumps(result))
        if result.get("failed"):
            raise ModuleFailedError(result)
        return result


def run_module(module: str, params: dict[str, Any], check: bool = False) -> dict[str, Any]:
    """Return the module's output as ansible-core would read it."""
    settings = {"_ansible_check_mode": check, "_ansible_diff": True, "_ansible_remote_tmp": "/tmp"}
    settings |= {"_ansible_module_name": module}
    if tuple(map(int, __version__.split(".")[:2])) >= (2, 21):
        settings["_ansible_inject_invocation"] = True  # older ones always do
    for kept in (warnings._global_warnings, warnings._global_deprecations):
        kept.clear()  # an ordinary module has a process of its own
    output = io.StringIO()
    warned: list[str] = []
    with (
        _arguments({**params, **settings}),
        contextlib.redirect_stdout(output),
        pytest.raises(SystemExit),
        # The tests' process counts as a controller, which displays warnings and does not return them.
        patch.object(basic.AnsibleModule, "warn", lambda _module, warning, **_said: warned.append(warning)),
    ):
        importlib.import_module(f"{PLUGINS}.modules.{module}").main()
    result: dict[str, Any] = json.loads(output.getvalue().splitlines()[-1])
    return {**result, "warnings": warned} if warned else result


@contextlib.contextmanager
def _arguments(params: dict[str, Any]) -> Iterator[None]:
    try:
        testing = importlib.import_module("ansible.module_utils.testing")
    except ImportError:  # ansible-core 2.18
        basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": params}).encode()
        yield
        basic._ANSIBLE_ARGS = None
        return
    with testing.patch_module_args(params):
        yield


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with running(WORLD) as started:
        yield started


@pytest.fixture
def cloud(emulator: Emulator) -> Emulator:
    """Return the emulator, reset to its world file."""
    emulator.reset()
    emulator.post("/_emulator/tasks", {"seconds": 0.01})
    return emulator


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that clients asked to sleep.

    They sleep no longer than the emulator's tasks need.

    Their clock goes on as if they had slept.
    """
    asked: list[float] = []

    def sleep(seconds: float) -> None:
        asked.append(seconds)
        time.sleep(min(seconds, 0.02))

    defaults = Client.__init__.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "sleep", sleep)
    monkeypatch.setitem(defaults, "clock", lambda: time.monotonic() + sum(asked))
    return asked


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ALIBABA_CLOUD_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def account_a(cloud: Emulator) -> Account:
    return Account(cloud, {"access_key_id": "LTAIaaaa", "access_key_secret": "secretA"}, "cn-hangzhou")


@pytest.fixture
def account_b(cloud: Emulator) -> Account:
    return Account(cloud, {"access_key_id": "LTAIbbbb", "access_key_secret": "secretB"}, "eu-central-1")


@pytest.fixture
def granted(account_b: Account) -> Account:
    """Return Account B after it granted access to Account A."""
    account_b.run(
        "acr_cross_account_role",
        source_account_ids=[ACCOUNT_A],
        destination_instances=[{"region": "eu-central-1", "instance_id": TARGET}],
    )
    account_b.run("acr_namespace", instance_id=TARGET, name="prod", auto_create_repositories=True)
    return account_b
