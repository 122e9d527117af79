# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find rules that carry nothing of their own."""

from __future__ import annotations

from itertools import product
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.shadowed import shadowed
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import contains

OPTIONS: dict[str, tuple[Any, ...]] = {
    "namespace": (None, "a", "b"),
    "repository": (None, "x"),
    "target_namespace": (None, "a", "c"),
    "tag_filter": (None, "^v"),
    "target_instance_id": ("cri-1", "cri-2"),
}


def test_each_rule_is_compared_with_every_rule_that_may_contain_it() -> None:
    rules = [
        {"name": f"r{number}", **dict(zip(OPTIONS, values, strict=True))}
        for number, values in enumerate(product(*OPTIONS.values()))
    ]
    contained = [
        f"sync rule {rule['name']}"
        for rule in rules
        if any(contains(other, rule) for other in rules if other is not rule)
    ]
    assert 0 < len(contained) < len(rules)
    assert [finding["subject"] for finding in shadowed(rules, ())] == contained
