"""Names say what they hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("plugins", "tests", "tools")
# A number or a pronoun, where the reader looks for a noun.
EMPTY = {"one"}


def empty_names(source: str) -> Iterator[int]:
    """Yield the line of each variable and parameter whose name says nothing."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.MatchAs(name=name) if name in EMPTY:
                yield node.lineno


@pytest.mark.parametrize(
    "line",
    ["one = 1", "for one in x: ...", "[one for one in x]", "def f(one): ...", "lambda one: x", "if one := x: ..."],
)
def test_it_finds_each_way_to_name_a_variable(line: str) -> None:
    assert list(empty_names(line)) == [1]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_variable_is_named_by_a_noun(folder: str) -> None:
    files = [file for file in (ROOT / folder).rglob("*.py") if "output" not in file.parts]
    assert files
    found = {str(file): lines for file in files if (lines := list(empty_names(file.read_text(encoding="utf-8"))))}
    assert found == {}, "name each of these by a noun that says what it is"
