# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which instances, namespaces or repositories exist, beside one that does not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import there_are

# Returns the items of a paged list: product, action, parameters, and the answer's field that holds them.
Pages = Callable[[str, str, Mapping[str, Any], str], Iterator[dict[str, Any]]]

# Says of a name that does not exist what else there is.
Say = Callable[[str, Collection[str]], str]

# The nearest name is looked for among so many. That takes ten calls, and somebody waits for the message.
_MOST = 500


def nearby(pages: Pages, code: str, parameters: Mapping[str, Any]) -> str:
    """Return a sentence for a refused call; empty if its code is about something else.

    Args:
        pages: lists what there is.
        code: the refusal's.
        parameters: the call's.
    """
    namespace = parameters.get("RepoNamespaceName") or parameters.get("NamespaceName")
    if code == "NAMESPACE_NOT_EXIST" and namespace:
        return near_namespaces(pages, parameters["InstanceId"], namespace)
    if code == "REPO_NOT_EXIST" and namespace and parameters.get("RepoName"):
        return near_repositories(pages, parameters["InstanceId"], namespace, parameters["RepoName"])
    if code == "INSTANCE_NOT_EXIST" and parameters.get("InstanceId"):
        return _there(parameters["InstanceId"], pages, "ListInstance", {}, ("Instances", "InstanceId"), there_are)
    return ""


def near_namespaces(pages: Pages, instance_id: str, namespace: str, say: Say = there_are) -> str:
    where = {"InstanceId": instance_id}
    return _there(namespace, pages, "ListNamespace", where, ("Namespaces", "NamespaceName"), say)


def near_repositories(pages: Pages, instance_id: str, namespace: str, repository: str, say: Say = there_are) -> str:
    where = {"InstanceId": instance_id, "RepoNamespaceName": namespace}
    return _there(repository, pages, "ListRepository", where, ("Repositories", "RepoName"), say)


def _there(  # the name, what lists others, where, their place in an answer, and what says it
    name: str, pages: Pages, action: str, where: Mapping[str, Any], place: tuple[str, str], say: Say
) -> str:
    """Return the sentence; empty if the names cannot be listed, since the first failure has to be told all the same."""
    items, field = place
    try:
        found = [str(item.get(field)) for item in islice(pages("cr", action, where, items), _MOST)]
    except AcrError:
        return ""
    # What is there was not misspelt.
    return "" if name in found else say(name, found)
