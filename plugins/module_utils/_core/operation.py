# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do a deed once, as opposed to keeping a state."""

from __future__ import annotations

from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task


class Operation:
    """A deed for one task; module.perform calls the methods in their order here."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.client = task.client
        self.params = task.params

    def prepare(self) -> None:
        """Read the present state and decide what to do."""
        raise NotImplementedError

    def needed(self) -> bool:
        """Return whether anything is left to start."""
        raise NotImplementedError

    def run(self) -> None:
        """Do what is left; if the options ask for it, wait for what was started or joined."""
        raise NotImplementedError

    def to_result(self) -> dict[str, Any]:
        """Return the module's result.

        Raises:
            AcrError: with the result in it, if any part failed.
        """
        raise NotImplementedError
