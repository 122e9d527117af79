"""Run named commands, some at a time, and print a line for each.

The output of those that fail follows, and a count at the end.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from environment import ROOT

# Most of what is run here keeps one core busy.
CORES = os.cpu_count() or 1
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
    """Run a step on each core; return 1 if any failed, else 0."""
    with ThreadPoolExecutor(CORES) as cores:
        return report(list(cores.map(run_step, steps)))


def report(passed: Sequence[bool]) -> int:
    """Print how many passed; return 1 if any failed, else 0."""
    print(f"{sum(passed)} passed, {len(passed) - sum(passed)} failed", flush=True)
    return int(not all(passed))


def run_step(step: Step) -> bool:
    """Tell whether the step succeeded.

    Warnings are shown even if it did.
    """
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
    told = [f"    {line}\n" for line in lines if done.returncode or WARNING.match(line)]
    outcome = f"{'FAILED' if done.returncode else 'ok':<6} {time.monotonic() - start:5.1f} s"
    # In one piece, so that the lines of another step do not come between.
    sys.stdout.write(f"{step.name:<44} {outcome}\n{''.join(told)}")
    sys.stdout.flush()
    return done.returncode == 0


def tool_environment() -> dict[str, str]:
    """Return an environment that finds our tools.

    They are beside the Python that runs us, and pip is silent.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # 2 leaves errors alone. Colours would break the patterns that look for warnings.
    return {**os.environ, "PATH": path, "PIP_QUIET": "2", "NO_COLOR": "1"}
