# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find filters that match the empty text, such as v*, and so select everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_match import selects_all
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import FILTERS

REMEDY = "Write a regular expression that needs a character, such as ^v for all that begins with v."


def wide_filters(rule: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a rule's filters, without a full stop."""
    for name in FILTERS:
        if selects_all(rule.get(name)):
            yield (
                f"{name} {rule[name]!r} of sync rule {rule['name']} matches the empty text; as filters are searched for"
                " and not compared as a whole, such a one mostly selects everything"
            )
