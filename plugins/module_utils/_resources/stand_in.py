# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name and recognise rules that stand in during replacements.

There are two kinds. A stand-in has the new rule's content and carries pushes meanwhile. A placeholder is for a service
that refuses a second rule of one route. It remembers which rule is being made, and since when. It is manual and has
another target, so that it carries nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import (
    SUFFIX,
    SyncRule,
    is_stand_in,
)

# How long a rule's name may be is not documented. A stand-in's name is at most so long, or as long as the rule's name,
# which the service has taken already.
_SURELY_TAKEN = 30
_WHOLE, _PART = "instance", "instance-filtered"


def stand_in_name(name: str) -> str:
    """Return the stand-in's name for a rule's name."""
    limit = max(len(name), _SURELY_TAKEN)
    if len(name) + len(SUFFIX) <= limit:
        return name + SUFFIX
    # Six digits tell rules apart whose names begin alike; there are some hundred rules, and 16 million digests.
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    kept = name[: limit - len(SUFFIX) - len(digest) - 1].rstrip()
    return f"{kept}-{digest}{SUFFIX}"


def stand_in_names(name: str) -> tuple[str, ...]:
    """Return the names that an interrupted replacement may leave: of its stand-in, and of a placeholder for that."""
    first = stand_in_name(name)
    return first, stand_in_name(first)


def stand_in(rule: SyncRule) -> SyncRule:
    """Return a copy of the rule under its stand-in's name."""
    return replace(rule, name=stand_in_name(str(rule.name)))


def placeholder(rule: SyncRule, namespace: str | None) -> SyncRule:
    """Return a manual rule that remembers an automatic one.

    A rule of the whole instance has no target names that could be changed. Its placeholder is a rule of `namespace`,
    which may be any namespace of the source.
    """
    held = replace(stand_in(rule), trigger="manual")
    if rule.scope == "repository":
        return replace(held, target_repository=f"{rule.target_repository}{SUFFIX}")
    if rule.scope == "namespace":
        return replace(held, target_namespace=f"{rule.target_namespace}{SUFFIX}")
    part = _PART if rule.namespace_filter else _WHOLE
    return replace(held, scope="namespace", namespace=namespace, namespace_filter=None, target_namespace=part + SUFFIX)


def is_placeholder(rule: SyncRule) -> bool:
    ends_beside = is_stand_in(rule.target_namespace) or is_stand_in(rule.target_repository)
    return is_stand_in(rule.name) and rule.trigger == "manual" and ends_beside


def forgets_filter(rule: SyncRule) -> bool:
    """Return whether a placeholder has lost its rule's namespace_filter, for which it has no room."""
    return is_placeholder(rule) and rule.target_namespace == _PART + SUFFIX


def stood_for(rule: SyncRule, name: str) -> SyncRule:
    """Return the rule behind a stand-in or placeholder."""
    original = replace(rule, name=name)
    if not is_placeholder(rule):
        return original
    original = replace(original, trigger="automatic")
    if rule.target_namespace in (_WHOLE + SUFFIX, _PART + SUFFIX):
        return replace(original, scope="instance", namespace=None, target_namespace=None)
    return replace(
        original,
        target_namespace=(rule.target_namespace or "").removesuffix(SUFFIX) or None,
        target_repository=(rule.target_repository or "").removesuffix(SUFFIX) or None,
    )
