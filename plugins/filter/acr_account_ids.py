# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_account_ids
short_description: Read the accounts that somebody has named, or take those that were found
version_added: 1.0.0
description:
  - Returns the UIDs of a list. It also takes a text with commas between the UIDs, as a survey or a command line gives
    it.
  - If the text is empty, no account was named, and O(others) is returned. An empty list stays empty.
positional: others
options:
  _input:
    description: The UIDs that were named.
    type: raw
    required: true
  others:
    description: The UIDs to return if none were named.
    type: list
    elements: str
    default: []
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show the accounts of a survey
  ansible.builtin.debug:
    msg: "{{ '1252879610640001, 1111000011110000' | registryops.alicloud.acr_account_ids }}"
"""

RETURN = r"""
_value:
  description: The UIDs.
  type: list
  elements: str
"""

from collections.abc import Callable, Sequence
from typing import Any


def account_ids(named: Any, others: Sequence[str] = ()) -> list[str]:
    """Return the accounts that are named, or the others; see DOCUMENTATION."""
    if isinstance(named, list | tuple):
        return [str(uid) for uid in named]
    # With -e, everything is a text.
    text = str(named).strip()
    if not text:
        return list(others)
    return [uid.strip() for uid in text.split(",") if uid.strip()]


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_account_ids": account_ids}
