# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a host's variables, which may be templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError


def read_variable(templar: Any, variables: Mapping[str, Any], name: str) -> Any:
    """Return a variable's templated value, or None.

    Raises:
        AcrError: its template fails.
    """
    if name not in variables:
        return None
    try:
        # Within a mapping, since what is `omit` by itself is an error from ansible-core 2.19 on.
        value = templar.template({name: variables[name]}).get(name)
    except AnsibleError as cause:
        raise AcrError(f"the variable {name} cannot be read: {cause}", "Correct it in the inventory.") from cause
    return None if value == variables.get("omit") else value
