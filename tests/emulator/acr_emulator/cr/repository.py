"""Serve repositories."""

from __future__ import annotations

from typing import Any

from ..actions import Answer, Call, action
from ..catalogue import REPOSITORY_NAME, Instance, Repository
from ..errors import BusinessError, invalid
from ..ids import now_ms
from .lookup import (
    find_instance,
    find_namespace,
    find_repository,
    namespace_arn,
    page_or_token,
    repositories_arn,
    repository_arn,
)


def _shown(instance: Instance, repository: Repository) -> dict[str, Any]:
    return {
        "RepoId": repository.id,
        "RepoName": repository.name,
        "RepoNamespaceName": repository.namespace,
        "RepoStatus": "NORMAL",
        "RepoType": repository.repository_type,
        "RepoBuildType": "MANUAL",
        "Summary": repository.summary,
        "TagImmutability": repository.tag_immutability,
        "CreateTime": repository.create_time,
        "ModifiedTime": repository.update_time,
        "InstanceId": instance.id,
        "ResourceGroupId": instance.resource_group_id,
    }


@action("cr:CreateRepository", namespace_arn)
def create_repository(call: Call) -> Answer:
    instance = find_instance(call)
    name, kind, summary = call.text("RepoName"), call.choice("RepoType", "PUBLIC", "PRIVATE"), call.text("Summary")
    immutability = call.flag("TagImmutability")
    namespace = find_namespace(instance, call.text("RepoNamespaceName"))
    if not REPOSITORY_NAME.fullmatch(name):
        raise invalid("RepoName", "it must be lower-case letters, digits and inner separators")
    if name in namespace.repositories:
        raise BusinessError("REPO_ALREADY_EXIST", f"The repository {namespace.name}/{name} exists already.")
    if len(instance.repositories) >= instance.repository_quota:
        raise BusinessError("REPO_QUOTA_EXCEED", f"The instance may have {instance.repository_quota} repositories.")
    repository = Repository(name, tag_immutability=immutability, summary=summary, detail=call.optional("Detail"))
    _set_type(repository, kind)
    return {"RepoId": instance.add_repository(namespace, repository).id}


def _set_type(repository: Repository, kind: str) -> None:
    repository.repository_type = "PUBLIC" if kind == "PUBLIC" else "PRIVATE"


@action("cr:GetRepository", repository_arn)
def get_repository(call: Call) -> Answer:
    instance = find_instance(call)
    repository = find_repository(call, instance)
    return _shown(instance, repository) | {"Detail": repository.detail}


@action("cr:ListRepository", repositories_arn)
def list_repository(call: Call) -> Answer:
    instance = find_instance(call)
    status = call.choice("RepoStatus", "NORMAL", "DELETING", "DELETED", "ALL", default="ALL")
    namespace, name = call.optional("RepoNamespaceName"), call.optional("RepoName")
    candidates = find_namespace(instance, namespace).repositories if namespace else instance.repositories
    found = [
        repository
        for repository in candidates.values()
        # Deletion is immediate here, so no repository is ever DELETING or DELETED.
        if name in ("", repository.name) and status in ("ALL", "NORMAL")
    ]
    chosen, fields = page_or_token(call, found)
    return fields | {"Repositories": [_shown(instance, repository) for repository in chosen]}


@action("cr:UpdateRepository", repository_arn)
def update_repository(call: Call) -> Answer:
    instance = find_instance(call)
    # The API demands both even if only one of them changes.
    kind, summary = call.choice("RepoType", "PUBLIC", "PRIVATE"), call.text("Summary")
    repository = find_repository(call, instance)
    repository.tag_immutability = call.flag("TagImmutability", repository.tag_immutability)
    _set_type(repository, kind)
    repository.summary = summary
    # It is not documented whether a description that is not sent is kept or cleared.
    repository.detail = call.parameters.get(
        "Detail", repository.detail if call.state.behaviour.update_keeps_detail else ""
    )
    repository.update_time = now_ms()
    return {}


@action("cr:DeleteRepository", repository_arn)
def delete_repository(call: Call) -> Answer:
    """Delete it with all its images."""
    instance = find_instance(call)
    repository = find_repository(call, instance)
    instance.remove_repository(repository)
    call.cloud.registries.delete_repository(instance, repository.path)
    return {}
