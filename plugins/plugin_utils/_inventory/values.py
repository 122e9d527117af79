# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read lists of variables as people write them, in an inventory and with -e."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def rules_of(host: Mapping[str, Any]) -> list[Any]:
    """Return the rules that a host lists; what is no rule is left out, and `check_shapes` refuses it."""
    rules: Any = host.get("acr_sync_rules")
    return [rule for rule in rules if isinstance(rule, Mapping)] if isinstance(rules, (list, tuple)) else []


def names_of(value: Any) -> list[str]:
    """Return names of a list, or of a text with commas between them."""
    if value is None:
        return []
    names = value.split(",") if isinstance(value, str) else value
    return [text for text in (str(name).strip() for name in names) if text]
