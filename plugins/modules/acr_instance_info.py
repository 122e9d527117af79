#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_instance_info
version_added: 0.1.0
short_description: Show Enterprise Edition instances
description:
  - Reads Container Registry Enterprise Edition instances of the region.
options:
  instance_id:
    description:
      - ID of the only instance to return; it is an error if it does not exist. If unset, all of the region are
        returned.
    type: str
  name:
    description:
      - Name of the instances to return. If unset, any.
    type: str
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_sync_preflight
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show one instance
  registryops.alicloud.acr_instance_info:
    region: cn-hangzhou
    instance_id: cri-sourcesource0001

- name: List all instances of a region
  registryops.alicloud.acr_instance_info:
    region: cn-hangzhou
"""

RETURN = r"""
instances:
  description: The instances.
  type: list
  elements: dict
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
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, inform
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.instance import Instances

MODULE = Module(
    options={
        "instance_id": {"type": "str"},
        "name": {"type": "str"},
    },
    # An ID names one instance already.
    rules={"mutually_exclusive": [("instance_id", "name")]},
    work=inform(Instances, "instances"),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
