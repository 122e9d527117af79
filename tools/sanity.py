"""Run `ansible-test sanity` with pip's package index only."""

import shutil
import sys

import content
from pip_bootstrap import provide_pip
from steps import PYTHON_VERSION, Step, run_steps

# Tests of ansible-test that call a program which few machines have; ansible-test would warn and skip them too.
PROGRAMS = {"pslint": "pwsh", "shellcheck": "shellcheck"}


def main() -> int:
    provide_pip()
    skipped = " ".join(f"--skip-test {test}" for test, program in PROGRAMS.items() if not shutil.which(program))
    command = f"ansible-test sanity --local --python {PYTHON_VERSION} --color no {skipped}"
    return run_steps([Step(f"ansible-test sanity, Python {PYTHON_VERSION}", command, content.refresh("sanity"))])


sys.exit(main())
