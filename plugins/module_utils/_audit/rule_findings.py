# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report what is wrong with single rules."""

from __future__ import annotations

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


def left_over(rule: SyncRule) -> Finding:
    problem = f"sync rule {rule.name} stands in for another one, whose replacement was cut short unless it is under way"
    remedy = "Run the task that keeps that rule again, such as registryops.alicloud.configure_sync; it finishes it."
    return warning("left_over_stand_in", f"sync rule {rule.name}", problem, remedy)


def unreadable(rule: SyncRule) -> Finding:
    problem = f"sync rule {rule.name} {UNCLEAR}"
    return warning("unknown_scope", f"sync rule {rule.name}", problem, PLAIN_FILTER)
