# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse a value that a role cannot read as a number, as true or false, or as one of its choices.

Ansible refuses it too, and prints the whole specification of the role behind its sentence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.common.validation import check_type_bool, check_type_float, check_type_int

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory import known

# How modules read a value, and what the sentence calls it.
_KINDS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "int": (check_type_int, "a whole number"),
    "float": (check_type_float, "a number"),
    "bool": (check_type_bool, "true or false"),
}


def check_scalars(host: Mapping[str, Any], name: str) -> None:
    """Check each option of a role that a host sets to a text, a number, or true or false.

    Raises:
        AcrError: a role cannot read one.
    """
    for variable, spec in _specs().items():
        if variable not in host:
            continue
        try:
            value = host[variable]
        except AnsibleError:  # its template reads what the play has yet to set
            continue
        wanted = _wanted(value, spec)
        if wanted:
            written = json.dumps(value, ensure_ascii=False)
            raise AcrError(
                f"{variable} of {name} is {written}, and {wanted} is wanted",
                "Correct it in the inventory, or behind -e.",
            )


@cache
def _specs() -> dict[str, Mapping[str, Any]]:
    return {
        name: spec
        for name, spec in known.options().items()
        if spec.get("type") in _KINDS or (spec.get("choices") and spec.get("type", "str") == "str")
    }


def _wanted(value: Any, spec: Mapping[str, Any]) -> str:
    """Return what a value should be; empty if it is that, is unset or is of a kind that nobody writes."""
    # An empty text is what a survey gives for an answer that was left out.
    if value == "" or not isinstance(value, (str, bool, int, float)) or "__omit_place_holder__" in str(value):
        return ""
    if spec.get("type") not in _KINDS:
        choices = [str(choice) for choice in spec["choices"]]
        return "" if str(value) in choices else " or ".join(choices)
    read, words = _KINDS[spec["type"]]
    try:
        read(value)
    except (TypeError, ValueError):
        return words
    return ""
