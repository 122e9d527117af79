# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pass what a source tells to another team, as a file."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.whole_file import whole_file
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.carried import Carried, Carry
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import is_readable
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.compared import TargetRepository

# A list decides what is deleted. So a file of another kind, or of a later version, is refused and not guessed at.
_KIND, _VERSION = "registryops.alicloud.acr_gone_image_info", 1
# In milliseconds. The clocks of the two teams may differ by as much.
_MINUTE = 60_000


def write(path: str, carried: Carried) -> str:
    """Write what a source tells, and return the file's whole path.

    Its folder is made, and an older file is replaced when all is written.

    Raises:
        AcrError: it cannot be written.
    """
    hint = "Name another list_file (prune_destination_list_file in the role)."
    with whole_file(path, hint) as (whole, part):
        part.write_text(json.dumps(_plain(carried), indent=1), encoding="utf-8")
    return str(whole)


def read(path: str, max_age: int) -> Carried:
    """Return what a file tells.

    Args:
        path: the file.
        max_age: seconds after which its list is too old.

    Raises:
        AcrError: it cannot be read, is no such list or is too old.
    """
    whole = Path(path).expanduser()
    remedy = "Let Account A write it anew with acr_gone_image_info (the playbook prune_destination)."
    try:
        carried = _carried(json.loads(whole.read_text(encoding="utf-8")))
    except OSError as cause:
        raise AcrError(f"the list {whole} cannot be read: {cause.strerror}", remedy) from cause
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise AcrError(f"{whole} is not a whole list of acr_gone_image_info", remedy) from cause
    age = int(time.time() * 1000) - carried.listed
    # A list of the future would never grow too old.
    if not -_MINUTE <= age <= max_age * 1000:
        told = f"{age // _MINUTE:,} minutes old, more than list_max_age ({max_age:,} s)"
        raise AcrError(f"the list {whole} is {told if age > 0 else 'of the future'}", remedy)
    return carried


def _plain(carried: Carried) -> dict[str, Any]:
    gone = [
        {"target": [*target], "tag": tag, "carries": [[*carry] for carry in carries]}
        for (target, tag), carries in sorted(carried.carries.items())
    ]
    return {
        "kind": _KIND,
        "version": _VERSION,
        "instance_id": carried.instance_id,
        "listed": carried.listed,
        "oldest": carried.oldest,
        "rules": [dict(rule) for rule in carried.rules],
        "images": [{"origin": [*origin], "tags": sorted(tags)} for origin, tags in sorted(carried.images.items())],
        "gone": gone,
        "under_way": [{"target": [*target], "tag": tag} for target, tag in sorted(carried.under_way)],
    }


def _carried(told: dict[str, Any]) -> Carried:
    if (told["kind"], told["version"]) != (_KIND, _VERSION):
        raise ValueError("another kind of file")
    # A rule that cannot be read covers nobody knows what.
    if not all(map(is_readable, told["rules"])):
        raise ValueError("a rule that nobody can read")
    found = Carried(str(told["instance_id"]), int(told["listed"]), [dict(rule) for rule in told["rules"]])
    for entry in told["images"]:
        namespace, repository = entry["origin"]
        found.images[str(namespace), str(repository)] = frozenset(entry["tags"])
    for entry in told["gone"]:
        found.carries[_place(entry)] = [_carry(*carry) for carry in entry["carries"]]
    found.under_way = {_place(entry) for entry in told["under_way"]}
    found.oldest = told["oldest"]
    return found


def _place(entry: dict[str, Any]) -> tuple[TargetRepository, str]:
    instance_id, namespace, repository = entry["target"]
    return TargetRepository(str(instance_id), str(namespace), str(repository)), str(entry["tag"])


def _carry(namespace: str, repository: str, by_rule: bool, began: int, ended: int) -> Carry:
    return Carry(str(namespace), str(repository), by_rule is True, int(began), int(ended))
