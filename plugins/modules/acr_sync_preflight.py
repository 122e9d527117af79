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
  - Checks one instance against the documented limitations of cross-account sync before anything is written, and
    returns every finding with its remedy. It does not fail because of findings, so that all can be shown at once.
  - The source must be a running Premium (C(Enterprise_Advanced)) instance, the destination a running Basic or Premium
    one. The vendor's pages differ on Standard and Economy instances, for which Ansible shows a warning. Public cloud
    cannot replicate to Finance Cloud or Gov Cloud. Namespaces and repositories must exist as the sync level demands,
    and a destination namespace must create repositories automatically.
  - Rules that would write one place from different repositories are found at the source. A filter that matches the
    empty text, such as the glob C(v*), is warned of.
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
  sync_rules:
    description:
      - Rules that begin or end at the instance, with the options of M(registryops.alicloud.acr_sync_rule). Of these,
        C(name), C(namespace), C(repository), the filters and the target are looked at; namespace and repository are
        those on this side. If unset, only the instance itself is looked at.
    type: list
    elements: dict
  will_exist:
    description:
      - Namespaces, and repositories as C(namespace/repository), that are about to be created and so are not missed. If
        unset, none.
    type: list
    elements: str
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
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
  register: preflight
  failed_when: preflight.findings | length > 0
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
      description: The same as ISO 8601.
      type: str
      returned: when it exists
    modified_time:
      description: When it was last changed, in epoch milliseconds.
      type: int
      returned: when it exists
    modified_time_iso:
      description: The same as ISO 8601.
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
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "side": {"type": "str", "choices": ["source", "destination"], "required": True},
        "sync_rules": {"type": "list", "elements": "dict"},
        "will_exist": {"type": "list", "elements": "str"},
    },
    work=preflight,
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
