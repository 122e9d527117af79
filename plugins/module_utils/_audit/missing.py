# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the namespaces and repositories that rules lack.

The sync level demands them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error
from ansible_collections.registryops.alicloud.plugins.module_utils._core.nearby import (
    near_namespaces,
    near_repositories,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import perhaps, there_are

# A namespace and a repository in it; an empty one for the namespace itself.
Name = tuple[str, str]
Near = Callable[..., str]


def missing_places(
    client: Client, rules: Sequence[Mapping[str, Any]], params: Mapping[str, Any]
) -> list[tuple[Mapping[str, Any], list[Finding]]]:
    """Return each rule with the findings about namespaces and repositories that it lacks on this side.

    Args:
        client: the account's services.
        rules: as the option sync_rules has them.
        params: instance_id, side, and the names of what will_exist and what will_go.
    """
    existing = _existing(client, rules, params)
    near = _near(client, params)
    return [(rule, [*_names(existing, rule, params, near)]) for rule in rules]


def _near(client: Client, params: Mapping[str, Any]) -> Near:
    """Return a function that says which names exist instead.

    Of a destination, where a missing name is often still to be created, it only says that one is misspelt.
    """

    @cache
    def near(namespace: str, repository: str = "") -> str:
        instance_id, say = params["instance_id"], there_are if params["side"] == "source" else perhaps
        if repository:
            found = near_repositories(client.pages, instance_id, namespace, repository, say)
        else:
            found = near_namespaces(client.pages, instance_id, namespace, say)
        return f" {found}".rstrip()

    return near


def _existing(
    client: Client, rules: Iterable[Mapping[str, Any]], params: Mapping[str, Any]
) -> dict[Name, dict[str, Any] | None]:
    """Return the places that rules name, None if missing; a place that is about to be created is left out."""
    coming = set(params["will_exist"] or [])
    named = {(str(rule["namespace"]), str(rule.get("repository") or "")) for rule in rules if rule.get("namespace")}
    # Each place is asked for once, however many rules need it.
    wanted = {(namespace, "") for namespace, _repository in named if namespace not in coming}
    wanted.update(place for place in named if place[1] and "/".join(place) not in coming)

    def get(name: Name) -> dict[str, Any] | None:
        namespace, repository = name
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
    existing: Mapping[Name, dict[str, Any] | None], rule: Mapping[str, Any], params: Mapping[str, Any], near: Near
) -> Iterator[Finding]:
    """Yield what a rule lacks of the namespace and the repository that it names."""
    namespace, repository = str(rule.get("namespace") or ""), str(rule.get("repository") or "")
    if (namespace, "") in existing:
        found = existing[namespace, ""]
        yield from _namespace(found, rule, params, near)
        # Without its namespace a repository is missing, too. One sentence is enough for both.
        if found is None:
            return
    if repository and (namespace, repository) in existing and existing[namespace, repository] is None:
        yield _repository_finding(f"{namespace}/{repository}", rule, params, lambda: near(namespace, repository))


def _repository_finding(
    name: str, rule: Mapping[str, Any], params: Mapping[str, Any], near: Callable[[], str]
) -> Finding:
    """Return what is wrong with a rule's repository, which is missing or about to go."""
    subject, whose = f"sync rule {rule['name']}", f"{params['side']} instance {params['instance_id']}"
    needs = f"{subject} needs repository {name}, which"
    if name in params.get("will_go", ()):
        remedy = "Take state: absent from the repository, or give it to the rule too."
        return error("repository", subject, f"{needs} is about to be deleted from {whose}", remedy)
    remedy = _how(params["side"], "it to the instance's acr_repositories") + near()
    return error("repository", subject, f"{needs} {whose} does not have", remedy)


def _how(side: str, added: str) -> str:
    """Return how a missing place comes about; a destination gets what the sources' rules need."""
    if side == "source":
        return f"Correct the rule, or add {added}."
    prepare = "Run registryops.alicloud.prepare_destination with the inventories of both accounts, which makes it"
    return f"{prepare}. With Account B's alone, add {added} first. If the rule is wrong, correct it."


def _namespace(
    found: Mapping[str, Any] | None, rule: Mapping[str, Any], params: Mapping[str, Any], near: Near
) -> Iterator[Finding]:
    """Yield what is wrong with a rule's namespace; None if it is missing, or is about to go."""
    namespace, side, instance_id = str(rule["namespace"]), params["side"], params["instance_id"]
    subject = f"sync rule {rule['name']}"
    needs = f"{subject} needs namespace {namespace}"
    if namespace in params.get("will_go", ()):
        problem = f"{needs}, which is about to be deleted from {side} instance {instance_id}"
        yield error("namespace", subject, problem, "Take state: absent from the namespace, or give it to the rule too.")
    elif found is None:
        problem = f"{needs}, which {side} instance {instance_id} does not have"
        remedy = _how(side, f"{namespace} to the instance's acr_namespaces") + near(namespace)
        yield error("namespace", subject, problem, remedy)
    # The vendor's page: a rule of a namespace needs this at the destination. A rule of a repository needs that alone.
    elif side == "destination" and not rule.get("repository") and not found.get("AutoCreateRepo"):
        problem = f"{needs} on {instance_id} to create repositories automatically"
        remedy = "Set auto_create_repositories: true for it with registryops.alicloud.acr_namespace."
        yield error("auto_create_repositories", subject, problem, remedy)
