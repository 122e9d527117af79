# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what is wrong, as results show it."""

from __future__ import annotations

Finding = dict[str, str]


def error(check: str, subject: str, problem: str, remedy: str) -> Finding:
    """Return a finding that is certainly wrong.

    Something does not work, or somebody may do more than sync needs.

    `problem` goes without a full stop.
    """
    return _finding("error", check, subject, problem, remedy)


def warning(check: str, subject: str, problem: str, remedy: str) -> Finding:
    """Return a finding that is uncertain, or may be intended."""
    return _finding("warning", check, subject, problem, remedy)


def _finding(severity: str, check: str, subject: str, problem: str, remedy: str) -> Finding:
    return {"check": check, "severity": severity, "subject": subject, "problem": problem, "remedy": remedy}
