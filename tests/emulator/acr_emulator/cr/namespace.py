"""Serve namespaces."""

from __future__ import annotations

from typing import Any

from ..actions import Answer, Call, action
from ..catalogue import NAMESPACE_NAME, Namespace
from ..errors import BusinessError, invalid, missing
from .lookup import content_arn, find_instance, find_namespace, namespace_arn, namespaces_arn, page


def _shown(namespace: Namespace, instance_id: str, resource_group_id: str) -> dict[str, Any]:
    return {
        "NamespaceId": namespace.id,
        "NamespaceName": namespace.name,
        "NamespaceStatus": "NORMAL",
        "AutoCreateRepo": namespace.auto_create_repositories,
        "DefaultRepoType": namespace.repository_type,
        "DefaultRepoConfiguration": {
            "RepoType": namespace.repository_type,
            "TagImmutability": namespace.tag_immutability,
            "ArtifactBuildRuleParameters": {"ImageIndexOnly": namespace.image_index_only},
        },
        "InstanceId": instance_id,
        "ResourceGroupId": resource_group_id,
    }


def _configure(call: Call, namespace: Namespace) -> None:
    """Set what the request gives, and leave the rest."""
    configuration = call.json("DefaultRepoConfiguration")
    if not isinstance(configuration, (dict, type(None))):
        raise invalid("DefaultRepoConfiguration", "it must be a JSON object")
    given = configuration or {}
    # Newer clients send the configuration, older ones the parameter DefaultRepoType.
    kind = given.get("RepoType") or call.choice(
        "DefaultRepoType", "PUBLIC", "PRIVATE", default=namespace.repository_type
    )
    build = given.get("ArtifactBuildRuleParameters") or {}
    immutability = given.get("TagImmutability", namespace.tag_immutability)
    # Everything is checked before anything is set, so that a refused request changes nothing.
    if kind not in ("PUBLIC", "PRIVATE") or not isinstance(immutability, bool) or not isinstance(build, dict):
        raise invalid("DefaultRepoConfiguration", "RepoType, TagImmutability or ArtifactBuildRuleParameters is wrong")
    namespace.auto_create_repositories = call.flag("AutoCreateRepo", namespace.auto_create_repositories)
    namespace.repository_type = "PUBLIC" if kind == "PUBLIC" else "PRIVATE"
    namespace.tag_immutability = immutability
    namespace.image_index_only = bool(build.get("ImageIndexOnly", namespace.image_index_only))


@action("cr:CreateNamespace", content_arn)
def create_namespace(call: Call) -> Answer:
    """Create a namespace, and answer without an ID; the defaults, off and PRIVATE, are a guess."""
    instance = find_instance(call)
    name = call.text("NamespaceName")
    if not NAMESPACE_NAME.fullmatch(name):
        raise invalid("NamespaceName", "it must be 2 to 120 lower-case letters, digits and inner separators")
    if name in instance.namespaces:
        raise BusinessError("NAMESPACE_ALREADY_EXIST", f"The namespace {name} exists already.")
    # The world file sets it, since the quota depends on the edition.
    if len(instance.namespaces) >= instance.namespace_quota:
        raise BusinessError("NAMESPACE_QUOTA_EXCEED", f"The instance may have {instance.namespace_quota} namespaces.")
    namespace = Namespace(name)
    _configure(call, namespace)
    instance.namespaces[name] = namespace
    return {}


@action("cr:GetNamespace", namespace_arn)
def get_namespace(call: Call) -> Answer:
    instance = find_instance(call)
    name, identifier = call.optional("NamespaceName"), call.optional("NamespaceId")
    if not name and not identifier:
        raise missing("NamespaceName")
    if not name:
        name = next(
            (namespace.name for namespace in instance.namespaces.values() if namespace.id == identifier), identifier
        )
    return _shown(find_namespace(instance, name), instance.id, instance.resource_group_id)


@action("cr:ListNamespace", namespaces_arn)
def list_namespace(call: Call) -> Answer:
    instance = find_instance(call)
    wanted = call.optional("NamespaceName")
    status = call.choice("NamespaceStatus", "NORMAL", "DELETING", default="NORMAL")
    # It is not documented whether the filter is the whole name or its beginning.
    prefix = call.state.behaviour.namespace_filter == "prefix"
    found = [
        namespace
        for namespace in instance.namespaces.values()
        if status == "NORMAL"
        and (not wanted or namespace.name == wanted or (prefix and namespace.name.startswith(wanted)))
    ]
    chosen, fields = page(call, found)
    shown = [_shown(namespace, instance.id, instance.resource_group_id) for namespace in chosen]
    # A text, as the service answers here and in ListRepository.
    return fields | {"TotalCount": str(len(found)), "Namespaces": shown}


@action("cr:UpdateNamespace", namespace_arn)
def update_namespace(call: Call) -> Answer:
    instance = find_instance(call)
    _configure(call, find_namespace(instance, call.text("NamespaceName")))
    return {}


@action("cr:DeleteNamespace", namespace_arn)
def delete_namespace(call: Call) -> Answer:
    """Delete it with all its repositories and images."""
    instance = find_instance(call)
    namespace = find_namespace(instance, call.text("NamespaceName"))
    # A copy, since removing changes the dictionary.
    for repository in list(namespace.repositories.values()):
        instance.remove_repository(repository)
        call.cloud.registries.delete_repository(instance, repository.path)
    del instance.namespaces[namespace.name]
    return {}
