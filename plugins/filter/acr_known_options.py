# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_known_options
short_description: Refuse misspelt options of rules, namespaces and repositories
version_added: 1.0.0
description:
  - Returns the items of a list as they are. It fails if an item has an unknown option, lacks a required one, or has a
    value that is not one of the choices. The failure names the item and the option with the most similar name.
  - It fails if they are no list, such as a text that was given with C(-e), and says how to write it. Null counts as an
    empty list.
positional: kind
options:
  _input:
    description: The items, such as C(acr_sync_rules).
    type: list
    elements: dict
    required: true
  kind:
    description: What the items are.
    type: str
    choices: [sync rule, namespace, repository]
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show the rules of this host, if all of their options are right
  ansible.builtin.debug:
    msg: "{{ acr_sync_rules | registryops.alicloud.acr_known_options('sync rule') }}"
"""

RETURN = r"""
_value:
  description: The items, unchanged.
  type: list
  elements: dict
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.registryops.alicloud.plugins.modules import acr_sync_preflight
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.items import (
    KINDS,
    check_items,
    check_names,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.shapes import (
    LISTS,
    check_shape,
    spec_of,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._refusals import as_filter_errors

_VARIABLES = {KINDS[option]: variable for variable, option in LISTS.items()}
_OPTIONS = {
    KINDS[option]: acr_sync_preflight.MODULE.options[option]["options"]
    for option in ("sync_rules", "namespaces", "repositories")
}


def known_options(items: Any, kind: str) -> Any:
    """Return the items after a look at their options; see DOCUMENTATION."""
    with as_filter_errors():
        check_shape(_VARIABLES[kind], items, spec_of(_VARIABLES[kind]))
        check_items(kind, items or [], _OPTIONS[kind])
        check_names(kind, items or [])
    # A key of YAML with nothing behind it is null.
    return [] if items is None else items


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_known_options": known_options}
