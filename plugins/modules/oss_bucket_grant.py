#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: oss_bucket_grant
version_added: 1.0.0
short_description: Let another account's role replicate into a bucket
description:
  - Keeps the statement in the policy of an OSS bucket that lets a RAM role of another account replicate objects into
    it. Run it with the credentials of the account that owns the bucket, Account B. Replication itself is set up in
    Account A, with M(registryops.alicloud.oss_bucket_replication).
  - OSS has no call that changes a part of a policy, so that it is read, changed and written as a whole. Statements of
    others are kept. Whoever changes the policy at the same moment may win; what was written is read back and compared.
  - The role need not exist yet. Its sessions are named as OSS documents it, in small letters. The actions are
    C(oss:ReplicateList), C(oss:ReplicateGet), C(oss:ReplicatePut) and, with O(replicate_deletions),
    C(oss:ReplicateDelete).
  - The credentials need what C(docs/policies/account_b_transfer_by_storage.json) of this collection allows.
options:
  bucket:
    description:
      - Name of the bucket that is replicated into. It must be in O(region).
    type: str
    required: true
  source_account_id:
    description:
      - UID of the account that the role belongs to, Account A.
    type: str
    required: true
  role_name:
    description:
      - Name of the RAM role in the source account that OSS acts with. M(registryops.alicloud.oss_replication_role)
        keeps it.
    type: str
    default: acr-transfer-by-storage
  replicate_deletions:
    description:
      - Whether the role may also delete here what is deleted in the source. If unset, a new grant does not allow it,
        and an existing one is left as it is.
    type: bool
  callers:
    description:
      - UIDs of accounts, or of RAM users, that get C(oss:ReplicateGet) on the bucket. If unset, nobody does.
      - OSS's documentation can be read so that whoever makes a replication needs this right on both buckets, beside the
        role. Name the source account here if making it is refused with C(AccessDenied) although the grant is there.
    type: list
    elements: str
  state:
    description:
      - Whether the role may replicate into the bucket. With V(absent), O(callers) lose their right as well.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - registryops.alicloud.attributes
  - registryops.alicloud.connection
  - registryops.alicloud.oss
seealso:
  - module: registryops.alicloud.oss_bucket_grant_info
  - module: registryops.alicloud.oss_bucket_replication
  - module: registryops.alicloud.oss_replication_role
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Let Account A replicate into the bucket of our instance
  registryops.alicloud.oss_bucket_grant:
    profile: account-b
    region: eu-central-1
    bucket: images-of-target
    source_account_id: "1252879610640001"
"""

RETURN = r"""
bucket_grant:
  description: The grant; empty if it is absent.
  type: dict
  returned: success
  contains:
    bucket:
      description: Name of the bucket.
      type: str
      returned: always
    source_account_id:
      description: UID of the account whose role may replicate into the bucket.
      type: str
      returned: always
    role_name:
      description: Name of that role.
      type: str
      returned: always
    replicate_deletions:
      description: Whether the role may delete objects here that were deleted in the source.
      type: bool
      returned: always
    callers:
      description: Those of O(callers) who may do C(oss:ReplicateGet) here.
      type: list
      elements: str
      returned: always
    principal:
      description: The role's sessions, as the bucket's policy names them.
      type: str
      returned: when it is known
      sample: arn:sts::1252879610640001:assumed-role/acr-transfer-by-storage/*
    policy_document:
      description: The whole policy of the bucket, of which the grant is a part.
      type: dict
      returned: always
"""

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import STATE_OPTION, Module, manage
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import OSS_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.bucket_grant import BucketGrants
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.replication_role import ROLE_OPTION

MODULE = Module(
    options={
        **STATE_OPTION,
        **OSS_OPTIONS,
        "bucket": {"type": "str", "required": True},
        "source_account_id": {"type": "str", "required": True},
        "role_name": ROLE_OPTION,
        "replicate_deletions": {"type": "bool"},
        "callers": {"type": "list", "elements": "str"},
    },
    work=manage(BucketGrants),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
