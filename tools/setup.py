"""Make .venv with all that tests and demo need.

It has the newest Python found, and the newest ansible-core that it runs.
"""

import shutil
from pathlib import Path

import awx_collection
import system_packages
from environment import CLIENT_REQUIREMENTS, LINT_REQUIREMENTS, ROOT, RUNTIME_REQUIREMENTS, prepare
from pythons import usable_pythons


def main() -> None:
    prepare(ROOT / ".venv", newest_python(), RUNTIME_REQUIREMENTS + LINT_REQUIREMENTS + CLIENT_REQUIREMENTS)
    link_collection()
    awx_collection.provide()


def newest_python() -> Path:
    pythons = usable_pythons()
    if not pythons and shutil.which("apt-get"):
        system_packages.install("apt-get", ["python3-venv"])
        pythons = usable_pythons()
    if not pythons:
        raise SystemExit("No Python 3.11 to 3.14 here has the venv and ensurepip modules: install one that does.")
    return next(iter(pythons.values()))


def link_collection() -> None:
    """Link this checkout as the collection.

    Python and Ansible find it as `ansible_collections.registryops.alicloud`.
    """
    link = ROOT / ".venv/collections/ansible_collections/registryops/alicloud"
    if not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to("../../../..")


main()
