# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doubt UIDs of an unusual length, which a grant would take without letting anybody in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Every UID that was seen has so many digits, but no page says that all have.
_USUAL = 16
_OF_OTHERS = {12: ", which is the length of an AWS account's ID"}


def odd_accounts(params: Mapping[str, Any]) -> Iterator[str]:
    """Yield a warning for each account of the options source_account_ids and sync_rules."""
    named = {str(account): "source_account_ids" for account in params["source_account_ids"] or ()}
    for rule in params["sync_rules"] or ():
        if rule.get("target_account_id"):
            named[str(rule["target_account_id"])] = f"target_account_id of sync rule {rule['name']}"
    for account, where in named.items():
        if len(account) != _USUAL:
            yield (
                f"{account} in {where} has {len(account)} digits{_OF_OTHERS.get(len(account), '')}. UIDs of Alibaba"
                f" Cloud accounts usually have {_USUAL}: if it is misspelt, the grant lets nobody in. Find it under"
                " Account Center > Security Settings in the console."
            )
