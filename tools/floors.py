"""Test with the oldest declared versions of Python packages."""

import subprocess
import sys
from itertools import chain

from environment import CLIENT_REQUIREMENTS, ROOT, RUNTIME_REQUIREMENTS, prepare
from pythons import usable_pythons

VENV = ROOT / ".cache/floors"
STAGES = ("unit", "clients")


def main() -> int:
    declared = [(ROOT / f"meta/{kind}-requirements.txt").read_text().split() for kind in ("ee", "oss")]
    oldest = [line.replace(">=", "==") for line in chain.from_iterable(declared)]
    python = next(python for version, python in usable_pythons().items() if version != "3.14")
    prepare(VENV, python, RUNTIME_REQUIREMENTS + CLIENT_REQUIREMENTS, *oldest)
    return subprocess.run([VENV / "bin/python", "tools/test.py", *STAGES], cwd=ROOT, check=False).returncode


sys.exit(main())
