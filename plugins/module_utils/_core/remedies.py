# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know the remedy for each code of a refusal, and for each issue of a failed sync task.

The service documents few of its codes; the others are guessed after their pattern. That does no harm: a remedy is only
read by people, and no decision rests on a code that is not documented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.commands import ask_for_grant
from ansible_collections.registryops.alicloud.plugins.module_utils._core.permissions import permission_in_words
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import Known, longest

_SERVICE_FAILS = "The service itself fails. {done} Run it again later; if it lasts, give support the request ID."
_ENDPOINT = "the endpoint (acr_cr_endpoint, acr_ram_endpoint, acr_sts_endpoint or acr_oss_endpoint)"
_STRANGE = (
    f"A proxy or another service may have answered; check {_ENDPOINT}. If it is right, report this as an issue of the"
    " collection."
)
_LACKS_RIGHT = (
    "The user of these credentials needs {needed}. Add it to that user's policy in the RAM console; docs/policies"
    " of this collection has a policy for each playbook."
)
_ASSUMES = (
    "The role's trust policy must name the user of these credentials, who needs {needed}. The key of a root account"
    " assumes no role; use that of a RAM user."
)
_BUCKETS = (
    "The user of these credentials needs {needed}. Make role {Role} in this account with"
    " registryops.alicloud.oss_replication_role, and ask the team that owns bucket {DestinationBucket} to run"
    " registryops.alicloud.oss_bucket_grant for it. If all of this was done, the user may need oss:ReplicateGet on both"
    " buckets, too; that team names the user's UID in the callers of that grant."
)
_UNPAID = "The account has unpaid bills. Pay them in the console, and run it again."

