# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know each call's permission, so that refusals can name it.

The API's action and the RAM action often differ: ListRepoSyncRule is allowed by cr:ListSyncRule. The RAM actions that
are not documented are named in docs/policies/README.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_INSTANCE = "acs:cr:*:*:instance/{InstanceId}"
_REPOSITORIES = "acs:cr:*:*:repository/{InstanceId}"
_ROLE = "acs:ram:*:*:role/{RoleName}"
_POLICY = "acs:ram:*:*:policy/{PolicyName}"
_BUCKET = "acs:oss:*:*:{Bucket}"

PERMISSIONS: dict[str, tuple[str, str]] = {
    "GetInstance": ("cr:GetInstance", _INSTANCE),
    "GetInstanceUsage": ("cr:GetInstanceUsage", _INSTANCE),
    "ListInstance": ("cr:ListInstance", "*"),
    "ListInstanceEndpoint": ("cr:ListInstanceEndpoint", _INSTANCE),
    "GetAuthorizationToken": ("cr:GetAuthorizationToken", "*"),
    "CreateNamespace": ("cr:CreateNamespace", _REPOSITORIES),
    "GetNamespace": ("cr:GetNamespace", _REPOSITORIES + "/{NamespaceName}"),
    "ListNamespace": ("cr:ListNamespace", _REPOSITORIES + "/*"),
    "UpdateNamespace": ("cr:UpdateNamespace", _REPOSITORIES + "/{NamespaceName}"),
    "DeleteNamespace": ("cr:DeleteNamespace", _REPOSITORIES + "/{NamespaceName}"),
    "CreateRepository": ("cr:CreateRepository", _REPOSITORIES + "/{RepoNamespaceName}"),
    "GetRepository": ("cr:GetRepository", _REPOSITORIES + "/{RepoNamespaceName}/{RepoName}"),
    "ListRepository": ("cr:ListRepository", _REPOSITORIES + "/{RepoNamespaceName}/*"),
    "UpdateRepository": ("cr:UpdateRepository", _REPOSITORIES + "/*"),
    "DeleteRepository": ("cr:DeleteRepository", _REPOSITORIES + "/*"),
    "ListRepoTag": ("cr:ListRepositoryTag", _REPOSITORIES + "/*"),
    "DeleteRepoTag": ("cr:DeleteRepositoryTag", _REPOSITORIES + "/*"),
    "CreateRepoSyncRule": ("cr:CreateSyncRule", _REPOSITORIES),
    "ListRepoSyncRule": ("cr:ListSyncRule", _REPOSITORIES),
    "DeleteRepoSyncRule": ("cr:DeleteSyncRule", _REPOSITORIES),
    "CreateRepoSyncTask": ("cr:CreateRepositorySync", _REPOSITORIES),
    "CancelRepoSyncTask": ("cr:CancelRepositorySync", _REPOSITORIES),
    "ListRepoSyncTask": ("cr:GetRepositorySync", _REPOSITORIES),
    "GetRole": ("ram:GetRole", _ROLE),
    "CreateRole": ("ram:CreateRole", "acs:ram:*:*:role/*"),
    "UpdateRole": ("ram:UpdateRole", _ROLE),
    "DeleteRole": ("ram:DeleteRole", _ROLE),
    "GetPolicy": ("ram:GetPolicy", _POLICY),
    "CreatePolicy": ("ram:CreatePolicy", "acs:ram:*:*:policy/*"),
    "DeletePolicy": ("ram:DeletePolicy", _POLICY),
    "CreatePolicyVersion": ("ram:CreatePolicyVersion", _POLICY),
    "ListEntitiesForPolicy": ("ram:ListEntitiesForPolicy", _POLICY),
    "AttachPolicyToRole": ("ram:AttachPolicyToRole", _ROLE + " and " + _POLICY),
    "DetachPolicyFromRole": ("ram:DetachPolicyFromRole", _ROLE + " and " + _POLICY),
    "ListPoliciesForRole": ("ram:ListPoliciesForRole", _ROLE),
    "GetBucketInfo": ("oss:GetBucketInfo", _BUCKET),
    "GetBucketPolicy": ("oss:GetBucketPolicy", _BUCKET),
    "PutBucketPolicy": ("oss:PutBucketPolicy", _BUCKET),
    "DeleteBucketPolicy": ("oss:DeleteBucketPolicy", _BUCKET),
    "GetBucketReplication": ("oss:GetBucketReplication", _BUCKET),
    "GetBucketReplicationProgress": ("oss:GetBucketReplicationProgress", _BUCKET),
    "PutBucketReplication": ("oss:PutBucketReplication", _BUCKET),
    "DeleteBucketReplication": ("oss:DeleteBucketReplication", _BUCKET),
    "AssumeRole": ("sts:AssumeRole", "{RoleArn}"),
}


def resources(action: str, parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a call's permission with each resource it needs; nothing if the call needs none."""
    if action not in PERMISSIONS:
        return []
    permission, resource = PERMISSIONS[action]
    known = {name: value for name, value in parameters.items() if isinstance(value, str)}
    # Where a call names no namespace, the service looks for a right on all that the instance holds, at any depth.
    filled = resource.format_map(_Stars(known)).replace("/*/*", "/*")
    # RAM judges each resource alone, so a policy has to name all of them.
    return [(permission, part) for part in filled.split(" and ")]


def permission_in_words(action: str, parameters: Mapping[str, Any]) -> str:
    """Return in words which permission a call needs."""
    found = resources(action, parameters)
    if not found:
        return f"the permission for {action}"
    return f"{found[0][0]} on {' and '.join(resource for _permission, resource in found)}"


class _Stars(dict[str, str]):
    def __missing__(self, _key: str) -> str:
        return "*"
