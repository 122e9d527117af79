# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the accounts that somebody names with those that the rules of the inventory come from."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import UIDS_ALIKE, nearest
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.directions import Groups, Hosts
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.values import rules_of


def misspelt_account(hosts: Hosts, groups: Groups, destination: str, named: Sequence[str]) -> str:
    """Return a sentence if an account is named that may be a misspelt one of the inventory; empty if none is.

    Args:
        hosts: variables of each host by its name.
        groups: the names of each group's hosts.
        destination: the host that the accounts are to replicate into.
        named: their UIDs.
    """
    ends = {destination, hosts[destination].get("acr_instance_id")}
    left: dict[str, str] = {}
    for source in groups.get("acr_source") or ():
        account = str(hosts[source].get("acr_account_id") or "")
        # An account that is named as well is not the one that was misspelt.
        if account and account not in named and any(_end(rule) in ends for rule in rules_of(hosts[source])):
            left[account] = source
    for account in named:
        meant = nearest(str(account), left, UIDS_ALIKE)
        if meant:
            return (
                f"Account {account} is named to replicate into {destination}, and the rules of {left[meant]} come from"
                f" {meant}, which is not named. Correct acr_source_account_ids, or acr_account_id of {left[meant]}."
            )
    return ""


def _end(rule: dict[str, object]) -> object:
    return rule.get("to") or rule.get("target_instance_id") if rule.get("state") != "absent" else None
