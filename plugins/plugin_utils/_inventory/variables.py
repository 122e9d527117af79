# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a host's variables, which may be templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError


def read_variable(templar: Any, variables: Mapping[str, Any], name: str, whose: str = "") -> Any:
    """Return a variable's templated value, or None.

    Args:
        templar: of Ansible, with these variables.
        variables: the host's.
        name: the variable's.
        whose: words for a message, such as ' of host prod-eu'.

    Raises:
        AcrError: its template fails.
    """
    if name not in variables:
        return None
    try:
        # Within a mapping, since what is `omit` by itself is an error from ansible-core 2.19 on.
        value = templar.template({name: variables[name]}).get(name)
    except AnsibleError as cause:
        raise AcrError(f"the variable {name}{whose} cannot be read: {cause}", "Correct it in the inventory.") from cause
    return None if value == variables.get("omit") else value


class HostVariables(Mapping[str, Any]):
    """The variables of another host, each of which is templated when it is asked for."""

    def __init__(self, templar: Any, variables: Mapping[str, Any], host: str) -> None:
        self._templar = templar.copy_with_new_env(available_variables=variables)
        self._variables = variables
        self._host = host

    def __getitem__(self, name: str) -> Any:
        if name not in self._variables:
            raise KeyError(name)
        return read_variable(self._templar, self._variables, name, f" of host {self._host}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def __contains__(self, name: object) -> bool:
        return name in self._variables


class Hosts(Mapping[str, HostVariables]):
    """All hosts of the inventory, whose variables are read in the same way as those of the task's own host.

    Args:
        templar: of the task.
        hostvars: of Ansible.
    """

    def __init__(self, templar: Any, hostvars: Any) -> None:
        self._templar = templar
        self._hostvars = hostvars

    def __getitem__(self, name: str) -> HostVariables:
        if name not in self._hostvars:
            raise KeyError(name)
        return HostVariables(self._templar, self._hostvars.raw_get(name), name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._hostvars)

    def __len__(self) -> int:
        return len(self._hostvars)

    def __contains__(self, name: object) -> bool:
        return name in self._hostvars
