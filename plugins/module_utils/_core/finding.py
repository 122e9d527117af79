# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what is wrong, as results show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

Finding = dict[str, str]


def error(check: str, subject: str, problem: str, remedy: str) -> Finding:
    """Return a finding that is certain.

    Something does not work, or somebody may do more than sync needs. `problem` has no full stop.
    """
    return _finding("error", check, subject, problem, remedy)


def warning(check: str, subject: str, problem: str, remedy: str) -> Finding:
    """Return a finding that is uncertain, or may be intended."""
    return _finding("warning", check, subject, problem, remedy)


def state_of(findings: Iterable[Finding]) -> str:
    """Return how sync is in one word."""
    severities = {finding["severity"] for finding in findings}
    if "error" in severities:
        return "bad"
    return "warning" if severities else "good"


def advice(findings: Iterable[Finding]) -> str:
    """Return the remedy of findings, or where to read it if each has another one."""
    remedies = {finding["remedy"] for finding in findings}
    return remedies.pop() if len(remedies) == 1 else "The findings say what to do about each."


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each severity."""
    found = Counter(finding["severity"] for finding in findings)
    return {severity: found[severity] for severity in ("error", "warning")}


def _finding(severity: str, check: str, subject: str, problem: str, remedy: str) -> Finding:
    return {"check": check, "severity": severity, "subject": subject, "problem": problem, "remedy": remedy}
