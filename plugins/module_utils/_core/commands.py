# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the commands by which a destination's owner grants and revokes."""

from __future__ import annotations

from collections.abc import Iterable

# Where the README keeps the inventory of the destination's account.
_INVENTORY = "-i inventories/account_b"


def grant_command(accounts: Iterable[str], instance_id: str, region: str | None) -> str:
    """Return the command that lets accounts replicate into an instance; a region of None is the inventory's."""
    where = {"acr_instance_id": instance_id, **({"acr_region": region} if region else {})}
    return _command("grant_access", {"acr_source_account_ids": ",".join(sorted(accounts)), **where})


def ask_for_grant(account: str, instance_id: str | None, region: str | None, owner: str = "its owner") -> str:
    """Return what to ask of the destination's owner.

    Where nobody knows the source's account, its UID is left to fill in.
    """
    return f"Ask {owner} to run {grant_command([account or 'UID'], str(instance_id), region)}"


def revoke_command(accounts: Iterable[str]) -> str:
    """Return the command that revokes the whole grant of accounts."""
    return _command("revoke_access", {"acr_revoked_account_ids": ",".join(sorted(accounts))})


def _command(playbook: str, variables: dict[str, str]) -> str:
    # No quotes within it: Ansible prints a result as JSON, which would put backslashes before them.
    given = " ".join(f"-e {name}={value}" for name, value in variables.items())
    return f"`ansible-playbook registryops.alicloud.{playbook} {_INVENTORY} {given}`"
