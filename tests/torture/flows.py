"""List the tasks of every life, each with its world."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

from .cloud import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET
from .tasks import Task

OTHER_ACCOUNT = "3333000033330003"
INSTANCE = {"region": "eu-central-1", "instance_id": TARGET}
WHERE = {"target_account_id": ACCOUNT_B, "target_region": "eu-central-1", "target_instance_id": TARGET}
AMID, BETWEEN, AFTER = "amid", "between", "after"


@dataclass(frozen=True)
class Flow:
    """A task and its world.

    Of the images pushed amid the first run, between it and the next, and after, `carried` names those that must arrive.
    """

    name: str
    task: Task
    before: tuple[Task, ...] = ()
    carried: frozenset[str] = frozenset()
    behaviour: Mapping[str, Any] = field(default_factory=dict)


def grant(*accounts: str, **more: Any) -> Task:
    options = {"source_account_ids": list(accounts), "destination_instances": [INSTANCE], **more}
    return Task("b", "acr_cross_account_role", options)


def namespace(owner: str, instance: str, name: str, **more: Any) -> Task:
    return Task(owner, "acr_namespace", {"instance_id": instance, "name": name, **more})


def repository(name: str, **more: Any) -> Task:
    return Task("a", "acr_repository", {"instance_id": SOURCE, "namespace": "prod", "name": name, **more})


def rule(name: str = "to-eu", **more: Any) -> Task:
    return Task("a", "acr_sync_rule", {"instance_id": SOURCE, **_rule(name, **more)})


def rules(*listed: Mapping[str, Any], **more: Any) -> Task:
    return Task("a", "acr_sync_rules", {"instance_id": SOURCE, "rules": list(listed), **more})


def send(**more: Any) -> Task:
    return Task("a", "acr_image_sync", {"instance_id": SOURCE, **more})


def backfill(*listed: Mapping[str, Any], **more: Any) -> Task:
    return Task("a", "acr_sync_backfill", {"instance_id": SOURCE, "rules": list(listed), **more})


def keep_settings(**summaries: str) -> Task:
    repositories = [{"namespace": "prod", "name": name, "summary": text} for name, text in summaries.items()]
    return Task("a", "acr_repository_settings", {"instance_id": SOURCE, "repositories": repositories})


def wait_for(tag: str, **more: Any) -> Task:
    image = {"namespace": "prod", "repository": "web", "tag": tag}
    destinations = [{"instance_id": TARGET, "account_id": ACCOUNT_B}]
    return Task("a", "acr_image_wait", {"instance_id": SOURCE, **image, "destinations": destinations, **more})


def prune(**more: Any) -> Task:
    return Task("b", "acr_sync_prune", {"instance_id": TARGET, **more})


def list_gone(file: str) -> Task:
    return look("a", "acr_gone_image_info", instance_id=SOURCE, list_file=file)


def look(owner: str, module: str, **options: Any) -> Task:
    return Task(owner, module, options)


def _rule(name: str = "to-eu", **more: Any) -> dict[str, Any]:
    if more.get("state") == "absent":
        return {"name": name, **more}
    return {"name": name, "namespace": "prod", **WHERE, "grant_timeout": 2, **more}


PREPARED = (grant(ACCOUNT_A), namespace("b", TARGET, "prod", auto_create_repositories=True))
TWO_GRANTED = (grant(ACCOUNT_A, OTHER_ACCOUNT),)
RULED = (*PREPARED, rule())
SET = (*PREPARED, rules(_rule(), _rule("old", tag_filter="^old")))
OVERLAPPING = (*PREPARED, rules(_rule(), _rule("old", tag_filter="^1")))
BUCKET_GRANT = Task(
    "b", "oss_bucket_grant", {"bucket": "images-of-target", "source_account_id": ACCOUNT_A, "callers": [ACCOUNT_A]}
)
BUCKET_ROLE = Task("a", "oss_replication_role", {"source_buckets": ["images-of-source"]})
BUCKET_REPLICATION = Task(
    "a",
    "oss_bucket_replication",
    {
        "source_bucket": "images-of-source",
        "wait": False,
        "destination_bucket": "images-of-target",
        "destination_region": "eu-central-1",
        "destination_account_id": ACCOUNT_B,
    },
)
GONE, DELETED = (str(File(tempfile.gettempdir(), f"acr_{name}_{os.getpid()}.json")) for name in ("gone", "deleted"))
LISTED = (*RULED, list_gone(GONE))
SENT = (*RULED, send(from_rule="to-eu", target_account_id=ACCOUNT_B))
SOURCE_DELETED = (
    *SENT,
    *(repository(name, state="absent", force=True) for name in ("web", "worker")),
    list_gone(DELETED),
)
IMAGES = [{"namespace": "prod", "repository": "web", "tag": tag} for tag in ("1.0", "1.1")]
ALWAYS = frozenset((AMID, BETWEEN, AFTER))
FINALLY = frozenset((AFTER,))
UNIQUE_ROUTES = {"duplicate_rule_route": "reject"}

WRITING = (
    Flow("create a namespace", namespace("b", TARGET, "shop")),
    Flow(
        "change a namespace", namespace("b", TARGET, "shop", tag_immutability=True), (namespace("b", TARGET, "shop"),)
    ),
    Flow("delete a namespace", namespace("b", TARGET, "shop", state="absent"), (namespace("b", TARGET, "shop"),)),
    Flow("create a repository", repository("cart", summary="The cart")),
    Flow("change a repository", repository("cart", summary="The cart"), (repository("cart"),)),
    Flow("delete a repository", repository("cart", state="absent"), (repository("cart"),)),
    Flow("keep settings of repositories", keep_settings(web="The shop", worker="The worker"), PREPARED),
    Flow("grant a first account", grant(ACCOUNT_A)),
    Flow("grant one more account", grant(OTHER_ACCOUNT), PREPARED),
    Flow("revoke one of two", grant(OTHER_ACCOUNT, state="absent"), TWO_GRANTED),
    Flow("revoke the last", grant(ACCOUNT_A, state="absent"), PREPARED),
    Flow("create a rule", rule(), PREPARED, FINALLY),
    Flow("delete a rule", rule(state="absent"), RULED),
    Flow("replace a rule", rule(priority=5), RULED, ALWAYS),
    Flow("replace a rule, unique routes", rule(priority=5), RULED, ALWAYS, UNIQUE_ROUTES),
    Flow("a set of rules", rules(_rule(priority=5), _rule("new", tag_filter="^new"), purge=True), SET, ALWAYS),
    Flow("send images", send(images=IMAGES, **WHERE), PREPARED),
    Flow("send by a rule", send(from_rule="to-eu", target_account_id=ACCOUNT_B), RULED, ALWAYS),
    Flow("wait for an image that no rule has sent", wait_for("1.0", send=True), RULED),
    Flow(
        "delete what the source has deleted",
        prune(lists=[DELETED], carried_by="task", immutable=True, max_share=100),
        SOURCE_DELETED,
    ),
    Flow("let a role replicate into a bucket", BUCKET_GRANT),
    Flow("make the role that replicates a bucket", BUCKET_ROLE),
    Flow("replicate a bucket", BUCKET_REPLICATION, (BUCKET_GRANT, BUCKET_ROLE)),
    Flow("send by a set of rules", backfill(_rule(), _rule("old", tag_filter="^1")), OVERLAPPING, ALWAYS),
)
READING = (
    Flow("look at instances", look("a", "acr_instance_info")),
    Flow("look at namespaces", look("a", "acr_namespace_info", instance_id=SOURCE)),
    Flow("look at repositories", look("a", "acr_repository_info", instance_id=SOURCE)),
    Flow("look at settings", look("a", "acr_repository_settings_info", instance_id=SOURCE), RULED),
    Flow("look at images", look("a", "acr_image_info", instance_id=SOURCE, namespace="prod")),
    Flow("look at rules", look("a", "acr_sync_rule_info", instance_id=SOURCE), RULED),
    Flow("look at sync tasks", look("a", "acr_sync_task_info", instance_id=SOURCE), RULED),
    Flow("look at the role", look("b", "acr_cross_account_role_info"), PREPARED),
    Flow("preflight", look("b", "acr_sync_preflight", instance_id=TARGET, side="destination"), PREPARED),
    Flow("verify", look("a", "acr_sync_verify", instance_id=SOURCE, rules=[_rule()]), RULED),
    Flow("look for what is gone", look("a", "acr_gone_image_info", instance_id=SOURCE), RULED),
    Flow("look for what to prune", prune(lists=[GONE]), LISTED),
    Flow("audit", look("a", "acr_sync_audit", instance_id=SOURCE, side="source"), RULED),
)
FLOWS = WRITING + READING
