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
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import (
    Finding,
    counted,
    failure,
    first,
    sentences,
    state_of,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task

_SIDES = {"source": audit_source, "destination": audit_destination}
# Which findings are a reason to fail, by the option fail_on.
_FAILING = {"error": ("error",), "warning": ("error", "warning")}
_NOTHING = "Nothing is set up wrong, as far as this account can see."


def audit(task: Task) -> dict[str, Any]:
    """Return an instance's findings, errors first; at a destination, those of the account's grant, too."""
    known = task.params["known"]
    found: list[Finding] = []
    for side in task.params["sides"]:
        # A report audits the source while it verifies, and hands on what was found.
        found += known if side == "source" and known is not None else _SIDES[side](task)
    # "error" comes before "warning" in the alphabet, too.
    findings = sorted(found, key=lambda finding: finding["severity"])
    return {
        "changed": False,
        "instance_id": task.params["instance_id"],
        "state": state_of(findings),
        "counts": counted(findings),
        "findings": findings,
        "summary": _summary(findings, task.params["fail_on"]),
    }


def _summary(findings: list[Finding], fail_on: str) -> dict[str, Any]:
    """Return the findings as sentences, and the message of the failure, if any."""
    failing = [finding for finding in findings if finding["severity"] in _FAILING[fail_on]]
    said = zip(findings, sentences(findings), strict=True)
    lines = [f"{finding['severity']}: {sentence}" for finding, sentence in said]
    return {
        "findings": first(lines) or [_NOTHING],
        "failure": failure("Sync is not set up as it should be", failing) if failing else "",
    }
