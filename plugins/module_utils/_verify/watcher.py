# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define what an audit needs of a verification's lists, so that nothing is listed twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held, Origin
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import SyncTask


class Watcher(Protocol):
    """Is shown the source's records and repositories, and the images of those that concern it."""

    def record(self, record: SyncTask) -> None:
        """Take in a sync record; a changed one comes again."""

    def begin(self, origins: Collection[Origin]) -> None:
        """Take in which repositories there are."""

    def concerns(self, origin: Origin) -> bool:
        """Return whether the images of a repository are wanted."""

    def add(self, origin: Origin, images: Mapping[str, Held]) -> None:
        """Take in one repository's images; several threads may call it at once."""


class Nobody:
    """A watcher that takes in nothing."""

    def record(self, record: SyncTask) -> None:
        """Ignore it."""

    def begin(self, origins: Collection[Origin]) -> None:
        """Ignore them."""

    def concerns(self, origin: Origin) -> bool:
        """Want no images."""
        return False

    def add(self, origin: Origin, images: Mapping[str, Held]) -> None:
        """Ignore them."""
