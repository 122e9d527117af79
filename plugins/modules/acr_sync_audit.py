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
  - At the source it finds sync rules that carry nothing, that fail, that lack the grant of the other account, or that
    another rule makes unnecessary. For this it lists the rules, the sync records, and the images that the rules cover.
  - It also finds rules that write to one target from different repositories, and a stand-in that was left behind when
    the replacement of a rule was cut short. It finds a tag filter that excludes the signatures of the images it
    selects, a filter that matches nothing of what is there, and one that reads like a wildcard and selects more than
    was probably meant.
  - If O(rules) is set, it finds the rules of the instance that are not listed there, and those that are listed and
    missing.
  - At the destination it finds namespaces and repositories that inbound rules need and that do not exist, and places
    that rules of several sources write. It finds a grant that is missing, that no rule uses, or that allows more than
    sync needs. For this it reads the account's role C(aliyuncontainerregistrycrossaccoutsyncrole) and its attached
    policies. It also finds instances of the same region that the role grants and that do not exist, if the caller has
    the permission to look.
  - It reports only what the keys of one account show. At the source, a missing grant or namespace of the other account
    shows only in sync records. The module looks at the record of the newest image that a rule carried and that still
    exists. A rule that has carried nothing yet has no such record. At the destination, the service does not return
    which account an inbound rule comes from, nor which namespaces a rule of a whole instance covers. It may not list
    the rules of other accounts at all. Use O(inbound_rules) to tell the module about the other side.
  - The service does not document the reasons in its records, nor how long it keeps records. A reason is shown as it is.
    If it reads like a missing grant or a missing target, it counts as one. The module cannot know whether a condition
    of a trust policy is met, so a trust with a condition is a finding.
options:
  instance_id:
    description:
      - ID of the instance, which begins with C(cri-).
    type: str
    required: true
  sides:
    version_added: 1.0.0
    description:
      - Which ends of the sync are audited. An instance may be both.
    type: list
    elements: str
    choices: [source, destination]
    required: true
    aliases: [side]
  inbound_rules:
    description:
      - Known rules that end at the instance, as the filter P(registryops.alicloud.acr_inbound_rules#filter) returns
        them. Only for O(sides=destination).
      - The rules that the instance itself lists are added. If unset, the module does not look for accounts that are
        trusted without a rule.
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
          - Where the rule begins, as text for people.
        type: str
      account_id:
        description:
          - UID of the account that the rule comes from. If unset, it may be any account.
        type: str
      scope:
        description:
          - What the rule replicates, as text for people.
        type: str
      namespace:
        description:
          - Namespace that the rule needs at the destination. If unset, no namespace is checked.
        type: str
      repository:
        description:
          - Repository that the rule needs there. If unset, the namespace must create repositories automatically.
        type: str
  source_account_ids:
    version_added: 1.0.0
    description:
      - UIDs of the accounts that should be trusted to replicate into this account's instances. Only for
        O(sides=destination).
      - If unset, the module does not look for accounts that should not be trusted.
    type: list
    elements: str
  known:
    version_added: 1.0.0
    description:
      - Findings of the source, as M(registryops.alicloud.acr_sync_verify) returns them in C(audit). If set, the source
        is not audited again.
    type: list
    elements: dict
    suboptions:
      check:
        description: What was found.
        type: str
        required: true
      severity:
        description: How bad it is.
        type: str
        choices: [error, warning]
        required: true
      subject:
        description: What it was found at.
        type: str
        required: true
      problem:
        description: What is wrong.
        type: str
        required: true
      remedy:
        description: What to do about it.
        type: str
        required: true
  fail_on:
    version_added: 1.0.0
    description:
      - Least severity of the findings that RV(summary) names as a reason to fail. V(warning) names errors and warnings.
        The task itself does not fail.
    type: str
    choices: [error, warning]
    default: error
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
  - registryops.alicloud.rules.listed
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
    sides: [source]
  register: audit
  failed_when: audit.state == 'bad'

- name: Audit the destination and its grant
  registryops.alicloud.acr_sync_audit:
    profile: account-b
    region: eu-central-1
    instance_id: cri-targettarget0001
    sides: [destination]
    source_account_ids: ["1252879610640001"]
    inbound_rules:
      - name: releases-to-eu
        account_id: "1252879610640001"
        namespace: prod
"""

RETURN = r"""
instance_id:
  description: The instance.
  type: str
  returned: success
state:
  description: V(bad) if an error is among the findings, V(warning) if a warning is, and V(good) if there is none.
  type: str
  returned: success
  sample: good
counts:
  description: How many findings are an V(error), and how many a V(warning).
  type: dict
  returned: success
  sample: {"error": 0, "warning": 1}
summary:
  description:
    - The same as text for people. C(findings) has a sentence for each of the first 20 findings. C(failure) is one
      sentence with the findings that O(fail_on) selects, and empty if there are none.
  type: dict
  returned: success
findings:
  description: What is set up wrong, errors first; an empty list if nothing is.
  type: list
  elements: dict
  returned: success
  contains:
    check:
      description:
        - What was found. At the source V(dead_rule), V(failing_rule), V(rule_without_grant), V(shadowed_rule),
          V(rules_meet), V(left_over_stand_in), V(signatures_left_behind), V(filter_selects_all), V(unknown_scope) and,
          with O(rules), V(missing_rule) and V(unlisted_rule).
        - At the destination V(namespace), V(repository), V(auto_create_repositories), V(missing_grant),
          V(grant_without_rule), V(grant_without_instance), V(conditional_trust), V(trust_too_broad) and
          V(policy_too_broad).
      type: str
      returned: always
      sample: rule_without_grant
    severity:
      description:
        - V(error) if something does not work, or if somebody may do more than sync needs.
        - V(warning) if it may be intended, or is not certain.
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

FINDING_OPTIONS = {
    **{name: {"type": "str", "required": True} for name in ("check", "subject", "problem", "remedy")},
    "severity": {"type": "str", "choices": ["error", "warning"], "required": True},
}

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "sides": {
            "type": "list",
            "elements": "str",
            "choices": ["source", "destination"],
            "required": True,
            "aliases": ["side"],
        },
        "rules": {"type": "list", "elements": "dict", "options": {**STATE_OPTION, **RULE_OPTIONS}},
        "inbound_rules": {"type": "list", "elements": "dict", "options": INBOUND_RULE_OPTIONS},
        "source_account_ids": {"type": "list", "elements": "str"},
        # Findings of a report, which has audited the source already.
        "known": {"type": "list", "elements": "dict", "options": FINDING_OPTIONS},
        "fail_on": {"type": "str", "choices": ["error", "warning"], "default": "error"},
    },
    work=audit,
    apart="rules",  # a bad one is for the task to tell that keeps it
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
