# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the images that future rules will carry, and list only repositories where something can be found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.meeting import Meeting
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.selected import (
    left_behind,
    selects_signatures,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.filter_match import ANYTHING
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import FILTERS, Rule, is_readable
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.idle_filters import IdleFilters
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import Origin
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Routes, Select
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.side import Side

# Repositories of a rule that are looked into for signatures. These are five rounds of twenty calls. A preflight should
# be quick; the audit looks into all of them.
_MOST = 100
# What says which images a rule carries. Without a namespace it is for the whole instance, whatever its scope says.
_SELECTING = ("namespace", "repository", "namespace_filter", "repository_filter", "tag_filter")


class RulesToCome:
    """An instance's future rules, and the images they cover.

    Args:
        client: the services of the instance's account.
        instance_id: the source.
        rules: the rules that are wanted, as the option sync_rules has them.
        there: the rules that the instance has.
    """

    def __init__(self, client: Client, instance_id: str, rules: Iterable[Rule], there: Iterable[SyncRule]) -> None:
        self._client = client
        self._there = {str(rule.name): rule.to_result() for rule in there}
        self._rules = [rule for rule in rules if is_readable(rule)]
        self._side = Side(client, instance_id)
        self._listed: set[Any] = set()

    def meeting(self) -> list[Finding]:
        """Return findings about rules that write to one repository from several."""
        # Most inventories have no such rules. Then nothing is listed.
        candidates = _sharing(self._rules)
        if not candidates:
            return []
        with attempt(f"look whether sync rules of {self._side.instance_id} meet"):
            self._read(candidates)
            meeting = Meeting(candidates, self._side.places)
            for origin, tags in self._images(meeting.origins):
                meeting.add(origin, tags)
        return list(meeting.findings())

    def leaving_out(self) -> Iterator[Finding]:
        """Yield a finding for each rule whose filters would leave out signatures, or everything."""
        # Of a rule that is there already, verification and the audit tell.
        coming = [rule for rule in self._rules if not _selects_alike(rule, self._there.get(str(rule["name"]), {}))]
        narrow = [rule for rule in coming if any(rule.get(name) not in ANYTHING for name in FILTERS)]
        if not narrow:
            return
        with attempt(f"look what filters select on {self._side.instance_id}"):
            self._read(narrow)
            for rule in narrow:
                yield from self._left_out(rule)

    def _left_out(self, rule: Rule) -> Iterator[Finding]:
        idle = IdleFilters([rule], self._side.places)
        routes = Routes([rule], Select())
        covered = [origin for origin in sorted(self._side.places) if routes.of(*origin)]
        looks = not selects_signatures(rule.get("tag_filter"))
        images = self._images(covered[:_MOST]) if looks else []
        findings = [left_behind(rule, origin, held) for origin, held in images]
        yield from [finding for finding in findings if finding][:1]
        # What was listed in part may match elsewhere, which verification tells.
        if len(covered) <= _MOST:
            for origin, held in images:
                idle.add(origin, held)
        yield from (found.finding() for found in idle.found())

    def _read(self, rules: Sequence[Rule]) -> None:
        """List the repositories that some rules may cover, each namespace once."""
        # A rule without a namespace is for the whole instance, so that everything is listed.
        names = {rule.get("namespace") for rule in rules}
        missing = {None} if None in names else names - self._listed
        if missing and None not in self._listed:
            self._listed |= missing
            self._side.read(None if None in missing else sorted(map(str, missing)))

    def _images(self, origins: Sequence[Origin]) -> list[tuple[Origin, Mapping[str, Any]]]:
        listed = self._client.calls(lambda origin: self._side.images(*origin), origins)
        return list(zip(origins, listed, strict=True))


def _selects_alike(rule: Rule, other: Rule) -> bool:
    """Return whether two rules select the same images."""
    return all((rule.get(name) or None) == (other.get(name) or None) for name in _SELECTING)


def _sharing(rules: Sequence[Rule]) -> list[Rule]:
    """Return rules that share a target namespace and come from different namespaces or repositories."""
    by_target: dict[tuple[Any, Any], list[Rule]] = {}
    for rule in rules:
        if rule.get("namespace"):
            target = (rule.get("target_instance_id"), rule.get("target_namespace") or rule["namespace"])
            by_target.setdefault(target, []).append(rule)
    shared: list[Rule] = []
    for group in by_target.values():
        if len({(rule["namespace"], rule.get("repository")) for rule in group}) > 1:
            shared += group
    return shared
