#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: oss_replication_role
version_added: 1.0.0
short_description: Keep the RAM role by which OSS replicates from buckets
description:
  - Keeps a RAM role that OSS may act with, and its policy of the same name, which allows C(oss:ReplicateList) and
    C(oss:ReplicateGet) on the buckets that are named, and nothing else. Run it with the credentials of the account that
    owns the source bucket, Account A.
  - Where the destination belongs to another account, its owner lets the role write there with
    M(registryops.alicloud.oss_bucket_grant). Within one account, give M(registryops.alicloud.oss_bucket_replication) a
    role of your own that may write into the destination as well.
  - A role or policy of that name that was made by somebody else is refused, and never changed.
  - Whoever may do this could give the role any rights. The credentials need what
    C(docs/policies/account_a_transfer_by_storage_grant.json) of this collection allows.
options:
  name:
    description:
      - Name of the role, and of its policy, in small letters.
    type: str
    default: acr-transfer-by-storage
  source_buckets:
    description:
      - Names of the buckets to replicate from. They are added to those that the role may read already. Required unless
        O(state) is V(absent).
      - With V(absent), they are taken out; the role goes with the last one. If unset, all are.
    type: list
    elements: str
  state:
    description:
      - Whether OSS may replicate from the buckets with the role.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.oss_replication_role_info
  - module: registryops.alicloud.oss_bucket_grant
  - module: registryops.alicloud.oss_bucket_replication
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Let OSS replicate from the bucket of our instance
  registryops.alicloud.oss_replication_role:
    source_buckets: [images-of-source]
"""

RETURN = r"""
replication_role:
  description: The role; empty if it is absent.
  type: dict
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

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import STATE_OPTION, Module, manage
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.replication_role import (
    ROLE_OPTION,
    ReplicationRoles,
)

MODULE = Module(
    options={
        **STATE_OPTION,
        "name": ROLE_OPTION,
        "source_buckets": {"type": "list", "elements": "str"},
    },
    work=manage(ReplicationRoles),
    # Without buckets, the whole role is deleted.
    rules={"required_if": [("state", "present", ["source_buckets"])]},
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
