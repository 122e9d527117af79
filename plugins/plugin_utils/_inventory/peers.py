# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look up the inventory host that `to` names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import nearest
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.connection import Spec, connection_to
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.spelling import misspelt
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.values import names_of

_FROM_HOST = {
    "target_region": "acr_region",
    "target_instance_id": "acr_instance_id",
    "target_account_id": "acr_account_id",
}
# If one of these options says where images go, the host only adds its account.
_KNOWN_BY = ("from_rule", "retry")


def with_target(said: Mapping[str, Any], hosts: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Return a rule, or anything else with a target, with `to` replaced by that target.

    What is said beside `to` wins.

    Raises:
        AcrError: `to` is no host of the inventory, or the host has no region or no instance.
    """
    told = {option: value for option, value in said.items() if option != "to"}
    name = said.get("to")
    if not name or said.get("state") == "absent":
        return told  # a rule that should be gone needs no target, and its host may be gone, too
    host = _host(name, hosts, subject)
    for option, variable in _FROM_HOST.items():
        # An empty text in the task counts as unset.
        if not told.get(option) and host.get(variable) is not None:
            told[option] = host[variable]
    missing = [_FROM_HOST[option] for option in ("target_region", "target_instance_id") if not told.get(option)]
    if missing:
        reason = f"{subject} goes to {name}, which has no {' and no '.join(missing)}"
        raise AcrError(reason, " ".join([*misspelt(host, str, tuple(missing)), f"Set it for {name} in its inventory."]))
    return told


def with_peers(options: Spec, arguments: Mapping[str, Any], hosts: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments with the target of each `to`, and with the connections to those hosts.

    Args:
        options: the module's own options.
        arguments: the task's arguments.
        hosts: variables of each host, such as `hostvars`.
    """
    found = dict(arguments)
    for option, spec in options.items():
        items = found.get(option)
        if "to" in spec.get("options", ()) and isinstance(items, list):
            found[option] = [_item(item, hosts) for item in items]
            if "destinations" in options and not found.get("destinations"):
                found["destinations"] = _destinations(items, hosts)
    if "to" in options and found.get("to"):
        several = options["to"]["type"] == "list"
        found = _with_destinations(found, hosts) if several else _with_peer(options, found, hosts)
    if "source_hosts" in options and found.get("source_hosts"):
        found = _with_sources(found, hosts)
    return found


def _with_sources(arguments: Mapping[str, Any], hosts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task's arguments with those of `source_hosts` added to `sources` whose keys are known."""
    found = {option: value for option, value in arguments.items() if option != "source_hosts"}
    sources = list(found.get("sources") or [])
    for name in names_of(arguments["source_hosts"]):
        if name not in hosts:
            raise AcrError(f"{name} in source_hosts is not a host of the inventory", "Correct it, or give sources.")
        host = hosts[name]
        connection = connection_to(host)
        if connection and host.get("acr_instance_id"):
            sources.append({"name": name, "instance_id": host["acr_instance_id"], **connection})
    return {**found, "sources": sources}


def _with_destinations(arguments: Mapping[str, Any], hosts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task's arguments with the hosts of `to` added to `destinations`."""
    found = {option: value for option, value in arguments.items() if option != "to"}
    destinations = list(found.get("destinations") or [])
    for name in names_of(arguments["to"]):
        host = _host(name, hosts, "the task")
        if not host.get("acr_instance_id"):
            raise AcrError(
                f"the task goes to {name}, which has no acr_instance_id", f"Set it for {name} in its inventory."
            )
        known = {"name": name, "instance_id": host["acr_instance_id"], "account_id": host.get("acr_account_id")}
        destinations.append({**known, **(connection_to(host) or {})})
    return {**found, "destinations": destinations}


def _with_peer(options: Spec, arguments: Mapping[str, Any], hosts: Mapping[str, Any]) -> dict[str, Any]:
    host = _host(arguments["to"], hosts, "the task")
    if any(arguments.get(option) for option in _KNOWN_BY):
        found = {option: value for option, value in arguments.items() if option != "to"}
        if not found.get("target_account_id") and host.get("acr_account_id") is not None:
            found["target_account_id"] = host["acr_account_id"]
    else:
        found = with_target(arguments, hosts, "the task")
    if "destination_auth" in options:
        found["destination_auth"] = connection_to(host, found.get("destination_auth"))
    return found


def _item(item: Any, hosts: Mapping[str, Any]) -> Any:
    if not isinstance(item, Mapping):
        return item  # the module says what is wrong with it
    return with_target(item, hosts, f"Sync rule {item.get('name')}")


def _destinations(rules: Iterable[Any], hosts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the instances that rules name, with the connections that are known."""
    listed = [rule for rule in rules if isinstance(rule, Mapping)]
    names = {str(rule["to"]): None for rule in listed if rule.get("to")}
    names.update(_hosts_of({rule.get("target_instance_id") for rule in listed if not rule.get("to")}, hosts))
    found = []
    for name in names:
        # The host of a rule that should be gone may be gone, too. Without keys, messages at least have its name.
        if name in hosts and hosts[name].get("acr_instance_id"):
            connection = connection_to(hosts[name]) or {}
            found.append({"name": name, "instance_id": hosts[name]["acr_instance_id"], **connection})
    return found


def _hosts_of(instances: Collection[Any], hosts: Mapping[str, Any]) -> dict[str, None]:
    """Return the hosts of instances that rules name by their IDs."""
    wanted = {instance for instance in instances if instance}
    # Reading the variables of every host takes time, which most inventories need not spend.
    return {str(name): None for name in hosts if hosts[name].get("acr_instance_id") in wanted} if wanted else {}


def _host(name: Any, hosts: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
    if name not in hosts:
        reason = f"{subject} goes to {name}, which is not a host of the inventory"
        raise AcrError(reason, _other_host(str(name), hosts))
    host: Mapping[str, Any] = hosts[name]
    return host


def _other_host(name: str, hosts: Mapping[str, Any]) -> str:
    """Return what to do about a host that does not exist; without any destination, an inventory is missing."""
    destinations = [host for host in hosts if "acr_destination" in (hosts[host].get("group_names") or ())]
    itself = "give target_region, target_instance_id and target_account_id instead of to"
    if not destinations:
        return f"Add the inventory of Account B, as in -i inventories/account_b, or {itself}."
    if len(destinations) == 1:
        return f"Name {destinations[0]}, the only host of acr_destination, or {itself}."
    meant = nearest(name, destinations)
    return f"{f'Perhaps {meant} is meant. ' if meant else ''}Name a host of acr_destination, or {itself}."
