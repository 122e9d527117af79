# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report what is wrong with single rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.rule_records import Ended
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import (
    ask_for_grant,
    ask_unless_granted,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_check import PLAIN_FILTER, UNCLEAR
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import iso_time
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import task_remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import contains
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import issue_kind

_CHECKS = {"": "failing_rule", "grant": "rule_without_grant", "instance": "dead_rule"}


def failed(rule: SyncRule, ended: Ended) -> Finding:
    """Report a failed task with the service's issue, as it is, since issues are not documented."""
    issue, subject = str(ended.issue or "no reason given"), f"sync rule {rule.name}"
    into = f"into {ended.target_instance_id} at {iso_time(ended.created)}"
    problem = f"{subject} could not carry {ended.image} {into}: {issue}"
    check = _CHECKS[issue_kind(issue)]
    return error(check, subject, problem, task_remedy(issue, str(ended.target_instance_id)))


def with_command(finding: Finding, rule: SyncRule, client: Client) -> Finding:
    """Add to a finding the command that grants, for the other account's people to paste."""
    if finding["check"] != "rule_without_grant":
        return finding
    try:
        own = str(client.caller()["AccountId"])
    except AcrError:
        return finding  # the remedy without the command is true, too
    asked = ask_for_grant(own, rule.target_instance_id, rule.target_region)
    return {**finding, "remedy": ask_unless_granted("then", asked)}


def shadowed(rules: Sequence[SyncRule], wanted: Collection[str]) -> Iterator[Finding]:
    """Report rules that carry nothing that another rule does not carry.

    A wanted rule is not reported because of an unwanted one.
    """
    shown = [rule.to_result() for rule in rules]
    for place, rule in enumerate(shown):
        for other_place, other in enumerate(shown):
            if rule["name"] in wanted and other["name"] not in wanted:
                continue
            # Of two equal rules, the second is reported.
            if place != other_place and contains(other, rule) and (other_place < place or not contains(rule, other)):
                subject = f"sync rule {rule['name']}"
                problem = f"{subject} carries nothing that sync rule {other['name']} does not carry to the same place"
                yield warning("shadowed_rule", subject, problem, "Delete it.")
                break


def left_over(rule: SyncRule) -> Finding:
    problem = f"sync rule {rule.name} stands in for another one, whose replacement was cut short unless it is under way"
    remedy = "Run the task that keeps that rule again, such as registryops.alicloud.configure_sync; it finishes it."
    return warning("left_over_stand_in", f"sync rule {rule.name}", problem, remedy)


def unreadable(rule: SyncRule) -> Finding:
    problem = f"sync rule {rule.name} {UNCLEAR}"
    return warning("unknown_scope", f"sync rule {rule.name}", problem, PLAIN_FILTER)
