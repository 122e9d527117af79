#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_sync_rule
version_added: 0.1.0
short_description: Keep an outbound sync rule of an instance
description:
  - Creates, replaces and deletes the rules by which an instance replicates images to another one, in the same or in
    another account. Run it with the credentials of the source account.
  - A rule carries only what is pushed after it was created. To send the images that existed before, use
    M(registryops.alicloud.acr_image_sync).
  - The service cannot change a rule, so the module replaces it. It first creates a stand-in, which is the new rule with
    the name C(<name>-acr-stand-in), shortened if that is too long. Then it deletes the old rule, creates the new one
    under its own name, and deletes the stand-in. At every moment one of them carries what is pushed. If the service
    refuses the new rule, the old one stays as it was. Do not use names that end in C(-acr-stand-in) for other rules.
  - If the service refuses two rules of the same route, the old rule is deleted first. A manual rule, which carries
    nothing, remembers when that was. Images that are pushed in between are sent by sync tasks, see O(catch_up). If the
    service then refuses the new rule, the old one is created again, and the failure says so.
  - If a run was cut short, the next run of the same task finishes it. O(state=absent) deletes stand-ins too. If
    several rules have the same name, one is kept.
  - Rules are known by their name. Inbound rules, which belong to other instances, are never touched.
  - It looks at the source alone, so that check mode may announce a rule that the service refuses, as without a grant or
    with a wrong target. M(registryops.alicloud.acr_sync_rules) looks into the destination, too.
options:
  name:
    description:
      - Name of the rule.
    type: str
    required: true
  instance_id:
    description:
      - ID of the source instance, which begins with C(cri-). Its edition must be Premium (C(Enterprise_Advanced)).
    type: str
    required: true
  state:
    description:
      - Whether the rule should exist.
    type: str
    choices: [present, absent]
    default: present
  scope:
    description:
      - What the rule replicates. A new rule defaults to V(namespace); an existing rule keeps its own.
    type: str
    choices: [namespace, repository, instance]
  namespace:
    description: Namespace to replicate. Required for a new rule of O(scope=namespace) or O(scope=repository).
    type: str
  repository:
    description: Repository to replicate, without the namespace. Required for a new rule of O(scope=repository).
    type: str
  namespace_filter:
    description:
      - Regular expression that selects namespaces, for a rule of O(scope=instance). If unset, an existing rule
        keeps its own.
    type: str
  repository_filter:
    description:
      - Regular expression that selects repositories, for a rule of O(scope=namespace) or O(scope=instance). If unset,
        an existing rule keeps its own.
    type: str
  tag_filter:
    description:
      - Regular expression that selects tags. A new rule defaults to V(.*); an existing rule keeps its own.
      - Alibaba Cloud does not document which engine reads the expression, nor whether it must match the whole tag.
        Begin with C(^) and end with C($) where the whole tag must match. Look-arounds, back-references and other
        constructs that engines read differently are refused.
    type: str
  trigger:
    description:
      - V(automatic) replicates every push. V(manual) replicates only what sync tasks name. A new rule defaults to
        V(automatic); an existing rule keeps its own.
    type: str
    choices: [automatic, manual]
  priority:
    description:
      - Priority of the rule's sync tasks, from 1 to 5; 5 is the highest. The service gives a new rule 3; an
        existing rule keeps its own.
    type: int
  link_id:
    description:
      - ID of a custom sync link, which some regions need. Links are made in the console. If unset, an existing rule
        keeps its own.
    type: str
  to:
    version_added: 1.0.0
    description:
      - Inventory host of the destination instance. Target options that are unset are taken from its variables
        C(acr_region), C(acr_instance_id) and C(acr_account_id). If unset, no host is looked up.
    type: str
  target_account_id:
    description:
      - UID of the account that owns the target instance. Leave it out if that is the source's own account.
      - The service never returns it. So an existing rule is only compared by whether it crosses accounts.
      - Required to change a rule that crosses accounts, since a change creates the rule anew.
    type: str
  target_region:
    description: Region of the target instance. Required for a new rule.
    type: str
  target_instance_id:
    description: ID of the target instance. Required for a new rule.
    type: str
  target_namespace:
    description: Namespace at the target. A new rule defaults to O(namespace); an existing rule keeps its own.
    type: str
  target_repository:
    description: Repository at the target. A new rule defaults to O(repository); an existing rule keeps its own.
    type: str
  catch_up:
    description:
      - Whether to send the images that were pushed while the rule was being replaced and no rule was in force.
        Their sync tasks overwrite tags at the target, as the rule would have. They are started, and not waited for.
    type: bool
    default: true
  grant_timeout:
    description:
      - Seconds to try again while the target's account refuses the rule. How long a new grant takes to come into
        force is not documented. V(0) fails at once.
    type: int
    default: 20
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_sync_rule_info
  - module: registryops.alicloud.acr_cross_account_role
  - module: registryops.alicloud.acr_image_sync
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Replicate the releases of a namespace into another account
  registryops.alicloud.acr_sync_rule:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    name: releases-to-eu
    scope: namespace
    namespace: prod
    tag_filter: ^v[0-9]
    target_account_id: "5222000022220002"
    target_region: eu-central-1
    target_instance_id: cri-targettarget0001

- name: Stop replicating
  registryops.alicloud.acr_sync_rule:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    name: releases-to-eu
    state: absent
"""

RETURN = r"""
sync_rule:
  description: The rule; empty if it is absent.
  type: dict
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

    target_account_id:
      description: The value that the task gave. The service does not return it.
      type: str
      returned: when the task gave it
caught_up:
  description: Images that were pushed while no rule was in force, as in M(registryops.alicloud.acr_image_sync).
  type: list
  elements: dict
  returned: when a rule was replaced and O(catch_up) is V(true), not in check mode
rolled_back:
  description: Whether the old rule was put back after it had been deleted.
  type: bool
  returned: when the new rule was refused after the old one was deleted
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import STATE_OPTION, Module, manage
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import RULE_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._sending.catch_up import kept_rules

MODULE = Module(
    options={
        **STATE_OPTION,
        **RULE_OPTIONS,
        # Seconds. A new grant is seen within a few, and a missing one should be told soon.
        "grant_timeout": {"type": "int", "default": 20},
        "instance_id": {"type": "str", "required": True},
    },
    work=manage(kept_rules),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
