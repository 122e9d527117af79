"""Find what one supported Python or ansible-core gets wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("plugins", "tests", "tools")
# Python runs these in place since 3.12.
INLINED = (ast.ListComp, ast.SetComp, ast.DictComp)


def hidden_names(source: str) -> list[str]:
    """Return the names of a module's functions and classes that a comprehension uses for its own variable."""
    tree = ast.parse(source)
    named = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    return [name for name in _variables(tree) if name in named]


def _variables(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, INLINED):
            for generator in node.generators:
                yield from (name.id for name in ast.walk(generator.target) if isinstance(name, ast.Name))


def test_it_finds_one() -> None:
    source = "def _rule(): ...\ndef rules(found): return [_rule() for found in [1 for _rule in found]]"
    assert hidden_names(source) == ["_rule"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_comprehension_hides_a_function(folder: str) -> None:
    """Find comprehensions whose variable is called like a function.

    Python 3.12.0 and 3.12.1 then take the function for the variable in the whole scope around the comprehension.
    """
    files = [file for file in (ROOT / folder).rglob("*.py") if "output" not in file.parts]
    assert files
    assert {str(file): names for file in files if (names := hidden_names(file.read_text(encoding="utf-8")))} == {}


def empty_bodies(source: str) -> list[int]:
    """Return the line of each function whose body is `...` beside its head."""
    functions = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return [node.lineno for node in functions if node.body[0].lineno == node.lineno]


def test_it_finds_a_body_beside_its_head() -> None:
    assert empty_bodies("def a(): ...\ndef b():\n    ...") == [1]


@pytest.mark.parametrize("folder", ("extensions", *FOLDERS))
def test_no_body_stands_beside_its_head(folder: str) -> None:
    """Find bodies beside their heads, which the pep8 of ansible-test 2.18 refuses."""
    files = [file for file in (ROOT / folder).rglob("*.py") if "output" not in file.parts]
    assert files
    found = {str(file): lines for file in files if (lines := empty_bodies(file.read_text(encoding="utf-8")))}
    assert found == {}, "write a docstring in the place of ..."
