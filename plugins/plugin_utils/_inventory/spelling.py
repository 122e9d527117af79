# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find variables whose names are misspelt, which nobody would read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import nearest
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory import known

# How much alike two names must be, as difflib counts it. A name that begins with a role's name is hardly ever anything
# but its variable, so difflib's default is enough. A name that begins with acr_ is often the user's own.
_IN_A_ROLE, _IN_COMMON = 0.6, 0.8
# If the role itself is misspelt, all the rest has to be right, and the first letters of a role's name are there.
_ELSEWHERE, _BEGINNING = 0.9, 5
# Ansible's own, which hold all other variables again.
_ANSIBLES = ("hostvars", "vars", "groups")


def misspelt(variables: Mapping[str, Any], text: Callable[[], str], only: tuple[str, ...] = ("",)) -> Iterator[str]:
    """Yield a sentence for each variable that seems to be misspelt.

    A variable that another one of the host reads is the user's own, and so is the result of a task.

    Args:
        variables: the host's variables.
        text: returns the user's own tasks, which may read any of them.
        only: the beginnings of the names that may be meant.
    """
    beginnings = (known.COMMON, *(role[:_BEGINNING] for role in known.roles()))
    strange = [name for name in variables if name.startswith(beginnings) and name not in known.names()]
    for name in sorted(strange):
        meant = _meant(name)
        if not meant or not meant.startswith(only):
            continue
        if not _is_result(variables[name]) and not _is_read(name, variables, text()):
            yield f"The variable {name} is set, but nothing reads it. It may be a misspelt {meant}."


def _meant(name: str) -> str | None:
    if name.startswith(known.COMMON):
        return _nearest(name, known.COMMON, _IN_COMMON)
    for role in known.roles():
        if name.startswith(f"{role}_"):
            return _nearest(name, f"{role}_", _IN_A_ROLE)
    return _nearest(name, "", _ELSEWHERE)


def _nearest(name: str, prefix: str, alike: float) -> str | None:
    rest = name.removeprefix(prefix)
    rests = sorted(other.removeprefix(prefix) for other in known.variables() if other.startswith(prefix))
    meant = nearest(rest, rests, alike)
    return meant and f"{prefix}{meant}"


def _is_result(value: Any) -> bool:
    return isinstance(value, Mapping) and "changed" in value


def _is_read(name: str, variables: Mapping[str, Any], text: str) -> bool:
    word = re.compile(rf"\b{re.escape(name)}\b")
    if word.search(text):
        return True
    others = [value for other, value in variables.items() if other not in (name, *_ANSIBLES)]
    return any(word.search(said) for said in _texts(others))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (Mapping, list)):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)
