# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the roles with modules and with their documentation."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import CONNECTION_OPTIONS

from .conftest import PLUGINS

ROOT = Path(__file__).parents[3]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("acr_*.py"))


def _specs(role: str) -> dict[str, Any]:
    found = yaml.safe_load((ROOT / "roles" / role / "meta/argument_specs.yml").read_text())["argument_specs"]
    return dict(found)


def _tasks(role: str) -> Iterator[dict[str, Any]]:
    waiting: list[dict[str, Any]] = []
    for file in (ROOT / "roles" / role / "tasks").glob("*.yml"):
        waiting += yaml.safe_load(file.read_text())
    while waiting:
        task = waiting.pop()
        yield task
        for block in ("block", "rescue", "always"):
            waiting += task.get(block, [])


def _options(module: str) -> dict[str, Any]:
    return dict(importlib.import_module(f"{PLUGINS}.modules.{module}").MODULE.options)


def _loops() -> list[tuple[str, str, dict[str, Any]]]:
    """Return each looped task's role, module and arguments."""
    found = []
    for role in ROLES:
        for task in _tasks(role):
            for name, arguments in task.items():
                module = name.rpartition(".")[2]
                if "loop" in task and module in ("acr_namespace", "acr_repository"):
                    found.append((role, module, arguments))
    return found


@pytest.mark.parametrize(("role", "module", "arguments"), _loops())
def test_a_loop_hands_on_every_option_of_its_module(role: str, module: str, arguments: dict[str, Any]) -> None:
    assert set(arguments) == set(_options(module)), f"hand each option of {module} on in roles/{role}/tasks"
    for option in set(arguments) - {"instance_id"}:
        assert f"item.{option}" in arguments[option]


def test_there_are_such_loops() -> None:
    assert len(_loops()) == 4


@pytest.mark.parametrize("role", ROLES)
def test_defaults_are_documented(role: str) -> None:
    options = _specs(role)["main"]["options"]
    defaults = yaml.safe_load((ROOT / "roles" / role / "defaults/main.yml").read_text())
    assert sorted(set(defaults) - set(options)) == [], f"describe each in roles/{role}/meta/argument_specs.yml"
    own = {name: option for name, option in options.items() if name.removeprefix("acr_") not in CONNECTION_OPTIONS}
    said = {name: option["default"] for name, option in own.items() if "default" in option}
    assert said == {name: defaults.get(name) for name in said}, (
        f"say each default in roles/{role}/defaults/main.yml too"
    )


def _bare_lists(options: dict[str, Any], path: str) -> Iterator[str]:
    for name, option in options.items():
        if option.get("elements") == "dict" and not option.get("options"):
            yield f"{path}.{name}"
        yield from _bare_lists(option.get("options") or {}, f"{path}.{name}")


@pytest.mark.parametrize("name", [*ROLES, *MODULES])
def test_a_list_says_what_its_items_hold(name: str) -> None:
    specs = [spec["options"] for spec in _specs(name).values()] if name in ROLES else [_options(name)]
    assert list(chain.from_iterable(_bare_lists(options, name) for options in specs)) == []


LISTS = {
    "rules": ("acr_sync_rules", "rules"),
    "namespaces": ("acr_sync_preflight", "namespaces"),
    "repositories": ("acr_sync_preflight", "repositories"),
    "inbound_rules": ("acr_sync_audit", "inbound_rules"),
    "list": ("acr_repository_settings", "repositories"),
}


@pytest.mark.parametrize("role", ROLES)
def test_a_list_of_a_role_holds_what_the_module_takes(role: str) -> None:
    options = _specs(role)["main"]["options"]
    for kind, (module, option) in LISTS.items():
        listed = options.get(f"{role}_{kind}")
        if listed is None:
            continue
        taken = _options(module)[option]["options"]
        assert {name: found["type"] for name, found in listed["options"].items()} == {
            name: wanted["type"] for name, wanted in taken.items()
        }, f"describe the options of {module} in {role}_{kind} of roles/{role}/meta/argument_specs.yml"


@pytest.mark.parametrize("kind", ["namespace", "repository"])
def test_what_is_kept_is_checked_with_the_same_options(kind: str) -> None:
    plural = {"namespace": "namespaces", "repository": "repositories"}[kind]
    taken = _options("acr_sync_preflight")[plural]["options"]
    assert {**taken, "instance_id": {"type": "str", "required": True}} == _options(f"acr_{kind}")


@pytest.mark.parametrize("role", ROLES)
def test_a_condition_reads_a_switch_that_came_as_text(role: str) -> None:
    """Expect each condition to read the text `false`.

    That is what `-e name=false` gives, and a text is true in a condition.
    """
    switches = {name for name, option in _specs(role)["main"]["options"].items() if option["type"] == "bool"}
    for task in _tasks(role):
        conditions = task.get("when", [])
        for condition in conditions if isinstance(conditions, list) else [conditions]:
            for switch in switches & set(re.findall(r"\w+", str(condition))):
                assert f"{switch} | bool" in str(condition)


@pytest.mark.parametrize("role", ROLES)
def test_the_users_module_defaults_hold_within_a_role(role: str) -> None:
    """Expect none in the role, since they would take the place of the play's."""
    tasks = [*_tasks(role)]
    assert tasks
    assert [task["name"] for task in tasks if "module_defaults" in task] == []


# What these write is there for whoever runs them, and no job comes after them.
LAST = {"controller_content", "export_estate", "new_estate"}


@pytest.mark.parametrize("role", sorted(set(ROLES) - LAST))
def test_each_role_tells_the_next_job_by_its_name(role: str) -> None:
    """Expect a name that no inventory has.

    A workflow takes what is told as extra variables, which would win over the inventory's.
    """
    told = [task["ansible.builtin.set_stats"]["data"] for task in _tasks(role) if "ansible.builtin.set_stats" in task]
    names = set(chain.from_iterable(told))
    expected = {"acr_sync_verdict", "acr_sync_counts"} if role == "report_sync" else {f"acr_{role}"}
    assert names == expected
    assert not names & {f"acr_{option}" for option in CONNECTION_OPTIONS}
    readme = (ROOT / "roles" / role / "README.md").read_text()
    assert all(f"`{name}`" in readme for name in names)
