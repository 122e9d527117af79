# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images a sync rule carries when they are pushed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


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
