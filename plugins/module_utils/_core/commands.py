# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the commands by which a destination's owner grants and revokes."""

from __future__ import annotations

from collections.abc import Iterable

# The policy that the role grant_access keeps if no other is named.
POLICY_NAME = "AcrCrossAccountSync"
# Where the README keeps the inventory of the destination's account.
_INVENTORY = "-i inventories/account_b"


def grant_command(accounts: Iterable[str], instance_id: str, region: str | None) -> str:
    """Return the command that lets accounts replicate into an instance; a region of None is the inventory's."""
    where = {"acr_instance_id": instance_id, **({"acr_region": region} if region else {})}
    return _command("grant_access", {"acr_source_account_ids": ",".join(sorted(accounts)), **where})


def ask_for_grant(account: str, instance_id: str | None, region: str | None, team: str = "") -> str:
    """Return whom to ask for a grant, and what they run.

    Where nobody knows the source's account, its UID is left to fill in.

    Args:
        account: UID of the source's account.
        instance_id: the destination's instance.
        region: that instance's; None if it is not known.
        team: who is asked; by default, the team that owns the instance.
    """
    command = grant_command([account or "UID"], str(instance_id), region)
    return f"Ask {team or f'the team that owns {instance_id}'} to run {command}"


def ask_unless_granted(since: str, ask: str) -> str:
    """Return whom to ask for a grant that may have been made since a time; `ask` begins with "Ask"."""
    return f"If nobody has granted access since {since}, {ask[0].lower()}{ask[1:]}."


def revoke_command(accounts: Iterable[str]) -> str:
    """Return the command that revokes the whole grant of accounts."""
    return _command("revoke_access", {"acr_revoked_account_ids": ",".join(sorted(accounts))})


def forget_command(instance_id: str, region: str, policy_name: str) -> str:
    """Return the command that revokes the grant of one instance, whoever uses it."""
    named = {} if policy_name == POLICY_NAME else {"grant_access_policy_name": policy_name}
    return _command("revoke_access", {"acr_revoked_instance_id": instance_id, "acr_region": region, **named})


def _command(playbook: str, variables: dict[str, str]) -> str:
    # No quotes within it: Ansible prints a result as JSON, which would put backslashes before them.
    given = " ".join(f"-e {name}={value}" for name, value in variables.items())
    return f"`ansible-playbook registryops.alicloud.{playbook} {_INVENTORY} {given}`"
