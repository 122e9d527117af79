# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse keys of a host's variables by the variables' own names; the module would call them its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.keys import KEY_OPTIONS, whole_keys


def check_host_keys(filled: Mapping[str, Any], said: Mapping[str, Any], host: str) -> None:
    """Check the keys that variables have filled in.

    Args:
        filled: a task's arguments, or a connection, with what variables add.
        said: the same without it.
        host: the host whose variables they are.

    Raises:
        AcrError: the set is not whole, has characters that no key has, or stands beside a profile.
    """
    keys = {option: filled.get(option) for option in KEY_OPTIONS if not said.get(option)}
    if not any(keys.values()):
        return
    where = f"the variables of host {host}"
    if filled.get("profile") and not said.get("profile"):
        raise AcrError(
            f"{where} hold both keys and a profile",
            "Keep acr_profile, or acr_access_key_id and acr_access_key_secret, so that it is certain who acts.",
        )
    found = {option: str(keys[option]) if keys.get(option) else None for option in KEY_OPTIONS}
    whole_keys(found, where, {option: f"acr_{option}" for option in KEY_OPTIONS})
