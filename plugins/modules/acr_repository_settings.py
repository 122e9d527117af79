#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_repository_settings
version_added: 1.0.0
short_description: Keep the settings of many repositories as those of their sources
description:
  - Keeps type, immutability of tags, summary and description of repositories as a list says, which
    M(registryops.alicloud.acr_repository_settings_info) makes of the source's. It runs with the keys of the account
    that owns the destination, and needs no others.
  - It lists the repositories of each namespace once, and makes calls only for those that differ, several at a time. If
    one fails, the others are still kept, and the task fails at the end.
  - It creates and deletes nothing. Listed repositories that are not there are named in the result. For a single one see
    M(registryops.alicloud.acr_repository).
options:
  instance_id:
    description:
      - ID of the instance, which begins with C(cri-).
    type: str
    required: true
  repositories:
    description:
      - The repositories with their settings. The same one twice is refused.
    type: list
    elements: dict
    required: true
    suboptions:
      namespace:
        description: Name of the namespace that the repository is in.
        type: str
        required: true
      name:
        description: Name of the repository, without the namespace.
        type: str
        required: true
      repository_type:
        description: Whether it can be pulled from without credentials. If unset, it is left as it is.
        type: str
        choices: [private, public]
      tag_immutability:
        description: Whether its tags can not be overwritten. If unset, it is left as it is.
        type: bool
      summary:
        description: What it is, in one line. If unset, it is left as it is, since the service demands one.
        type: str
      description:
        description: What it is, at length. If unset, it is removed, where O(settings) has V(description).
        type: str
  settings:
    description:
      - Which settings are kept. Others are left as they are, whatever O(repositories) says of them.
      - V(description) is in no list that the service gives, and takes a call for each repository.
    type: list
    elements: str
    choices: [repository_type, tag_immutability, summary, description]
    default: [repository_type, tag_immutability, summary, description]
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_repository_settings_info
  - module: registryops.alicloud.acr_repository
  - module: registryops.alicloud.acr_sync_verify
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Keep what the source's team has listed
  registryops.alicloud.acr_repository_settings:
    profile: account-b
    region: eu-central-1
    instance_id: cri-targettarget0001
    repositories:
      - namespace: prod
        name: web
        repository_type: private
        tag_immutability: true
        summary: The shop
        description: What customers see.

- name: Keep the type of one repository, and leave its texts
  registryops.alicloud.acr_repository_settings:
    region: eu-central-1
    instance_id: cri-targettarget0001
    settings: [repository_type]
    repositories:
      - namespace: prod
        name: web
        repository_type: private
"""

RETURN = r"""
repository_settings:
  description: What became of each repository that is there, in the order of O(repositories).
  type: list
  elements: dict
  returned: success, and failure after the repositories were listed
  contains:
    name:
      description: Its namespace and name.
      type: str
      returned: always
      sample: prod/web
    action:
      description: What was done, or in check mode would be. One of V(unchanged), V(changed) and V(failed).
      type: str
      returned: always
    changed:
      description: Whether anything was done.
      type: bool
      returned: always
    repository_setting:
      description: >-
        The repository as it is afterwards, as RV(registryops.alicloud.acr_repository#module:repository) has it.
      type: dict
      returned: when it did not fail
    msg:
      description: Why it failed.
      type: str
      returned: when it failed
    error:
      description: What the service said.
      type: dict
      returned: when it failed because the service refused a call
missing:
  description: Listed repositories that are not there.
  type: list
  elements: str
  returned: success, and failure after the repositories were listed
counts:
  description: How many repositories were V(unchanged), V(changed) and V(failed).
  type: dict
  returned: success, and failure after the repositories were listed
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, perform
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository import REPOSITORY_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.repository_settings import (
    SETTINGS,
    RepositorySettings,
)

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "repositories": {"type": "list", "elements": "dict", "required": True, "options": REPOSITORY_OPTIONS},
        "settings": {"type": "list", "elements": "str", "choices": list(SETTINGS), "default": list(SETTINGS)},
    },
    work=perform(RepositorySettings),
    # One repository that cannot be set must not keep the others from it.
    apart="repositories",
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
