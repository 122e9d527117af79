# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Obtain a temporary login for an instance's registry."""

from __future__ import annotations

from itertools import chain
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import iso_time


def registry_login(client: Client, instance_id: str, endpoint_type: str, hours: int | None) -> dict[str, Any]:
    """Return host, user, password and expiry of a login.

    Args:
        client: the account's services.
        instance_id: the instance.
        endpoint_type: internet or vpc.
        hours: how long the password is to last; None for the service's default, an hour.

    Raises:
        AcrError: the endpoint is not open, or the service gives no login.
    """
    with attempt(f"find the {endpoint_type} address of the registry of {instance_id}"):
        registry = _registry(client, instance_id, endpoint_type)
    with attempt(f"log in to the registry of {instance_id}"):
        wanted = {"InstanceId": instance_id, "ExpiresInHours": hours}
        found = client.call("cr", "GetAuthorizationToken", wanted)
    return {
        "instance_id": instance_id,
        "registry": registry,
        "username": found["TempUsername"],
        "password": found["AuthorizationToken"],
        "expire_time": int(found["ExpireTime"]),
        "expire_time_iso": iso_time(int(found["ExpireTime"])),
    }


def _registry(client: Client, instance_id: str, endpoint_type: str) -> str:
    """Return the registry's host; the service's own comes before hosts that were added in the console."""
    answer = client.call("cr", "ListInstanceEndpoint", {"InstanceId": instance_id, "ModuleName": "Registry"})
    endpoints = [found for found in answer.get("Endpoints") or () if found.get("EndpointType") == endpoint_type]
    domains = list(chain.from_iterable(found.get("Domains") or () for found in endpoints if found.get("Enable")))
    if not domains:
        raise AcrError(
            f"its {endpoint_type} endpoint is not open" if endpoints else f"it has no {endpoint_type} endpoint",
            "Open it in the console under Access Control, or choose the other endpoint_type.",
        )
    domains.sort(key=lambda domain: domain.get("Type") != "SYSTEM")
    return str(domains[0]["Domain"])
