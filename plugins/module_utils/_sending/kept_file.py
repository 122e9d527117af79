# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the failed images in a JSON file."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ansible_collections.registryops.alicloud.plugins.module_utils._core.whole_file import whole_file
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.backfill_result import RuleFound


def keep(path: str | None, instance_id: str, rules: Sequence[RuleFound]) -> None:
    """Write each rule's failed images for acr_image_sync to retry.

    Raises:
        AcrError: the file cannot be written.
    """
    if path is None:
        return
    kept = [{"instance_id": instance_id, **rule.kept()} for rule in rules]
    hint = "Name another images_file (backfill_images_directory in the role)."
    with whole_file(path, hint, "; what is sent stays sent") as (_whole, part):
        part.write_text(json.dumps(kept, indent=2), encoding="utf-8")