# Braces hold parameters of the call. If several codes fit, the longest wins.
CALLS: dict[str, str] = {
    # Who calls
    "InvalidAccessKeyId": "Check access_key_id (acr_access_key_id), or the profile it comes from (acr_profile).",
    "InvalidAccessKeyId.Inactive": "Have the access key enabled in the RAM console, or use another one.",
    "AccessKeyDisabled": "Have the access key enabled in the RAM console, or use another one.",
    "SignatureDoesNotMatch": (
        "Check access_key_secret (acr_access_key_secret), or the profile it comes from (acr_profile)."
    ),
    "IncompleteSignature": (
        f"A proxy may have changed the request. Check the environment variable https_proxy, and {_ENDPOINT}."
    ),
    "InvalidSecurityToken": (
        "Get a new security_token (acr_security_token); temporary credentials last for hours at most."
    ),
    "InvalidCredentials": "Check access_key_id and access_key_secret, or the profile they come from (acr_profile).",
    "SignatureNonceUsed": "Something sends this machine's requests twice, such as a proxy. Run it again.",
    "IllegalTimestamp": "Set this machine's clock; a request is good for a quarter of an hour around its time.",
    "InvalidTimeStamp": "Set this machine's clock; a request is good for a quarter of an hour around its time.",
    "NoPrivilege": _LACKS_RIGHT,
    "NoPermission": _LACKS_RIGHT,
    "Forbidden": _LACKS_RIGHT,
    "AccessDenied": _LACKS_RIGHT,
    # The account
    "Arrear": _UNPAID,
    "Overdue": _UNPAID,
    "InsufficientBalance": _UNPAID,
    "NotEnoughBalance": _UNPAID,
    "Inactive": "Activate the service in the console first.",
    "Throttling": (
        "Other calls of this account use up its rate. Run it again later, or set acr_rate_limit to fewer calls a"
        " second."
    ),
    # The service
    "InternalError": _SERVICE_FAILS,
    "SystemError": _SERVICE_FAILS,
    "ServiceUnavailable": _SERVICE_FAILS,
    "SLB_SERVICE_ERROR": _SERVICE_FAILS,
    "InvalidAction": f"Check {_ENDPOINT}: it is of another service, or of a region that lacks this call.",
    "InvalidVersion": f"Check {_ENDPOINT}: it is of another service, or of a region that lacks this call.",
    "UnsupportedHTTPMethod": (
        f"Something changes the request on its way. Check the environment variable https_proxy, and {_ENDPOINT}."
    ),
    "InvalidParameter": "Correct the option that the message is about.",
    "MissingParameter": "Give the option that the message is about.",
    # The instance
    "INSTANCE_NOT_EXIST": (
        "Check instance_id and region, and that the credentials belong to the account that owns it;"
        " registryops.alicloud.acr_instance_info lists the instances that they see."
    ),
    "INSTANCE_STATUS_NOT_SUPPORT": "Have instance {InstanceId} started or renewed in the console; it is not running.",
    "SOURCE_INSTANCE_SPEC_NOT_SUPPORT": (
        "Have instance {InstanceId} upgraded to Premium in the console; only that edition replicates."
    ),
    # The target
    "TARGET_INSTANCE_NOT_EXIST": (
        "Check target_instance_id {TargetInstanceId}, target_region and target_account_id; with that account's"
        " keys, registryops.alicloud.acr_instance_info lists its instances."
    ),
    "TARGET_REGION_NOT_MATCH": (
        "Correct target_region {TargetRegionId}, or target_instance_id {TargetInstanceId}, which is in another region."
    ),
    "TARGET_REGION_NOT_SUPPORT": (
        "Finance Cloud and Gov Cloud take no images from public regions. Choose a target in a public region."
    ),
    "TARGET_INSTANCE_STATUS_NOT_SUPPORT": (
        "Have the team that owns {TargetInstanceId} start or renew it in the console."
    ),
    "TARGET_INSTANCE_SPEC_NOT_SUPPORT": (
        "Have the team that owns {TargetInstanceId} upgrade it to Basic or Premium in the console."
    ),
    "TARGET_INSTANCE_SAME_AS_SOURCE": "Correct target_instance_id; it is the source itself.",
    # What is in it
    "NAMESPACE_NOT_EXIST": "Correct the name, or create it with registryops.alicloud.acr_namespace.",
    "NAMESPACE_ALREADY_EXIST": "Another run may have made it meanwhile. Run it again.",
    "NAMESPACE_QUOTA_EXCEED": "Delete a namespace, or have the quota raised in the console.",
    "REPO_NOT_EXIST": "Correct the name, or create it with registryops.alicloud.acr_repository.",
    "REPO_ALREADY_EXIST": "Another run may have made it meanwhile. Run it again.",
    "REPO_QUOTA_EXCEED": "Delete a repository, or have the quota raised in the console.",
    "TAG_NOT_EXIST": "Correct the tag; registryops.alicloud.acr_image_info lists those that are there.",
    "SYNC_RULE_NOT_EXIST": "Another run may have deleted it meanwhile. Run it again.",
    "SYNC_RULE_ALREADY_EXIST": (
        "A rule of this name, or for the same images and target, is there already;"
        "registryops.alicloud.acr_sync_rule_info lists them. If only the name is the same, give this rule another"
        " one. If"
        " it carries the same images, delete it with registryops.alicloud.acr_sync_rule and state: absent."
    ),
    "SYNC_RULE_NOT_MATCH": "Correct the image or the rule; this rule does not cover it.",
    "SYNC_RULE_TRIGGER_NOT_SUPPORT": (
        "Send the image with registryops.alicloud.acr_image_sync, or give the rule trigger: manual."
    ),
    "SYNC_TASK_NOT_EXIST": (
        "The service keeps its records for a while only; registryops.alicloud.acr_sync_task_info lists those it has."
    ),
    "SYNC_TASK_STATUS_NOT_SUPPORT": (
        "The task has begun or ended meanwhile; registryops.alicloud.acr_sync_task_info tells how it went."
    ),
    # OSS
    "NoSuchBucket": "Correct the bucket's name; the console shows which one an instance uses.",
    "NoSuchBucketPolicy": "The bucket has no policy; registryops.alicloud.oss_bucket_grant writes one.",
    "NoSuchReplication": "Another run may have ended the replication meanwhile. Run it again.",
    "InvalidTargetBucket": "Check destination_bucket {DestinationBucket}; it must exist, and be another bucket.",
    "InvalidTargetLocation": "Correct destination_region {DestinationRegion}; the bucket is in another region.",
    "NoReplicationLocation": "Give destination_region.",
    "BadReplicationLocation": "OSS does not replicate between these two regions. Choose another destination_bucket.",
    "BucketReplicationAlreadyExist": "Another run may have made it meanwhile. Run it again.",
    "TooManyReplicationRules": (
        "Delete a replication of the bucket that is not needed any more, with"
        " registryops.alicloud.oss_bucket_replication"
        " and state: absent."
    ),
    "InvalidPolicyDocument": "Correct the bucket's policy in the OSS console; OSS cannot read it.",
    "InvalidArgument": "Correct the option that the message is about.",
    "MissingArgument": "Give the option that the message is about.",
    "QpsLimitExceeded": (
        "Other calls of this account use up its rate. Run it again later, or set acr_rate_limit to fewer calls a"
        " second."
    ),
    "SecurityTokenExpired": (
        "Get a new security_token (acr_security_token); temporary credentials last for hours at most."
    ),
    # RAM
    "EntityNotExist.Role": "Correct the role's name, or make it with registryops.alicloud.acr_cross_account_role.",
    "EntityNotExist.Policy": "Correct the policy's name, or make it with registryops.alicloud.acr_cross_account_role.",
    "EntityAlreadyExists": "Another run may have made it meanwhile. Run it again.",
    "DeleteConflict": "Something still uses it. Detach it in the RAM console, and run it again.",
    "LimitExceeded": "Delete what is not needed in the RAM console, or have the limit raised.",
    "LimitExceeded.Policy.Version": "Delete an old version of the policy in the RAM console.",
    "MalformedPolicyDocument": "Correct the policy document in the RAM console; RAM cannot read it.",
}


