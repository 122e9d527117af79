"""Copy objects from bucket to bucket by rules, whose status is starting, then doing, and after deletion closing."""

from __future__ import annotations

import asyncio
import math

from .. import policy
from ..ids import now_ms
from ..state import State
from .access import OSS_SERVICE, Principal, may
from .bucket import Bucket, ReplicationRule, StoredObject
from .store import Store

# A rule's historical objects are copied in so many steps, so that clients see progress.
_STEPS = 10
# Seconds between two looks whether a rule has got the rights that it lacks; short, since tests wait for it.
_PATIENCE = 0.05


class Replicator:
    """Runs the replication rules of one state."""

    def __init__(self, state: State, store: Store) -> None:
        self._state = state
        self._store = store
        self._running: dict[str, asyncio.Task[None]] = {}

    def start(self, bucket: Bucket, rule: ReplicationRule) -> None:
        rule.todo = [name for name in bucket.objects if rule.covers(name)] if rule.historical else []
        rule.total = len(rule.todo)
        self._launch(bucket, rule)

    def end(self, bucket: Bucket, rule: ReplicationRule) -> None:
        rule.status = "closing"
        running = self._running.pop(rule.id, None)
        if running:
            running.cancel()
        self._launch(bucket, rule)

    def written(self, bucket: Bucket, name: str) -> None:
        """Note a change of an object for each rule that covers it."""
        for rule in bucket.rules.values():
            if rule.status != "closing" and rule.covers(name):
                rule.backlog.setdefault(name, now_ms())
                if rule.id not in self._running:
                    self._launch(bucket, rule)

    def resume(self) -> None:
        """Continue what was in flight when the state was saved."""
        for bucket in self._state.buckets.values():
            for rule in bucket.rules.values():
                self._launch(bucket, rule)

    async def stop(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _launch(self, bucket: Bucket, rule: ReplicationRule) -> None:
        running = asyncio.create_task(self._run(bucket, rule))
        self._running[rule.id] = running
        running.add_done_callback(lambda task: self._forget(rule.id, task))

    def _forget(self, identifier: str, task: asyncio.Task[None]) -> None:
        # A rule that is being closed has another task already.
        if self._running.get(identifier) is task:
            del self._running[identifier]

    async def _run(self, bucket: Bucket, rule: ReplicationRule) -> None:
        pause = self._state.task_settings.seconds / 2
        if rule.status == "closing":
            await asyncio.sleep(pause)
            bucket.rules.pop(rule.id, None)
            return
        if rule.status == "starting":
            await asyncio.sleep(pause)
            rule.status = "doing"
        while rule.todo or rule.backlog:
            await asyncio.sleep(pause / _STEPS)
            if replication_denied(self._state, bucket, rule):
                await asyncio.sleep(_PATIENCE)
                continue
            self._step(bucket, rule)

    def _step(self, bucket: Bucket, rule: ReplicationRule) -> None:
        destination = self._state.buckets[rule.destination_bucket]
        size = math.ceil(rule.total / _STEPS)
        names, rule.todo = rule.todo[:size], rule.todo[size:]
        changed, rule.backlog = list(rule.backlog), {}
        self._store.open(destination, self._state.instances.get(destination.instance))
        for name in [*names, *changed]:
            stored = bucket.objects.get(name)
            if stored:
                self._store.put(destination, StoredObject(name, stored.content, stored.modify_time))
            elif rule.action == "ALL":
                self._store.delete(destination, name)


def replication_denied(state: State, bucket: Bucket, rule: ReplicationRule) -> str:
    """Return which right the rule's role lacks; empty if it has all.

    Without a role, which is possible within one account, the service itself copies.
    """
    destination = state.buckets.get(rule.destination_bucket)
    if destination is None:
        return "The target bucket does not exist."
    if not rule.sync_role:
        return ""
    account = state.accounts[bucket.account_id]
    role = next((role for name, role in account.roles.items() if name.lower() == rule.sync_role.lower()), None)
    if role is None or not policy.trusts(role.trust, "Service", [OSS_SERVICE]):
        return f"The role {rule.sync_role} does not exist, or does not trust {OSS_SERVICE}."
    # A bucket's policy names roles in small letters.
    session = f"arn:sts::{account.uid}:assumed-role/{role.name.lower()}/oss-replication"
    principal = Principal(account.uid, (session,), [account.documents(role.policies)])
    needed = [(bucket, "oss:ReplicateList"), (bucket, "oss:ReplicateGet")]
    needed += [(destination, f"oss:Replicate{deed}") for deed in ("List", "Get", "Put")]
    needed += [(destination, "oss:ReplicateDelete")] if rule.action == "ALL" else []
    for place, action in needed:
        # The rights must be on the bucket and on the objects in it.
        if not (may(place, principal, action) and may(place, principal, action, "any")):
            return f"The role {role.name} has no right to do {action} on {place.resource()} and what is in it."
    return ""
