"""Look at the emulated cloud as a judge."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acr_emulator.sync import ungranted
from acr_emulator.testing import Emulator
from acr_emulator.world import build_state, read_world

from ansible_collections.registryops.alicloud.plugins.module_utils._resources.role_lock import LOCK_NAME

from .tasks import Task, run

WORLD = Path(__file__).parents[1] / "emulator" / "worlds" / "two_accounts.yml"
SOURCE, TARGET = "cri-sourcesource0001", "cri-targettarget0001"
ACCOUNT_A, ACCOUNT_B = "1252879610640001", "5222000022220002"
READS = ("Get", "List", "AssumeRole")
OVER = ("SUCCESS", "ERROR", "CANCELED")
# An emulated task takes milliseconds; this many seconds are for a machine that does much else.
PATIENCE = 30.0
SECONDS_A_TASK = 0.005
# What differs between two runs that do the same.
_OF_A_RUN = ("SyncRuleId", "CreateTime", "id", "create_time", "update_time", "attach_time")


@dataclass
class Cloud:
    """One emulator, which every case resets."""

    emulator: Emulator
    # How many writes never came here since the last reset, but nobody could tell.
    unseen: int = 0

    @property
    def endpoint(self) -> str:
        return self.emulator.endpoint

    def world(self, tasks: tuple[Task, ...], behaviour: Mapping[str, Any]) -> dict[str, Any]:
        """Return the world in which these tasks have been run."""
        self.reset({**earlier(read_world(WORLD)), "behaviour": dict(behaviour)})
        for task in tasks:
            outcome = run(task, self.endpoint)
            if outcome.failed:
                raise RuntimeError(f"{task.module} cannot even be prepared: {outcome.message}")
        return self.emulator.state()

    def reset(self, world: Mapping[str, Any]) -> None:
        self.unseen = 0
        self.emulator.reset(world)
        self.emulator.post("/_emulator/tasks", {"seconds": SECONDS_A_TASK})

    def push(self, tag: str, repository: str = "web") -> None:
        where = {"instance_id": SOURCE, "namespace": "prod", "repository": repository}
        self.emulator.post("/_emulator/images", {**where, "tags": [tag]})

    def writes(self) -> tuple[int, int]:
        """Return how many writes were certain, and how many possible."""
        calls = [call for call in self.emulator.calls() if not call["action"].startswith(READS)]
        calls = [call for call in calls if call["parameters"].get("PolicyName") != LOCK_NAME]
        certain = [call for call in calls if call["status"] == 200 and call["code"] in ("success", "200", "")]
        # Whoever gets no answer, or one that says that the service itself failed, cannot tell.
        possible = [call for call in calls if call["status"] in (0, 200) or call["status"] >= 500]
        return len(certain), len(possible) + self.unseen

    def settle(self) -> None:
        """Wait until no sync task is under way."""

        def settled() -> bool:
            return all(task["TaskStatus"] in OVER for task in self.emulator.state()["sync_tasks"])

        eventually(settled)

    def arrived(self) -> set[str]:
        """Return the tags of the target's prod/web."""
        state = build_state(self.emulator.state())
        repository = state.instances[TARGET].repository("prod", "web")
        return set(repository.images) if repository else set()

    def doubled(self) -> list[str]:
        """Return what is there twice.

        These are rules of one name, and images that were sent again although they had arrived.
        """
        state = self.emulator.state()
        found = Counter(rule["SyncRuleName"] for rule in _rules(state))
        names = [f"{count} rules named {name}" for name, count in found.items() if count > 1]
        sent: Counter[str] = Counter()
        for task in state["sync_tasks"]:
            if task["TaskStatus"] == "SUCCESS" and not task.get("SyncRuleId"):
                sent[json.dumps([task["ImageFrom"], task["ImageTo"]])] += 1
        return names + [f"{count} tasks of {image}" for image, count in sent.items() if count > 1]

    def kept(self) -> dict[str, Any]:
        """Return what modules keep, in a comparable form.

        Images are left out, and so is what differs between two runs that do the same. The lock of a killed run is left
        out too, since the next run takes it over.
        """
        return {account["uid"]: _kept(account) for account in self.emulator.state()["accounts"]}

    def may(self, account: str, instance: str = TARGET) -> bool:
        """Return whether the emulator lets an account replicate."""
        state = build_state(self.emulator.state())
        return not ungranted(state, account, state.instances[instance])


def earlier(world: dict[str, Any]) -> dict[str, Any]:
    """Return the world with images that were pushed an hour ago.

    Whoever catches up begins some seconds before a rule was in force, since clocks differ, and would send them, too.
    """
    pushed = int((time.time() - 3600) * 1000)
    for account in world["accounts"]:
        for instance in account["instances"]:
            for namespace in instance.get("namespaces", []):
                for repository in namespace["repositories"]:
                    for image in repository.get("images", []):
                        image.update(create_time=pushed, update_time=pushed)
    return world


def eventually(true: Callable[[], bool], patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {patience:g} s")
        time.sleep(0.01)


def _rules(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for account in state["accounts"]:
        for instance in account["instances"]:
            found += instance["sync_rules"]
    return found


def _kept(account: Mapping[str, Any]) -> dict[str, Any]:
    instances = []
    for instance in account["instances"]:
        spaces = [_without_images(namespace) for namespace in instance["namespaces"]]
        instances.append({"id": instance["id"], "rules": _plain(instance["sync_rules"]), "namespaces": spaces})
    policies = {policy["name"]: _document(policy) for policy in account["policies"] if policy["name"] != LOCK_NAME}
    roles = {role["name"]: [_parsed(role["trust_policy"]), _attached(role)] for role in account["roles"]}
    return {"instances": instances, "policies": policies, "roles": roles}


def _without_images(namespace: dict[str, Any]) -> dict[str, Any]:
    repositories = [{**repository, "images": []} for repository in namespace["repositories"]]
    return {**_plain([namespace])[0], "repositories": _plain(repositories)}


def _plain(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return sorted items without what differs between runs."""
    plain = [{name: value for name, value in item.items() if name not in _OF_A_RUN} for item in items]
    return sorted(plain, key=lambda item: json.dumps(item, sort_keys=True))


def _document(policy: Mapping[str, Any]) -> Any:
    versions = {version["id"]: version["document"] for version in policy["versions"]}
    return _parsed(versions[policy["default_version"]])


def _attached(role: Mapping[str, Any]) -> list[str]:
    return sorted(attachment["name"] for attachment in role["policies"])


def _parsed(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document
