# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify that what sync rules should carry has arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import ask_for_grant
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NoPermissionError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import pool
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import activity
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import is_readable
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.dead_scope import dead_scope
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.idle_filters import IdleFilters
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.names import (
    check_namespaces,
    check_repositories,
    check_tags,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.namespace import namespace_names
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.both_sides import Comparison
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.destinations import anybody
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.grants import (
    Grants,
    look_at_grants,
    needs_of,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.image_file import image_file
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.peers import PeerSides
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.progress import VerifyProgress
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.records import KeptRecords
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.result import VerificationResult
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.routes import Routes, Select
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.rules import AS_WANTED, Standing, standings
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.settings import (
    SettingsFound,
    compare_settings,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.side import Side
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.summary import Summary
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.watcher import Nobody, Watcher

_WHERE = "(verify_sync_select in the role)"
# Seconds between two looks at what is in flight; most tasks take a few seconds.
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 10.0


class Verification:
    """Look at an instance's rules and records and at both sides, and change nothing.

    Args:
        task: the module's task.
        watcher: is shown what is listed of the source.
    """

    def __init__(self, task: Task, watcher: Watcher | None = None) -> None:
        self._watcher = watcher or Nobody()
        self._task = task
        self._params = task.params
        self._select = Select.of(task.params["select"])
        self._instance_id = str(task.params["instance_id"])
        self._progress = VerifyProgress(task.client.clock)
        # Check mode writes nothing, not even a report.
        self._file = None if task.check_mode else task.params["images_file"]
        self._peers = PeerSides(task)

    def run(self) -> dict[str, Any]:
        """Return how the rules and the images stand."""
        rules = standings(self._task, self._select)
        # Beside the images, so that no run takes longer for it.
        with pool() as threads:
            grants = threads.submit(look_at_grants, self._task, needs_of(rules, self._peers.names))
            with activity.doing(self._progress.line):
                return self._look_at_images(rules, grants)

    def _look_at_images(self, rules: Sequence[Standing], grants: Future[Grants]) -> dict[str, Any]:
        followed = self._followed(rules)
        routes = Routes(followed, self._select)
        source = Side(self._task.client, self._instance_id)
        records = KeptRecords(self._task.client, self._instance_id, routes.instance_ids, self._watcher)
        self._look(routes, source, records)
        destinations = self._peers.sides
        self._check_names(source, destinations.values())
        if not self._params["preview"]:  # the run may make them
            self._peers.look_for_namespaces(_arrivals(source, routes))
        self._watcher.begin(source.places)
        if not self._task.check_mode:
            self._wait(records)
        idle = self._idle_filters(rules, source)
        summary = self._compare(Comparison(source, destinations, routes, records, self._watcher, idle))
        return VerificationResult(
            instance_id=self._instance_id,
            rules=rules,
            summary=summary,
            uncovered=self._uncovered(source, routes),
            destinations=self._peers.ends_of(followed, records, grants.result()),
            grants=grants.result(),
            of_scopes=[*self._dead_scopes(rules, source), *(filtered.finding() for filtered in idle.found())],
            ask=self._ask,
            unreadable=self._peers.unreadable,
            records=records.count,
            images_file=self._file,
            fail_on=self._params["fail_on"],
            region=self._task.client.region,
            settings=self._settings(source, destinations, routes),
            preview=self._params["preview"],
        ).to_result()

    def _ask(self, instance_id: str, region: str | None) -> str:
        """Return what the owner of an instance has to do, as a command if our own account is known."""
        try:
            own = str(self._params.get("account_id") or self._task.client.caller()["AccountId"])
        except AcrError:
            return anybody(instance_id, region)  # true without the command, too
        return ask_for_grant(own, instance_id, region)

    def _settings(self, source: Side, destinations: Mapping[str, Side], routes: Routes) -> SettingsFound:
        settings = self._params["settings"]
        return compare_settings(source, destinations.values(), routes, settings) if settings else SettingsFound()

    def _look(self, routes: Routes, source: Side, records: KeptRecords) -> None:
        """Read records and both sides' repositories at the same time."""
        only = self._select.namespaces
        # The API filters records by one namespace at most.
        namespace = only[0] if only and len(only) == 1 else None
        deeds: list[Callable[[], None]] = [
            partial(source.read, only),
            partial(records.read, namespace, self._progress.records),
            *self._peers.looks(routes.instance_ids, routes.target_namespaces()),
        ]
        self._task.client.calls(lambda deed: deed(), deeds)

    def _check_names(self, source: Side, destinations: Iterable[Side]) -> None:
        """Refuse namespaces that the source does not have, and repositories that neither side has.

        Nothing in them would seem to be missing.
        """
        there = {namespace for namespace, _repository in source.places}
        named = self._select.namespaces or ()
        option = f"select.namespaces {_WHERE}"
        check_namespaces(self._task.client, self._instance_id, named, there, option)
        places = [*source.places.values()]
        for side in destinations:
            places += side.places.values()
        check_repositories(self._select.repositories or (), places, self._instance_id, f"select.repositories {_WHERE}")

    def _wait(self, records: KeptRecords) -> None:
        """Wait until nothing is in flight, or time is over."""
        waited, pause = 0.0, _FIRST_WAIT
        ends = self._task.client.clock() + self._params["wait_timeout"]
        moving = records.in_flight()
        while moving and waited < self._params["wait_timeout"]:
            self._progress.waiting(sum(moving.values()), ends)
            self._task.client.sleep(pause)
            # Each pause is longer than the last, so that long waits take few calls.
            waited, pause = waited + pause, min(pause * 1.5, _LONGEST_WAIT)
            records.refresh(moving)
            moving = records.in_flight()

    def _followed(self, rules: Sequence[Standing]) -> list[Mapping[str, Any]]:
        """Return the rules whose images are compared."""
        # After a preview, images at an instance that the run turns away from say nothing of what will be.
        shown = [standing for standing in rules if not (self._params["preview"] and standing.moves)]
        followed = [standing.rule for standing in shown if standing.followed and is_readable(standing.rule)]
        if self._select.rules is None:
            return followed
        return [rule for rule in followed if rule["name"] in self._select.rules]

    def _idle_filters(self, rules: Sequence[Standing], source: Side) -> IdleFilters:
        """Return what finds filters that match nothing."""
        return IdleFilters([rule for rule in self._kept(rules) if is_readable(rule)], source.places)

    def _dead_scopes(self, rules: Sequence[Standing], source: Side) -> list[Finding]:
        """Return the rules for what the source does not have; a run that this is a preview of may make it."""
        kept = [] if self._params["preview"] else self._kept(rules)
        there = {namespace for namespace, _repository in source.places}
        names: frozenset[str] | None = frozenset(there)
        # One more call, and only where a list of repositories does not tell.
        if any(rule.get("namespace") and rule["namespace"] not in there for rule in kept):
            try:
                names = namespace_names(self._task.client, self._instance_id)
            except NoPermissionError:
                names = None  # the finding says so
        found = (dead_scope(rule, self._instance_id, names, source.places) for rule in kept)
        return [finding for finding in found if finding]

    def _kept(self, rules: Sequence[Standing]) -> list[Mapping[str, Any]]:
        """Return the rules that can be compared with all there is; nobody can tell of a part of an instance."""
        whole = self._select._replace(rules=None) == Select()
        return [standing.rule for standing in rules if whole and standing.standing == AS_WANTED]

    def _compare(self, comparison: Comparison) -> Summary:
        """Return the sums of all compared images, which go to the file on the way.

        Raises:
            AcrError: a selected tag is in no repository that is looked at.
        """
        summary = Summary(self._params["max_images"])
        with image_file(self._file) as file:
            for images in comparison.run():
                summary.add(images)
                file.add(images)
                self._progress.compared(summary)
        if comparison.tags:  # none where no rule covers a repository that is looked at
            check_tags(self._select.tags or (), comparison.tags, self._instance_id, f"select.tags {_WHERE}")
        return summary

    def _uncovered(self, source: Side, routes: Routes) -> list[str]:
        """Return the namespaces without a covered repository."""
        covered = {place[0] for place in source.places if routes.of(*place)}
        return sorted({namespace for namespace, _repository in source.places} - covered)


def _arrivals(source: Side, routes: Routes) -> dict[str, set[str]]:
    """Return the namespaces that images arrive in, by instance ID."""
    found: dict[str, set[str]] = {}
    for origin in source.places:
        for target in routes.of(*origin):
            found.setdefault(target.instance_id, set()).add(target.namespace)
    return found
