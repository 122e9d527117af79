# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deeds: work that is done once and leaves records, not a state to be kept."""

from __future__ import annotations

from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task


class Operation:
    """One kind of deed, for one task."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.client = task.client
        self.params = task.params

    def prepare(self) -> None:
        """Read what is there and decide what is left to do."""
        raise NotImplementedError

    def needed(self) -> bool:
        """Whether anything is left to start."""
        raise NotImplementedError

    def run(self) -> None:
        """Do what is left and, if the options say so, wait until that and what was joined has ended."""
        raise NotImplementedError

    def to_result(self) -> dict[str, Any]:
        """Return the module's result.

        Raises:
            AcrError: with the result in it, if any part failed.
        """
        raise NotImplementedError
