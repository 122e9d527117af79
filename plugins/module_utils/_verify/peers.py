# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the destinations whose keys are given, and tell why others were not looked into."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import connection_of, has_keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.lacking_namespaces import (
    lacking_namespaces,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.destinations import (
    ABSENT,
    UNNAMED,
    DestinationInstance,
    destinations,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.grants import NO_KEYS, Grants
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.records import KeptRecords
from ansible_collections.registryops.alicloud.plugins.module_utils._verify.side import Side


class PeerSides:
    """The destinations that a task names.

    Args:
        task: the module's task.

    Attributes:
        names: what they are called, by instance ID.
        sides: those that could be read, by instance ID.
        unreadable: those that could not, each with its host and the reason.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._params = task.params
        self.names = {str(item["instance_id"]): str(item["name"] or "") for item in self._params["destinations"]}
        self.sides: dict[str, Side] = {}
        self.unreadable: list[dict[str, str]] = []
        # Destinations that do not exist, by what their own accounts' keys are answered.
        self._absent: set[str] = set()

    def looks(self, instance_ids: Collection[str], namespaces: Sequence[str] | None) -> list[Callable[[], None]]:
        """Return what reads each of some instances, to be called at the same time.

        Args:
            instance_ids: the instances that matter.
            namespaces: the namespaces that images arrive in; None for all.
        """

        def look(given: Mapping[str, Any]) -> Callable[[], None]:
            return lambda: self._read(given, namespaces)

        return [look(given) for given in self._with_keys() if given["instance_id"] in instance_ids]

    def look_for_namespaces(self, wanted: Mapping[str, Collection[str]]) -> None:
        """Find out which namespaces the destinations lack.

        Args:
            wanted: the namespaces that images arrive in, by instance ID.
        """
        for instance_id, side in self.sides.items():
            there = {namespace for namespace, _repository in side.places}
            empty = set(wanted.get(instance_id, ())) - there
            side.lacking = lacking_namespaces(side.client, instance_id, empty)

    def ends_of(
        self, rules: Sequence[Mapping[str, Any]], records: KeptRecords, grants: Grants
    ) -> dict[str, DestinationInstance]:
        """Return where the rules end, and why that was not looked into."""
        wanted = {str(rule.get("target_instance_id")) for rule in self._params["rules"]}
        every = {str(rule["target_instance_id"]) for rule in rules}
        unseen = {instance: NO_KEYS if instance in wanted else UNNAMED for instance in every.difference(self.sides)}
        # Their reason is in `unreadable`, so it is not said a second time.
        tried = {str(given["instance_id"]) for given in self._with_keys()}
        failed = {instance: "the attempt failed" for instance in unseen if instance in tried}
        unseen.update({**failed, **{instance: ABSENT for instance in failed if instance in self._absent}})
        found = destinations(rules, self.names, unseen, records.refused, grants)
        lacking = {instance_id: side.lacking for instance_id, side in self.sides.items()}
        return {name: replace(place, lacking=lacking.get(name, frozenset())) for name, place in found.items()}

    def _with_keys(self) -> list[Mapping[str, Any]]:
        """Return the destinations that can be looked into; the others are only named."""
        return [given for given in self._params["destinations"] if has_keys(given)]

    def _read(self, given: Mapping[str, Any], namespaces: Sequence[str] | None) -> None:
        try:
            side = Side(self._task.reach(connection_of(given)), given["instance_id"])
            side.read(namespaces)
            self.sides[side.instance_id] = side
        except AcrError as failure:
            if isinstance(failure, NotFoundError) and "INSTANCE" in failure.code:
                self._absent.add(given["instance_id"])
            # One destination without an answer must not keep the others from being verified.
            name = given["name"] or given["instance_id"]
            self.unreadable.append({"host": name, "reason": str(failure).rstrip(". ")})
