# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell which images a sync rule carries when they are pushed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_check import PLAIN_FILTER
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_match import ANYTHING, matches
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_syntax import (
    BadFilterError,
    UnsharedError,
)

# A sync rule as results show it, or as an inventory lists it.
Rule = Mapping[str, Any]

FILTERS = ("namespace_filter", "repository_filter", "tag_filter")


def covers(rule: Rule, image: Mapping[str, Any]) -> bool:
    """Return whether a rule's scope and filters cover an image, both as results show them.

    It is not documented whether the service anchors filters. Here they may match anywhere, as its examples suggest.
    """
    return (
        rule.get("namespace") in (None, image["namespace"])
        and rule.get("repository") in (None, image["repository"])
        and selects(rule.get("namespace_filter"), image["namespace"])
        and selects(rule.get("repository_filter"), image["repository"])
        and selects(rule.get("tag_filter"), image["tag"])
    )


def selects(pattern: str | None, text: str) -> bool:
    """Return whether a filter selects a text.

    Raises:
        AcrError: engines read the filter differently, so that nobody knows.
    """
    try:
        return matches(pattern, text)
    except (BadFilterError, UnsharedError) as cause:
        raise AcrError(f"what the filter {pattern!r} covers cannot be told here ({cause})", PLAIN_FILTER) from cause


def is_readable(rule: Mapping[str, Any]) -> bool:
    """Return whether a rule's filters can be understood."""
    try:
        return all(selects(rule.get(name), "") in (True, False) for name in FILTERS)
    except AcrError:
        return False


def contains(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Return whether one rule carries all that another does, to the same place and by the same trigger.

    Filters are compared as they are written. That one means more than another is only known if it selects everything.
    """
    return (
        all(wide.get(name) == narrow.get(name) for name in ("target_instance_id", "trigger"))
        and all(wide.get(name) in (None, narrow.get(name)) for name in ("namespace", "repository"))
        and all(wide.get(name) in (*ANYTHING, narrow.get(name)) for name in FILTERS)
        and all(_arrives(wide, narrow, name) == _arrives(narrow, narrow, name) for name in ("namespace", "repository"))
    )


def _arrives(rule: Mapping[str, Any], image: Mapping[str, Any], name: str) -> Any:
    return rule.get(f"target_{name}") or image.get(name)