_GRANTED = ("CreateRepoSyncRule", "CreateRepoSyncTask")
_RIGHTS = ("NoPrivilege", "NoPermission", "Forbidden", "AccessDenied")


def remedy(
    action: str, code: str, parameters: Mapping[str, Any], status: int = 0, caller: Callable[[], str] | None = str
) -> str:
    """Return the remedy for a refused call; empty if the code does not tell one.

    Args:
        action: the API's action.
        code: the service's code.
        parameters: the call's parameters.
        status: the HTTP status.
        caller: returns the UID of the caller's account; None if the refusal is known to be about its own policies.
    """
    found = longest(CALLS, code)
    if not found and status >= 500:
        text = _SERVICE_FAILS
    elif not code and status == 200:
        text = _STRANGE
    elif found in _RIGHTS and action == "AssumeRole":
        text = _ASSUMES
    elif found in _RIGHTS and action == "PutBucketReplication":
        text = _BUCKETS
    elif found in _RIGHTS and action in _GRANTED and parameters.get("TargetUserId") and caller:
        target, region = parameters.get("TargetInstanceId"), parameters.get("TargetRegionId")
        ask = ask_for_grant(caller(), target, region, "the team of account {TargetUserId}")
        text = (
            "If account {TargetUserId} has granted access already, give the user of these credentials the right"
            f" {{needed}}. Otherwise {ask[0].lower()}{ask[1:]}."
        )
    else:
        text = CALLS.get(found, "")
    reads = action.startswith(("Get", "List", "AssumeRole"))
    done = "This call only reads." if reads else "Whether it was done is not known; a further run finds out."
    known = {**parameters, "needed": permission_in_words(action, parameters), "done": done}
    return re.sub(r" +", " ", text.format_map(Known(known))).strip()
