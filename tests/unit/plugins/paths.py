# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the modules of each playbook in their order.

There is one path for each set of permissions.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from acr_emulator.testing import Emulator

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account

OWNED = [{"instance_id": TARGET, "account_id": ACCOUNT_B}]
GONE = str(File(tempfile.gettempdir(), f"acr_gone_{os.getpid()}.json"))
OTHER_ACCOUNT = "3333000033330003"
Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Roots:
    """Hold the cloud and both accounts with every right.

    They make what exists before the operator comes.
    """

    cloud: Emulator
    a: Account
    b: Account


@dataclass(frozen=True)
class Path:
    """One way through a playbook.

    `policies` are those of docs/policies that its operator has.
    """

    name: str
    policies: tuple[str, ...]
    steps: tuple[Step, ...]
    before: Callable[[Roots], None] | None = None

    @property
    def owner(self) -> str:
        return "a" if self.policies[0].startswith("account_a") else "b"

    @property
    def region(self) -> str:
        return {"a": "cn-hangzhou", "b": "eu-central-1"}[self.owner]


def step(module: str, **params: Any) -> Step:
    return module, params


def preflight(side: str, instance_id: str, **params: Any) -> Step:
    return step("acr_sync_preflight", side=side, instance_id=instance_id, **params)


def role(*accounts: str, **params: Any) -> Step:
    here = [{"region": "eu-central-1", "instance_id": TARGET}]
    given = {"source_account_ids": list(accounts), "destination_instances": here, **params}
    return step("acr_cross_account_role", **given)


def revocation(*accounts: str) -> Step:
    return step("acr_cross_account_role", state="absent", source_account_ids=list(accounts))


def namespace(instance_id: str, name: str, **params: Any) -> Step:
    return step("acr_namespace", instance_id=instance_id, name=name, **params)


def repository(instance_id: str, name: str, **params: Any) -> Step:
    return step("acr_repository", **{"instance_id": instance_id, "namespace": "prod", "name": name, **params})


def rule(name: str = "to-eu", **params: Any) -> Step:
    target = {"target_account_id": ACCOUNT_B, "target_region": "eu-central-1", "target_instance_id": TARGET}
    given = {"namespace": "prod", **target, "grant_timeout": 0, **params}
    return step("acr_sync_rule", instance_id=SOURCE, name=name, **given)


def of_a_list(step: Step) -> dict[str, Any]:
    """Return a rule as a list of rules has it."""
    return {option: value for option, value in step[1].items() if option != "instance_id"}


def granted_to_others(roots: Roots) -> None:
    """Let another account replicate into another instance already."""
    elsewhere = [{"region": "eu-central-1", "instance_id": "cri-elsewhere0000001"}]
    run(roots.b, role(OTHER_ACCOUNT, destination_instances=elsewhere))


def granted(roots: Roots) -> None:
    run(roots.b, role(ACCOUNT_A), namespace(TARGET, "prod", auto_create_repositories=True))


def granted_to_two(roots: Roots) -> None:
    run(roots.b, role(ACCOUNT_A, OTHER_ACCOUNT))


def granted_among_others(roots: Roots) -> None:
    """Add another purpose to the policy, so that it stays."""
    granted(roots)
    world = roots.cloud.state()
    (policy,) = [policy for policy in world["accounts"][1]["policies"] if policy["name"] == "AcrCrossAccountSync"]
    other = {"Effect": "Allow", "Action": "cr:GetInstance", "Resource": "*"}
    policy["versions"][0]["document"]["Statement"].append(other)
    roots.cloud.reset(world)


def prepared_otherwise(roots: Roots) -> None:
    run(roots.b, namespace(TARGET, "prod"), repository(TARGET, "web", summary="old"))


def outdated(roots: Roots) -> None:
    run(roots.b, namespace(TARGET, "prod"), repository(TARGET, "web"))
    run(roots.b, namespace(TARGET, "old"), repository(TARGET, "app", namespace="old"))


def one_rule_a_route(roots: Roots) -> None:
    """Refuse a second rule of a route, so that pushes are caught up."""
    roots.cloud.post("/_emulator/behaviour", {"duplicate_rule_route": "reject"})
    granted(roots)
    run(roots.a, rule(tag_filter="^none"))
    push(roots)


def ruled(roots: Roots) -> None:
    """Make the rule with another filter, and an uncarried image."""
    granted(roots)
    run(roots.a, rule(tag_filter="^none"), rule("old", tag_filter="^none"))
    push(roots)


