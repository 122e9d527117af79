"""Find the Pythons that can make virtual environments."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

# What the newest ansible-core runs on, newest first.
VERSIONS = ("3.14", "3.13", "3.12", "3.11")

# Debian's Python lacks ensurepip until python3-venv is installed. The base executable is the real one behind a shim or
# an active virtual environment, so that removing .venv cannot pull the ground from under us.
PROBE = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2], sys._base_executable)"


def usable_pythons() -> dict[str, Path]:
    """Return the interpreters by version, as {"3.13": path}, newest first."""
    found: dict[str, Path] = {}
    for candidate in _candidates():
        try:
            probe = subprocess.run(
                [candidate, "-c", PROBE], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            continue  # a shim without its Python, an old Python, or one without ensurepip
        version, executable = probe.stdout.strip().split(" ", 1)
        found.setdefault(version, Path(executable))
    return {version: found[version] for version in VERSIONS if version in found}


def _candidates() -> Iterator[str]:
    for name in (*(f"python{version}" for version in VERSIONS), "python3"):
        if path := shutil.which(name):
            yield path
    yield from map(str, sorted(Path("~/.pyenv/versions").expanduser().glob("3.*/bin/python"), reverse=True))
