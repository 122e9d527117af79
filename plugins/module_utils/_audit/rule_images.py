# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep what is known of the images of one rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.rule_records import Ended, RuleRecords
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.selected import (
    left_behind,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held, Origin


@dataclass
class RuleImages:
    """What one rule has to carry.

    Attributes:
        newest: when the newest image that it covers was pushed, in epoch milliseconds; None if it covers none.
        ended: its newest task that has ended; one of an image that was deleted is no fault of the rule.
        signatures: the first image that it carries without a signature.
    """

    newest: int | None = None
    ended: Ended | None = None
    signatures: Finding | None = None

    def add(self, rule: Mapping[str, Any], origin: Origin, tags: Mapping[str, Held], records: RuleRecords) -> None:
        """Take in the images of one repository that the rule covers."""
        self.newest = max(self.newest or 0, *(held.pushed for held in tags.values()))
        ended = records.newest(rule["sync_rule_id"], origin, tags)
        if ended and (self.ended is None or ended.created > self.ended.created):
            self.ended = ended

    def look_for_signatures(self, rule: Mapping[str, Any], origin: Origin, images: Mapping[str, Held]) -> None:
        """Keep the first finding about signatures, which is enough to act on."""
        # One example tells what to change in the filter, and looking at all tags costs time.
        self.signatures = self.signatures or left_behind(rule, origin, images)
