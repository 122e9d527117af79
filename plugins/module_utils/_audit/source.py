# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit a source's rules: one may carry nothing, fail to carry, or repeat another rule."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.meeting import Meeting
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.rule_findings import (
    failed,
    left_over,
    unreadable,
    with_command,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.rule_images import RuleImages
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.rule_records import RuleRecords
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.selected import (
    selecting_all,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.shadowed import shadowed
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_match import ANYTHING
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, warning
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import iso_time
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import is_readable, selects
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.dead_scope import (
    CORRECT_OR_DELETE,
    dead_scope,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.idle_filters import IdleFilters
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Held, Origin
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.namespace import namespace_names
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule, SyncRules
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import is_stand_in
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import SyncTask, each_task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import (
    missing_rule,
    missing_rules,
    unlisted_rules,
    wanted_rules,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Routes, Select
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.side import Side

# In milliseconds. Tags and rules may be dated by different machines of the service.
_CLOCK_MARGIN = 2000


class SourceAudit:
    """Judge a source's rules while somebody lists its images.

    Args:
        task: whose parameters name the instance, and the rules of the inventory if these are known.
    """

    def __init__(self, task: Task) -> None:
        self._client = task.client
        self._instance_id = str(task.params["instance_id"])
        self._listed = task.params.get("rules")
        # Inbound ones too, since one of them tells why a rule is missing.
        self._there = list(SyncRules(task.client, {"instance_id": self._instance_id}).find())
        self._found = [rule for rule in self._there if rule.direction != "inbound"]
        readable = [rule for rule in self._found if is_readable(rule.to_result())]
        # A stand-in is part of another rule's replacement, and has a finding as such.
        self._rules = [rule for rule in readable if not is_stand_in(rule.name)]
        self._shown = [rule.to_result() for rule in self._rules]
        self._routes = Routes(self._shown, Select())
        self._carried = {str(rule["sync_rule_id"]): RuleImages() for rule in self._shown}
        self._origins: Collection[Origin] = ()
        self._idle = IdleFilters((), ())
        self._meeting = Meeting((), ())
        self._records = RuleRecords()
        # Images of several repositories are taken in at once.
        self._lock = threading.Lock()

    @property
    def has_rules(self) -> bool:
        """Return whether any rule needs images and records."""
        return bool(self._rules)

    def record(self, record: SyncTask) -> None:
        """Take in one sync record."""
        self._records.add(record)

    def begin(self, origins: Collection[Origin]) -> None:
        """Take in which repositories there are."""
        self._origins = origins
        self._meeting = Meeting(self._shown, origins)
        self._idle = IdleFilters(self._shown, origins)

    def concerns(self, origin: Origin) -> bool:
        """Return whether a rule covers a repository, so that its images have to be added."""
        return bool(self._routes.of(*origin))

    def add(self, origin: Origin, images: Mapping[str, Held]) -> None:
        """Take in one repository's images, after the records; taking them in twice does no harm."""
        self._idle.add(origin, images)
        with self._lock:
            self._meeting.add(origin, images)
            self._add(origin, images)

    def _add(self, origin: Origin, images: Mapping[str, Held]) -> None:
        for routes in self._routes.of(*origin).values():
            for route in routes:
                everything = route.tags in ANYTHING
                tags = images if everything else {tag: images[tag] for tag in images if selects(route.tags, tag)}
                if tags:
                    self._carried[str(route.rule["sync_rule_id"])].add(route.rule, origin, tags, self._records)
                    if not everything:
                        self._carried[str(route.rule["sync_rule_id"])].look_for_signatures(route.rule, origin, images)

    def findings(self, namespaces: Collection[str]) -> list[Finding]:
        """Return what is wrong, by all that was added."""
        findings = [left_over(rule) for rule in self._found if is_stand_in(rule.name)]
        findings += [unreadable(rule) for rule in self._found if not is_readable(rule.to_result())]
        findings += selecting_all(self._shown)
        idle = {found.name: found.finding() for found in self._idle.found()}
        for rule in self._rules:
            of_filter = idle.get(str(rule.name))
            findings += [of_filter] if of_filter else self._audit(rule, namespaces)
        findings += self._meeting.findings()
        findings += [carried.signatures for carried in self._carried.values() if carried.signatures]
        if self._listed is not None:
            there = [rule.to_result() for rule in self._there]
            findings += [missing_rule(there, rule) for rule in missing_rules(there, self._listed)]
            findings += [
                warning("unlisted_rule", f"sync rule {unlisted.rule['name']}", unlisted.problem, unlisted.remedy)
                for unlisted in unlisted_rules(there, self._listed)
            ]
        return [*findings, *shadowed(self._shown, {rule["name"] for rule in wanted_rules(self._listed or [])})]

    def _audit(self, rule: SyncRule, namespaces: Collection[str]) -> Iterator[Finding]:
        carried = self._carried[str(rule.sync_rule_id)]
        dead = dead_scope(rule.to_result(), self._instance_id, namespaces, self._origins)
        if dead:
            yield dead
        elif carried.newest is None:
            subject = f"sync rule {rule.name}"
            problem = f"{subject} covers no image that is on {self._instance_id}"
            yield warning("dead_rule", subject, problem, CORRECT_OR_DELETE)
        else:
            yield from self._by_records(rule, carried)

    def _by_records(self, rule: SyncRule, carried: RuleImages) -> Iterator[Finding]:
        """Return what records say of a working rule."""
        if carried.ended and carried.ended.failed and not self._records.mended(carried.ended):
            yield with_command(failed(rule, carried.ended), rule, self._client)
        newest, known = carried.newest or 0, self._records.knows(rule.sync_rule_id)
        if not known and rule.trigger != "manual" and newest > (rule.create_time or newest) + _CLOCK_MARGIN:
            subject = f"sync rule {rule.name}"
            problem = f"{subject} has no record, although an image that it covers was pushed at {iso_time(newest)}"
            remedy = "Compare both sides with registryops.alicloud.verify_sync, and create the rule again."
            # It is not documented for how long records are kept. Older records show that this one never existed.
            say = error if self._records.reach_before(newest) else warning
            yield say("dead_rule", subject, problem, remedy)


def audit_source(task: Task) -> list[Finding]:
    """Return an instance's findings, after listing its records and images."""
    audit = SourceAudit(task)
    if not audit.has_rules:
        return audit.findings(())
    instance_id = str(task.params["instance_id"])
    side = Side(task.client, instance_id)
    with attempt(f"look at what is on {instance_id}"):
        namespaces = namespace_names(task.client, instance_id)
        side.read(None)
        for record in each_task(task.client, instance_id, {}):
            audit.record(record)
    audit.begin(side.places)
    audit_images(audit, side, list(side.places))
    return audit.findings(namespaces)


def audit_images(audit: SourceAudit, side: Side, origins: Iterable[Origin]) -> None:
    """Hand the images of covered repositories to the audit, a few repositories at a time."""
    for images_of in side.each(origin for origin in origins if audit.concerns(origin)):
        audit.add(*images_of)
