"""Bring the collection awx.awx to .cache/awx.

The package `ansible` holds it among a hundred others.

Collections have a registry of their own, which many networks do not reach. Only a small part of the package is kept.
"""

import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from environment import ROOT

REQUIREMENTS = ROOT / "tests/awx/requirements.txt"
FOLDER = ROOT / ".cache/awx"
MEMBER = "ansible_collections/awx/awx/"


def provide() -> Path:
    """Return the folder that ANSIBLE_COLLECTIONS_PATH takes.

    A stamp in it lets the next call return at once.
    """
    stamp = FOLDER / "requirements.stamp"
    wanted = REQUIREMENTS.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(FOLDER, ignore_errors=True)
        with tempfile.TemporaryDirectory() as folder:
            _unpack(_download(Path(folder)))
        stamp.write_text(wanted)
    return FOLDER


def _download(folder: Path) -> Path:
    # The package demands a newer Python than some that we support; the collection does not.
    pip = [str(ROOT / ".venv/bin/python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "--quiet", "download"]
    options = ["--no-deps", "--ignore-requires-python", "--only-binary", ":all:", "--dest", str(folder)]
    subprocess.run([*pip, *options, "-r", str(REQUIREMENTS)], check=True, stdin=subprocess.DEVNULL)
    return next(folder.glob("*.whl"))


def _unpack(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as package:
        package.extractall(FOLDER, [name for name in package.namelist() if name.startswith(MEMBER)])


if __name__ == "__main__":
    print(provide())
