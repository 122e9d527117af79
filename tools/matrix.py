"""Run the tests on every ansible-core we support.

Sanity, unit and integration tests run, each in an environment of its own.

`tools/matrix.py 2.18` does one of them, and `tools/matrix.py 2.18 3.13` does it on that Python.
"""

import subprocess
import sys

from environment import ROOT, RUNTIME_REQUIREMENTS, prepare
from pythons import usable_pythons

# The Pythons that each ansible-core runs on, in the order we try them: together the rows cover as many as they can.
PYTHONS = {
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.12", "3.13", "3.11"),
    "2.20": ("3.13", "3.14", "3.12"),
    "2.21": ("3.14", "3.13", "3.12"),
}
STAGES = ("sanity", "unit", "integration")


def main(core_only: str = "", python_only: str = "") -> int:
    usable = usable_pythons()
    outcomes: dict[str, str] = {}
    chosen = {core_only: (python_only,) if python_only else PYTHONS[core_only]} if core_only else PYTHONS
    for core, supported in chosen.items():
        version = next((version for version in supported if version in usable), None)
        if version is None:
            outcomes[f"ansible-core {core}"] = f"skipped: needs one of Python {', '.join(supported)}"
            continue
        name = f"ansible-core {core} on Python {version}"
        print(f"\n{name}", flush=True)
        venv = ROOT / ".cache/matrix" / core
        prepare(venv, usable[version], RUNTIME_REQUIREMENTS, f"ansible-core~={core}.0")
        done = subprocess.run([venv / "bin/python", "tools/test.py", *STAGES], cwd=ROOT, check=False)
        outcomes[name] = "FAILED" if done.returncode else "ok"
    return _report(outcomes)


def _report(outcomes: dict[str, str]) -> int:
    print("\nMatrix")
    for name, outcome in outcomes.items():
        print(f"{name:<44} {outcome}")
    failed = sum(outcome == "FAILED" for outcome in outcomes.values())
    passed = sum(outcome == "ok" for outcome in outcomes.values())
    print(f"{passed} passed, {failed} failed, {len(outcomes) - passed - failed} skipped", flush=True)
    return int(failed > 0)


sys.exit(main(*sys.argv[1:]))
