# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what would make sync fail, before any write.

The limitations are documented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.before_rules import RulesToCome
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.other_direction import other_direction
from ansible_collections.registryops.alicloud.plugins.module_utils._audit.selected import selecting_all
from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import (
    check_namespace,
    check_repository,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.nearby import (
    near_namespaces,
    near_repositories,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.regions import is_industry_cloud
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.instance import Instance, Instances
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.wanted import wanted_rules

# The editions as the API names them, from the vendor's page on cross-account sync.
_EDITIONS = {
    "source": (("Enterprise_Advanced",), "Premium (Enterprise_Advanced)"),
    "destination": (("Enterprise_Basic", "Enterprise_Advanced"), "Basic or Premium (Enterprise_Advanced)"),
}

# The vendor's English page names neither; its Chinese page allows Standard on both sides, and none speaks of Economy.
_DOUBTFUL = ("Enterprise_Standard", "Enterprise_Economy")

Finding = dict[str, str]
# A namespace and a repository in it; an empty one for the namespace itself.
Place = tuple[str, str]
Near = Callable[..., str]


def preflight(task: Task) -> dict[str, Any]:
    """Return an instance's findings, each with its remedy.

    Raises:
        AcrError: something was found, and the task wants to fail then.
    """
    # What would stop the first write has to be known before anything is written to the other side.
    task.client.check_account()
    params = {**task.params, **_plans(task.params)}
    instance = Instances(task.client, params).get(params["instance_id"])
    findings = [*_instance(instance, params["side"]), *_nobody(params)]
    rules = wanted_rules(params["sync_rules"] or [])
    for rule, missing in missing_places(task.client, rules, params):
        findings += [*_route(rule, params), *missing]
    warnings = [_doubt(instance, params["side"])] if instance.edition in _DOUBTFUL else []
    if params["side"] == "source":
        to_come = RulesToCome(task.client, params["instance_id"], rules)
        back = other_direction(task.client, params["instance_id"], rules) if rules else ()
        findings += [_finding(met["check"], met["problem"], met["remedy"]) for met in (*to_come.meeting(), *back)]
        doubts = [*selecting_all(rules), *to_come.leaving_signatures()]
        warnings += [f"{doubt['problem']}. {doubt['remedy']}" for doubt in doubts]
    result: dict[str, Any] = {"changed": False, "instance": instance.to_result(), "findings": findings}
    if warnings:
        result["warnings"] = warnings
    if findings and params["fail"]:
        said = " ".join(f"{finding['problem']}. {finding['remedy']}" for finding in findings)
        error = AcrError(f"sync could not work, and nothing was written: {said}")
        error.results = result
        raise error
    return result


def _doubt(instance: Instance, side: str) -> str:
    """Return the warning about a doubtful edition."""
    return (
        f"The {side} instance {instance.instance_id} is {instance.edition}. The vendor's pages differ on whether that"
        f" can be the {side} of cross-account sync: if the service refuses the rule, upgrade the instance."
    )


def _plans(params: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return names to be created and deleted.

    Repositories are written as `namespace/repository`.
    """
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
    if instance.edition not in (*editions, *_DOUBTFUL):
        yield _finding(
            "edition",
            f"{side} instance {instance.instance_id} is {instance.edition}, and cross-account sync needs {words}",
            "Upgrade it on its card in the Container Registry console.",
        )
    if instance.status != "RUNNING":
        issue = f" ({instance.issue})" if instance.issue else ""
        yield _finding(
            "status",
            f"{side} instance {instance.instance_id} is {instance.status}{issue}, not RUNNING",
            "Start it, or wait until it runs.",
        )


def _nobody(params: Mapping[str, Any]) -> Iterator[Finding]:
    # An unset list means that nobody asked; an empty one means that the inventory names nobody.
    if params["source_account_ids"] == []:
        yield _finding(
            "accounts",
            f"no rule of a host of acr_source with an acr_account_id ends at {params['instance_id']}, so that it is"
            " not known which accounts may replicate into it",
            "Give the hosts of acr_source whose rules end here their acr_account_id, or set acr_source_account_ids."
            " If the inventory of Account A was not given, add it, as in -i inventories/account_a."
            " Where the last rule is to go, run registryops.alicloud.configure_sync with configure_sync_purge=true, and"
            " then registryops.alicloud.revoke_access with acr_revoked_account_ids.",
        )


def _route(rule: Mapping[str, Any], params: Mapping[str, Any]) -> Iterator[Finding]:
    source, target = params.get("region"), rule.get("target_region")
    if source and target and is_industry_cloud(target) and not is_industry_cloud(source):
        yield _finding(
            "region",
            f"sync rule {rule['name']} goes from public cloud ({source}) to {target}, which is not supported",
            "Choose a destination in a public region.",
        )


def missing_places(
    client: Client, rules: Sequence[Mapping[str, Any]], params: Mapping[str, Any]
) -> list[tuple[Mapping[str, Any], list[Finding]]]:
    """Yield each rule with what it lacks on this side.

    It lacks namespaces and repositories.

    Args:
        client: the account's services.
        rules: as the option sync_rules.
        params: instance_id, side, and the names of what will_exist and what will_go.
    """
    existing = _existing(client, rules, params)
    near = _near(client, params)
    return [(rule, [*_names(existing, rule, params, near)]) for rule in rules]


def _near(client: Client, params: Mapping[str, Any]) -> Near:
    """Return what says which names there are instead.

    A destination often lacks what is yet to be made, so that nothing is said of it.
    """

    @cache
    def near(namespace: str, repository: str = "") -> str:
        if params["side"] != "source":
            return ""
        if repository:
            return f" {near_repositories(client.pages, params['instance_id'], namespace, repository)}".rstrip()
        return f" {near_namespaces(client.pages, params['instance_id'], namespace)}".rstrip()

    return near


def _existing(
    client: Client, rules: Iterable[Mapping[str, Any]], params: Mapping[str, Any]
) -> dict[Place, dict[str, Any] | None]:
    """Return the named places that exist; None if missing.

    Places that are about to be created are left out.
    """
    coming = set(params["will_exist"] or [])
    named = {(str(rule["namespace"]), str(rule.get("repository") or "")) for rule in rules if rule.get("namespace")}
    # Each place is asked for once, however many rules need it.
    wanted = {(namespace, "") for namespace, _repository in named if namespace not in coming}
    wanted.update(place for place in named if place[1] and "/".join(place) not in coming)

    def get(place: Place) -> dict[str, Any] | None:
        namespace, repository = place
        if (f"{namespace}/{repository}" if repository else namespace) in params.get("will_go", ()):
            return None
        instance = {"InstanceId": params["instance_id"]}
        try:
            if not repository:
                return client.call("cr", "GetNamespace", {**instance, "NamespaceName": namespace})
            return client.call(
                "cr", "GetRepository", {**instance, "RepoNamespaceName": namespace, "RepoName": repository}
            )
        except NotFoundError:
            return None

    places = sorted(wanted)
    return dict(zip(places, client.calls(get, places), strict=True))


def _names(
    existing: Mapping[Place, dict[str, Any] | None], rule: Mapping[str, Any], params: Mapping[str, Any], near: Near
) -> Iterator[Finding]:
    """Check that a rule's namespace and repository exist.

    The sync level demands them.
    """
    namespace, repository = str(rule.get("namespace") or ""), str(rule.get("repository") or "")
    instance_id, side = params["instance_id"], params["side"]
    wanted = f"sync rule {rule['name']} needs"
    if (namespace, "") in existing:
        found = existing[namespace, ""]
        if namespace in params.get("will_go", ()):
            yield _finding(
                "namespace",
                f"{wanted} namespace {namespace}, which is about to be deleted from {side} instance {instance_id}",
                "Take state: absent from the namespace, or give it to the rule too.",
            )
            return
        if found is None:
            yield _finding(
                "namespace",
                f"{wanted} namespace {namespace}, which {side} instance {instance_id} does not have",
                f"Correct the rule, or add {namespace} to the instance's acr_namespaces.{near(namespace)}",
            )
            return
        if side == "destination" and not repository and not found.get("AutoCreateRepo"):
            yield _finding(
                "auto_create_repositories",
                f"{wanted} namespace {namespace} on {instance_id} to create repositories automatically",
                "Set auto_create_repositories: true for it with registryops.alicloud.acr_namespace.",
            )
    if repository and (namespace, repository) in existing and existing[namespace, repository] is None:
        yield _finding(
            "repository",
            f"{wanted} repository {namespace}/{repository}, which {side} instance {instance_id} does not have",
            f"Correct the rule, or add it to the instance's acr_repositories.{near(namespace, repository)}",
        )


def _finding(check: str, problem: str, remedy: str) -> Finding:
    return {"check": check, "problem": problem, "remedy": remedy}
