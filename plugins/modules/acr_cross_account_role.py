#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_cross_account_role
version_added: 0.1.0
short_description: Let other accounts replicate images into this account's instances
description:
  - Keeps the RAM role, its custom policy and the attachment of the two. With them an account lets other accounts
    replicate images into its instances. Run it with the credentials of the destination account.
  - The service looks the role up by the exact name C(aliyuncontainerregistrycrossaccoutsyncrole), typo included, so
    the name is not an option.
  - One role serves all source accounts and all destination instances of an account, so the module merges. Other
    principals and statements, and the grants of other source accounts, survive unless they are purged.
  - Every account that the role trusts may replicate into every instance that one of its policies allows. What counts is
    the trust policy and all attached policies together, so both are read whole, and RV(cross_account_role.access) lists
    every account with every instance that it may replicate into.
  - The module refuses a grant that a C(Deny) would make useless, and names the statement with the C(Deny). It also
    refuses to revoke an instance if another policy, or a statement with a wildcard action, would still allow it.
  - Runs that change the role at the same time wait for each other. A run that changes the role holds a lock, which is a
    custom policy C(AcrCrossAccountSync-Lock) that is attached to nothing. If a run was killed, the next one takes the
    lock over after half a minute.
options:
  state:
    description:
      - V(present) grants. Both O(source_account_ids) and O(destination_instances) are then required.
      - V(absent) with O(source_account_ids) revokes the grants of those accounts alone. With O(destination_instances)
        only, it revokes what all accounts may do with those instances.
      - With neither option, V(absent) revokes everything. An empty list is refused, since a list that was computed may
        be empty by mistake.
      - When no account is left, or neither option is given, the role, the policy and the attachment are removed. What
        others still use is kept, and named in RV(kept).
    type: str
    choices: [present, absent]
    default: present
  source_account_ids:
    description:
      - UIDs of the accounts that may replicate images into this one. For a RAM user, it is the UID of the account that
        the user belongs to.
      - If unset, see O(state).
    type: list
    elements: str
  destination_instances:
    description:
      - Instances of this account that may be replicated into. If unset, see O(state).
      - With O(state=absent) and O(source_account_ids), they stay granted for the accounts that are left.
    type: list
    elements: dict
    suboptions:
      region:
        description: Region of the instance.
        type: str
        required: true
      instance_id:
        description: ID of the instance.
        type: str
        required: true
  policy_name:
    description:
      - Name of the custom policy. Give another one if the document would grow over RAM's 6,144 characters.
    type: str
    default: AcrCrossAccountSync
  adopt_policy:
    version_added: 1.0.0
    description:
      - Whether to attach O(policy_name) to the role although this module did not create that policy, or the policy
        holds more than grants. The role then gets all permissions in the policy, which the diff shows.
      - If V(false), such a policy is refused.
    type: bool
    default: false
  purge_source_accounts:
    description:
      - Whether to revoke the grants of accounts that are not in O(source_account_ids). If V(false), they are kept.
    type: bool
    default: false
  purge_destination_instances:
    description:
      - Whether to revoke the grants on instances that are not in O(destination_instances). If V(false), they are kept.
    type: bool
    default: false
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_cross_account_role_info
  - module: registryops.alicloud.acr_sync_rule
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Let account A replicate into an instance of account B
  registryops.alicloud.acr_cross_account_role:
    profile: account-b
    source_account_ids: ["1252879610640001"]
    destination_instances:
      - region: eu-central-1
        instance_id: cri-targettarget0001

- name: Revoke the grant of account A, and nothing else
  registryops.alicloud.acr_cross_account_role:
    profile: account-b
    state: absent
    source_account_ids: ["1252879610640001"]
"""

RETURN = r"""
cross_account_role:
  description: The role and what it allows; empty if neither role nor policy exists.
  type: dict
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

kept:
  description: What was left after a revocation, and who uses it.
  type: list
  elements: str
  returned: when something was revoked, not in check mode
  sample: ["role aliyuncontainerregistrycrossaccoutsyncrole, used by account 1333000033330000"]
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import STATE_OPTION, Module, manage
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.cross_account_role import (
    CrossAccountRoles,
)

MODULE = Module(
    options={
        **STATE_OPTION,
        "source_account_ids": {"type": "list", "elements": "str"},
        "destination_instances": {
            "type": "list",
            "elements": "dict",
            "options": {
                "region": {"type": "str", "required": True},
                "instance_id": {"type": "str", "required": True},
            },
        },
        # A separate policy, so that nothing that people keep in another one is ever written.
        "policy_name": {"type": "str", "default": "AcrCrossAccountSync"},
        "adopt_policy": {"type": "bool", "default": False},
        # Merging by default: several teams may grant through the one role that the service knows.
        "purge_source_accounts": {"type": "bool", "default": False},
        "purge_destination_instances": {"type": "bool", "default": False},
    },
    # To revoke, one of the two is enough, or neither.
    rules={"required_if": [("state", "present", ("source_account_ids", "destination_instances"))]},
    work=manage(CrossAccountRoles),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
