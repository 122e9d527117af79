# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name and recognise rules that stand in during replacements.

There are two kinds. A stand-in has the new rule's content and carries pushes meanwhile. Where the service refuses a
second rule of one route, a placeholder remembers what is being made and since when: it is manual and ends beside the
route, so that it carries nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import (
    SUFFIX,
    SyncRule,
    is_stand_in,
)

# How long a rule's name may be is not documented. Up to here it is taken to be borne, and otherwise a name that is as
# long as the rule's own is.
_SURELY_BORNE = 30
_WHOLE, _PART = "instance", "instance-filtered"


def stand_in_name(name: str) -> str:
    """Return the stand-in's name for a rule's name."""
    limit = max(len(name), _SURELY_BORNE)
    if len(name) + len(SUFFIX) <= limit:
        return name + SUFFIX
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    kept = name[: limit - len(SUFFIX) - len(digest) - 1].rstrip()
    return f"{kept}-{digest}{SUFFIX}"


def stand_in_names(name: str) -> tuple[str, ...]:
    """Return all names that an interrupted replacement may leave.

    These are its stand-in, and a placeholder for that.
    """
    first = stand_in_name(name)
    return first, stand_in_name(first)


def stand_in(rule: SyncRule) -> SyncRule:
    """Return a copy of the rule under its stand-in's name."""
    return replace(rule, name=stand_in_name(str(rule.name)))


def placeholder(rule: SyncRule, namespace: str | None) -> SyncRule:
    """Return a manual rule that remembers an automatic one.

    `namespace` is any of the source's, for a rule of the whole instance: that has no target names to end beside.
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
    """Return whether a placeholder lost its rule's namespace_filter.

    A placeholder has no room for it.
    """
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
