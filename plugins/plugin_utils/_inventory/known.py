# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know the variables that the collection reads.

They are found in argument_specs, roles and playbooks, so that nobody has to keep a list of them.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from ansible.module_utils.common.yaml import yaml_load

from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    COMMON_OPTIONS,
    OSS_OPTIONS,
)

ROOT = Path(__file__).parents[3]

COMMON = "acr_"
# The action plugin reads these variables, which are no options of roles.
_SWITCHES = ("acr_in_process", "acr_progress")
_GROUPS = {"acr_source", "acr_destination"}
# Where a variable is read: in a template, or in the bare expression of `that` or `when`.
_EXPRESSION = re.compile(r"(?s:\{\{.*?\}\})|\b(?:that|when): .*")


@cache
def roles() -> tuple[str, ...]:
    return tuple(sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir()))


@cache
def names() -> frozenset[str]:
    """Return all names that roles and playbooks use, those of results and groups, too."""
    return frozenset({*chain.from_iterable(map(_words, _texts())), *options()}) | _connection()


@cache
def variables() -> frozenset[str]:
    """Return the variables that a user may set.

    These are the options of roles. Further ones, from the inventory or given with `-e`, begin with acr_.
    """
    taken = _words("\n".join(chain.from_iterable(map(_EXPRESSION.findall, _texts()))))
    return frozenset({*options(), *(name for name in taken if name.startswith(COMMON))} - _GROUPS) | _connection()


def _connection() -> frozenset[str]:
    return frozenset({*_SWITCHES, *(f"{COMMON}{option}" for option in (*COMMON_OPTIONS, *OSS_OPTIONS))})


def _words(text: str) -> list[str]:
    # Names of modules have a dot before them, and names of files a quotation mark.
    return re.findall(rf"(?<![\w.'])(?:acr|{'|'.join(roles())})_\w+", text)


@cache
def _texts() -> tuple[str, ...]:
    patterns = ("roles/*/defaults/*.yml", "roles/*/vars/**/*.yml", "roles/*/tasks/*.yml", "playbooks/**/*.yml")
    return tuple(path.read_text(encoding="utf-8") for path in chain.from_iterable(map(ROOT.glob, patterns)))


@cache
def options() -> dict[str, dict[str, Any]]:
    """Return the options of all roles by their names, as argument_specs have them."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")):
        for spec in yaml_load(path.read_text(encoding="utf-8"))["argument_specs"].values():
            found.update(spec.get("options", {}))
    return found
