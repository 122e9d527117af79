# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look into destinations before rules to them are made, so that check mode refuses what the run would.

Only what is certainly wrong is refused. What cannot be looked at, for lack of keys or of a right, is left to the
service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._access.evaluator import Access
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import grant_command
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import connection_of
from ansible_collections.registryops.alicloud.plugins.module_utils._core.remedies import remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import called
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.cross_account_role import (
    CrossAccountRoles,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.instance import Instances
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule_state import SyncRule

# As many calls go out side by side. Beyond them, a list is quicker, and takes a right that nothing else needs.
_ASKED_ONE_BY_ONE = 20


class Readiness:
    """What stands in the way of an instance's future rules, as far as the keys of destinations show it.

    Args:
        task: its `destinations` hold connections; its `assume_prepared` leaves out what their owners have to make.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._given = {given["instance_id"]: given for given in task.params.get("destinations") or ()}
        self._seen: dict[str, SeenInstance | None] = {}

    def obstacles(self, rules: Sequence[SyncRule]) -> list[AcrError | None]:
        """Return why each rule could not be made, or could carry nothing; None if nothing is known against it."""
        places: dict[str, set[str]] = {}
        for rule in rules:
            places.setdefault(str(rule.target_instance_id), set()).update({str(rule.target_namespace or "")} - {""})
        for instance_id, namespaces in places.items():
            seen = None if self._task.params.get("assume_prepared") else self._look(instance_id)
            if seen:
                seen.read_namespaces(sorted(namespaces))
        return [self._obstacle(rule) for rule in rules]

    def _obstacle(self, rule: SyncRule) -> AcrError | None:
        seen = self._look(str(rule.target_instance_id))
        if seen is None:
            return None
        found = seen.wrong_place(rule)
        if found is None and not self._task.params.get("assume_prepared"):
            found = self._ungranted(rule, seen) or seen.lacking(rule)
        return found

    def _look(self, instance_id: str) -> SeenInstance | None:
        """Return what the keys of an instance's account show; None if there are none, or if they show nothing."""
        if instance_id not in self._seen:
            given = self._given.get(instance_id)
            self._seen[instance_id] = None
            with suppress(AcrError):
                self._seen[instance_id] = SeenInstance(self._task.reach(connection_of(given)), given) if given else None
        return self._seen[instance_id]

    def _ungranted(self, rule: SyncRule, seen: SeenInstance) -> AcrError | None:
        caller = self._task.client.callers_account()
        if not rule.target_account_id or not caller or caller == seen.owner or seen.may_grant(caller, rule):
            return None
        return AcrError(
            f"account {rule.target_account_id} has not granted account {caller}",
            # Whoever has that account's keys in the inventory need not ask anybody.
            f"Run {grant_command([caller], str(rule.target_instance_id), rule.target_region)}.",
        )


class SeenInstance:
    """A destination, seen with its own account's keys; each attribute is None where the keys do not show it.

    Args:
        client: the services of its account, for reading alone.
        given: its entry in `destinations`.

    Raises:
        AcrError: nobody knows whose keys they are.
    """

    def __init__(self, client: Client, given: Mapping[str, Any]) -> None:
        self._client = client
        self._id = str(given["instance_id"])
        self._called = called(self._id, str(given.get("name") or ""))
        # A run does as well without these rights, so they are none that it needs.
        client.permissions = None
        self._missing_namespaces: set[str] = set()
        self.owner = str(client.caller().get("AccountId"))
        self._is_gone, self._region = _place(client, self._id)

    def wrong_place(self, rule: SyncRule) -> AcrError | None:
        """Return why the instance is not what the rule says that it is."""
        said = {"TargetInstanceId": self._id, "TargetRegionId": rule.target_region}
        if self._is_gone:
            reason = f"{self._called} is no instance of account {self.owner} in {self._client.region}"
            return AcrError(reason, remedy("CreateRepoSyncRule", "TARGET_INSTANCE_NOT_EXIST", said))
        if self._region and self._region != rule.target_region:
            return AcrError(
                f"target_region is {rule.target_region}, and {self._called} is in {self._region}",
                remedy("CreateRepoSyncRule", "TARGET_REGION_NOT_MATCH", said),
            )
        if self._region and rule.target_account_id and rule.target_account_id != self.owner:
            return AcrError(
                f"target_account_id is {rule.target_account_id}, and {self._called} belongs to {self.owner}",
                f"Correct target_account_id, or acr_account_id of the destination, to {self.owner}.",
            )
        return None

    def lacking(self, rule: SyncRule) -> AcrError | None:
        """Return which namespace or repository is missing there, without which the rule would carry nothing."""
        namespace, repository = rule.target_namespace, rule.target_repository
        if namespace in self._missing_namespaces:
            return self._missing(f"namespace {namespace}", "acr_namespaces")
        if namespace and repository and self._lacks_repository(namespace, repository):
            return self._missing(f"repository {namespace}/{repository}", "acr_repositories")
        return None

    def may_grant(self, account: str, rule: SyncRule) -> bool:
        """Return whether a grant may be in force; it is in doubt where a condition or a policy is not known."""
        access = self._access
        if access is None:
            return True
        trusted = access.trust is not None and access.trusts(account, certain=False)
        return trusted and access.reaches((str(rule.target_region), self._id), certain=False)

    def read_namespaces(self, names: Sequence[str]) -> None:
        """Find out which of the namespaces are missing."""
        if len(names) <= _ASKED_ONE_BY_ONE:
            lacking = self._client.calls(self._lacks_namespace, names)
            self._missing_namespaces = {name for name, lacks in zip(names, lacking, strict=True) if lacks}
            return
        with suppress(AcrError):
            found = self._client.pages("cr", "ListNamespace", {"InstanceId": self._id}, "Namespaces")
            self._missing_namespaces = {*names} - {str(namespace.get("NamespaceName")) for namespace in found}

    @cached_property
    def _access(self) -> Access | None:
        with suppress(AcrError):
            return CrossAccountRoles(self._client, {}).access()
        return None

    def _lacks_namespace(self, namespace: str) -> bool:
        return self._lacks("GetNamespace", {"NamespaceName": namespace})

    def _lacks_repository(self, namespace: str, repository: str) -> bool:
        return self._lacks("GetRepository", {"RepoNamespaceName": namespace, "RepoName": repository})

    def _lacks(self, action: str, named: Mapping[str, Any]) -> bool:
        """Return whether something is certainly missing."""
        try:
            self._client.call("cr", action, {"InstanceId": self._id, **named})
        except NotFoundError:
            return True
        except AcrError:
            pass
        return False

    def _missing(self, what: str, variable: str) -> AcrError:
        return AcrError(
            f"{self._called} has no {what}, so that the rule would carry nothing",
            f"Have it created: registryops.alicloud.prepare_destination makes what rules need and {variable} lists.",
        )


def _place(client: Client, instance_id: str) -> tuple[bool, str | None]:
    """Return whether an instance is gone, and its region; None if that cannot be known."""
    # Only a list tells the region. Without the right to it, an endpoint of one region knows the instances of that one.
    instances = Instances(client, {"region": None if client.any_region else client.region})
    try:
        look = instances.get_with_region if client.any_region else instances.get
        return False, look(instance_id).region
    except NotFoundError:
        return True, None
    except AcrError:
        return False, None
