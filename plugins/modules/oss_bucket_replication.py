#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: oss_bucket_replication
version_added: 1.0.0
short_description: Keep the replication of a bucket into another one
description:
  - Creates and ends the replication of an OSS bucket into another one, also of another account and region. Run it with
    the credentials of the account that owns the source bucket, Account A.
  - With it, many images go from one instance to another by storage, and are then imported in the console. The role
    P(registryops.alicloud.transfer_by_storage#role) does all of it, and its documentation says when that is better.
  - Both buckets are looked at before anything is written. Of another account's bucket, OSS tells only that it is there.
  - OSS cannot change a replication. One that should be otherwise is ended, and made anew once OSS has closed the old
    one. Objects that are there already are gone through again.
  - No API tells which bucket an instance uses. The console does, on the instance's page.
  - The credentials need what C(docs/policies/account_a_transfer_by_storage.json) of this collection allows. The role
    needs M(registryops.alicloud.oss_replication_role) here and M(registryops.alicloud.oss_bucket_grant) at the
    destination.
options:
  source_bucket:
    description:
      - Name of the bucket to replicate from. It must be in O(region).
    type: str
    required: true
  destination_bucket:
    description:
      - Name of the bucket to replicate into.
    type: str
    required: true
  destination_region:
    description:
      - Region of the bucket to replicate into. Required unless O(state) is V(absent).
    type: str
  destination_account_id:
    description:
      - UID of the account that owns it. It is compared with the bucket's owner if the credentials may read that. If
        unset, it is not compared.
    type: str
  role_name:
    description:
      - Name of the RAM role in the source account that OSS acts with. M(registryops.alicloud.oss_replication_role)
        keeps it.
    type: str
    default: acr-transfer-by-storage
  historical_objects:
    description:
      - Whether to replicate also what is in the bucket already. If unset, a new replication does, and an existing one
        is left as it is.
    type: bool
  prefixes:
    description:
      - What the names of the objects to replicate begin with, ten at the most. If unset, a new replication is of all
        objects, and an existing one is left as it is.
    type: list
    elements: str
  replicate_deletions:
    description:
      - Whether to delete in the destination what is deleted in the source. If unset, a new replication does not, and an
        existing one is left as it is.
    type: bool
  transfer_acceleration:
    description:
      - Whether to use OSS's acceleration between regions, which costs extra. If unset, a new replication does not, and
        an existing one is left as it is.
    type: bool
  state:
    description:
      - Whether the bucket is replicated. What was copied stays where it is.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
  - registryops.alicloud.oss
  - registryops.alicloud.wait.replication
seealso:
  - module: registryops.alicloud.oss_bucket_replication_info
  - module: registryops.alicloud.oss_bucket_grant
  - module: registryops.alicloud.oss_replication_role
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Replicate the bucket of our instance, and wait until all that is in it has arrived
  registryops.alicloud.oss_bucket_replication:
    region: cn-hangzhou
    source_bucket: images-of-source
    destination_bucket: images-of-target
    destination_region: eu-central-1
    destination_account_id: "5222000022220002"
    wait_timeout: 86400
"""

RETURN = r"""
replication:
  description: The replication; empty if it is absent.
  type: dict
  returned: success
  contains:
    destination_account_id:
      description: UID of the account that owns the destination, as the options say it.
      type: str
      returned: when it is given
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

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import (
    STATE_OPTION,
    WAIT_OPTIONS,
    Module,
    manage,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import OSS_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.bucket_replication import Replications
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.replication_progress import followed
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.replication_role import ROLE_OPTION

MODULE = Module(
    options={
        **STATE_OPTION,
        **WAIT_OPTIONS,
        **OSS_OPTIONS,
        "source_bucket": {"type": "str", "required": True},
        "destination_bucket": {"type": "str", "required": True},
        "destination_region": {"type": "str"},
        "destination_account_id": {"type": "str"},
        "role_name": ROLE_OPTION,
        "historical_objects": {"type": "bool"},
        "prefixes": {"type": "list", "elements": "str"},
        "replicate_deletions": {"type": "bool"},
        "transfer_acceleration": {"type": "bool"},
    },
    work=followed(manage(Replications)),
    # A replication is ended by its buckets alone.
    rules={"required_if": [("state", "present", ["destination_region"])]},
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
