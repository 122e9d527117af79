# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which variable a host lacks.

Roles take some required options from the inventory. Where one is not there, Ansible names the option alone, or says
that something is undefined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.spelling import misspelt

Text = Callable[[], str]

_INVENTORY = "Set it for the host in its inventory, as in"
_VARIABLES = {
    "instance_id": ("acr_instance_id", f"{_INVENTORY} acr_instance_id: cri-sourcesource0001."),
    "image": ("acr_image", "Say which image, as in -e acr_image=prod/web:1.0."),
}
_REGION = ("acr_region", f"{_INVENTORY} acr_region: eu-central-1.")


def check_needed(module: Module, arguments: Mapping[str, Any], variables: Mapping[str, Any], text: Text) -> None:
    """Check that the host has what its task takes from it.

    Args:
        module: the task's.
        arguments: the task's.
        variables: the host's.
        text: returns the user's own tasks.

    Raises:
        AcrError: an option has to be said and is not, and the host has no variable for it.
    """
    for option, (variable, advice) in _VARIABLES.items():
        if _is_lacking(module, arguments, option):
            _check(option, variable, advice, variables, text)
    for item in arguments.get("destination_instances") or ():
        if isinstance(item, Mapping) and not item.get("region"):
            _check("region", *_REGION, variables, text)


def _is_lacking(module: Module, arguments: Mapping[str, Any], option: str) -> bool:
    if module.options.get(option, {}).get("required"):
        return not arguments.get(option)
    groups = [group for group in module.rules.get("required_one_of", ()) if option in group]
    return any(not any(arguments.get(name) for name in group) for group in groups)


def _check(option: str, variable: str, advice: str, variables: Mapping[str, Any], text: Text) -> None:
    if variables.get(variable):
        return
    host = variables.get("inventory_hostname", "localhost")
    # A name that is nearly right is a better hint than an example.
    found = misspelt(variables, text, (variable,))
    raise AcrError(f"host {host} has no {variable}, and the task has no {option}", " ".join([*found, advice]))
