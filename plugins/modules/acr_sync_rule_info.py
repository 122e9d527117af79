#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_sync_rule_info
version_added: 0.1.0
short_description: List the sync rules of an instance
description:
  - Reads the sync rules of a Container Registry Enterprise Edition instance, outbound and inbound.
  - Whether an instance lists inbound rules of other accounts is not documented.
options:
  instance_id:
    description:
      - ID of the instance, which begins with C(cri-).
    type: str
    required: true
  name:
    description:
      - Name of the only rule to return. If unset, all are returned.
    type: str
  direction:
    description:
      - V(outbound) rules begin at the instance, V(inbound) ones end there. If unset, both are returned.
    type: str
    choices: [outbound, inbound]
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_sync_rule
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: List what an instance replicates to others
  registryops.alicloud.acr_sync_rule_info:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    direction: outbound
"""

RETURN = r"""
sync_rules:
  description: The rules; an empty list if none fits. The service does not return the UIDs of target accounts.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: Name of the rule.
      type: str
      returned: always
    sync_rule_id:
      description: ID of the rule.
      type: str
      returned: when it exists
      sample: crsr-abcdefgh12345678
    instance_id:
      description: The instance that was asked.
      type: str
      returned: always
    scope:
      description: What is replicated.
      type: str
      returned: always
      sample: namespace
    namespace:
      description: Namespace on the instance that was asked.
      type: str
      returned: with scopes namespace and repository
    repository:
      description: Repository on the instance that was asked.
      type: str
      returned: with scope repository
    namespace_filter:
      description: Regular expression for namespaces.
      type: str
      returned: when there is one
    repository_filter:
      description: Regular expression for repositories.
      type: str
      returned: when there is one
    tag_filter:
      description: Regular expression for tags.
      type: str
      returned: always
      sample: .*
    trigger:
      description: V(automatic) on every push, or V(manual).
      type: str
      returned: always
    priority:
      description: Priority from 1 to 5; 5 is the highest.
      type: int
      returned: when it exists
    link_id:
      description: ID of a custom sync link.
      type: str
      returned: when there is one
    target_region:
      description: Region of the other instance.
      type: str
      returned: always
    target_instance_id:
      description: ID of the other instance.
      type: str
      returned: always
    target_namespace:
      description: Namespace on the other instance.
      type: str
      returned: with scopes namespace and repository
    target_repository:
      description: Repository on the other instance.
      type: str
      returned: with scope repository
    cross_account:
      description: Whether the other instance belongs to another account.
      type: bool
      returned: when it exists
    direction:
      description: V(outbound) or V(inbound).
      type: str
      returned: when it exists
    stand_in:
      description: V(true) for a rule that takes the place of another one while that is replaced. It carries what is
        pushed, or remembers since when nothing is carried. It exists until the replacement ends, or until the next run
        if that was cut short.
      type: bool
      returned: when it stands in for another rule
    create_time:
      description: When it was created, in epoch milliseconds.
      type: int
      returned: when it exists
    create_time_iso:
      description: The same time in ISO 8601 format.
      type: str
      returned: when it exists
    modified_time:
      description: When it was last changed, in epoch milliseconds.
      type: int
      returned: when it exists
    modified_time_iso:
      description: The same time in ISO 8601 format.
      type: str
      returned: when it exists
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, inform
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import DIRECTIONS, SyncRules

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "name": {"type": "str"},
        "direction": {"type": "str", "choices": list(DIRECTIONS)},
    },
    work=inform(SyncRules, "sync_rules"),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
