# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare imported packages with those declared everywhere."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
import yaml

from ansible_collections.registryops.alicloud.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.registryops.alicloud.plugins.doc_fragments.oss import ModuleDocFragment as OssFragment
from ansible_collections.registryops.alicloud.plugins.module_utils._core import sdk

ROOT = Path(__file__).parents[3]
# Ansible and what it requires itself, which is there wherever a plugin runs.
ANSIBLE = {"ansible", "ansible_collections", "jinja2", "markupsafe", "yaml"}
COLLECTION = "ansible_collections.registryops.alicloud."
PACKAGES = packages_distributions()
# Plugins of the controller. Modules have their requirements from the connection's fragment; filters call nothing.
CONTROLLER_PLUGINS = sorted(
    chain(
        *((ROOT / "plugins" / kind).glob("acr_*.py") for kind in ("callback", "inventory", "lookup")),
        (ROOT / "extensions/eda/plugins/event_source").glob("*.py"),
    )
)
MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+|alibabacloud_\w+")


def names(node: ast.AST) -> Iterator[str]:
    """Return the modules that a node imports.

    Those of the SDK are named in text and imported late.
    """
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and MODULE.fullmatch(node.value):
        yield node.value


def imported() -> dict[str, str]:
    """Return the packages that plugins import, with a file each."""
    found: dict[str, str] = {}
    for file in sorted((ROOT / "plugins").rglob("*.py")):
        found.update(dict.fromkeys(imported_by(file), file.name))
    return found


def imported_by(file: Path) -> set[str]:
    """Return the packages that a file itself imports."""
    tops = {name.partition(".")[0] for name in names_in(file)} & set(PACKAGES) - ANSIBLE - set(sys.stdlib_module_names)
    return {PACKAGES[top][0].replace("_", "-") for top in tops}


@cache
def names_in(file: Path) -> frozenset[str]:
    return frozenset(chain.from_iterable(names(node) for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))))


def needed_by(plugin: Path) -> set[str]:
    """Return the packages that a plugin or its files import.

    What it never comes to is left out.
    """
    files, waiting = set[Path](), [plugin]
    while waiting:
        file = waiting.pop()
        files.add(file)
        ours = {ROOT / name.removeprefix(COLLECTION).replace(".", "/") for name in names_in(file) if COLLECTION in name}
        found = chain.from_iterable((place.with_suffix(".py"), place / "__init__.py") for place in ours)
        waiting += {place for place in found if place.is_file()} - files
    return set(chain.from_iterable(map(imported_by, files))) - set(sdk.OPTIONAL)


def said_by(plugin: Path) -> set[str]:
    """Return the packages that a plugin's documentation names."""
    match = re.search(r'^DOCUMENTATION = r"""(.*?)"""', plugin.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert match
    documentation = yaml.safe_load(match.group(1))
    said: list[str] = documentation.get("requirements", [])
    if "registryops.alicloud.connection.plugin" in documentation.get("extends_documentation_fragment", []):
        said = said + yaml.safe_load(ModuleDocFragment.PLUGIN)["requirements"]
    return {line.split()[0].rstrip(",") for line in said} - {"python", "enable"}


def declared(kind: str = "ee") -> list[str]:
    return (ROOT / f"meta/{kind}-requirements.txt").read_text(encoding="utf-8").split()


def test_what_is_imported_is_declared_and_nothing_else() -> None:
    found = imported()
    assert "alibabacloud-cr20181201" in found, "the test finds what is imported"
    assert sorted(found) == sorted(line.partition(">=")[0] for line in declared() + declared("oss"))


def test_the_execution_environment_is_told_of_them() -> None:
    environment = yaml.safe_load((ROOT / "meta/execution-environment.yml").read_text(encoding="utf-8"))
    assert environment["dependencies"] == {"python": "meta/ee-requirements.txt"}


@pytest.mark.parametrize("fragment", ["DOCUMENTATION", "PLUGIN"])
def test_the_documentation_of_every_plugin_names_them(fragment: str) -> None:
    text = getattr(ModuleDocFragment, fragment)
    said = [line for line in yaml.safe_load(text)["requirements"] if not line.startswith("python ")]
    assert said == [line.replace(">=", " >= ") for line in declared()]


@pytest.mark.parametrize("plugin", CONTROLLER_PLUGINS, ids=lambda plugin: f"{plugin.parent.name}/{plugin.stem}")
def test_each_plugin_of_the_controller_names_what_it_imports(plugin: Path) -> None:
    assert said_by(plugin) == needed_by(plugin)


def test_what_only_some_modules_need_is_named_by_them() -> None:
    said: list[str] = yaml.safe_load(OssFragment.DOCUMENTATION)["requirements"]
    assert said == [line.replace(">=", " >= ") for line in declared("oss")]
    assert dict(line.split(">=") for line in declared("oss")) == sdk.OPTIONAL


def test_the_readme_names_them() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [line for line in declared() if f"`{line.partition('>=')[0]}`" not in readme] == []
    assert "alicloud/meta/ee-requirements.txt\n```" in readme
