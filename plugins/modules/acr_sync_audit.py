#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_sync_audit
version_added: 0.1.0
short_description: Find what is set up wrong for cross-account sync
description:
  - Audits one instance with the credentials of its own account, and returns every finding with its remedy. It changes
    nothing, and does not fail because of findings.
  - At the source it finds sync rules that are dead, that fail, that lack the other account's grant, or that another
    rule makes superfluous. For this it lists the rules, the sync records, and the images that the rules cover.
  - At the source it also finds rules that write one place from different repositories, a tag filter that leaves behind
    the signatures of what it carries, a filter that matches the empty text and so selects everything, and a stand-in
    that was left over when the replacement of a rule was cut short.
  - At the destination it finds namespaces and repositories that inbound rules need, and a grant that is missing, that
    no rule uses, or that allows more than sync needs. For this it reads the account's role
    C(aliyuncontainerregistrycrossaccoutsyncrole) and the policies that are attached to it. It asks for each other
    instance of the same region that the role grants, and finds those that do not exist, as far as the caller may ask.
  - What one account's keys do not show is not reported. At the source, the other account's grant and namespaces are
    seen only by what became of the newest image that a rule carried and that is still there; of a rule that has
    carried nothing yet, nothing is known. At the destination, the service does not tell which account an inbound rule
    comes from, may not list other accounts' rules at all, and does not say which namespaces a rule for a whole
    instance covers; O(inbound_rules) says what is known of the other side.
  - The service documents neither what its records say of failures nor for how long it keeps them. What they say is
    shown, and is taken for a missing grant or a missing target if it reads like one. Whether a condition of a trust
    policy is met is not known, so a trust on a condition is a finding of its own.
