"""Share what CR's actions need: finding what a request names, ARNs, and pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from ..actions import Call
from ..catalogue import Instance, Namespace, Repository
from ..errors import ApiError, BusinessError, invalid

T = TypeVar("T")


def find_instance(call: Call, in_any_status: bool = False) -> Instance:
    instance = call.account.instances.get(call.text("InstanceId"))
    if instance is None:
        raise BusinessError("INSTANCE_NOT_EXIST", f"The instance {call.text('InstanceId')} does not exist.")
    if call.state.refuses(instance) and not in_any_status:
        raise BusinessError("INSTANCE_STATUS_NOT_SUPPORT", f"The instance {instance.id} is {instance.status}.")
    return instance


def find_namespace(instance: Instance, name: str) -> Namespace:
    if name not in instance.namespaces:
        raise BusinessError("NAMESPACE_NOT_EXIST", f"The namespace {name} does not exist in {instance.id}.")
    return instance.namespaces[name]


def find_repository(call: Call, instance: Instance) -> Repository:
    """Return the repository that a request names, by RepoId or by RepoNamespaceName and RepoName."""
    if call.optional("RepoId"):
        repository = instance.repositories.get(call.text("RepoId"))
    else:
        if not call.optional("RepoName"):
            raise ApiError("MissingParameter", 400, "Either RepoId or RepoNamespaceName and RepoName is needed.")
        repository = instance.repository(call.text("RepoNamespaceName"), call.text("RepoName"))
    if repository is None:
        name = call.optional("RepoId") or f"{call.text('RepoNamespaceName')}/{call.text('RepoName')}"
        raise BusinessError("REPO_NOT_EXIST", f"The repository {name} does not exist in {instance.id}.")
    return repository


def _arn(call: Call, kind: str, *names: str) -> tuple[str, ...]:
    instance = call.account.instances.get(call.text("InstanceId"))
    # An instance that does not exist has no region. The right is checked all the same, before that is told.
    region = instance.region if instance else "*"
    path = "/".join((call.text("InstanceId"), *names))
    return (f"acs:cr:{region}:{call.account.uid}:{kind}/{path}",)


def instance_arn(call: Call) -> tuple[str, ...]:
    return _arn(call, "instance")


def content_arn(call: Call) -> tuple[str, ...]:
    """Return the ARN of everything that an instance holds; sync rules and tasks need rights on it, too."""
    return _arn(call, "repository")


def namespace_arn(call: Call) -> tuple[str, ...]:
    name = call.optional("NamespaceName") or call.optional("RepoNamespaceName")
    if not name and call.optional("NamespaceId"):
        instance = call.account.instances.get(call.text("InstanceId"))
        for namespace in instance.namespaces.values() if instance else ():
            if namespace.id == call.text("NamespaceId"):
                name = namespace.name
    return _arn(call, "repository", name or "*")


def namespaces_arn(call: Call) -> tuple[str, ...]:
    return _arn(call, "repository", "*")


def repositories_arn(call: Call) -> tuple[str, ...]:
    namespace = call.optional("RepoNamespaceName")
    return _arn(call, "repository", namespace, "*") if namespace else _arn(call, "repository", "*")


def repository_arn(call: Call) -> tuple[str, ...]:
    instance = call.account.instances.get(call.text("InstanceId"))
    repository = instance.repositories.get(call.optional("RepoId")) if instance else None
    if repository:
        return _arn(call, "repository", repository.namespace, repository.name)
    return _arn(call, "repository", call.optional("RepoNamespaceName", "*"), call.optional("RepoName", "*"))


def page(call: Call, items: Sequence[T]) -> tuple[list[T], dict[str, Any]]:
    """Return one page by PageNo and PageSize.

    The paging fields are added; TotalCount is an integer.

    A PageSize over the maximum is cut down to it; the real service may refuse it instead.
    """
    number = call.integer("PageNo", 1, 1, 10**9)
    # 30 is the default.
    size = min(call.integer("PageSize", 30, 1, 10**9), call.state.behaviour.max_page_size)
    first = (number - 1) * size
    return list(items[first : first + size]), {"PageNo": number, "PageSize": size, "TotalCount": len(items)}


def page_or_token(call: Call, items: Sequence[T]) -> tuple[list[T], dict[str, Any]]:
    """Return one page by token or number.

    MaxResults and NextToken win over PageNo and PageSize; TotalCount is a string.
    """
    if not call.optional("NextToken") and not call.optional("MaxResults"):
        chosen, fields = page(call, items)
        return chosen, fields | {"TotalCount": str(len(items))}
    size = min(call.integer("MaxResults", 30, 1, 10**9), call.state.behaviour.max_page_size)
    first = _position(call.optional("NextToken"))
    end = first + size
    fields = {"MaxResults": size, "NextToken": f"next-{end}" if end < len(items) else "", "TotalCount": str(len(items))}
    return list(items[first:end]), fields


def _position(token: str) -> int:
    digits = token.removeprefix("next-")
    # Fewer than 16 digits, so that no token makes a number that costs memory.
    if token and not (token.startswith("next-") and digits.isascii() and digits.isdigit() and len(digits) < 16):
        raise invalid("NextToken", "it is none that this service gave out")
    return int(digits or 0)
