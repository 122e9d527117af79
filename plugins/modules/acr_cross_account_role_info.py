#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_cross_account_role_info
version_added: 0.1.0
short_description: Show which accounts may replicate images into this account's instances
description:
  - Reads the role C(aliyuncontainerregistrycrossaccoutsyncrole), its trust policy, the custom policy that
    M(registryops.alicloud.acr_cross_account_role) keeps, and all other policies that are attached to the role.
options:
  policy_name:
    description:
      - Name of the custom policy to look at.
    type: str
    default: AcrCrossAccountSync
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_cross_account_role
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show who may replicate into this account
  registryops.alicloud.acr_cross_account_role_info:
    profile: account-b
  register: grant
"""

RETURN = r"""
cross_account_roles:
  description: The role and what it allows; an empty list if neither role nor policy exists.
  type: list
  elements: dict
  returned: success
  contains:
    role_name:
      description: Name of the role, which is always the same.
      type: str
      returned: always
      sample: aliyuncontainerregistrycrossaccoutsyncrole
    role_arn:
      description: ARN of the role.
      type: str
      returned: always
      sample: acs:ram::5222000022220000:role/aliyuncontainerregistrycrossaccoutsyncrole
    exists:
      description: Whether the role exists.
      type: bool
      returned: always
    account_id:
      description: UID of the account that grants.
      type: str
      returned: always
      sample: "5222000022220000"
    source_account_ids:
      description: UIDs of the accounts that the role trusts without a condition.
      type: list
      elements: str
      returned: always
      sample: ["1111000011110000"]
    destination_instances:
      description:
        - Instances that the policy O(policy_name) allows other accounts to replicate into, each with C(region) and
          C(instance_id).
        - A V(*) stands for all of them.
      type: list
      elements: dict
      returned: always
      sample: [{"region": "eu-central-1", "instance_id": "cri-abcdefgh12345678"}]
    access:
      description:
        - Who may replicate where, by the trust policy and all attached policies together. Access that depends on a
          condition is not listed.
      type: list
      elements: dict
      returned: always
      contains:
        source_account_id:
          description: UID of the account that may replicate.
          type: str
          returned: always
          sample: "1111000011110000"
        region:
          description: Region of the instance. A V(*) stands for all.
          type: str
          returned: always
          sample: eu-central-1
        instance_id:
          description: ID of the instance. A V(*) stands for all.
          type: str
          returned: always
          sample: cri-abcdefgh12345678
    policy_name:
      description: Name of the custom policy.
      type: str
      returned: always
      sample: AcrCrossAccountSync
    policy_attached:
      description: Whether the policy is attached to the role.
      type: bool
      returned: always
    other_policies:
      description: Names of other policies attached to the role.
      type: list
      elements: str
      returned: always
      sample: []
    trust_policy:
      description: The role's trust policy document.
      type: dict
      returned: always
    policy_document:
      description: The policy's document.
      type: dict
      returned: always
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, inform
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.cross_account_role import (
    CrossAccountRoles,
)

MODULE = Module(
    options={"policy_name": {"type": "str", "default": "AcrCrossAccountSync"}},
    work=inform(CrossAccountRoles, "cross_account_roles"),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
