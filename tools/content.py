"""Copy the collection to where Ansible's tools expect it.

The copy holds what git sees.

ansible-test resolves links before it looks for `ansible_collections` in its path, so .venv's link will not do; and
tools that walk the tree would meet .venv and .cache here. Whoever runs beside others has a copy to itself.
"""

import shutil
import subprocess
from pathlib import Path

from environment import ROOT


def refresh(user: str) -> Path:
    """Update a user's copy, and return its folder.

    Uncommitted files are included.
    """
    copy = ROOT / f".cache/collections/{user}/ansible_collections/registryops/alicloud"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    # ansible-test asks git what to test: without a repository of its own, the copy would be an ignored folder of ours.
    subprocess.run(["git", "init", "--quiet", copy], check=True)
    for name in _files():
        source, target = ROOT / name, copy / name
        if source.exists():  # git lists deleted files too, until they are staged
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    return copy


def collections(copy: Path) -> str:
    """Return the folder of collections that holds a copy."""
    return str(copy.parents[2])


def _files() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return listing.stdout.rstrip("\0").split("\0")
