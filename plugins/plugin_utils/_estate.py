# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read instances and their rules, of several accounts and regions, for controller plugins."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check, check_region
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import connect
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import CONNECTION_OPTIONS, connection
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.instance import Instance, Instances
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.namespace import Namespaces
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import SyncRules

# The connection options that a host may keep. Nobody can sign a call with them.
PUBLIC_OPTIONS = (
    "profile",
    "profile_file",
    "assume_role_arn",
    "assume_role_session_name",
    "cr_endpoint",
    "ram_endpoint",
    "sts_endpoint",
    "ca_bundle",
)


@dataclass(frozen=True)
class FoundInstance:
    """One instance, as an inventory's cache keeps it.

    `connection` has the options by which it was found, without secrets. `feeds` are the IDs of the instances that its
    rules end at. `is_fed` is true if rules of others end at it.
    """

    account_id: str
    region: str
    instance_id: str
    name: str
    edition: str
    status: str
    namespaces: Sequence[str]
    feeds: Sequence[str]
    is_fed: bool
    connection: Mapping[str, Any]

    def to_cache(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Wanted:
    """What to read of each account.

    Attributes:
        regions: the regions to look in.
        instance_ids: the only instances to return; all of them if it is empty.
        rules: whether to read the sync rules, which tell sources from destinations.
        namespaces: whether to read the namespaces.
    """

    regions: Sequence[str]
    instance_ids: Sequence[str] = ()
    rules: bool = True
    namespaces: bool = False


def read_estate(accounts: Sequence[Mapping[str, Any]], wanted: Wanted) -> list[FoundInstance]:
    """Return the instances of all accounts.

    Args:
        accounts: the connection options of each account, as modules take them.
        wanted: what to read.

    Raises:
        AcrError: an account cannot be read, or something is named that is nowhere.
    """
    if not wanted.regions:
        raise AcrError("regions names none, so that no instance can be found", "Name at least one.")
    for region in wanted.regions:
        check_region(region, "regions")
    found: list[FoundInstance] = []
    for number, account in enumerate(accounts, start=1):
        options = _validated(account, f"account {number}" if len(accounts) > 1 else "the account")
        for region in wanted.regions:
            found += _of_region({**options, "region": region}, wanted)
    if missing := sorted(set(wanted.instance_ids) - {instance.instance_id for instance in found}):
        raise AcrError(
            f"instance_ids names {', '.join(missing)}, which the accounts do not have in {', '.join(wanted.regions)}",
            "Correct the ID, name its region and its account, too, or leave it out.",
        )
    return found


def _validated(account: Mapping[str, Any], which: str) -> dict[str, Any]:
    # Ansible checks no argument spec of inventory sources, so they are checked here as modules are.
    validated = ArgumentSpecValidator(CONNECTION_OPTIONS).validate(dict(account))
    if validated.error_messages:
        raise AcrError(f"the connection of {which} is wrong: {'; '.join(validated.error_messages)}", "Correct it.")
    options: dict[str, Any] = validated.validated_parameters
    check(options)
    return options


def _of_region(options: Mapping[str, Any], wanted: Wanted) -> Iterator[FoundInstance]:
    client = connect(connection(options, os.environ), True)
    # Before anything is listed, so that a wrong profile does not show another account's instances.
    client.check_account()
    with attempt(f"list the instances of {options['region']}"):
        instances = list(Instances(client, options).find())
    account_id = str(client.caller()["AccountId"])
    for instance in instances:
        # An endpoint that is given, such as a proxy's, may answer for several regions.
        is_here = instance.region in (None, options["region"])
        if is_here and (not wanted.instance_ids or instance.instance_id in wanted.instance_ids):
            yield _found(client, account_id, options, instance, wanted)


def _found(
    client: Client, account_id: str, options: Mapping[str, Any], instance: Instance, wanted: Wanted
) -> FoundInstance:
    feeds, is_fed = _routes(client, str(instance.instance_id)) if wanted.rules else ([], False)
    return FoundInstance(
        account_id=account_id,
        region=str(options["region"]),
        instance_id=str(instance.instance_id),
        name=instance.name or str(instance.instance_id),
        edition=instance.edition or "",
        status=instance.status or "",
        namespaces=_namespaces(client, str(instance.instance_id)) if wanted.namespaces else [],
        feeds=feeds,
        is_fed=is_fed,
        # Without secrets: the cache is a plain file that others may read.
        connection={name: options[name] for name in PUBLIC_OPTIONS if options.get(name)},
    )


def _routes(client: Client, instance_id: str) -> tuple[list[str], bool]:
    """Return where an instance's rules end, and whether rules of others end at it."""
    feeds: set[str] = set()
    is_fed = False
    for rule in SyncRules(client, {"instance_id": instance_id}).find():
        # It is not documented whether the service lists inbound rules of other accounts. So False proves nothing.
        if rule.direction == "inbound":
            is_fed = True
        else:
            feeds.add(str(rule.target_instance_id))
    return sorted(feeds), is_fed


def _namespaces(client: Client, instance_id: str) -> list[str]:
    with attempt(f"list the namespaces of {instance_id}"):
        return sorted(str(namespace.name) for namespace in Namespaces(client, {"instance_id": instance_id}).find())
