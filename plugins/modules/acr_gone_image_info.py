#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_gone_image_info
version_added: 1.0.0
short_description: List images that sync rules carried and that their source no longer has
description:
  - Reads the rules, images and sync records of a source instance, and lists what was carried to a destination and is
    not at the source any more. Run it with the credentials of the source account.
  - With O(list_file) it writes all that M(registryops.alicloud.acr_sync_prune) needs in order to delete these images at
    the destination, for a team that may not see the keys of this account. The file holds the rules, the names of
    repositories and tags, and times. It holds no keys.
  - Only what a rule of today covers is listed. Where the service keeps no record any more, nobody knows what a rule
    carried, so that it is not listed.
  - It fails if the source cannot be listed whole.
  - The credentials need what C(docs/policies/account_a_prune_destination.json) of this collection allows.
options:
  instance_id:
    description:
      - ID of the source instance, which begins with C(cri-).
    type: str
    required: true
  target_instance_ids:
    description:
      - IDs of destination instances. Rules that end elsewhere are left out. If unset, all rules are looked at.
    type: list
    elements: str
  list_file:
    description:
      - Path of a file that gets the whole list. Its folder is made if it is missing, and an earlier file is replaced
        when all is written. That does not count as a change. If unset, and in check mode, none is written.
    type: path
  max_images:
    description:
      - How many images are returned one by one. All of them are counted, and are in the file.
    type: int
    default: 100
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
seealso:
  - module: registryops.alicloud.acr_sync_prune
  - module: registryops.alicloud.acr_sync_verify
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Tell the other account's team what may go
  registryops.alicloud.acr_gone_image_info:
    profile: account-a
    region: cn-hangzhou
    instance_id: cri-sourcesource0001
    target_instance_ids: [cri-targettarget0001]
    list_file: /tmp/acr_gone/prod-sh.json
"""

RETURN = r"""
instance_id:
  description: The source instance.
  type: str
  returned: success
gone_images:
  description: What was carried and is gone at the source, O(max_images) of them at most.
  type: list
  elements: dict
  returned: success
  contains:
    source:
      description: The namespace, repository and tag that it had at the source.
      type: str
      returned: always
      sample: prod/web:1.0
    target:
      description: Where it was carried to, with the instance in front.
      type: str
      returned: always
      sample: cri-targettarget0001/prod/web:1.0
    target_instance_id:
      description: The instance that it was carried to.
      type: str
      returned: always
    by_rule:
      description: Whether a task of a rule carried it. If not, somebody or a backfill has sent it.
      type: bool
      returned: always
    carried:
      description: When the last task that carried it ended, in epoch milliseconds.
      type: int
      returned: always
    under_way:
      description: Whether a task is writing it there now.
      type: bool
      returned: always
count:
  description: How many there are in all.
  type: int
  returned: success
rules:
  description: Names of the rules that were looked at.
  type: list
  elements: str
  returned: success
oldest_record:
  description: When the oldest sync record was made, in epoch milliseconds. Null if there is none.
  type: int
  returned: success
list_file:
  description: The file that was written. Null if none was.
  type: str
  returned: success
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module
from ansible_collections.registryops.alicloud.plugins.module_utils._pruning.gone import list_gone

MODULE = Module(
    options={
        "instance_id": {"type": "str", "required": True},
        "target_instance_ids": {"type": "list", "elements": "str"},
        "list_file": {"type": "path"},
        # The file has all of them; a result of thousands would fill the screen.
        "max_images": {"type": "int", "default": 100},
    },
    work=list_gone,
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
