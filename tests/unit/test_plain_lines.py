"""Find names that say nothing, nested comprehensions, and docstrings without a verb."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("plugins", "extensions", "tests", "tools")
# Words where the reader looks for a noun: a number and a pronoun.
EMPTY = {"one", "each"}
# How documentation marks an option, a value or a module; in a changelog these letters would be printed as they stand.
MARKUP = re.compile(r"\b[BCEIMOPV]\(")
# What a sentence about a function begins with where it names a thing, and not what the function does.
NO_VERBS = {
    *("A", "An", "The", "All", "Any", "Both", "Each", "Every", "Some", "Two", "One", "Another"),
    *("As", "At", "By", "For", "In", "Of", "On", "With", "Without"),
    *("How", "What", "When", "Where", "Whether", "Which", "Who", "Whose"),
}
# Ansible wants these names of every plugin of a kind.
GIVEN = {"FilterModule", "LookupModule", "InventoryModule", "CallbackModule", "ActionModule", "ModuleDocFragment"}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


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
    assert places(folder, empty_names) == {}, "name each of these by a noun that says what it is"


def test_no_two_classes_have_the_same_name() -> None:
    names: Counter[str] = Counter()
    for file in (*(ROOT / "plugins").rglob("*.py"), *(ROOT / "extensions").rglob("*.py")):
        nodes = ast.parse(file.read_text(encoding="utf-8")).body
        names.update(node.name for node in nodes if isinstance(node, ast.ClassDef) and node.name not in GIVEN)
    assert [name for name, count in names.items() if count > 1] == [], "let the name say what sets them apart"


def nested_loops(source: str) -> Iterator[int]:
    """Yield the line of each comprehension with more than one `for`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, COMPREHENSIONS) and len(node.generators) > 1:
            yield node.lineno


@pytest.mark.parametrize("brackets", ["[x _]", "{x _}", "{x: x _}", "(x _)"])
def test_it_finds_each_kind_of_comprehension(brackets: str) -> None:
    assert list(nested_loops(brackets.replace("_", "for row in rows"))) == []
    assert list(nested_loops(brackets.replace("_", "for row in rows for x in row"))) == [1]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_comprehension_has_two_loops(folder: str) -> None:
    assert places(folder, nested_loops) == {}, "write the loops, or use itertools.chain or product"


def named_things(source: str) -> Iterator[int]:
    """Yield the line of each function whose docstring does not begin with a verb, as far as its first word shows."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = (ast.get_docstring(node) or "").split(maxsplit=1)[:1]
            if NO_VERBS.intersection(first):
                yield node.lineno


@pytest.mark.parametrize("sentence", ["The images.", "Whether it is there.", "With a repository."])
def test_it_finds_a_docstring_that_names_a_thing(sentence: str) -> None:
    assert list(named_things(f"def f(): '{sentence}'")) == [1]
    assert list(named_things("def f(): 'Return the images.'")) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_says_what_it_does(folder: str) -> None:
    assert places(folder, named_things) == {}, "begin each of these docstrings with a verb"


def test_the_changelog_has_no_markup_of_documentation() -> None:
    fragments = (ROOT / "changelogs/fragments").glob("*.yml")
    marked = {file.name: MARKUP.findall(file.read_text(encoding="utf-8")) for file in fragments}
    assert {name: found for name, found in marked.items() if found} == {}, "write ``x`` in the place of O(x) or C(x)"


def places(folder: str, search: Callable[[str], Iterator[int]]) -> dict[str, list[int]]:
    """Return the lines that a search finds in each file of a folder."""
    files = [file for file in (ROOT / folder).rglob("*.py") if "output" not in file.parts]
    assert files
    return {str(file): lines for file in files if (lines := list(search(file.read_text(encoding="utf-8"))))}
