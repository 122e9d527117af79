# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what somebody has to do who looks on while a verification lists, so that nothing is listed twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import SyncTask

# The namespace and the repository that an image comes from.
Origin = tuple[str, str]


class Watcher(Protocol):
    """Takes in what is on the source: its records, then its repositories, then the images of those that concern it."""

    def record(self, record: SyncTask) -> None:
        """Take in one sync record; one that changes meanwhile is taken in again."""

    def begin(self, origins: Collection[Origin]) -> None:
        """Take in which repositories there are."""

    def concerns(self, origin: Origin) -> bool:
        """Tell whether the images of a repository are wanted."""

    def add(self, origin: Origin, images: Mapping[str, Held]) -> None:
        """Take in the images of one repository; several threads may do it at once."""


class Nobody:
    """Looks on at nothing."""

    def record(self, record: SyncTask) -> None:
        """Leave it."""

    def begin(self, origins: Collection[Origin]) -> None:
        """Leave them."""

    def concerns(self, origin: Origin) -> bool:
        """Want no images."""
        return False

    def add(self, origin: Origin, images: Mapping[str, Held]) -> None:
        """Leave them."""
