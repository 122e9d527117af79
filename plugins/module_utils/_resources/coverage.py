# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images a sync rule carries when they are pushed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

FILTERS = ("namespace_filter", "repository_filter", "tag_filter")
_ANYTHING = (None, "", ".*", "^.*$", ".+", "^.+$")


def covers(rule: Mapping[str, Any], image: Mapping[str, Any]) -> bool:
    """Whether a rule's scope and filters cover an image, both as results show them.

    Whether the service anchors filters is not documented; they are searched for here, as its examples read.
    """
    return (
        rule.get("namespace") in (None, image["namespace"])
        and rule.get("repository") in (None, image["repository"])
        and re.search(rule.get("namespace_filter") or "", image["namespace"]) is not None
        and re.search(rule.get("repository_filter") or "", image["repository"]) is not None
        and re.search(rule.get("tag_filter") or "", image["tag"]) is not None
    )


def contains(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Whether one rule carries all that another does, to the same place and on the same occasion.

    Filters are compared as they are written; one that only means more than another is not recognised.
    """
    return (
        all(wide.get(name) == narrow.get(name) for name in ("target_instance_id", "trigger"))
        and all(wide.get(name) in (None, narrow.get(name)) for name in ("namespace", "repository"))
        and all(wide.get(name) in (*_ANYTHING, narrow.get(name)) for name in FILTERS)
        and all(_arrives(wide, narrow, name) == _arrives(narrow, narrow, name) for name in ("namespace", "repository"))
    )


def _arrives(rule: Mapping[str, Any], image: Mapping[str, Any], name: str) -> Any:
    return rule.get(f"target_{name}") or image.get(name)
