# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what would make sync fail, before any write; the limitations are those of the vendor's documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.before_rules import RulesToCome
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.missing import missing_places
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.other_direction import other_direction
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.selected import selecting_all
from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import (
    check_namespace,
    check_repository,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error, sentences
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import pool
from ansible_collections.registryops.alicloud.plugins.module_utils._core.regions import is_industry_cloud
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.instance import Instance, Instances
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import wanted_rules

# The editions as the API names them, from the vendor's page on cross-account sync.
_EDITIONS = {
    "source": (("Enterprise_Advanced",), "Premium (Enterprise_Advanced)"),
    "destination": (("Enterprise_Basic", "Enterprise_Advanced"), "Basic or Premium (Enterprise_Advanced)"),
}

# The vendor's English page names neither. Its Chinese page allows Standard on both sides. No page names Economy.
_DOUBTFUL = ("Enterprise_Standard", "Enterprise_Economy")


def preflight(task: Task) -> dict[str, Any]:
    """Return an instance's findings, each with its remedy.

    Raises:
        AcrError: something was found, and the task wants to fail then.
    """
    # A wrong account would stop the first write here. By then, the other side may have been written already.
    task.client.check_account()
    params = {**task.params, **_plans(task.params)}
    instance, own_region = _look(task.client, params)
    findings = [*_instance(instance, params["side"]), *_region(own_region, params), *_nobody(params)]
    rules = wanted_rules(params["sync_rules"] or [])
    for rule, missing in missing_places(task.client, rules, params):
        findings += [*_route(rule, params), *missing]
    warnings = [_doubt(instance, params["side"])] if instance.edition in _DOUBTFUL else []
    if params["side"] == "source":
        # Both look at images, which only the source's account can list.
        to_come = RulesToCome(task.client, params["instance_id"], rules)
        back = other_direction(task.client, params["instance_id"], rules) if rules else ()
        findings += [*to_come.meeting(), *back]
        warnings += sentences([*selecting_all(rules), *to_come.leaving_out()])
    result: dict[str, Any] = {"changed": False, "instance": instance.to_result(), "findings": findings}
    if warnings:
        result["warnings"] = warnings
    if findings and params["fail"]:
        said = " ".join(sentences(findings))
        failure = AcrError(f"sync could not work, and nothing was written: {said}")
        failure.results = result
        raise failure
    return result


def _look(client: Client, params: Mapping[str, Any]) -> tuple[Instance, str | None]:
    """Return an instance, and its own region if the endpoint may know instances of other regions."""
    instances, instance_id = Instances(client, params), params["instance_id"]
    if not (client.any_region and params.get("region")):
        return instances.get(instance_id), None
    # Side by side, so that no run takes longer for it.
    with pool() as threads:
        region = threads.submit(instances.own_region, instance_id)
        return instances.get(instance_id), region.result()


def _doubt(instance: Instance, side: str) -> str:
    """Return the warning about a doubtful edition."""
    return (
        f"The {side} instance {instance.instance_id} is {instance.edition}. The vendor's pages differ on whether that"
        f" can be the {side} of cross-account sync: if the service refuses the rule, upgrade the instance."
    )


def _plans(params: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the names that will be created and deleted; a repository is written as `namespace/repository`."""
    plans: dict[str, list[str]] = {"will_exist": [], "will_go": []}
    for namespace in params["namespaces"] or []:
        check_namespace(namespace["name"], "namespaces[].name")
        plans[_fate(namespace)].append(namespace["name"])
    for repository in params["repositories"] or []:
        check_repository(repository["name"], "repositories[].name")
        plans[_fate(repository)].append(f"{repository['namespace']}/{repository['name']}")
    return plans


def _fate(planned: Mapping[str, Any]) -> str:
    return "will_go" if planned["state"] == "absent" else "will_exist"


def _instance(instance: Instance, side: str) -> Iterator[Finding]:
    editions, words = _EDITIONS[side]
    subject = f"instance {instance.instance_id}"
    if instance.edition not in (*editions, *_DOUBTFUL):
        yield error(
            "edition",
            subject,
            f"{side} {subject} is {instance.edition}, and cross-account sync needs {words}",
            "Upgrade it on its card in the Container Registry console.",
        )
    if instance.status != "RUNNING":
        issue = f" ({instance.issue})" if instance.issue else ""
        yield error(
            "status",
            subject,
            f"{side} {subject} is {instance.status}{issue}, not RUNNING",
            "Start it, or wait until it runs.",
        )


def _region(own: str | None, params: Mapping[str, Any]) -> Iterator[Finding]:
    said = params.get("region")
    if own and own != said:
        yield error(
            "instance_region",
            f"instance {params['instance_id']}",
            f"{params['side']} instance {params['instance_id']} is in {own}, not in {said}",
            f"Set its region to {own} (acr_region in the inventory).",
        )


def _nobody(params: Mapping[str, Any]) -> Iterator[Finding]:
    # An unset list means that nobody asked; an empty one means that the inventory names nobody.
    if params["source_account_ids"] == []:
        yield error(
            "accounts",
            f"instance {params['instance_id']}",
            f"no account is named that may replicate into {params['instance_id']}",
            "Name at least one in source_account_ids; for roles and playbooks, that is the variable"
            " acr_source_account_ids. To end what was granted, run registryops.alicloud.revoke_access.",
        )


def _route(rule: Mapping[str, Any], params: Mapping[str, Any]) -> Iterator[Finding]:
    source, target = params.get("region"), rule.get("target_region")
    if source and target and is_industry_cloud(target) and not is_industry_cloud(source):
        subject = f"sync rule {rule['name']}"
        yield error(
            "region",
            subject,
            f"{subject} goes from public cloud ({source}) to {target}, which is not supported",
            "Choose a destination in a public region.",
        )
