# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what an instance has no room for, before a part of it is created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.finding import Finding, error
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import listed

# The kinds of things that have a quota, each with its plural and the service's word.
_KINDS = (("namespace", "namespaces", "Namespace"), ("repository", "repositories", "Repo"))


def quota_findings(client: Client, instance_id: str, coming: Sequence[str], going: Sequence[str]) -> list[Finding]:
    """Return a finding for each quota that is too small for what is planned.

    Args:
        client: the account's services.
        instance_id: the instance.
        coming: names of namespaces, and of repositories as `namespace/repository`; those that exist need no room.
        going: names of what makes room.
    """
    usage = _usage(client, instance_id) if coming else {}
    found = []
    for kind, plural, field in _KINDS:
        quota, used = _number(usage, f"{field}Quota"), _number(usage, f"{field}Usage")
        if quota is None or used is None:
            continue
        names, room = _of_kind(kind, coming), quota - used + len(_of_kind(kind, going))
        # Only here do the names have to be looked at: in nearly every run there is room for all of them.
        new = [name for name in names if _is_missing(client, instance_id, name)] if len(names) > room else []
        if len(new) > room:
            problem = (
                f"instance {instance_id} has {used} of {quota} {plural}, and {listed(new)} would have to be created"
            )
            remedy = f"Delete a {kind} that nobody needs, or have the quota raised in the console."
            found.append(error("quota", f"instance {instance_id}", problem, remedy))
    return found


def _usage(client: Client, instance_id: str) -> dict[str, Any]:
    """Return what an instance has and may have; empty where that cannot be read."""
    found: dict[str, Any] = {}
    with suppress(AcrError):
        found = client.call("cr", "GetInstanceUsage", {"InstanceId": instance_id})
    # A run does as well without this right: the service refuses what has no room.
    client.without("GetInstanceUsage")
    return found


def _of_kind(kind: str, names: Sequence[str]) -> list[str]:
    return [name for name in names if ("/" in name) == (kind == "repository")]


def _is_missing(client: Client, instance_id: str, name: str) -> bool:
    namespace, _slash, repository = name.partition("/")
    try:
        if repository:
            named = {"InstanceId": instance_id, "RepoNamespaceName": namespace, "RepoName": repository}
            client.call("cr", "GetRepository", named)
        else:
            client.call("cr", "GetNamespace", {"InstanceId": instance_id, "NamespaceName": namespace})
    except NotFoundError:
        return True
    return False


def _number(usage: Mapping[str, Any], field: str) -> int | None:
    """Return a number that the service writes as text; None if it is none."""
    text = str(usage.get(field) or "")
    return int(text) if text.isdigit() else None
