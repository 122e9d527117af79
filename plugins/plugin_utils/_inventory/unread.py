# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find files of variables beside an inventory that Ansible has not read.

Ansible reads `group_vars` and `host_vars` beside what `-i` names. Where that is a folder with inventories in further
folders, it reads the hosts of all of them, and the variables of none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import listed

# As Ansible has them where nobody configures others; without one, the name is that of a folder or of a file.
_ENDINGS = ("", ".yml", ".yaml", ".json")


def unread_variables(hosts: Mapping[str, Any], name: str) -> str:
    """Return a sentence if a host has such files; empty if it has none.

    Args:
        hosts: variables of each host by its name.
        name: the host.
    """
    own = _folder(hosts[name])
    sources = [str(source) for source in hosts[name].get("ansible_inventory_sources") or ()]
    if own is None or not sources or own in map(_read_beside, sources):
        return ""
    files = [*_files(own, hosts[name], name)]
    if not files:
        return ""
    folders = sorted({folder for folder in (_folder(hosts[host]) for host in hosts) if folder})
    inventories = " ".join(f"-i {_short(folder)}" for folder in folders)
    return (
        f"Ansible has not read {listed([_short(file) for file in files])}, which is for {name}: it reads the group_vars"
        f" and host_vars beside what -i names, and that is {listed([_short(Path(source)) for source in sources])}. Name"
        f" each folder of an inventory itself, as in {inventories}."
    )


def _folder(host: Mapping[str, Any]) -> Path | None:
    """Return the folder of the inventory that a host comes from."""
    said = host.get("inventory_dir")
    return Path(str(said)).resolve() if said else None


def _read_beside(source: str) -> Path:
    """Return the folder whose variables Ansible reads for a source."""
    path = Path(source).resolve()
    return path if path.is_dir() else path.parent


def _files(folder: Path, host: Mapping[str, Any], name: str) -> Iterator[Path]:
    groups: Iterable[str] = ("all", *(host.get("group_names") or ()))
    for kind, names in (("group_vars", groups), ("host_vars", (name,))):
        for stem in names:
            candidates = (folder / kind / f"{stem}{ending}" for ending in _ENDINGS)
            yield from (path for path in candidates if path.exists())


def _short(path: Path) -> str:
    """Return a path as one would type it."""
    here = Path.cwd()
    path = path.resolve()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
