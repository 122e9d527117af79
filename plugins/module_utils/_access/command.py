# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the commands by which the owner of a destination grants and revokes, for people to paste into a shell."""

from __future__ import annotations

import json
from collections.abc import Iterable

# Where the README keeps the inventory of the destination's account.
_INVENTORY = "-i inventories/account_b"


def grant_command(accounts: Iterable[str], instance_id: str, region: str | None) -> str:
    """Return the command that lets accounts replicate into an instance; a region of None is the inventory's."""
    where = {"acr_instance_id": instance_id, **({"acr_region": region} if region else {})}
    return _command("grant_access", {"acr_source_account_ids": sorted(accounts), **where})


def revoke_command(account: str) -> str:
    """Return the command that revokes all that an account was granted."""
    return _command("revoke_access", {"acr_revoked_account_ids": [account]})


def _command(playbook: str, variables: dict[str, object]) -> str:
    return f"ansible-playbook registryops.alicloud.{playbook} {_INVENTORY} -e '{json.dumps(variables)}'"
