# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fill in a task's connection from host variables, which are called `acr_<option>`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    COMMON_OPTIONS,
    OTHER_CONNECTION_OPTIONS,
)

# Returns the value of a variable, or None if there is none.
Read = Callable[[str], Any]
Spec = Mapping[str, Mapping[str, Any]]

_KEYS = ("access_key_id", "access_key_secret", "security_token", "profile")
_ROLE = tuple(option for option in COMMON_OPTIONS if option.startswith("assume_role_"))


def with_connection(arguments: Mapping[str, Any], read: Read, options: Spec | None = None) -> dict[str, Any]:
    """Return arguments with unset connection options filled in.

    A set of keys comes whole from one place, and so does an assumed role: if the task says any of it, nothing of the
    host's is added. An empty value counts as none. Without `options`, those of modules are meant.
    """
    found = _from_variables(options or COMMON_OPTIONS, arguments, read)
    return {**arguments, **found}


def connection_to(host: Mapping[str, Any], said: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """Return another host's connection, as an option takes it.

    Args:
        host: the host's variables, such as `hostvars['prod-eu']`.
        said: what a task says of the connection itself, which wins.

    Returns:
        None if neither has credentials, so that nobody can look into that account.
    """
    said = said or {}
    connection = {**said, **_from_variables(OTHER_CONNECTION_OPTIONS, said, host.get)}
    return connection if any(_is_said(connection.get(option)) for option in _KEYS) else None


def _from_variables(options: Spec, said: Mapping[str, Any], read: Read) -> dict[str, Any]:
    values = ((option, read(f"acr_{option}")) for option in _unsaid(options, said))
    return {option: value for option, value in values if _is_said(value)}


def _unsaid(options: Spec, said: Mapping[str, Any]) -> Iterator[str]:
    apart: set[str] = set()
    if any(_says(options, said, option) for option in _KEYS):
        apart.update(_KEYS, _ROLE)
    if _says(options, said, "assume_role_arn"):
        apart.update(_ROLE)
    for option in options:
        if option not in apart and not _says(options, said, option):
            yield option


def _says(options: Spec, said: Mapping[str, Any], option: str) -> bool:
    names = (option, *options[option].get("aliases", ()))
    return any(_is_said(said.get(name)) for name in names)


def _is_said(value: Any) -> bool:
    return value is not None and value != ""
