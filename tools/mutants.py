"""Change the core's pure files, and count unnoticed changes.

One thing is changed at a time.

A file's tests are those that import it and start nothing, so that a change takes little time to try. Each runs in a
process that is forked from this one, which has imported what all tests need.
"""

import argparse
import ast
import copy
import os
import random
import resource
import shutil
import signal
import sys
from collections.abc import Iterator
from itertools import chain

import pytest
from environment import ROOT

TREE = ROOT / ".cache/mutants"
COPY = TREE / "ansible_collections/registryops/alicloud"
CORE = "plugins"
TESTS = "tests/unit/plugins"
# Each pure file with the tests that are to notice a change of it.
PURE = {
    "module_utils/_core/checks.py": ("test_checks.py",),
    "module_utils/_core/filter_check.py": ("test_checks.py",),
    "module_utils/_core/state.py": ("test_state.py", "test_plan.py"),
    "module_utils/_core/engine.py": ("test_plan.py",),
    "module_utils/_core/resource.py": ("test_plan.py",),
    "module_utils/_core/pace.py": ("test_pace.py",),
    "module_utils/_core/errors.py": ("test_errors.py",),
    "module_utils/_core/permissions.py": ("test_permissions.py",),
    "module_utils/_access/policy.py": ("test_policy.py",),
    "module_utils/_resources/coverage.py": ("test_coverage.py",),
    "module_utils/_resources/wanted.py": ("test_wanted.py",),
    "module_utils/_sending/versions.py": ("test_versions.py",),
    "module_utils/_verify/compare.py": ("test_compare.py",),
    "module_utils/_verify/compared.py": ("test_compare.py",),
    "module_utils/_access/evaluator.py": ("test_audit_grant.py", "test_grant_in_force.py"),
    "module_utils/_access/verdict.py": ("test_audit_grant.py", "test_grant_in_force.py"),
    "module_utils/_core/repeating.py": ("test_client.py",),
    "module_utils/_core/traffic.py": ("test_traffic.py",),
    "module_utils/_sending/course.py": ("test_course_steps.py", "test_course.py"),
    "plugin_utils/_inventory/directions.py": ("test_directions.py",),
    "plugin_utils/_inventory/reversing.py": ("test_directions.py",),
    "plugin_utils/_topology/judging.py": ("test_topology.py",),
    "plugin_utils/_topology/passing_on.py": ("test_topology.py",),
}
# A change that makes the tests compute for longer than this is one that is noticed. They take a tenth of it.
SECONDS = 30
# So is one that makes them wait for so long, of which a busy machine needs a part.
PATIENCE = 300
OPPOSITES: dict[type, type] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


def main() -> int:
    options = _options()
    _copy()
    chosen = _chosen(options.only)
    _warm(chosen)
    chance = random.Random(options.seed)
    tried = survived = 0
    for file, tests in chosen.items():
        source = (COPY / CORE / file).read_text(encoding="utf-8")
        if not _fails_nothing(tests):
            print(f"{file}: its tests fail with nothing changed", flush=True)
            return 1
        here = [found for found in mutants(source) if chance.random() < options.share]
        left = [(line, words) for line, words, text in here if _survives(file, source, text, tests)]
        tried, survived = tried + len(here), survived + len(left)
        print(f"{file}: {len(left)} of {len(here)} survive", flush=True)
        for line, words in left:
            print(f"    line {line}: {words}", flush=True)
    print(f"{survived} of {tried} survive ({100 * survived / max(tried, 1):.1f} %)")
    return 0


def _chosen(only: str) -> dict[str, tuple[str, ...]]:
    """Return the files whose path has one of the words."""
    words = only.split(",")
    return {file: tests for file, tests in PURE.items() if any(word in file for word in words)}


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, change and text of each changed file."""
    tree = ast.parse(source)
    count = sum(1 for _node in ast.walk(tree))
    for position in range(count):
        changed = copy.deepcopy(tree)
        node = list(ast.walk(changed))[position]
        before = ast.unparse(node) if isinstance(node, (ast.expr, ast.stmt)) else ""
        if _change(node):
            line = getattr(node, "lineno", 0)
            yield line, f"{before.splitlines()[0]} -> {ast.unparse(node).splitlines()[0]}", ast.unparse(changed)


def _change(node: ast.AST) -> bool:
    """Change a node in its place.

    Return whether there was anything to change.
    """
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in OPPOSITES:
            node.ops = [OPPOSITES[type(operator)]()]
        case ast.BoolOp() | ast.BinOp() if type(node.op) in OPPOSITES and not _is_type(node):
            node.op = OPPOSITES[type(node.op)]()
        case ast.Constant(value=bool()):
            node.value = not node.value
        case ast.Constant(value=int() as number):
            node.value = number + 1
        case ast.IfExp():
            node.body, node.orelse = node.orelse, node.body
        case ast.If():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ast.Return(value=ast.expr()) if not isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)
        case _:
            return False
    ast.fix_missing_locations(node)
    return True


def _is_type(node: ast.AST) -> bool:
    """Return whether it is a type, which nothing evaluates."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and "None" in ast.unparse(node)


def _survives(file: str, source: str, changed: str, tests: tuple[str, ...]) -> bool:
    path = COPY / CORE / file
    path.write_text(changed, encoding="utf-8")
    try:
        return _fails_nothing(tests)
    finally:
        path.write_text(source, encoding="utf-8")


def _fails_nothing(tests: tuple[str, ...]) -> bool:
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        signal.alarm(PATIENCE)
        _be_silent()
        os._exit(_run(tests))
    return os.waitpid(child, 0)[1] == 0


def _warm(chosen: dict[str, tuple[str, ...]]) -> None:
    """Run all tests once, then forget what will change."""
    reader, writer = os.dup(1), os.dup(2)
    _be_silent()
    _run(tuple(sorted(set(chain.from_iterable(chosen.values())))))
    os.dup2(reader, 1)
    os.dup2(writer, 2)
    ours = [name for name, module in sys.modules.items() if str(TREE) in str(getattr(module, "__file__", ""))]
    for name in (*ours, *(name for name in sys.modules.copy() if name.startswith("ansible_collections"))):
        sys.modules.pop(name, None)


def _be_silent() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)


def _run(tests: tuple[str, ...]) -> int:
    files = [str(COPY / TESTS / test) for test in tests]
    return int(pytest.main(["-q", "-x", "-o", "pythonpath=tests/emulator", *files]))


def _copy() -> None:
    """Copy what tests look at, so that changes disturb nobody."""
    shutil.rmtree(TREE, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "output", "node_modules")
    for name in ("plugins", "tests", "roles", "playbooks", "meta", "docs"):
        shutil.copytree(ROOT / name, COPY / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "galaxy.yml"):
        shutil.copy2(ROOT / name, COPY / name)
    sys.path[:0] = [str(TREE), str(COPY / "tests/emulator")]
    sys.dont_write_bytecode = True
    os.chdir(COPY)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutants")
    parser.add_argument("--only", default="", help="files whose path has one of these, such as state,_access")
    parser.add_argument("--share", type=float, default=1.0, help="try this part of the changes only, such as 0.2")
    parser.add_argument("--seed", type=int, default=1, help="what the part is chosen by")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
