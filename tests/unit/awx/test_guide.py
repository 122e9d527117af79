# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the guide with the example that tests play.

Its names must be those that the role makes.
"""

from __future__ import annotations

import re
import subprocess
from itertools import chain
from typing import Any

import pytest
import yaml

from .conftest import Stories
from .playing import ALONE, EXAMPLE, KEYS, PLAYBOOKS, ROOT

GUIDE = (ROOT / "docs/awx.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```shell\n(.*?)```", GUIDE, re.DOTALL)
COMMANDS = list(chain.from_iterable(block.splitlines() for block in BLOCKS))
PLAYED = [line for line in COMMANDS if line.startswith("ansible-playbook")]


def test_the_file_is_the_one_that_is_played() -> None:
    block, alone = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert yaml.safe_load(block) == yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    assert yaml.safe_load(alone) == ALONE
    readme = (ROOT / "roles/controller_content/README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    assert yaml.safe_load(block) == yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))


def test_the_commands_are_those_that_are_played() -> None:
    command = "ansible-playbook registryops.alicloud.controller_content"
    variables = "-e @controller_content.yml"
    absent = "-e controller_content_state=absent"
    assert [f"{command} {variables} --check", f"{command} {variables}", f"{command} {absent}"] == PLAYED


def test_the_variables_of_the_environment_are_those_that_are_read() -> None:
    (block,) = [block for block in BLOCKS if "CONTROLLER_HOST" in block]
    asked = ["CONTROLLER_OAUTH_TOKEN", *KEYS]
    script = block + "".join(f'printf "%s\\n" "${name}"\n' for name in ["CONTROLLER_HOST", *asked])
    done = subprocess.run(["bash", "-c", script], input="\n".join(asked), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-len(asked) - 1 :] == ["https://awx.example.com", *asked]


def test_every_option_is_there() -> None:
    specs = yaml.safe_load((ROOT / "roles/controller_content/meta/argument_specs.yml").read_text(encoding="utf-8"))
    options: dict[str, Any] = specs["argument_specs"]["main"]["options"]
    assert set(re.findall(r"controller_content_\w+", GUIDE)) <= set(options)


EVENTS = (ROOT / "docs/events.md").read_text(encoding="utf-8")
NAMES = re.findall(r"\*(?:ACR image sync: )?([a-z ]+)\*", GUIDE + EVENTS)


@pytest.mark.parametrize("name", sorted(set(NAMES)))
def test_every_name_is_that_of_something_made(stories: Stories, name: str) -> None:
    things = chain.from_iterable(kind.values() for kind in stories.both_accounts.grown.things.values())
    assert f"ACR image sync: {name}" in {thing.get("name") for thing in things}


def test_each_playbook_has_a_template_or_a_reason() -> None:
    file = ROOT / "roles/controller_content/vars/main/templates.yml"
    templates = yaml.safe_load(file.read_text(encoding="utf-8"))["__controller_content_job_templates_of"]
    run = {template["playbook"] for template in chain.from_iterable(templates.values())}
    readme = (ROOT / "roles/controller_content/README.md").read_text(encoding="utf-8")
    _head, _sep, rest = readme.partition("These playbooks have no job template:")
    excused = {f"playbooks/{name}.yml" for name in re.findall(r"^\| `(\w+)` \| \w", rest, re.MULTILINE)}
    assert sorted([*run, *excused]) == sorted(PLAYBOOKS)


def test_the_project_is_the_version_that_the_image_holds() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    defaults = yaml.safe_load((ROOT / "roles/controller_content/defaults/main.yml").read_text(encoding="utf-8"))
    assert defaults["controller_content_project_branch"] == galaxy["version"]
    assert defaults["controller_content_project_url"].removesuffix(".git") == galaxy["repository"]
