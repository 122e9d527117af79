#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: oss_bucket_replication_info
version_added: 1.0.0
short_description: List the replications of a bucket with their progress
description:
  - Reads the replications of an OSS bucket, and how far each of them is.
options:
  source_bucket:
    description:
      - Name of the bucket that is replicated from. It must be in O(region).
    type: str
    required: true
  destination_bucket:
    description:
      - Name of the only destination to return. If unset, all are returned.
    type: str
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
  - registryops.alicloud.oss
seealso:
  - module: registryops.alicloud.oss_bucket_replication
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: See how far it is
  registryops.alicloud.oss_bucket_replication_info:
    region: cn-hangzhou
    source_bucket: images-of-source
"""

RETURN = r"""
replications:
  description: The replications; an empty list if there is none.
  type: list
  elements: dict
  returned: success
  contains:
    source_bucket:
      description: Bucket that is replicated from.
      type: str
      returned: always
    destination_bucket:
      description: Bucket that is replicated into.
      type: str
      returned: always
    destination_region:
      description: Region of that bucket.
      type: str
      returned: always
    role_name:
      description: Role that OSS acts with.
      type: str
      returned: when the service tells
    prefixes:
      description: What the names of replicated objects begin with; an empty list for all objects.
      type: list
      elements: str
      returned: when it is known
    historical_objects:
      description: Whether objects that were there before are replicated.
      type: bool
      returned: always
    replicate_deletions:
      description: Whether deletions are replicated.
      type: bool
      returned: always
    transfer_acceleration:
      description: Whether objects go over OSS's acceleration, which costs extra.
      type: bool
      returned: always
    rule_id:
      description: ID of the replication rule.
      type: str
      returned: when it exists
    status:
      description: What OSS is at, which is V(starting), V(doing) or V(closing).
      type: str
      returned: when it exists
    historical_progress:
      description: Share of the historical objects that are replicated, from 0 to 1.
      type: float
      returned: when the service tells
    new_objects_until:
      description: Objects that were written before this time are replicated.
      type: str
      returned: when the service tells
      sample: Thu, 24 Sep 2026 15:39:18 GMT
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, inform
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import OSS_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.bucket_replication import Replications
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.replication_progress import with_progress

MODULE = Module(
    options={
        **OSS_OPTIONS,
        "source_bucket": {"type": "str", "required": True},
        "destination_bucket": {"type": "str"},
    },
    work=with_progress(inform(Replications, "replications")),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
