"""Keep the emulated cloud's whole state, with an index for each look-up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from .account import Account
from .catalogue import Instance
from .identity import Caller, Session
from .oss.bucket import Bucket
from .replication import SyncRule, SyncTask


@dataclass(slots=True)
class Ungranted:
    """What account A is told without a grant, and when; `http` 200 means IsSuccess false."""

    at: Literal["create", "task"] = "create"
    code: str = "NoPrivilege"
    http: int = 403

    def __post_init__(self) -> None:
        if self.http != 200 and not 400 <= self.http < 600:
            raise ValueError(f"http {self.http} is neither 200 nor an error status")


@dataclass(slots=True)
class Behaviour:
    """Answers to what is not documented of the service; clients must work with each of them."""

    # Whether the service takes two rules of one name.
    duplicate_rule_name: Literal["reject", "accept"] = "reject"
    # Whether it takes two rules from one source to one target.
    duplicate_rule_route: Literal["reject", "accept"] = "accept"
    # What a task without Override does if the target has another image.
    override_false_on_existing_tag: Literal["error", "skip"] = "error"
    # Whether a rule moves a tag that the target has already.
    rule_overwrites_existing_tag: bool = True
    # How ListNamespace reads its filter of names.
    namespace_filter: Literal["exact", "prefix"] = "exact"
    # Whether a destination is shown the rules of others.
    destination_lists_inbound_rules: bool = True
    # In which order ListRepoSyncTask lists.
    sync_task_order: Literal["newest_first", "oldest_first", "none"] = "newest_first"
    # Whether UpdateRepository leaves a detail alone that it is not given.
    update_keeps_detail: bool = True
    # Whether an image that arrives fires the rules of the instance that it arrives in.
    replication_fires_rules: bool = False
    # How a bucket's replication without rights is told: by a refusal at once, or by copying nothing.
    bucket_replication_ungranted: Literal["create", "later"] = "create"
    # Whether the caller who makes such a rule needs oss:ReplicateGet on both buckets, in addition to its role's rights.
    bucket_replication_asks_caller: bool = False
    # Whether a rule is read back with its role.
    bucket_replication_shows_role: bool = True
    # Whether deleting a tag takes the other tags of its image along.
    tag_deletion: Literal["tag", "image"] = "tag"
    # Whether an instance that does not run answers calls.
    stopped_instance: Literal["answer", "refuse"] = "answer"
    ungranted: Ungranted = field(default_factory=Ungranted)
    # The most items of a page, even if more are asked for.
    max_page_size: int = 100

    def __post_init__(self) -> None:
        if self.max_page_size < 1:
            raise ValueError(f"max_page_size {self.max_page_size} is below 1")


@dataclass(slots=True)
class RateLimits:
    """Calls a second of an account, above which the gateway throttles; None is no limit."""

    cr: int | None = None
    ram: int | None = None
    sts: int | None = None
    oss: int | None = None


@dataclass(slots=True)
class Failure:
    """Which sync tasks fail.

    They are those of a repository (`web` or `prod/web`) and a tag; an empty text is any.
    """

    repository: str = ""
    tag: str = ""
    issue: str = "SYNC_FAILED"

    def covers(self, task: SyncTask) -> bool:
        source = task.source
        return self.repository in ("", source.repository, f"{source.namespace}/{source.repository}") and (
            self.tag in ("", source.tag)
        )


def refuse_negative(name: str, number: float) -> None:
    """Refuse a time that would have to be waited for backwards."""
    if number < 0:
        raise ValueError(f"{name} is {number}, and may not be negative")


@dataclass(slots=True)
class TaskSettings:
    """How long sync tasks take, and which fail."""

    # Long enough for a client to see a task that is not over, and short enough for tests.
    seconds: float = 0.2
    fail: Failure | None = None

    def __post_init__(self) -> None:
        refuse_negative("seconds", self.seconds)


@dataclass(slots=True)
class State:
    """A world file's content, and what has become of it."""

    accounts: dict[str, Account] = field(default_factory=dict, metadata={"key": "uid"})
    latency_ms: int = 0
    rate_limits: RateLimits = field(default_factory=RateLimits)
    propagation_ms: int = 0
    behaviour: Behaviour = field(default_factory=Behaviour)
    sync_tasks: dict[str, SyncTask] = field(default_factory=dict, metadata={"key": "id"})
    task_settings: TaskSettings = field(default_factory=TaskSettings, metadata={"name": "tasks"})
    instances: dict[str, Instance] = field(default_factory=dict, metadata={"hidden": True})
    buckets: dict[str, Bucket] = field(default_factory=dict, metadata={"hidden": True})
    callers: dict[str, Caller] = field(default_factory=dict, metadata={"hidden": True})

    def __post_init__(self) -> None:
        refuse_negative("latency_ms", self.latency_ms)
        refuse_negative("propagation_ms", self.propagation_ms)
        for account in self.accounts.values():
            for instance in account.instances.values():
                if instance.id in self.instances:
                    raise ValueError(f"two accounts have an instance {instance.id}")
                self.instances[instance.id] = instance
            for bucket in account.buckets.values():
                self._add_bucket(bucket)
            for identity in account.identities.values():
                keys = (identity.access_key_id, identity.access_key_secret)
                self._add_caller(Caller(account.uid, account.name, *keys, identity=identity))
            for session in account.sessions.values():
                self.add_session(account, session)
        for task in self.sync_tasks.values():
            if task.source.instance not in self.instances:
                raise ValueError(f"sync task {task.id} is of the unknown instance {task.source.instance}")
            self.instances[task.source.instance].tasks.append(task)

    def refuses(self, instance: Instance) -> bool:
        """Return whether a stopped instance refuses calls."""
        return self.behaviour.stopped_instance == "refuse" and instance.status != "RUNNING"

    def add_bucket(self, account: Account, bucket: Bucket) -> None:
        bucket.account_id = account.uid
        self._add_bucket(bucket)
        account.buckets[bucket.name] = bucket

    def remove_bucket(self, bucket: Bucket) -> None:
        del self.buckets[bucket.name]
        del self.accounts[bucket.account_id].buckets[bucket.name]

    def _add_bucket(self, bucket: Bucket) -> None:
        # Names of buckets are unique in the whole world.
        if bucket.name in self.buckets:
            raise ValueError(f"there are two buckets {bucket.name}")
        if bucket.instance and bucket.instance not in self.instances:
            raise ValueError(f"bucket {bucket.name} is of the unknown instance {bucket.instance}")
        self.buckets[bucket.name] = bucket

    def add_session(self, account: Account, session: Session) -> None:
        keys = (session.access_key_id, session.access_key_secret)
        self._add_caller(Caller(account.uid, account.name, *keys, session=session))

    def add_task(self, task: SyncTask) -> None:
        self.sync_tasks[task.id] = task
        self.instances[task.source.instance].tasks.append(task)

    def inbound_rules(self, instance_id: str) -> Iterator[tuple[Instance, SyncRule]]:
        """Yield the rules of other instances that end here, each with its source instance."""
        for source in self.instances.values():
            for rule in source.sync_rules.values():
                if rule.target_instance == instance_id:
                    yield source, rule

    def _add_caller(self, caller: Caller) -> None:
        if caller.access_key_id in self.callers:
            raise ValueError(f"the access key {caller.access_key_id} is there twice")
        self.callers[caller.access_key_id] = caller
