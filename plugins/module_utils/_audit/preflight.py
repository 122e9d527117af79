# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what would make sync fail, before any write; the limitations are those of the vendor's documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.before_rules import RulesToCome
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.missing import missing_places
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.odd_accounts import odd_accounts
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.other_direction import other_direction
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.quota import quota_findings
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.selected import selecting_all
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.shadowed import shadowed
from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import (
    check_namespace,
    check_repository,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import (
    MOST,
    Finding,
    error,
    first,
    sentences,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import pool
from ansible_collections.registryops.alicloud.plugins.module_utils._core.regions import is_industry_cloud
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.coverage import Rule
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.instance import Instance, Instances
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRule, SyncRules
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
    params = {**task.params, **_plans(task.params)}
    rules = wanted_rules(params["sync_rules"] or [])
    look = _look(task.client, params, rules)
    instance = look.instance
    findings = [*_instance(instance, params["side"]), *_region(look.own_region, params), *_nobody(params), *look.quotas]
    for rule, missing in look.missing:
        findings += [*_route(rule, params), *missing]
    warnings = [_doubt(instance, params["side"])] if instance.edition in _DOUBTFUL else []
    warnings += odd_accounts(params)
    if params["side"] == "source":
        # Both look at images, which only the source's account can list.
        to_come = RulesToCome(task.client, params["instance_id"], rules, look.there)
        findings += [*to_come.meeting(), *other_direction(look.there, rules)]
        warnings += sentences([*selecting_all(rules), *_repeated(rules), *to_come.leaving_out()])
    result: dict[str, Any] = {"changed": False, "instance": instance.to_result(), "findings": findings}
    if warnings:
        result["warnings"] = first(warnings, "more warnings like these")
    if findings and params["fail"]:
        said = " ".join(sentences(findings))
        failure = AcrError(f"sync could not work, and nothing was written: {said}")
        # Ansible prints the whole result of a task that fails.
        failure.results = {**result, "findings": findings[:MOST]}
        raise failure
    return result


def _repeated(rules: Sequence[Rule]) -> Iterator[Finding]:
    """Report wanted rules that carry nothing beside another wanted one."""
    # An instance's rules have the service's default; those of an inventory may leave it out.
    shown = [{**rule, "trigger": rule.get("trigger") or "automatic"} for rule in rules]
    return shadowed(shown, {str(rule["name"]) for rule in rules})


@dataclass(frozen=True)
class _Look:
    """What was looked at.

    Attributes:
        instance: the instance.
        own_region: its region, if the endpoint may know instances of other regions.
        missing: each rule with what it lacks on this side.
        there: the rules of a source that begin or end there; none where no rule is asked for.
        quotas: what it has no room for.
    """

    instance: Instance
    own_region: str | None
    missing: Sequence[tuple[Rule, list[Finding]]]
    there: Sequence[SyncRule]
    quotas: Sequence[Finding]


def _look(client: Client, params: Mapping[str, Any], rules: Sequence[Rule]) -> _Look:
    """Look at all at the same time.

    Raises:
        AcrError: a call failed; a wrong account is told before anything else.
    """
    instances, instance_id = Instances(client, params), params["instance_id"]
    # Elsewhere the endpoint knows the instances of the task's region alone.
    asks_region = bool(client.any_region and params.get("region"))
    has_rules = params["side"] == "source" and bool(rules)
    with pool() as threads:
        # A wrong account would stop the first write here. By then, the other side may have been written already.
        account = threads.submit(client.check_account)
        instance = threads.submit(instances.get_with_region if asks_region else instances.get, instance_id)
        missing = threads.submit(missing_places, client, rules, params)
        there = threads.submit(list, SyncRules(client, {"instance_id": instance_id}).find()) if has_rules else None
        quotas = threads.submit(quota_findings, client, instance_id, params["will_exist"], params["will_go"])
        account.result()
        found = instance.result()
        return _Look(
            found,
            found.region if asks_region else None,
            missing.result(),
            there.result() if there else (),
            quotas.result(),
        )


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