def replicated(roots: Roots) -> None:
    granted(roots)
    run(roots.a, rule())
    push(roots)
    named = {"instance_id": SOURCE, "images": [{"namespace": "prod", "repository": "web", "tag": "v2"}]}
    there = {"target_account_id": ACCOUNT_B, "target_region": "eu-central-1", "target_instance_id": TARGET}
    run(roots.a, step("acr_image_sync", **named, **there))  # which waits for the rule's task


def deleted_at_the_source(roots: Roots) -> None:
    """Take a repository away whose image a rule has carried, and list that for account B."""
    replicated(roots)
    run(roots.a, repository(SOURCE, "web", state="absent", force=True))
    run(roots.a, step("acr_gone_image_info", instance_id=SOURCE, list_file=GONE))


def push(roots: Roots) -> None:
    image = {"instance_id": SOURCE, "namespace": "prod", "repository": "web", "tags": ["v2"]}
    roots.cloud.post("/_emulator/images", image)


def run(account: Account, *steps: Step) -> None:
    for module, params in steps:
        account.run(module, **params)


def storage_granted(roots: Roots) -> None:
    """Let the role of account A replicate into account B's bucket already."""
    run(roots.b, step("oss_bucket_grant", **BUCKET_GRANT))
    run(roots.a, step("oss_replication_role", source_buckets=["images-of-source"]))


def storage_replicated(roots: Roots) -> None:
    storage_granted(roots)
    run(roots.a, step("oss_bucket_replication", **REPLICATION))


def another_bucket(roots: Roots) -> None:
    run(roots.a, step("oss_replication_role", source_buckets=["more-images"]))


GRANT, REVOKE = ("account_b_grant_access",), ("account_b_revoke_access",)
PREPARE, CONFIGURE = ("account_b_prepare_destination",), ("account_a_configure_sync",)
DELETE = ("delete_content",)
BY_REPOSITORY = rule("web-to-eu", scope="repository", repository="web")
INBOUND = [{"name": "web-to-eu", "account_id": ACCOUNT_A, "namespace": "prod", "repository": "web"}]
FAILED = {"source": "prod/web:1.0", "target": f"{TARGET}/prod/web:1.0", "action": "failed", "issue": "lost"}
EARLIER = {"target_region": "eu-central-1", "target_account_id": ACCOUNT_B, "images": [FAILED]}

BUCKET_GRANT = {"bucket": "images-of-target", "source_account_id": ACCOUNT_A}
REPLICATION = {
    "source_bucket": "images-of-source",
    "destination_bucket": "images-of-target",
    "destination_region": "eu-central-1",
}
STORAGE_A, STORAGE_B = ("account_a_transfer_by_storage",), ("account_b_transfer_by_storage",)
STORAGE_ROLE = ("account_a_transfer_by_storage_grant",)

