#!/usr/bin/python
# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: oss_bucket_grant_info
version_added: 1.0.0
short_description: List whose roles may replicate into a bucket
description:
  - Reads the policy of an OSS bucket and returns each role of another account that may replicate into it.
options:
  bucket:
    description:
      - Name of the bucket. It must be in O(region).
    type: str
    required: true
extends_documentation_fragment:
  - registryops.alicloud.attributes.info
  - registryops.alicloud.connection
  - registryops.alicloud.oss
seealso:
  - module: registryops.alicloud.oss_bucket_grant
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: See who may replicate into the bucket of our instance
  registryops.alicloud.oss_bucket_grant_info:
    profile: account-b
    region: eu-central-1
    bucket: images-of-target
"""

RETURN = r"""
bucket_grants:
  description: The grants; an empty list if there is none.
  type: list
  elements: dict
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
      description: Accounts and users who may do C(oss:ReplicateGet) here.
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

from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, inform
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import OSS_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._resources.bucket_grant import BucketGrants

MODULE = Module(
    options={**OSS_OPTIONS, "bucket": {"type": "str", "required": True}},
    work=inform(BucketGrants, "bucket_grants"),
)


def main() -> None:
    MODULE.run()


if __name__ == "__main__":
    main()
