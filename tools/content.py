"""Copy the collection to where Ansible's tools expect it.

The copy holds what git sees.

ansible-test resolves links before it looks for `ansible_collections` in its path, so .venv's link will not do; and
tools that walk the tree would meet .venv and .cache here.
"""

import shutil
import subprocess
from pathlib import Path

from environment import ROOT

COLLECTIONS = ROOT / ".cache/collections"
COPY = COLLECTIONS / "ansible_collections/registryops/alicloud"


def refresh() -> Path:
    """Update the copy, and return its folder.

    Uncommitted files are included.
    """
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir(parents=True)
    # ansible-test asks git what to test: without a repository of its own, the copy would be an ignored folder of ours.
    subprocess.run(["git", "init", "--quiet", COPY], check=True)
    for name in _files():
        source, target = ROOT / name, COPY / name
        if source.exists():  # git lists deleted files too, until they are staged
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    return COPY


def _files() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return listing.stdout.rstrip("\0").split("\0")
