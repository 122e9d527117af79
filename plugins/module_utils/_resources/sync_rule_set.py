# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All outbound sync rules of one instance, kept at once."""

from __future__ import annotations

from ansible_collections.registryops.alicloud.plugins.module_utils._core.bulk import Bulk
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule, SyncRules


class SyncRuleSet(Bulk[SyncRule]):
    resource_type = SyncRules
    option = "rules"
