# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play the role controller_content in two stories.

They are told once a session and side by side, since each starts 100 modules.
"""

from __future__ import annotations

import copy
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from acr_emulator.testing import running

from ansible_collections.registryops.alicloud.tests.awx import workflows
from ansible_collections.registryops.alicloud.tests.awx.in_worker import add_to
from ansible_collections.registryops.alicloud.tests.awx.jobs import Finished
from ansible_collections.registryops.alicloud.tests.awx.kinds import KINDS
from ansible_collections.registryops.alicloud.tests.awx.serving import serving
from ansible_collections.registryops.alicloud.tests.awx.store import Store

from .playing import ALONE, EXAMPLE, PLAYBOOKS, ROOT, Played, Player, with_everything
from .sites import WORLD, Site


@dataclass(frozen=True)
class Story:
    """The runs of one story by their names.

    It also has what the controller held after the first run, after the next and in the end.
    """

    played: dict[str, Played]
    content: Store
    grown: Store
    left: Store


@dataclass(frozen=True)
class Stories:
    both_accounts: Story
    one_account: Story


@pytest.fixture(scope="session")
def modules() -> Path:
    """Return a folder of collections that holds awx.awx."""
    tool = [sys.executable, str(ROOT / "tools/awx_collection.py")]
    return Path(subprocess.run(tool, capture_output=True, text=True, check=True).stdout.strip())


@pytest.fixture(scope="session")
def stories(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Stories:
    with ThreadPoolExecutor(2) as pool:
        both = pool.submit(_tell_of_both_accounts, modules, tmp_path_factory.mktemp("both"))
        single = pool.submit(_tell_of_one_account, modules, tmp_path_factory.mktemp("one"))
        return Stories(both.result(), single.result())


def _tell_of_both_accounts(modules: Path, folder: Path) -> Story:
    """Keep everything, and remove it.

    Its modules are then processes, as they are everywhere else.
    """
    add_to(_copied(modules, folder / "ansible_collections/awx/awx"))
    with serving(PLAYBOOKS) as controller:
        player = Player(controller, folder, folder)
        played = {"first": player.play()}
        content = copy.deepcopy(controller.store)
        file = _written(folder, with_everything())
        played["grown"] = player.play(variables=file)
        grown = copy.deepcopy(controller.store)
        played["again"] = player.play(variables=file)
        played["removed"] = Player(controller, modules, folder).play(
            "-e", "controller_content_state=absent", variables=None
        )
        played["removed again"] = player.play("-e", "controller_content_state=absent")
    return Story(played, content, grown, controller.store)


def _tell_of_one_account(modules: Path, folder: Path) -> Story:
    """Keep the content of Account B alone.

    The modules are named as Automation Platform names them.
    """
    renamed = _copied(modules, folder / "ansible_collections/ansible/controller")
    for file in renamed.glob("plugins/*/*.py"):
        file.write_text(file.read_text(encoding="utf-8").replace("awx.awx", "ansible.controller"), encoding="utf-8")
    add_to(renamed)
    variables = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    variables |= {"controller_content_sources": {}, "controller_content_collection": "ansible.controller"}
    variables["controller_content_destinations"]["prod-eu"] |= ALONE
    file = _written(folder, variables)
    with serving(PLAYBOOKS) as controller:
        player = Player(controller, folder, folder)
        played = {"checked on nothing": player.play("--check", variables=file), "first": player.play(variables=file)}
        content = copy.deepcopy(controller.store)
        drift(controller.store)
        played["checked after drift"] = player.play("--check", variables=file)
        played["after drift"] = player.play(variables=file)
        played["removal checked"] = player.play("--check", "-e", "controller_content_state=absent", variables=file)
    return Story(played, content, content, controller.store)


def _written(folder: Path, variables: dict[str, Any]) -> Path:
    file = folder / "variables.yml"
    file.write_text(yaml.safe_dump(variables), encoding="utf-8")
    return file


def _copied(modules: Path, collection: Path) -> Path:
    shutil.copytree(modules / "ansible_collections/awx/awx", collection)
    return collection


def drift(store: Store) -> None:
    """Change what somebody may have changed by hand."""
    template = store.named("job_templates", "ACR image sync: grant access")
    store.change(KINDS["job_templates"], template, {"playbook": "playbooks/verify_sync.yml"})
    group = store.named("groups", "acr_destination")
    group["associations"]["hosts"].clear()
    schedule = store.named("schedules", "ACR image sync: audit weekly")
    store.change(KINDS["schedules"], schedule, {"enabled": False})


@pytest.fixture(scope="session")
def site(stories: Stories) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch, running(WORLD) as cloud:
        for name in [name for name in os.environ if name.startswith(("ALIBABA_CLOUD_", "ANSIBLE_", "ACR_"))]:
            patch.delenv(name)
        yield Site(stories.both_accounts.content, cloud)


@pytest.fixture(scope="session")
def denied(site: Site) -> workflows.Course:
    site.cloud.reset()
    site.cloud.post("/_emulator/tasks", {"seconds": 0.01})
    return site.set_up(approved=False)


@pytest.fixture(scope="session")
def sliced(site: Site, denied: workflows.Course) -> list[Finished]:
    """Set rules after a refused approval, and send in slices."""
    assert denied.statuses["prepare"] == "successful"
    site.push("web", [f"0.{number}" for number in range(40)])
    (configured,) = site.run("configure sync")
    assert configured.exit_code == 0, configured.output
    return site.run("backfill images in shares", {"acr_rule": ""})


@pytest.fixture(scope="session")
def approved(site: Site, sliced: list[Finished]) -> workflows.Course:
    del sliced  # whose world it takes away
    site.cloud.reset()
    site.cloud.post("/_emulator/tasks", {"seconds": 0.01})
    return site.set_up(approved=True)


@pytest.fixture(scope="session")
def later(stories: Stories, site: Site) -> Site:
    """Return the same cloud with a controller that has everything."""
    return Site(stories.both_accounts.grown, site.cloud)
