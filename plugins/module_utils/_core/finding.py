# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what is wrong, as results show it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import shown

Finding = dict[str, str]
# Findings that one sentence names; a person has read enough of them before that many.
MOST = 20
# A command with its arguments, as commands.py writes it.
_COMMAND = re.compile(r"`ansible-playbook [^`]+`")


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


def failure(begin: str, findings: Collection[Finding]) -> str:
    """Return a message to fail with: all problems and their remedy, or the first with its own if each has another one.

    Often the message is all that somebody sees of the run.
    """
    remedies = {finding["remedy"] for finding in findings}
    problems = first([finding["problem"] for finding in findings])
    if len(remedies) == 1:
        return shown(f"{begin}: {'; '.join(problems)}. {remedies.pop()}")
    remedy = next(iter(findings))["remedy"]
    others = "; ".join(problems[1:])
    return shown(f"{begin}: {problems[0]}. {remedy} Besides, {others}. The findings say what to do about each.")


def sentences(findings: Iterable[Finding]) -> list[str]:
    """Return each problem with its remedy; a command that stands above is not written out again."""
    said: list[str] = []
    for finding in findings:
        remedy = finding["remedy"]
        for command in _COMMAND.findall(remedy):
            if any(command in sentence for sentence in said):
                remedy = remedy.replace(command, "the command above")
        said.append(f"{finding['problem']}. {remedy}")
    return said


def first(sentences: list[str], others: str = "more, which are in the findings") -> list[str]:
    """Return as many sentences as a person reads, and how many others there are."""
    more = len(sentences) - MOST
    return [*sentences[:MOST], *([f"{more} {others}"] if more > 0 else [])]


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each severity."""
    found = Counter(finding["severity"] for finding in findings)
    return {severity: found[severity] for severity in ("error", "warning")}


def _finding(severity: str, check: str, subject: str, problem: str, remedy: str) -> Finding:
    return {"check": check, "severity": severity, "subject": subject, "problem": problem, "remedy": remedy}
