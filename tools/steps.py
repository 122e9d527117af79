"""Run named commands, and print a line for each.

The output of those that fail follows, and a count at the end.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from environment import ROOT

PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
WARNING = re.compile(r"^\W*(DEPRECATION )?WARNING\b")
# ansible-test prefers a locale that slim machines lack; it falls back to an equivalent one, and says so twice.
HARMLESS = re.compile(r'Using locale "C.UTF-8"|Reviewing previous 1 warning')


@dataclass(frozen=True)
class Step:
    name: str
    command: str  # no argument of ours holds a space
    folder: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)


def run_steps(steps: Sequence[Step]) -> int:
    """Return 1 if any step failed, else 0."""
    failed = sum(not run_step(step) for step in steps)
    print(f"{len(steps) - failed} passed, {failed} failed", flush=True)
    return int(failed > 0)


def run_step(step: Step) -> bool:
    """Tell whether the step succeeded.

    Warnings are shown even if it did.
    """
    print(f"{step.name:<44} ", end="", flush=True)
    start = time.monotonic()
    done = subprocess.run(
        step.command.split(),
        cwd=step.folder,
        env={**tool_environment(), **step.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    # A warning that nobody can mend hides those that matter.
    lines = [line for line in done.stdout.splitlines() if not HARMLESS.search(line)]
    print(f"{'FAILED' if done.returncode else 'ok':<6} {time.monotonic() - start:5.1f} s", flush=True)
    for line in lines:
        if done.returncode or WARNING.match(line):
            print(f"    {line}", flush=True)
    return done.returncode == 0


def tool_environment() -> dict[str, str]:
    """Return an environment that finds our tools.

    They are beside the Python that runs us, and pip is silent.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # 2 leaves errors alone. Colours would break the patterns that look for warnings.
    return {**os.environ, "PATH": path, "PIP_QUIET": "2", "NO_COLOR": "1"}
