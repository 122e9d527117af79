# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find which namespaces an instance does not have."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, NotFoundError
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.image import list_repositories
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.namespace import namespace_names


def lacking_namespaces(client: Client, instance_id: str, names: Iterable[str]) -> frozenset[str]:
    """Return the namespaces that are certainly not there; what cannot be looked at is taken to be there.

    Args:
        client: the services of the instance's account.
        instance_id: the instance.
        names: namespaces without a repository there.
    """
    wanted = frozenset(names)
    if not wanted:
        return wanted
    try:
        return wanted - namespace_names(client, instance_id)
    except AcrError:
        # The right to list namespaces is one that a look at images does not need.
        return frozenset(name for name in wanted if _is_refused(client, instance_id, name))


def _is_refused(client: Client, instance_id: str, namespace: str) -> bool:
    try:
        next(list_repositories(client, instance_id, namespace), None)
    except NotFoundError as error:
        return "NAMESPACE" in error.code
    except AcrError:
        return False
    return False
