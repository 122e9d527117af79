# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what will be done to one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State

S = TypeVar("S", bound=State)
NOTHING, CREATE, UPDATE, REPLACE, DELETE = "nothing", "create", "update", "replace", "delete"
VERBS = {NOTHING: "unchanged", CREATE: "created", UPDATE: "changed", REPLACE: "replaced", DELETE: "deleted"}


@dataclass(frozen=True)
class Plan(Generic[S]):
    """What will be done, decided before anything is done; `after` is the state in the end."""

    action: str
    before: S | None
    after: S | None
    changes: Mapping[str, tuple[Any, Any]]
    # Duplicates, which are deleted. They are in the plan, so that check mode tells of them too.
    surplus: tuple[S, ...] = ()

    @property
    def changed(self) -> bool:
        return self.action != NOTHING
