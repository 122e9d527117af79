# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what is set up wrong, with one account's keys."""

from __future__ import annotations

from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.destination import (
    audit_destination,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.source import audit_source
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task

_SIDES = {"source": audit_source, "destination": audit_destination}


def audit(task: Task) -> dict[str, Any]:
    """Return an instance's findings, errors first.

    At the destination they include those of the account's grant.
    """
    findings = _SIDES[task.params["side"]](task)
    return {"changed": False, "findings": sorted(findings, key=lambda finding: finding["severity"])}
