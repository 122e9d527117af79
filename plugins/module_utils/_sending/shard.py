# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Divide images among the jobs that send them together."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import (
    Shard,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import (
    Transfer,
)


def of_shard(transfers: Iterable[Transfer], shard: Shard) -> list[Transfer]:
    """Return one job's share; attachments go with their image."""
    return [transfer for transfer in transfers if _share(transfer) % shard.count == shard.index]


def _share(transfer: Transfer) -> int:
    # A checksum of the name is the same in every job, unlike Python's hash().
    return zlib.crc32((transfer.attached_to or transfer.source).encode())
