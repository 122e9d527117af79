"""Know the few system policies that matter here, as far as it is documented what they allow."""

from __future__ import annotations

import json
from typing import Final

from .identity import Policy


def _policy(name: str, description: str, actions: list[str]) -> Policy:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "1", "Statement": [statement]}, separators=(",", ":"))
    return Policy(name, document=document, type="System", description=description, create_time=0, update_time=0)


_ALL = (
    _policy("AdministratorAccess", "Full access to all services and resources.", ["*"]),
    _policy("AliyunContainerRegistryFullAccess", "Full access to Container Registry.", ["cr:*"]),
    _policy(
        "AliyunContainerRegistryReadOnlyAccess",
        "Read-only access to Container Registry.",
        ["cr:Get*", "cr:List*", "cr:PullRepository"],
    ),
    _policy("AliyunRAMFullAccess", "Full access to RAM.", ["ram:*"]),
    _policy("AliyunRAMReadOnlyAccess", "Read-only access to RAM.", ["ram:Get*", "ram:List*"]),
    _policy("AliyunSTSAssumeRoleAccess", "Permission to assume roles.", ["sts:AssumeRole"]),
)

SYSTEM_POLICIES: Final = {policy.name: policy for policy in _ALL}
