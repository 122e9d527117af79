# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name each step that whoever adds something forgot."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.registryops.alicloud.plugins.module_utils._core.permissions import PERMISSIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State
from ansible_collections.registryops.alicloud.tests.torture.flows import FLOWS

from .conftest import PLUGINS, WITH_OSS_SDK
from .test_lives import LIVES
from .test_lives_of_storage import LIVES as LIVES_OF_STORAGE
from .test_modules import MANAGED, MODULES, text

ROOT = Path(__file__).parents[3]
UTILS = ROOT / "plugins" / "module_utils"
SDK = {
    "cr": importlib.import_module("alibabacloud_cr20181201.models"),
    "ram": importlib.import_module("alibabacloud_ram20150501.models"),
}
# Needs no permission, or is the credentials library's to call; OSS's tells by a refusal that a bucket is there.
UNASKED = {"GetCallerIdentity", "AssumeRole", "GetBucketLocation"}


def test_every_managed_module_has_a_life() -> None:
    missing = sorted(set(MANAGED) - {life.module for life in (*LIVES, *LIVES_OF_STORAGE)})
    assert missing == [], "add a Life to tests/unit/plugins/test_lives.py"


# The judge of torture looks at instances, and not into buckets.
UNTORTURED = {name for name in MODULES if name.startswith("oss_")}


def test_every_module_is_tortured() -> None:
    """Look for each module, or for the twin that keeps the same thing."""
    tortured = {flow.task.module for flow in FLOWS}
    missing = [name for name in MODULES if name not in tortured | UNTORTURED]
    assert missing == [], "add a Flow to tests/torture/flows.py"


def actions_called() -> dict[str, str]:
    """Return the API's actions in the core, with a file each."""
    found: dict[str, str] = {}
    sdks = (*SDK.values(), importlib.import_module("alibabacloud_oss_v2.models"))
    for file in sorted(UTILS.rglob("*.py")):
        if file.name == "permissions.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = node.value if isinstance(node, ast.Constant) else None
            if isinstance(name, str) and any(hasattr(models, f"{name}Request") for models in sdks):
                found[name] = file.name
    return found


def actions_named() -> Iterator[tuple[str, str]]:
    """Yield service and action of each call in the core."""
    for file in sorted(UTILS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(args=[ast.Constant(value=str() as service), ast.Constant(value=str() as action), *_]):
                    if service in SDK and action.isidentifier():
                        yield service, action


def test_each_action_that_is_called_is_known_to_the_sdk() -> None:
    named = set(actions_named())
    assert ("cr", "CreateRepoSyncRule") in named, "the test finds what is called"
    unknown = sorted(
        f"{service} {action}" for service, action in named if not hasattr(SDK[service], f"{action}Request")
    )
    assert unknown == [], "the API has no such action"


@WITH_OSS_SDK
def test_each_action_that_is_called_names_its_permission() -> None:
    called = actions_called()
    assert "CreateRepoSyncRule" in called, "the test finds what is called"
    missing = {name: file for name, file in called.items() if name not in PERMISSIONS and name not in UNASKED}
    assert missing == {}, "name the permission of each call in plugins/module_utils/_core/permissions.py"
    assert sorted(set(PERMISSIONS) - set(called) - UNASKED) == [], "these are called by nobody"


# The requests that each state is sent with, and the parts of answers that it is read from.
WIRES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Namespace": (("CreateNamespace", "UpdateNamespace"), ("GetNamespaceResponseBody",)),
    "Repository": (("CreateRepository", "UpdateRepository"), ("GetRepositoryResponseBody",)),
    "SyncRule": (("CreateRepoSyncRule",), ("ListRepoSyncRuleResponseBodySyncRules",)),
    "Instance": ((), ("GetInstanceResponseBody", "ListInstanceResponseBodyInstances")),
    "Image": ((), ("ListRepoTagResponseBodyImages",)),
    "SyncTask": ((), ("ListRepoSyncTaskResponseBodySyncTasks",)),
}
# Put together by us from what several answers say.
MADE_HERE: dict[str, set[str]] = {
    "CrossAccountRole": set(),
    "BucketGrant": set(),
    "Replication": set(),
    "ReplicationRole": set(),
    "Image": {"Namespace", "Repository"},
}


