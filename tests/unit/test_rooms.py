"""Hold the way down through the folders."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COLLECTION = "ansible_collections.registryops.alicloud"
UTILS = f"{COLLECTION}.plugins.module_utils"
EDGE = f"{UTILS}._core.module"
# The rooms below each room of the core; a new room needs a line here.
BELOW = {
    "_core": set(),
    "_access": {"_core"},
    "_resources": {"_core", "_access"},
    "_sending": {"_core", "_access", "_resources"},
    "_verify": {"_core", "_access", "_resources"},
    "_audit": {"_core", "_access", "_resources", "_verify"},
    "_pruning": {"_core", "_access", "_resources", "_verify"},
}


@cache
def files() -> dict[str, ast.Module]:
    """Return the code by the names that it is imported by."""
    paths = [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "extensions").rglob("*.py")]
    return {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join((COLLECTION, *parts))


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield what a file imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def arrows() -> dict[str, set[str]]:
    """Return the files of the collection that each file imports."""
    return {name: {target for target in imported(tree) if target in files()} for name, tree in files().items()}


def room(name: str) -> str:
    """Return the room of the core that a file is in; empty if it is elsewhere."""
    return name.removeprefix(f"{UTILS}.").partition(".")[0] if name.startswith(f"{UTILS}.") else ""


def test_each_way_to_import_is_seen() -> None:
    text = f"import {EDGE}\ndef run():\n    from {UTILS}._core import module, client\n"
    assert {EDGE, f"{UTILS}._core.client"} <= set(imported(ast.parse(text)))


def test_each_room_of_the_core_has_its_floor() -> None:
    assert {room(name) for name in files()} - {"", "__init__"} == set(BELOW), "say in BELOW which rooms it may import"


@pytest.mark.parametrize("name", BELOW)
def test_imports_go_down(name: str) -> None:
    up = []
    for file, targets in arrows().items():
        if room(file) == name:
            up += [f"{file} imports {target}" for target in targets if room(target) not in {name, *BELOW[name]}]
    assert up == [], "move what is shared to a room below, or hand it over"


def test_no_import_goes_in_a_circle() -> None:
    try:
        list(TopologicalSorter(arrows()).static_order())
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_only_modules_and_plugins_import_the_edge() -> None:
    """Keep the core from knowing in which way Ansible runs it."""
    assert [file for file, targets in arrows().items() if EDGE in targets and room(file)] == []
    knowing = [file for file, tree in files().items() if "ansible.module_utils.basic" in set(imported(tree))]
    assert knowing == [EDGE], "only the edge knows AnsibleModule"
