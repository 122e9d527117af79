# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse a text where a list or a mapping belongs, by the name of the variable that somebody has set.

Ansible takes a text for the list of its characters, and names a role's option that is made of the variable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.common.validation import check_type_dict

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.modules import acr_sync_preflight
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory import known

Spec = Mapping[str, Any]

# The variables of an inventory that several roles read, and the options of a module that they become.
LISTS = {f"{known.COMMON}{option}": option for option in ("sync_rules", "namespaces", "repositories")}
# About half a line of a terminal.
_LONGEST = 40
# What argument_specs say in words alone, by the end of the variable's name.
_SELECTS = ("_select", "_keep")
# Suboptions that nearly every item has, beside those that are required.
_USUAL = ("namespace", "to")


def check_shapes(host: Mapping[str, Any], name: str) -> None:
    """Check each variable of a host that is to be a list or a mapping.

    Raises:
        AcrError: one is something else.
    """
    for variable, spec in _specs().items():
        try:
            value = host.get(variable)
        except AnsibleError:  # its template reads what the play has yet to set
            continue
        check_shape(variable, value, spec, f" of {name}")


def check_shape(variable: str, value: Any, spec: Spec, of: str = "") -> None:
    """Check one variable.

    Args:
        variable: its name.
        value: its value.
        spec: what it is to be, as argument_specs have it.
        of: whose it is, as the sentence says it.

    Raises:
        AcrError: it is something else; the message shows how to write it.
    """
    wanted = "a list" if spec["type"] == "list" else "a mapping"
    subject, wrong = f"{variable}{of}", "" if _fits(value, spec) else _words(value)
    if not wrong and spec.get("elements") == "dict" and isinstance(value, list):
        place, wrong = next(((at, _words(item)) for at, item in enumerate(value, 1) if _words(item, Mapping)), (0, ""))
        subject, wanted = f"item {place} of {subject}", "a mapping"
    if wrong:
        sample = {"namespaces": ["..."]} if variable.endswith(_SELECTS) else _sample(spec)
        written = json.dumps({variable: sample})
        advice = f"Correct it in the inventory. With -e, write it as JSON: -e '{written}'."
        raise AcrError(f"{subject} is {wrong}, and {wanted} is wanted", advice)


def spec_of(variable: str) -> Spec:
    """Return what a variable of LISTS is to be."""
    options = acr_sync_preflight.MODULE.options[LISTS[variable]]["options"]
    return {"type": "list", "elements": "dict", "options": options}


@cache
def _specs() -> dict[str, Spec]:
    own = {name: spec for name, spec in known.options().items() if spec.get("type") in ("list", "dict")}
    return {**own, **{variable: spec_of(variable) for variable in LISTS}}


def _fits(value: Any, spec: Spec) -> bool:
    if spec["type"] == "dict":
        return isinstance(value, Mapping) or _is_mapping(value)
    # A list of names may be a text with commas between them, as everywhere in Ansible.
    names = spec.get("elements") != "dict" and not isinstance(value, Mapping)
    return names or isinstance(value, (list, tuple))


def _is_mapping(value: Any) -> bool:
    """Return whether a module would read a text as a mapping."""
    try:
        return isinstance(value, str) and bool(check_type_dict(value))
    except TypeError:
        return False


def _words(value: Any, *fitting: type) -> str:
    """Return what a value is; empty if it fits, is unset or is of a kind that nobody writes."""
    if isinstance(value, fitting) or not isinstance(value, (str, bool, int, float, list, Mapping)):
        return ""
    if isinstance(value, str):
        return f"the text {value if len(value) <= _LONGEST else f'{value[:_LONGEST]}...'!r}"
    if isinstance(value, (list, Mapping)):
        return "a list" if isinstance(value, list) else "a mapping"
    return f"{'the value' if isinstance(value, bool) else 'the number'} {json.dumps(value)}"


def _sample(spec: Spec) -> Any:
    """Return a value of the wanted shape, to be filled in."""
    if spec.get("type") == "list":
        return [_sample({**spec, "type": spec.get("elements", "str")})]
    if spec.get("type") != "dict":
        return "..."
    options = spec.get("options") or {"...": {}}
    names = [name for name, option in options.items() if option.get("required") or name in _USUAL]
    return {name: _sample(options[name]) for name in names or [*options][:1]}