options:
  instance_id:
    description:
      - ID of the instance, which begins with C(cri-).
    type: str
    required: true
  side:
    description:
      - Which end of the sync is audited. An instance that is both is audited twice.
    type: str
    choices: [source, destination]
    required: true
  rules:
    description:
      - All rules of the instance that an inventory lists, as in M(registryops.alicloud.acr_sync_rules). Only for
        O(side=source).
      - Rules that are on the instance and not in it are found. If unset, no rule is found to be one too many for that.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the rule.
        type: str
        required: true
      state:
        description:
          - Whether the rule should be there.
        type: str
        choices: [present, absent]
        default: present
      scope:
        description:
          - What the rule replicates. If unset, a new rule gets V(namespace) and an existing one is left as it is.
        type: str
        choices: [namespace, repository, instance]
      namespace:
        description:
          - Namespace to replicate. Required for a new rule of O(rules[].scope=namespace) or
            O(rules[].scope=repository).
        type: str
      repository:
        description:
          - Repository to replicate, without the namespace. Required for a new rule of O(rules[].scope=repository).
        type: str
      namespace_filter:
        description:
          - Regular expression for the namespaces to replicate, with O(rules[].scope=instance). If unset, it is left as
            it is.
        type: str
      repository_filter:
        description:
          - Regular expression for the repositories to replicate, with O(rules[].scope=namespace) or
            O(rules[].scope=instance). If unset, it is left as it is.
        type: str
      tag_filter:
        description:
          - Regular expression for the tags to replicate. If unset, a new rule gets V(.*) and an existing one is left as
            it is.
          - The service's own engine and whether it anchors the expression are not documented. Write C(^) and C($) where
            they are meant; look-arounds, back-references and the like are refused.
        type: str
      trigger:
        description:
          - Whether every push is replicated, or only what a task names. If unset, a new rule gets V(automatic) and an
            existing one is left as it is.
        type: str
        choices: [automatic, manual]
      priority:
        description:
          - Urgency of the rule's tasks, from 1 to 5; 5 is the most urgent. If unset, the service gives a new rule 3 and
            an existing one is left as it is.
        type: int
      link_id:
        description:
          - ID of a custom sync link, which some regions need. Links are made in the console. If unset, it is left as it
            is.
        type: str
      to:
        description:
          - Name of an inventory host that is the destination. What the rule leaves unsaid of the target is its
            C(acr_region), C(acr_instance_id) and C(acr_account_id). If unset, no host is looked up.
        type: str
      target_account_id:
        description:
          - UID of the account that owns the target instance. Leave it out if that is the account of the source.
          - The service never returns it. What can be compared, and is, is whether the rule crosses accounts at all.
        type: str
      target_region:
        description:
          - Region of the target instance. Required for a new rule.
        type: str
      target_instance_id:
        description:
          - ID of the target instance. Required for a new rule.
        type: str
      target_namespace:
        description:
          - Namespace on the target instance. If unset, it is O(rules[].namespace), or what it is if it is another.
        type: str
      target_repository:
        description:
          - Repository on the target instance. If unset, it is O(rules[].repository), or what it is if it is another.
        type: str
      catch_up:
        description:
          - Whether images that are pushed while a rule is replaced are synced by tasks afterwards. The tasks overwrite
            the tag at the target, as the rule would have. They are started but not waited for.
        type: bool
        default: true
      grant_timeout:
        description:
          - Seconds to try again while the other account's grant is refused. How long a new grant takes to be seen is
            not documented. V(0) fails at once.
        type: int
        default: 20
  inbound_rules:
    description:
      - Rules that end at the instance, as far as they are known, such as the filter
        P(registryops.alicloud.acr_inbound_rules#filter) returns them. Only for O(side=destination).
      - The rules that the instance itself lists are added to them. If unset, no trust is found to be without a rule.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the rule.
        type: str
        required: true
      source:
        description:
          - Where it begins, for the reader.
        type: str
      account_id:
        description:
          - UID of the account that it comes from. If unset, it may be any.
        type: str
      scope:
        description:
          - What is replicated, for the reader.
        type: str
      namespace:
        description:
          - Namespace that it needs at the destination. If unset, none is looked for.
        type: str
      repository:
        description:
          - Repository that it needs there. If unset, the namespace must create repositories automatically.
        type: str
  source_account_ids:
    description:
      - UIDs of the accounts that should be trusted to replicate into this account's instances. Only for
        O(side=destination).
      - If unset, no account is found to be one too many.
    type: list
    elements: str
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_sync_preflight
  - module: registryops.alicloud.acr_cross_account_role_info
  - module: registryops.alicloud.acr_sync_task_info
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Audit the rules of the source
  registryops.alicloud.acr_sync_audit:
    profile: account-a
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    side: source
  register: audit
  failed_when: audit.findings | selectattr('severity', 'eq', 'error') | length > 0

- name: Audit the destination and its grant
  registryops.alicloud.acr_sync_audit:
    profile: account-b
    region: eu-central-1
    instance_id: cri-targettarget0001
    side: destination
    source_account_ids: ["1252879610640001"]
    inbound_rules:
      - name: releases-to-eu
        account_id: "1252879610640001"
        namespace: prod
"""

RETURN = r"""
findings:
  description: What is set up wrong, errors first; an empty list if nothing is.
  type: list
  elements: dict
  returned: success
  contains:
    check:
      description:
        - What was found. At the source V(dead_rule), V(failing_rule), V(rule_without_grant), V(shadowed_rule) and
          V(unknown_scope).
        - At the destination V(namespace), V(repository), V(auto_create_repositories), V(missing_grant),
          V(grant_without_rule), V(grant_without_instance), V(conditional_trust), V(trust_too_broad) and
          V(policy_too_broad).
      type: str
      returned: always
      sample: rule_without_grant
    severity:
      description:
        - V(error) if something does not work, or if somebody may do more than sync needs.
        - V(warning) if it may be meant, or cannot be told for certain.
      type: str
      returned: always
      sample: error
    subject:
      description: What it was found at.
      type: str
      returned: always
      sample: sync rule releases-to-eu
    problem:
      description: What is wrong.
      type: str
      returned: always
    remedy:
      description: What to do about it.
      type: str
      returned: always
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.audit import audit
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import STATE_OPTION, Module

INBOUND_RULE_OPTIONS = {
    "name": {"type": "str", "required": True},
    **{name: {"type": "str"} for name in ("source", "account_id", "scope", "namespace", "repository")},
}
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import RULE_OPTIONS

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "side": {"type": "str", "choices": ["source", "destination"], "required": True},
        "rules": {"type": "list", "elements": "dict", "options": {**STATE_OPTION, **RULE_OPTIONS}},
        "inbound_rules": {"type": "list", "elements": "dict", "options": INBOUND_RULE_OPTIONS},
        "source_account_ids": {"type": "list", "elements": "str"},
    },
    work=audit,
    apart="rules",  # a bad one is for the task to tell that keeps it
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
