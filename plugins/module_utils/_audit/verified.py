# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify, and audit by the same lists if asked."""

from __future__ import annotations

from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.source import SourceAudit
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.namespace import namespace_names
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.verify import Verification


def verify(task: Task) -> dict[str, Any]:
    """Return how rules and images stand, with the audit's findings if the options ask for them.

    Raises:
        AcrError: both an audit and a selection are asked for; an audit would take the rest for missing.
    """
    if not task.params["audit"]:
        return Verification(task).run()
    selected = sorted(name for name, value in (task.params["select"] or {}).items() if value is not None)
    if selected:
        raise AcrError(
            f"an audit looks at all of an instance, and select names {' and '.join(selected)}",
            "Leave out audit or select.",
        )
    audit = SourceAudit(task)
    result = Verification(task, audit).run()
    # Without rules nothing is judged by namespaces, so that the call is spared.
    found = audit.findings(namespace_names(task.client, result["instance_id"]) if audit.has_rules else ())
    return {**result, "audit": sorted(found, key=lambda finding: finding["severity"])}
