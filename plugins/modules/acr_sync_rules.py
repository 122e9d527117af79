#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_sync_rules
version_added: 0.1.0
short_description: Keep all outbound sync rules of an instance
description:
  - Creates, replaces and deletes many rules in one task. It lists the rules once, and makes calls only for those that
    differ, several at a time. For a single rule, and for what a rule is, see M(registryops.alicloud.acr_sync_rule).
  - If one rule fails, the others are still kept. The task fails at the end, and reports the result of each rule.
  - Before it makes or replaces a rule, it looks into the destination if O(destinations) has its keys. It refuses a rule
    into an instance that does not exist or is elsewhere, a rule without a grant, and one into a namespace or a
    repository that is missing. It does so in check mode, too. Without keys the service alone decides, so that check
    mode may announce a rule that the service refuses.
  - Rules are known by their name. If O(purge) would delete a rule that has the same route as a new one, the new rule
    replaces it, as if it had been renamed. Inbound rules, which belong to other instances, are never touched.
options:
  instance_id:
    description:
      - ID of the source instance, which begins with C(cri-). Its edition must be Premium (C(Enterprise_Advanced)).
    type: str
    required: true
  grant_timeout:
    version_added: 1.0.0
    description:
      - Seconds to try again while the target's account refuses a rule, for the rules that do not set it themselves.
    type: int
    default: 20
  purge:
    description:
      - Whether to delete outbound rules that O(rules) does not list.
    type: bool
    default: false
  assume_prepared:
    version_added: 1.0.0
    description:
      - Whether to take it that each of O(destinations) has its grant and its namespaces and repositories. Then only the
        instances themselves are looked at.
      - It is for check mode, after tasks that would prepare a destination and have not done so.
    type: bool
    default: false
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
  - registryops.alicloud.peers.looked_into
  - registryops.alicloud.rules
seealso:
  - module: registryops.alicloud.acr_sync_rule
  - module: registryops.alicloud.acr_sync_rule_info
  - module: registryops.alicloud.acr_cross_account_role
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Replicate the releases of two namespaces into another account, and nothing else
  registryops.alicloud.acr_sync_rules:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    purge: true
    rules:
      - name: prod-to-eu
        namespace: prod
        tag_filter: ^v[0-9]
        target_account_id: "5222000022220002"
        target_region: eu-central-1
        target_instance_id: cri-targettarget0001
      - name: team-a-to-eu
        namespace: team-a
        target_account_id: "5222000022220002"
        target_region: eu-central-1
        target_instance_id: cri-targettarget0001
"""

RETURN = r"""
sync_rules:
  description: One entry for each rule, in the order of O(rules). Rules that O(purge) deleted come last.
  type: list
  elements: dict
  returned: success, and failure after the rules were listed
  contains:
    name:
      description: Name of the rule.
      type: str
      returned: always
    action:
      description: What was done, or would be done in check mode. One of V(unchanged), V(created), V(replaced),
        V(deleted) and V(failed). Several rules with one name that become one rule are V(replaced).
      type: str
      returned: always
    changed:
      description: Whether anything was done.
      type: bool
      returned: always
    sync_rule:
      description: The rule; empty if it is absent. A rule that was just created has no ID and no times here, since the
        rules are listed only once.
      type: dict
      returned: when it did not fail
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
              description: V(true) for a rule that takes the place of another one while that is replaced. It carries
                what is pushed, or remembers since when nothing is carried. It exists until the replacement ends, or
                until the next run if that was cut short.
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
            target_account_id:
              description: The value that the task gave. The service does not return it.
              type: str
              returned: when the task gave it
    caught_up:
      description: Images that were pushed while no rule was in force, as in M(registryops.alicloud.acr_image_sync).
      type: list
      elements: dict
      returned: when a rule was replaced and O(rules[].catch_up) is V(true), not in check mode
    msg:
      description: Why it failed, and what to do.
      type: str
      returned: when it failed
    error:
      description: What the service said.
      type: dict
      returned: when it failed because the service refused a call
    rolled_back:
      description: Whether the old rule was put back after it had been deleted.
      type: bool
      returned: when the new rule was refused after the old one was deleted
unlisted:
  description: Outbound rules of the instance that O(rules) does not list. They go on replicating.
  type: list
  elements: dict
  returned: success, and failure after the rules were listed; empty with O(purge)
  contains:
    name:
      description: Name of the rule.
      type: str
      returned: always
    renamed_to:
      description: Name of the listed rule that does the same. The rule may have been renamed to it.
      type: str
      returned: always
    sentence:
      description: What the rule still sends where, and how to delete it.
      type: str
      returned: always
counts:
  description: How many rules were V(unchanged), V(created), V(replaced), V(deleted) and V(failed).
  type: dict
  returned: success, and failure after the rules were listed
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import STATE_OPTION, Module, perform
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import OTHER_CONNECTION_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import RULE_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.catch_up import kept_rule_set

DESTINATION_OPTIONS = {
    "instance_id": {"type": "str", "required": True},
    "name": {"type": "str"},
    **OTHER_CONNECTION_OPTIONS,
}

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "rules": {
            "type": "list",
            "elements": "dict",
            "required": True,
            # What a rule says itself wins.
            "options": {**STATE_OPTION, **RULE_OPTIONS},
        },
        "grant_timeout": {"type": "int", "default": 20},
        # Off, since another team may keep rules of its own on the instance.
        "purge": {"type": "bool", "default": False},
        "destinations": {"type": "list", "elements": "dict", "default": [], "options": DESTINATION_OPTIONS},
        "assume_prepared": {"type": "bool", "default": False},
    },
    work=perform(kept_rule_set),
    apart="rules",
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