PATHS = (
    Path("let a bucket be replicated into", STORAGE_B, (step("oss_bucket_grant", **BUCKET_GRANT),)),
    Path("no longer", STORAGE_B, (step("oss_bucket_grant", **BUCKET_GRANT, state="absent"),), storage_granted),
    Path(
        "let OSS read a bucket",
        STORAGE_ROLE,
        (step("oss_replication_role", source_buckets=["images-of-source"]),),
    ),
    Path(
        "let OSS read one more bucket",
        STORAGE_ROLE,
        (step("oss_replication_role", source_buckets=["images-of-source"]),),
        another_bucket,
    ),
    Path("let OSS read none", STORAGE_ROLE, (step("oss_replication_role", state="absent"),), another_bucket),
    Path("replicate a bucket", STORAGE_A, (step("oss_bucket_replication", **REPLICATION),), storage_granted),
    Path(
        "end its replication",
        STORAGE_A,
        (step("oss_bucket_replication", **REPLICATION, state="absent"),),
        storage_replicated,
    ),
    Path("first grant", GRANT, (preflight("destination", TARGET), role(ACCOUNT_A))),
    Path("grant to one more", GRANT, (preflight("destination", TARGET), role(ACCOUNT_A)), granted_to_others),
    Path("revoke from the last", REVOKE, (revocation(ACCOUNT_A),), granted),
    Path("revoke from one of two", REVOKE, (revocation(ACCOUNT_A),), granted_to_two),
    Path("revoke from a shared policy", REVOKE, (revocation(ACCOUNT_A),), granted_among_others),
    Path(
        "prepare an empty destination",
        PREPARE,
        (
            preflight("destination", TARGET),
            namespace(TARGET, "prod", auto_create_repositories=True),
            repository(TARGET, "web"),
        ),
    ),
    Path(
        "prepare what is there otherwise",
        PREPARE,
        (
            preflight("destination", TARGET),
            namespace(TARGET, "prod", auto_create_repositories=True),
            repository(TARGET, "web", summary="new"),
        ),
        prepared_otherwise,
    ),
    Path(
        "delete from the destination",
        PREPARE + DELETE,
        (
            preflight("destination", TARGET),
            namespace(TARGET, "old", state="absent"),
            repository(TARGET, "web", state="absent"),
        ),
        outdated,
    ),
    Path(
        "configure a first time",
        CONFIGURE,
        (
            preflight(
                "source",
                SOURCE,
                sync_rules=[of_a_list(rule()), of_a_list(BY_REPOSITORY)],
                namespaces=[{"name": "shop"}],
                repositories=[{"namespace": "prod", "name": "cart"}],
            ),
            namespace(SOURCE, "shop"),
            repository(SOURCE, "cart"),
            rule(),
            BY_REPOSITORY,
        ),
        granted,
    ),
    Path(
        "configure otherwise, and purge",
        CONFIGURE,
        (
            preflight("source", SOURCE, sync_rules=[of_a_list(rule())]),
            namespace(SOURCE, "prod", auto_create_repositories=False),
            repository(SOURCE, "web", summary="new"),
            rule(tag_filter="^v"),
            step("acr_sync_rule_info", instance_id=SOURCE, direction="outbound"),
            rule("old", state="absent"),
        ),
        ruled,
    ),
    Path("replace where a route takes one rule", CONFIGURE, (rule(tag_filter="^v"),), one_rule_a_route),
    Path(
        "verify at the source",
        ("account_a_verify_sync",),
        (step("acr_sync_verify", instance_id=SOURCE, rules=[of_a_list(rule())]),),
        replicated,
    ),
    Path(
        "verify at the destination",
        ("account_b_verify_sync",),
        # The same calls as verification makes with these keys.
        (step("acr_image_info", instance_id=TARGET), step("acr_cross_account_role_info")),
        replicated,
    ),
    Path(
        "send what was there before a rule, and retry it",
        ("account_a_backfill_images",),
        (
            step("acr_sync_backfill", instance_id=SOURCE, rules=[of_a_list(rule())]),
            step("acr_sync_backfill", instance_id=SOURCE, rules=[of_a_list(rule())], retry="failed"),
            step("acr_image_sync", instance_id=SOURCE, from_rule=rule()[1]["name"], target_account_id=ACCOUNT_B),
            step("acr_image_sync", instance_id=SOURCE, retry="failed", retry_from=EARLIER),
        ),
        replicated,
    ),
    Path(
        "wait for an image, and send one that no rule has sent",
        ("account_a_wait_for_image",),
        (
            step("acr_image_wait", instance_id=SOURCE, image="prod/web:v2"),
            step("acr_image_wait", instance_id=SOURCE, image="prod/worker:2.0", send=True, destinations=OWNED),
        ),
        replicated,
    ),
    Path(
        "read the settings of the source",
        ("account_a_follow_settings",),
        (step("acr_repository_settings_info", instance_id=SOURCE),),
        replicated,
    ),
    Path(
        "keep the settings at the destination",
        ("account_b_follow_settings",),
        (
            step(
                "acr_repository_settings",
                instance_id=TARGET,
                repositories=[{"namespace": "prod", "name": "web", "summary": "new"}],
            ),
        ),
        prepared_otherwise,
    ),
    Path(
        "list what the source has deleted",
        ("account_a_prune_destination",),
        (step("acr_gone_image_info", instance_id=SOURCE),),
        deleted_at_the_source,
    ),
    Path(
        "delete that at the destination",
        ("account_b_prune_destination",),
        (step("acr_sync_prune", instance_id=TARGET, lists=[GONE], max_share=100),),
        deleted_at_the_source,
    ),
    Path(
        "audit the source",
        ("account_a_audit_sync",),
        (step("acr_sync_audit", side="source", instance_id=SOURCE),),
        replicated,
    ),
    Path(
        "audit the destination",
        ("account_b_audit_sync",),
        (step("acr_sync_audit", side="destination", instance_id=TARGET, inbound_rules=INBOUND),),
        replicated,
    ),
)
