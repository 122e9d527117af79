"""Decide whether B lets A replicate into an instance."""

from __future__ import annotations

from . import policy
from .account import Account
from .policy import Decision

SYNC_ROLE = "aliyuncontainerregistrycrossaccoutsyncrole"
NEEDED_ACTIONS = ("cr:CreateSyncRule", "cr:CreateRepositorySync")


def missing_grant(target: Account, source_account_id: str, region: str, instance_id: str, moment: int) -> str:
    """Return in words what was missing at `moment`, in epoch milliseconds; empty if all is granted."""
    role = target.role_as_of(SYNC_ROLE, moment)
    if role is None:
        return f"account {target.uid} has no role {SYNC_ROLE}"
    service = f"{source_account_id}@cr.aliyuncs.com"
    if not policy.trusts(role.trust, "Service", [service]):
        return f"the trust policy of {SYNC_ROLE} in account {target.uid} does not trust the service {service}"
    resource = f"acs:cr:{region}:{target.uid}:instance/{instance_id}"
    for action in NEEDED_ACTIONS:
        if policy.decide(role.policies, action, resource) is not Decision.ALLOW:
            return f"the policies of {SYNC_ROLE} in account {target.uid} do not allow {action} on {resource}"
    return ""