def states() -> Iterator[type[State]]:
    for file in sorted((UTILS / "_resources").glob("*.py")):
        if file.stem == "__init__":
            continue
        module = importlib.import_module(f"{PLUGINS}.module_utils._resources.{file.stem}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, State) and value.__module__ == module.__name__:
                yield value


STATES = {state.__name__: state for state in states()}


def nested(names: list[str]) -> dict[str, Any]:
    """Return an object with a value for each name.

    Dots lead into inner ones.
    """
    whole: dict[str, Any] = {}
    for name in names:
        *outer, last = name.split(".")
        inner = whole
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = "x"
    return whole


def known_to(model: str, names: list[str]) -> dict[str, Any]:
    """Return what the SDK's model keeps of an object."""
    kept: dict[str, Any] = getattr(SDK["cr"], model)().from_map(nested(names)).to_map()
    return {name: value for name, value in kept.items() if value}  # without the empty lists that a model begins with


def test_the_wire_names_of_every_state_are_looked_at() -> None:
    missing = sorted(set(STATES) - set(WIRES) - set(MADE_HERE))
    assert missing == [], "name the requests and answers of the new state in WIRES"


@pytest.mark.parametrize("name", sorted(set(STATES) & set(WIRES)))
def test_every_wire_name_is_known_to_the_sdk(name: str) -> None:
    """Find misspelt names, nested ones too.

    The SDK would drop them in silence.
    """
    requests, answers = WIRES[name]
    attributes = [field.metadata for field in STATES[name].attributes().values()]
    sent = [
        attribute["wire"] for attribute in attributes if not attribute["read_only"] and attribute["wire"] != "CrossUser"
    ]
    for request in requests:
        assert known_to(f"{request}Request", sent) == nested(sent), f"{request} has no such parameter"
    read = {
        attribute["read_as"]
        for attribute in attributes
        if not attribute["write_only"] and attribute["read_as"] != "InstanceId"
    }
    unknown = set(read) - MADE_HERE.get(name, set())
    for answer in answers:
        unknown = {wire for wire in unknown if known_to(answer, [wire]) != nested([wire])}
    assert unknown == set(), f"none of {', '.join(answers)} has these"


def contained(name: str) -> dict[str, Any]:
    """Return keys and types of what a module returns."""
    documented = text(name, "RETURN")
    things = [value["contains"] for value in documented.values() if "contains" in value]
    return {key: option.get("type") for key, option in things[0].items()}


# What is sent and never returned, so that only who sends it can say it.
NEVER_READ = {
    "acr_sync_rule": {"target_account_id"},
    "oss_bucket_replication": {"destination_account_id"},
}


@pytest.mark.parametrize("name", MANAGED)
def test_twins_return_the_same(name: str) -> None:
    alone = contained(name).keys() - contained(f"{name}_info").keys()
    assert alone == NEVER_READ.get(name, set()), f"describe it in RETURN of {name}_info too"
    assert contained(f"{name}_info").items() <= contained(name).items(), f"describe it in RETURN of {name} too"


def table(heading: str) -> list[list[str]]:
    """Return the README's table with this first heading."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading} |")) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([a-z_]+)`", cell)


def folders(name: str) -> set[str]:
    return {path.name for path in (ROOT / name).iterdir() if path.is_dir()}


def test_the_readme_names_every_module() -> None:
    said: set[str] = set()
    for row in table("module"):
        for name, twin in re.findall(r"`((?:acr|oss)_\w+)`( \(`_info`\))?", row[0]):
            said |= {name, f"{name}_info"} if twin else {name}
    assert said == set(MODULES), "name each module in the README's table"


def test_the_readme_names_every_playbook_and_role() -> None:
    rows = table("playbook")
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    assert set(chain.from_iterable(quoted(row[0]) for row in rows)) == playbooks, "name each in the README's table"
    assert set(chain.from_iterable(quoted(row[2]) for row in rows)) == folders("roles"), (
        "name each in the README's table"
    )


@pytest.mark.parametrize("playbook", sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml")))
def test_the_readme_names_the_roles_of_a_playbook(playbook: str) -> None:
    row = next(row for row in table("playbook") if playbook in quoted(row[0]))
    assert set(roles_of(f"{playbook}.yml")) == set(quoted(row[2]))


def roles_of(playbook: str) -> Iterator[str]:
    plays: list[Mapping[str, Any]] = yaml.safe_load((ROOT / "playbooks" / playbook).read_text(encoding="utf-8"))
    for play in plays:
        if imported := play.get("ansible.builtin.import_playbook"):
            yield from roles_of(imported)
        for role in play.get("roles") or []:
            yield str(role["role"] if isinstance(role, dict) else role).rpartition(".")[2]
        tasks = [*(play.get("pre_tasks") or []), *(play.get("tasks") or [])]
        for task in [*tasks, *chain.from_iterable(task.get("block", ()) for task in tasks)]:
            for action in ("include_role", "import_role"):
                if included := task.get(f"ansible.builtin.{action}"):
                    yield str(included["name"]).rpartition(".")[2]


# Folders of what no user calls by its name, and modules, which have a table for themselves.
NOT_CALLED = {"action", "doc_fragments", "filter", "module_utils", "modules", "plugin_utils"}


def test_the_readme_names_every_plugin() -> None:
    kinds = {row[1] for row in table("plugin")}
    assert kinds == folders("plugins") - NOT_CALLED, "name each kind of plugin in the README's table"
    for kind in kinds:
        files = {path.stem for path in (ROOT / "plugins" / kind).glob("*.py") if path.stem != "__init__"}
        named = set(chain.from_iterable(quoted(row[0]) for row in table("plugin") if row[1] == kind))
        assert named == files, "name each plugin in the README's table"
