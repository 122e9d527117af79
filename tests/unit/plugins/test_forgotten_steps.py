# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the step that was forgotten where plugins, roles, playbooks and pages are added."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    COMMON_OPTIONS,
    OSS_OPTIONS,
    OTHER_CONNECTION_OPTIONS,
)

from .conftest import PLUGINS
from .test_modules import MODULES, definition, text

ROOT = Path(__file__).parents[3]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
OPTION_KINDS = ("inventory", "lookup", "callback")
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))


def texts(*patterns: str) -> str:
    files = chain.from_iterable(ROOT.glob(pattern) for pattern in patterns)
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.is_file())


@cache
def read_by_code() -> frozenset[str]:
    """Return the options that code asks for, and the attributes of its classes."""
    found: set[str] = set()
    for file in (*(ROOT / "plugins/module_utils").rglob("*.py"), *(ROOT / "plugins/plugin_utils").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Subscript(slice=ast.Constant(value=str() as name)):
                    found.add(name)
                case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as name), *_rest]):
                    found.add(name)
                case ast.ClassDef():
                    found |= set(_fields(node))
    return frozenset(found)


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield part.target.id


@pytest.mark.parametrize("name", MODULES)
def test_something_reads_each_option_of_a_module(name: str) -> None:
    options = set(definition(name).argument_spec) - {*COMMON_OPTIONS, *OSS_OPTIONS}
    assert sorted(options - read_by_code()) == [], "add it to the State, or read it"


@cache
def words_of_tests() -> frozenset[str]:
    return frozenset(re.findall(r"\w+", texts("tests/unit/plugins/*.py", "tests/integration/targets/**/*.yml")))


@pytest.mark.parametrize("name", MODULES)
def test_each_option_of_a_module_is_tried(name: str) -> None:
    options = set(definition(name).argument_spec) - {*COMMON_OPTIONS, *OSS_OPTIONS}
    assert sorted(options - words_of_tests()) == [], "try it, in a Life or in another test"


def fragments() -> dict[str, dict[str, Any]]:
    """Return the options of each documentation fragment, by the name that plugins extend it with."""
    found = {}
    for file in sorted((ROOT / "plugins/doc_fragments").glob("*.py")):
        kind = importlib.import_module(f"{PLUGINS}.doc_fragments.{file.stem}").ModuleDocFragment
        for part in filter(str.isupper, vars(kind)):
            name = file.stem if part == "DOCUMENTATION" else f"{file.stem}.{part.lower()}"
            found[f"registryops.alicloud.{name}"] = dict(yaml.safe_load(getattr(kind, part)).get("options", {}))
    return found


@pytest.mark.parametrize("name", fragments())
def test_each_fragment_is_extended(name: str) -> None:
    extending = texts(*(f"plugins/{kind}/*.py" for kind in ("modules", *OPTION_KINDS)))
    is_extended = bool(re.search(rf"^ +- {re.escape(name)}$", extending, flags=re.MULTILINE))
    assert is_extended, "extend it in extends_documentation_fragment, or take it out"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_extends_the_fragments_of_what_it_takes(name: str) -> None:
    extended = text(name, "DOCUMENTATION")["extends_documentation_fragment"]
    kinds = {fragment.split(".")[2] for fragment in extended}
    options = definition(name).options
    needed = {"attributes", "connection"}
    if OSS_OPTIONS.keys() <= options.keys():
        needed.add("oss")
    if any(OTHER_CONNECTION_OPTIONS.keys() <= spec.get("options", {}).keys() for spec in options.values()):
        needed.add("peers")
    assert sorted(needed - kinds) == [], "name these in extends_documentation_fragment, as registryops.alicloud.<name>"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_does_not_repeat_a_fragment(name: str) -> None:
    shared = [*chain.from_iterable(options.items() for options in fragments().values())]
    repeated = [option for option in text(name, "DOCUMENTATION")["options"].items() if option in shared]
    assert [option for option, _described in repeated] == [], "extend the fragment that has it"


def role_text(role: str) -> str:
    return texts(*(f"roles/{role}/{part}/**/*" for part in ("defaults", "handlers", "tasks", "templates", "vars")))


