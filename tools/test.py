"""Run the named stages, or all of them.

At the end it says how each of them went.

Each uses the Python that runs this script, and the tools beside it.
"""

import subprocess
import sys
import time

from environment import ROOT
from steps import tool_environment

STAGES = {
    "lint": ["tools/lint.py"],
    "docs": ["tools/docs.py"],
    "sanity": ["tools/sanity.py"],
    # A file to a worker at a time, since the tests of a file share what is slow to make.
    "unit": [
        "-m",
        "pytest",
        "--quiet",
        "-rs",
        "--numprocesses=auto",
        "--dist=loadfile",
        "--cov",
        "--cov-config=pyproject.toml",
        "--cov-report=term",
    ],
    "clients": ["-m", "pytest", "--quiet", "-rs", "tests/clients"],
    "guides": ["-m", "pytest", "--quiet", "-rs", "tests/guides"],
    "integration": ["tools/integration.py"],
}


def main(names: list[str]) -> int:
    outcomes = {name: _run(name) for name in names}
    print("\nSummary")
    for name, (passed, seconds) in outcomes.items():
        print(f"{name:<44} {'ok' if passed else 'FAILED':<6} {seconds:5.1f} s")
    failed = sum(not passed for passed, _seconds in outcomes.values())
    print(f"{len(outcomes) - failed} passed, {failed} failed", flush=True)
    return int(failed > 0)


def _run(name: str) -> tuple[bool, float]:
    print(f"\n{name.capitalize()}", flush=True)
    start = time.monotonic()
    command = [sys.executable, *STAGES[name]]
    done = subprocess.run(command, cwd=ROOT, env=tool_environment(), stdin=subprocess.DEVNULL, check=False)
    return done.returncode == 0, time.monotonic() - start


sys.exit(main(sys.argv[1:] or list(STAGES)))
