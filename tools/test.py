"""Run the named stages, or all of them.

At the end it says how each of them went.

Each uses the Python that runs this script, and the tools beside it. Those that keep one core busy run side by side.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryFile
from typing import IO

from environment import ROOT
from steps import CORES, tool_environment

STAGES = {
    "lint": ["tools/lint.py"],
    "docs": ["tools/docs.py"],
    "sanity": ["tools/sanity.py"],
    # A group of tests to a worker at a time, in the order that tests/unit/conftest.py says.
    "unit": [
        "-m",
        "pytest",
        "--quiet",
        "-rs",
        "--numprocesses=auto",
        "--dist=loadfile",
        "--no-loadscope-reorder",
        "--cov",
        "--cov-config=pyproject.toml",
        "--cov-report=term",
    ],
    "clients": ["-m", "pytest", "--quiet", "-rs", "tests/clients"],
    "guides": ["-m", "pytest", "--quiet", "-rs", "tests/guides"],
    "integration": ["tools/integration.py"],
}


# The others give work to every core themselves, or have tests that a busy machine would make slow.
TOGETHER = (("lint", "sanity", "docs"), ("clients", "guides"))


def main(names: list[str]) -> int:
    outcomes: dict[str, tuple[bool, float]] = {}
    for group in _groups(names):
        with ThreadPoolExecutor(CORES) as cores:
            outcomes |= dict(zip(group, cores.map(_run_apart if len(group) > 1 else _run, group), strict=True))
    print("\nSummary")
    for name, (passed, seconds) in outcomes.items():
        print(f"{name:<44} {'ok' if passed else 'FAILED':<6} {seconds:5.1f} s")
    failed = sum(not passed for passed, _seconds in outcomes.values())
    print(f"{len(outcomes) - failed} passed, {failed} failed", flush=True)
    return int(failed > 0)


def _groups(names: list[str]) -> list[list[str]]:
    """Return the names in order, with those that run side by side in one list."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        groups.setdefault(next((group for group in TOGETHER if name in group), (name,)), []).append(name)
    return list(groups.values())


def _run(name: str, output: IO[bytes] | None = None) -> tuple[bool, float]:
    """Run a stage, and print what it prints unless that goes to a file."""
    if output is None:
        print(f"\n{name.capitalize()}", flush=True)
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, *STAGES[name]],
        cwd=ROOT,
        env=tool_environment(),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        check=False,
    )
    return done.returncode == 0, time.monotonic() - start


def _run_apart(name: str) -> tuple[bool, float]:
    """Run a stage beside others, and print its output in one piece."""
    with TemporaryFile() as output:
        outcome = _run(name, output)
        output.seek(0)
        text = output.read().decode(errors="replace")
    sys.stdout.write(f"\n{name.capitalize()}\n{text}")
    sys.stdout.flush()
    return outcome


sys.exit(main(sys.argv[1:] or list(STAGES)))
