# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell which permissions a run needed, and on what, so that a policy can allow just these."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import Connection

Connect = Callable[[Connection, bool], Client]


class Use(NamedTuple):
    """One permission that was needed; `account_id` owns the resource, and is * if unknown."""

    account_id: str
    action: str
    resource: str


class Uses:
    """Note the permissions behind its clients' calls."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._clients: list[tuple[Client, str]] = []

    def connect(self, connection: Connection, read_only: bool) -> Client:
        """Make a client whose calls are noted from now on, even if it is kept from an earlier loop item."""
        client = self._connect(connection, read_only)
        client.permissions = set()
        self._clients.append((client, connection.region or "*"))
        return client

    def to_result(self) -> list[dict[str, str]]:
        """Return each permission once, with account and region written into its resources."""
        found: set[Use] = set()
        for client, region in self._clients:
            account = _account(client)
            for action, resource in client.permissions or ():
                found.add(Use(account, action, _written(resource, account, region)))
        return [use._asdict() for use in sorted(found)]


def _account(client: Client) -> str:
    """Return the account of a client's keys."""
    try:
        return str(client.caller()["AccountId"])
    except AcrError:
        return "*"  # the task has told already what is wrong with the keys


def _written(resource: str, account: str, region: str) -> str:
    resource = resource.replace("acs:cr:*:*:", f"acs:cr:{region}:{account}:")
    for product in ("ram", "oss"):
        resource = resource.replace(f"acs:{product}:*:*:", f"acs:{product}:*:{account}:")
    return resource
