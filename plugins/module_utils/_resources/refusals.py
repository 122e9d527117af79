# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep refusals that hold for further rules of a task, so that these are not sent only to be refused as well."""

from __future__ import annotations

from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    ApiError,
    CredentialsError,
    NoPermissionError,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import SyncRule

# Beginnings of codes that are about where a rule ends, and not about what it carries.
_OF_TARGETS = ("TARGET_INSTANCE_", "TARGET_REGION_")


class Refusals:
    """What the service has refused in one task."""

    def __init__(self) -> None:
        self._by_scope: dict[Any, ApiError] = {}

    def note(self, rule: SyncRule, error: ApiError) -> None:
        """Keep a refusal of a rule if it holds for others."""
        if isinstance(error, CredentialsError) or error.denied.get("AuthAction"):
            self._by_scope[None] = error  # about the caller, whatever the rule
        elif isinstance(error, NoPermissionError) or error.code.startswith(_OF_TARGETS):
            self._by_scope[target_of(rule)] = error

    def of(self, rule: SyncRule) -> ApiError | None:
        """Return the refusal that a rule would get, as an error of its own; None if none is known."""
        known = self._by_scope.get(None) or self._by_scope.get(target_of(rule))
        return known.again() if known else None


def target_of(rule: SyncRule) -> tuple[str | None, ...]:
    """Return what rules with one target have in common."""
    return rule.target_account_id, rule.target_region, rule.target_instance_id
