"""Make a virtual environment from our requirement files."""

import hashlib
import shutil
import subprocess
import time
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNTIME_REQUIREMENTS = (
    ROOT / "meta/ee-requirements.txt",
    ROOT / "meta/oss-requirements.txt",
    ROOT / "tests/requirements.txt",
    ROOT / "tests/emulator/requirements.txt",
)
LINT_REQUIREMENTS = (ROOT / "tools/requirements.txt",)
CLIENT_REQUIREMENTS = (ROOT / "tests/clients/requirements.txt",)


def prepare(venv: Path, python: Path, requirements: tuple[Path, ...], *pins: str) -> None:
    """Make or complete `venv`.

    A stamp in it lets the next call return at once if nothing changed.
    """
    stamp = venv / "requirements.stamp"
    wanted = _fingerprint(python, requirements, pins)
    name = venv.relative_to(ROOT)
    if stamp.exists() and stamp.read_text() == wanted:
        print(f"{name} is ready: {_contents(venv)}.")
        return
    print(f"Setting up {name} with {python}, which takes a minute or so ...", flush=True)
    start = time.monotonic()
    if _version(venv / "bin/python") != _version(python):
        shutil.rmtree(venv, ignore_errors=True)
        _run([python, "-m", "venv", venv])
    files: chain[str | Path] = chain.from_iterable(("-r", path) for path in requirements)
    _run([venv / "bin/python", "-m", "pip", "--disable-pip-version-check", "install", "--upgrade", *files, *pins])
    _add_emulator(venv)
    stamp.write_text(wanted)
    print(f"{name} is ready after {time.monotonic() - start:.0f} s: {_contents(venv)}.")


def _add_emulator(venv: Path) -> None:
    """Let Python find `acr_emulator`, which is not installed."""
    for packages in venv.glob("lib/python*/site-packages"):
        (packages / "acr_emulator.pth").write_text(f"{ROOT / 'tests/emulator'}\n")


def _fingerprint(python: Path, requirements: tuple[Path, ...], pins: tuple[str, ...]) -> str:
    text = "\n".join([_version(python), *pins, *(path.read_text() for path in requirements)])
    return hashlib.sha256(text.encode()).hexdigest()


def _version(python: Path) -> str:
    """Return what `python --version` prints, if it runs."""
    try:
        return _output(python, "--version")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _contents(venv: Path) -> str:
    code = "from importlib.metadata import version; print('ansible-core', version('ansible-core'))"
    return f"{_version(venv / 'bin/python')}, {_output(venv / 'bin/python', '-c', code)}"


def _output(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _run(command: list[str | Path]) -> None:
    """Keep a command's chatter to ourselves unless it fails."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}\nFailed: {' '.join(map(str, command))}")
