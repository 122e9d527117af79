#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: oss_replication_role_info
version_added: 1.0.0
short_description: Read the RAM role by which OSS replicates from buckets
description:
  - Reads a RAM role that OSS may act with, and what its policy of the same name allows.
options:
  name:
    description:
      - Name of the role.
    type: str
    default: acr-transfer-by-storage
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.oss_replication_role
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: See which buckets OSS may replicate from
  registryops.alicloud.oss_replication_role_info:
    name: acr-transfer-by-storage
"""

RETURN = r"""
replication_roles:
  description: The role; an empty list if neither it nor its policy exists.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: Name of the role, and of its policy.
      type: str
      returned: always
    role_arn:
      description: ARN of the role.
      type: str
      returned: when it exists
    source_buckets:
      description: Buckets that OSS may replicate from with the role.
      type: list
      elements: str
      returned: always
    trusts_oss:
      description: Whether OSS may act with the role.
      type: bool
      returned: always
    policy_attached:
      description: Whether the role has its policy.
      type: bool
      returned: always
    trust_policy:
      description: The role's trust policy.
      type: dict
      returned: always
    policy_document:
      description: The policy that is called like the role.
      type: dict
      returned: always
    other_policies:
      description: Names of other policies that the role has.
      type: list
      elements: str
      returned: always
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, inform
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.replication_role import (
    ROLE_OPTION,
    ReplicationRoles,
)

MODULE = Module(
    options={"name": ROLE_OPTION},
    work=inform(ReplicationRoles, "replication_roles"),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
