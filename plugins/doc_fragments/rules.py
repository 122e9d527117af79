# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of rules that several modules take."""

from __future__ import annotations

# Ansible merges fragments by whole options, so the suboptions of a list are joined to it here. yamllint of ansible-test
# reads only plain assignments of one text, hence the annotations below; antsibull-docs reads what is joined.
_RULE = r"""
    suboptions:
      name:
        description: Name of the rule.
        type: str
        required: true
      state:
        description: Whether the rule should exist.
        type: str
        choices: [present, absent]
        default: present
      scope:
        description:
          - What the rule replicates. A new rule defaults to V(namespace); an existing rule keeps its own.
        type: str
        choices: [namespace, repository, instance]
      namespace:
        description: Namespace to replicate. Required for a new rule of scope V(namespace) or V(repository).
        type: str
      repository:
        description: Repository to replicate, without the namespace. Required for a new rule of scope V(repository).
        type: str
      namespace_filter:
        description:
          - Regular expression that selects namespaces, for a rule of scope V(instance). If unset, an existing rule
            keeps its own.
        type: str
      repository_filter:
        description:
          - Regular expression that selects repositories, for a rule of scope V(namespace) or V(instance). If unset, an
            existing rule keeps its own.
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
        description: Namespace at the target. A new rule defaults to C(namespace); an existing rule keeps its own.
        type: str
      target_repository:
        description: Repository at the target. A new rule defaults to C(repository); an existing rule keeps its own.
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
            force is not documented. V(0) fails at once. If unset, what the task says of all rules.
        type: int
"""


class ModuleDocFragment:
    # For modules that cannot do without rules.
    DOCUMENTATION: str = (
        r"""
options:
  rules:
    description:
      - The rules, each with the options of M(registryops.alicloud.acr_sync_rule).
    type: list
    elements: dict
    required: true
"""
        + _RULE
    )

    # For modules that compare with an inventory if they are given one.
    LISTED: str = (
        r"""
options:
  rules:
    description:
      - All rules that the inventory lists for the instance, each with the options of
        M(registryops.alicloud.acr_sync_rule). If unset, no rule is reported as unlisted.
    type: list
    elements: dict
"""
        + _RULE
    )

    # For modules that look at one side of rules.
    TOUCHING: str = (
        r"""
options:
  sync_rules:
    description:
      - Rules that begin or end at the instance, each with the options of M(registryops.alicloud.acr_sync_rule).
        Namespace and repository are those on this side. Rules to be deleted need nothing. If unset, only the instance
        itself is checked.
    type: list
    elements: dict
"""
        + _RULE
    )