def role_options(role: str) -> dict[str, Any]:
    specs = yaml.safe_load((ROOT / "roles" / role / "meta/argument_specs.yml").read_text())["argument_specs"]
    return dict(specs["main"]["options"])


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_each_variable_that_it_describes(role: str) -> None:
    used = set(re.findall(r"\w+", re.sub(r"(?m)^\w+:", "", role_text(role))))
    # What begins with acr_ is of the inventory: the action plugin and filters read it of the host.
    unread = sorted(name for name in role_options(role) if name not in used and not name.startswith("acr_"))
    assert unread == [], f"use it in roles/{role}, or take it out of its argument_specs"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_describes_each_variable_that_it_reads(role: str) -> None:
    used = set(re.findall(rf"(?<![\w.'/]){role}_[a-z_]+(?!\w*\.j2)", role_text(role)))
    # What the role itself sets is told in its README.
    made = set(re.findall(rf"(?:register: |^ +)({role}_[a-z_]+)(?:$|:)", role_text(role), flags=re.MULTILINE))
    assert sorted(used - made - set(role_options(role))) == [], f"describe it in roles/{role}/meta/argument_specs.yml"


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_a_readme_and_is_run_by_a_playbook(role: str) -> None:
    assert (ROOT / "roles" / role / "README.md").is_file(), "write its README"
    is_run = bool(re.search(rf"registryops\.alicloud\.{role}\b", texts("playbooks/**/*.yml")))
    assert is_run, "add a playbook that runs it"


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_each_playbook_is_run_by_a_test(playbook: str) -> None:
    tests = texts("tests/integration/targets/**/*.yml", "tests/unit/**/*.py", "tests/guides/**/*", "docs/docsite/rst/*")
    name = rf"(registryops\.alicloud\.|playbooks/|\"){playbook}(\.yml|\"|\b)"
    is_run = bool(re.search(name, tests))
    assert is_run, "add a target to tests/integration/targets"


@pytest.mark.parametrize("name", MODULES)
def test_each_module_is_run_by_an_integration_target(name: str) -> None:
    """Find a target for each module, or a role or playbook that a target runs."""
    run = texts("tests/integration/targets/**/*.yml", "roles/*/tasks/*.yml", "playbooks/**/*.yml")
    twin = name.removesuffix("_info")
    is_run = bool(re.search(rf"registryops\.alicloud\.{twin}(_info)?\b", run))
    assert is_run, "add a target to tests/integration/targets"


# Users of 0.1.0 may have it in their playbooks.
UNUSED = {"acr_resolve_rules"}
FILTERS = sorted(path.stem for path in (ROOT / "plugins/filter").glob("acr_*.py"))


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_documents_what_it_takes_and_is_used(name: str) -> None:
    module = importlib.import_module(f"{PLUGINS}.filter.{name}")
    documented = yaml.safe_load(module.DOCUMENTATION)
    (function,) = module.FilterModule().filters().values()
    _first, *others = inspect.signature(function).parameters
    assert documented["name"] == name
    assert [*documented["options"]] == ["_input", *others], "document each parameter, in their order"
    positional = [name.strip() for name in documented.get("positional", "").split(",") if name.strip()]
    assert positional == others[: len(positional)], "name the parameters in `positional` in their order"
    used = texts("roles/**/*", "playbooks/**/*.yml", "README.md", "docs/**/*.md")
    is_used = name in used or name in UNUSED
    assert is_used, "use it, or show it"


PLUGIN_FILES = sorted(chain.from_iterable((ROOT / "plugins").glob(f"{kind}/acr_*.py") for kind in OPTION_KINDS))


@pytest.mark.parametrize("file", PLUGIN_FILES, ids=lambda file: file.stem)
def test_a_plugin_documents_the_options_that_it_reads(file: Path) -> None:
    documented = yaml.safe_load(importlib.import_module(f"{PLUGINS}.{file.parent.name}.{file.stem}").DOCUMENTATION)
    options = set(documented.get("options", {}))
    for fragment in documented.get("extends_documentation_fragment", []):
        if fragment in ("constructed", "inventory_cache"):
            options |= {"strict", "compose", "groups", "keyed_groups", "cache"}
    asked = set(re.findall(r"get_option\(\"(\w+)\"\)", file.read_text(encoding="utf-8")))
    assert sorted(asked - options) == [], "document the option"
    is_tested = file.stem in texts("tests/unit/**/*.py", "tests/integration/**/*.yml")
    assert is_tested, "test it"


def test_the_page_on_events_names_each_source_and_rulebook() -> None:
    page = texts("docs/events.md")
    sources = {path.stem for path in (ROOT / "extensions/eda/plugins/event_source").glob("*.py")} - {"__init__"}
    rulebooks = {path.stem for path in (ROOT / "extensions/eda/rulebooks").glob("*.yml")}
    missing = [name for name in sorted(sources | rulebooks) if f"registryops.alicloud.{name}" not in page]
    assert missing == [], "name it in docs/events.md"
    untested = [name for name in sorted(sources | rulebooks) if name not in texts("tests/unit/**/*.py")]
    assert untested == [], "test it in tests/unit/plugins"


def test_each_guide_is_in_the_table_of_contents() -> None:
    sections = yaml.safe_load((ROOT / "docs/docsite/extra-docs.yml").read_text())["sections"]
    listed = set(chain.from_iterable(section["toctree"] for section in sections))
    assert listed == {path.stem for path in (ROOT / "docs/docsite/rst").glob("*.rst")}, "name it in extra-docs.yml"


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_each_page_is_linked_from_another(page: str) -> None:
    files = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "docs").rglob("*.rst")]
    others = "\n".join(file.read_text(encoding="utf-8") for file in files if file.name != page)
    is_linked = page in others
    assert is_linked, "link it from the README or another page"
