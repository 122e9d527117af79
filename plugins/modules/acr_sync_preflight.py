#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_sync_preflight
version_added: 0.1.0
short_description: Find what would make cross-account sync fail
description:
  - Checks one instance against the documented limitations of cross-account sync, and returns every finding with its
    remedy. It writes nothing. With O(fail) it fails and names all findings at once.
  - The source must be a running Premium (C(Enterprise_Advanced)) instance, the destination a running Basic or Premium
    one. The vendor's pages differ on Standard and Economy instances, for which Ansible shows a warning. Public cloud
    cannot replicate to Finance Cloud or Gov Cloud. Namespaces and repositories must exist as the sync level demands,
    and a destination namespace must create repositories automatically. What is about to be created must fit into the
    instance's quotas, if the account may see them (C(cr:GetInstanceUsage)).
  - With O(cr_endpoint) given, it compares O(region) with the instance's own, if the account may list its instances.
    Without it, the endpoint of another region does not know the instance.
  - At the source it finds rules that would write to one place from different repositories, and rules that would send
    back what their counterparts of the other direction bring, as far as the instance lists those. It warns of a filter
    that reads like a wildcard, such as C(v*) and C(release-*), and of one that matches nothing of what is there, such
    as a misspelt one.
options:
  instance_id:
    description:
      - ID of the instance, which begins with C(cri-).
    type: str
    required: true
  side:
    description:
      - Which end of the sync the instance is.
    type: str
    choices: [source, destination]
    required: true
  namespaces:
    version_added: 1.0.0
    description:
      - Namespaces that you are about to create, change or delete, with the options of
        M(registryops.alicloud.acr_namespace). One that you are about to create counts as existing, and one that you are
        about to delete as missing. If unset, none.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the namespace.
        type: str
        required: true
      state:
        description:
          - Whether the namespace should exist. V(absent) is refused while it holds images, unless O(namespaces[].force)
            is V(true).
        type: str
        choices: [present, absent]
        default: present
      auto_create_repositories:
        description:
          - Whether a push creates the repository it names. If unset, a new namespace gets V(false) and an existing
            one is left as it is.
        type: bool
      repository_type:
        description:
          - Type of repositories that are created automatically. If unset, a new namespace gets V(private) and an
            existing one is left as it is.
        type: str
        choices: [private, public]
      tag_immutability:
        description:
          - Whether tags of repositories that are created automatically cannot be overwritten. If unset, it is left as
            it is.
        type: bool
      force:
        description:
          - Whether to delete the namespace with all repositories and images in it.
        type: bool
        default: false
      wait_timeout:
        description:
          - Maximum number of seconds to wait until the deletion has ended.
        type: int
        default: 600
  repositories:
    version_added: 1.0.0
    description:
      - Repositories that you are about to create, change or delete, with the options of
        M(registryops.alicloud.acr_repository). If unset, none.
    type: list
    elements: dict
    suboptions:
      namespace:
        description:
          - Name of the namespace that the repository is in.
        type: str
        required: true
      name:
        description:
          - Name of the repository, without the namespace.
        type: str
        required: true
      state:
        description:
          - Whether the repository should exist. V(absent) is refused while it holds images, unless
            O(repositories[].force) is V(true).
        type: str
        choices: [present, absent]
        default: present
      repository_type:
        description:
          - Whether images can be pulled without credentials. V(public) allows it. If unset, a new repository gets
            V(private) and an existing one is left as it is.
        type: str
        choices: [private, public]
      summary:
        description:
          - Summary of the repository, in one line. If unset, a new repository gets its name, since the service demands
            a summary, and an existing one is left as it is.
        type: str
      description:
        description:
          - Longer description of the repository. If unset, it is left as it is.
        type: str
      tag_immutability:
        description:
          - Whether its tags cannot be overwritten. If unset, a new repository gets V(false) and an existing one is left
            as it is.
        type: bool
      force:
        description:
          - Whether to delete the repository with all images in it.
        type: bool
        default: false
      wait_timeout:
        description:
          - Maximum number of seconds to wait until the deletion has ended.
        type: int
        default: 600
  source_account_ids:
    version_added: 1.0.0
    description:
      - UIDs of the accounts that you are about to grant access. The module only checks that they are UIDs, and warns of
        one that has not 16 digits. If unset, none.
      - An empty list is a finding, since nobody could then replicate.
    type: list
    elements: str
  fail:
    version_added: 1.0.0
    description:
      - Whether to fail with all findings in one message. If V(false), findings do not make the task fail.
    type: bool
    default: false
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
  - registryops.alicloud.rules.touching
seealso:
  - module: registryops.alicloud.acr_instance_info
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Look at the source before anything is written
  registryops.alicloud.acr_sync_preflight:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    side: source
    sync_rules:
      - name: releases-to-eu
        namespace: prod
        target_region: eu-central-1
    fail: true
"""

RETURN = r"""
instance:
  description: The instance.
  type: dict
  returned: success
  contains:
    instance_id:
      description: ID of the instance.
      type: str
      returned: always
      sample: cri-abcdefgh12345678
    name:
      description: Name of the instance.
      type: str
      returned: always
    edition:
      description: Edition as the API names it; the console calls C(Enterprise_Advanced) Premium.
      type: str
      returned: always
      sample: Enterprise_Advanced
    status:
      description: Status of the instance.
      type: str
      returned: always
      sample: RUNNING
    issue:
      description: Why it could not be started.
      type: str
      returned: when there is an issue
    region:
      description: Region of the instance.
      type: str
      returned: when it is known
    resource_group_id:
      description: ID of its resource group.
      type: str
      returned: when it has one
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

findings:
  description: What would make sync fail; an empty list if nothing would.
  type: list
  elements: dict
  returned: success
  contains:
    check:
      description: What was looked at.
      type: str
      returned: always
      sample: edition
    severity:
      description: V(error), since a preflight tells what is not certain as a warning.
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

from ansible_collections.registryops.alicloud.plugins.module_utils._audit.preflight import preflight
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import (
    DELETION_OPTIONS,
    STATE_OPTION,
    Module,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.namespace import NAMESPACE_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository import REPOSITORY_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.sync_rule import RULE_OPTIONS

# The same lists as the roles keep, so that an inventory is judged as it is written.
_KEPT = {**STATE_OPTION, **DELETION_OPTIONS}

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "side": {"type": "str", "choices": ["source", "destination"], "required": True},
        "sync_rules": {"type": "list", "elements": "dict", "options": {**STATE_OPTION, **RULE_OPTIONS}},
        "namespaces": {"type": "list", "elements": "dict", "options": {**_KEPT, **NAMESPACE_OPTIONS}},
        "repositories": {"type": "list", "elements": "dict", "options": {**_KEPT, **REPOSITORY_OPTIONS}},
        "source_account_ids": {"type": "list", "elements": "str"},
        "fail": {"type": "bool", "default": False},
    },
    work=preflight,
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
