# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send what existed before an inventory's sync rules: plan all rules, then send all images at once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.operation import Operation
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import connection_of, has_keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule, outbound_rules
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_task import Route
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import wanted_rules
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.backfill_result import RuleFound, result
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.collisions import check_collisions
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.failed_images import Ways, failure
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.kept_file import keep
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.options import Sending
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.rule_backfill import RuleBackfill
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.send_queue import send_all
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.transfer import SEND, SENT, Transfer

_AGAIN = (
    "Then run it again; it sends what has not arrived. To send only what failed, run it with retry: failed"
    " (-e backfill_images_retry=failed)."
)


class SyncBackfill(Operation):
    """Send the images that rules cover, each once.

    A rule that cannot be planned does not stop the others. The task fails at the end.
    """

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.options = Sending.from_params(task.params)
        self.found: list[RuleFound] = []
        self._unknown: list[AcrError] = []
        self.transfers: list[Transfer] = []
        self.obstacle: AcrError | None = None
        self._images_file: str | None = None
        self._unwritten: AcrError | None = None
        self._clients: dict[str | None, Client | None] = {}
        self.began = int(time.time() * 1000)  # before the records are read

    def prepare(self) -> None:
        chosen = self._chosen()
        present = self._present() if chosen else {}
        for wanted in chosen:
            self.found.append(self._plan(wanted, present))
        # A name that one rule does not reach may be another's. One that none reaches is a mistake.
        if len(self._unknown) == len(chosen) > 0:
            raise self._unknown[0]
        self.transfers = _first_of_each(self.found)
        by_instance: dict[str, list[Transfer]] = {}
        for transfer in self.transfers:
            by_instance.setdefault(transfer.target.instance_id, []).append(transfer)
        # Rules are checked together, since two of them may write one tag from different images.
        for transfers in by_instance.values():
            check_collisions(transfers)

    def needed(self) -> bool:
        return any(transfer.action == SEND for transfer in self.transfers)

    def run(self) -> None:
        def so_far() -> dict[str, Any]:
            self._keep()
            return self._result()

        self.obstacle = send_all(self.client, self.options, self.transfers, self.began, self.task.tell, so_far)
        self._keep()

    def to_result(self) -> dict[str, Any]:
        told = self._result()
        error = self._failure(told)
        if error:
            raise error
        return told

    def _chosen(self) -> list[Rule]:
        wanted = wanted_rules(self.params["rules"])
        names = self.params["only"]
        return [rule for rule in wanted if rule["name"] in names] if names else wanted

    def _present(self) -> dict[str, SyncRule]:
        rules = outbound_rules(self.client, str(self.options.instance_id))
        return {str(rule.name): rule for rule in rules}

    def _plan(self, wanted: Rule, present: Mapping[str, SyncRule]) -> RuleFound:
        name = str(wanted["name"])
        try:
            found = present.get(name)
            target = found.target_instance_id if found else wanted.get("target_instance_id")
            rule = RuleBackfill(self.task, wanted, present, self._reached(target))
            rule.prepare()
        except AcrError as error:
            return RuleFound(name, error=error)
        self._unknown += rule.unknown[:1]
        return RuleFound(name, rule.destination, rule.transfers, rule.warnings, rule.aside)

    def _reached(self, instance_id: str | None) -> Client | None:
        """Return the services of a destination that can be read; without them, only records tell what is there."""
        # Several rules often end at one instance. Its client is made once.
        if instance_id not in self._clients:
            return self._clients.setdefault(instance_id, self._reach(instance_id))
        return self._clients[instance_id]

    def _reach(self, instance_id: str | None) -> Client | None:
        for given in self.params["destinations"]:
            if given["instance_id"] == instance_id and has_keys(given):
                with attempt(f"look into {given['name'] or instance_id}"):
                    return self.task.reach(connection_of(given))
        return None

    def _result(self) -> dict[str, Any]:
        told = result(self.found, self.transfers, self.options, self.params["max_images"], self.client.region)
        return {**told, "instance_id": self.options.instance_id, "images_file": self._images_file}

    def _keep(self) -> None:
        """Write the failed images to the named file."""
        path: str | None = self.params["images_file"]
        try:
            keep(path, self.options.instance_id, self.found)
        except AcrError as error:
            self._unwritten = error
        else:
            self._images_file = path

    def _failure(self, told: dict[str, Any]) -> AcrError | None:
        """Return one error of all rules and images, or None."""
        file = told["images_file"]
        ways = Ways(f"{file} lists every image that was not sent, with its reason." if file else "", _AGAIN)
        of_images = failure(self.transfers, told, self.client.callers_account, self.options, self.obstacle, ways)
        of_rules = [rule.error for rule in self.found if rule.error]
        errors = [error for error in (*of_rules, of_images, self._unwritten) if error]
        if not errors:
            return None
        # What fails for all rules is told once. So texts are compared without the request ID, which always differs.
        distinct = {f"{error.sentence()} {error.hint}": error for error in errors}
        whole = AcrError(" ".join(str(error) for error in distinct.values()))
        if of_rules and self.transfers and not of_images:
            whole.add(f"Of the other rules' images {told['counts'][SENT]:,} were sent.")
        whole.results = {**errors[0].details(), **told}
        return whole


def _first_of_each(rules: list[RuleFound]) -> list[Transfer]:
    """Return each image once, for the first rule covering it."""
    found: dict[Route, Transfer] = {}
    for rule in rules:
        for transfer in rule.transfers:
            found.setdefault(transfer.route, transfer)
    return list(found.values())
