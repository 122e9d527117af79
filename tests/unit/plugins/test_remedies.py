# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the table of remedies with the service's codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import ApiError, api_error
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import COMMON_OPTIONS, OSS_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._core.remedies import CALLS, remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import (
    TASKS,
    sending_helps,
    task_remedy,
)

EMULATOR = Path(__file__).parents[2] / "emulator" / "acr_emulator"
PARAMETERS = {
    "InstanceId": "cri-source",
    "TargetInstanceId": "cri-target",
    "TargetRegionId": "eu-central-1",
    "TargetUserId": "5222000022220002",
}
GRANT = "registryops.alicloud.grant_access"


def said_by_the_emulator() -> set[str]:
    """Return every code of a refusal that stands in the emulator's sources."""
    found: set[str] = set()
    for file in EMULATOR.rglob("*.py"):
        found |= set(
            re.findall(r'(?:ApiError|BusinessError|OssError)\(\s*"([A-Za-z_.]+)"', file.read_text(encoding="utf-8"))
        )
    return found


def issues_of_the_emulator() -> set[str]:
    source = (EMULATOR / "sync.py").read_text(encoding="utf-8")
    return set(re.findall(r'SyncError\(\s*f?"([A-Z_]+)', source))


# These are of calls that the collection never makes.
ITS_OWN = {"IMAGE_HAS_NO_CONTENT"}  # of worlds that no service has
NEVER_MET = {
    "EVENT_RULE_NOT_EXIST",
    "InvalidInstanceStorageDomainRoutingRule.NotFound",
    # Of making buckets and objects, and of what the SDK never sends.
    "BucketAlreadyExists",
    "BucketNotEmpty",
    "InvalidBucketName",
    "MalformedXML",
    "MethodNotAllowed",
    "NoSuchKey",
}


def test_whatever_the_emulator_refuses_has_a_remedy() -> None:
    codes = said_by_the_emulator() - NEVER_MET
    assert len(codes) > 40
    assert [code for code in sorted(codes) if not remedy("CreateRepoSyncRule", code, PARAMETERS)] == []


def test_whatever_issue_the_emulator_gives_a_task_has_a_remedy_of_its_own() -> None:
    issues = issues_of_the_emulator() - ITS_OWN
    assert len(issues) >= 4
    assert [issue for issue in sorted(issues) if task_remedy(issue, "cri-target") == TASKS[""]] == []


@pytest.mark.parametrize("code", sorted(CALLS))
@pytest.mark.parametrize("action", ["GetInstance", "CreateRepoSyncRule", "CreateRepoSyncTask", "CreateRole"])
def test_a_code_of_the_table_is_told_with_its_remedy(code: str, action: str) -> None:
    def refuse(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        raise api_error(action, code, "No.", status=400)

    with pytest.raises(ApiError) as failed:
        Client(refuse, sleep=lambda _seconds: None).call("cr", action, PARAMETERS)
    sentence = failed.value.hint
    assert sentence == remedy(action, code, PARAMETERS)
    assert re.fullmatch(r"[A-Z].*[^ .]\.", sentence), sentence
    assert not re.search(r"[{}]|  | \.|None", sentence), sentence
    assert (GRANT in sentence) is (code in RIGHTS and action in ("CreateRepoSyncRule", "CreateRepoSyncTask"))


RIGHTS = {"NoPrivilege", "NoPermission", "Forbidden", "AccessDenied"}


@pytest.mark.parametrize("code", sorted(TASKS))
def test_an_issue_of_the_table_is_told_with_its_remedy(code: str) -> None:
    sentence = task_remedy(f"{code}: more words", "cri-target")
    ask = f"Ask the team that owns cri-target to run `ansible-playbook {GRANT} -i inventories/account_b"
    ask += " -e acr_source_account_ids=UID -e acr_instance_id=cri-target`"
    assert sentence == TASKS[code].replace("{target}", "cri-target").replace("{ask}", ask)
    assert re.fullmatch(r"[A-Z].*[^ .]\.", sentence), sentence
    assert (GRANT in sentence) is (code in RIGHTS)


@pytest.mark.parametrize(
    ("code", "said", "unsaid"),
    [
        ("TARGET_INSTANCE_NOT_EXIST", "Check target_instance_id cri-target", "credentials belong"),
        ("TARGET_REGION_NOT_MATCH", "Correct target_region eu-central-1", GRANT),
        ("TARGET_REGION_NOT_SUPPORT", "Finance Cloud and Gov Cloud take no images from public regions", GRANT),
        (
            "SYNC_RULE_ALREADY_EXIST",
            "lists them. If only the name is the same, give this rule another one",
            GRANT,
        ),
        ("InvalidTimeStamp.Expired", "Set this machine's clock", GRANT),
        ("IllegalTimestamp", "Set this machine's clock", GRANT),
        ("Account.Arrearage", "The account has unpaid bills", GRANT),
        ("InvalidAccessKeyId.Inactive", "Have the access key enabled", "Check access_key_id"),
        ("Inactive", "Activate the service", "access key"),
        ("NAMESPACE_QUOTA_EXCEED", "have the quota raised", "Correct the name"),
        ("InternalError", "Whether it was done is not known; a further run finds out. Run it again later", GRANT),
        ("SystemError", "if it lasts, give support the request ID", GRANT),
    ],
)
def test_a_remedy_is_of_the_code_that_fits_best(code: str, said: str, unsaid: str) -> None:
    sentence = remedy("CreateRepoSyncRule", code, PARAMETERS)
    assert said in sentence
    assert unsaid not in sentence


def test_a_missing_grant_is_asked_of_the_target_unless_the_refusal_is_the_callers() -> None:
    command = f"`ansible-playbook {GRANT} -i inventories/account_b -e acr_source_account_ids=1252879610640001"
    where = "-e acr_instance_id=cri-target -e acr_region=eu-central-1`"
    granted = f"Otherwise ask the team of account 5222000022220002 to run {command} {where}."
    right = "cr:CreateRepositorySync on acs:cr:*:*:repository/cri-source"
    lacking = "If account 5222000022220002 has granted access already, give the user of these credentials the right"
    known = remedy("CreateRepoSyncTask", "NoPrivilege", PARAMETERS, 0, lambda: "1252879610640001")
    assert known == f"{lacking} {right}. {granted}"
    unknown = remedy("CreateRepoSyncTask", "NoPrivilege", PARAMETERS)
    assert unknown == known.replace("ids=1252879610640001", "ids=UID")
    task = task_remedy("NoPrivilege: not granted", "cri-target", "eu-central-1", lambda: "1252879610640001")
    assert task == f"Ask the team that owns cri-target to run {command} {where}."
    own = "The user of these credentials needs cr:CreateRepositorySync on acs:cr:*:*:repository/cri-source. Add it to"
    assert remedy("CreateRepoSyncTask", "NoPrivilege", PARAMETERS, 0, None).startswith(own)
    within = {name: value for name, value in PARAMETERS.items() if name != "TargetUserId"}
    assert remedy("CreateRepoSyncTask", "NoPrivilege", within).startswith(own)


def test_an_unknown_failure_of_the_service_has_its_remedy_and_an_unknown_refusal_none() -> None:
    assert remedy("GetInstance", "Strange", {}, status=502).startswith(
        "The service itself fails. This call only reads. Run it again later;"
    )
    assert remedy("GetInstance", "STRANGE", {}, status=200) == ""


def test_an_answer_of_another_shape_has_its_remedy() -> None:
    assert remedy("GetInstance", "", {}, status=200).startswith("A proxy or another service may have answered;")


@pytest.mark.parametrize(
    ("action", "calls", "uncertain"), [("UpdateRole", 2, True), ("GetRole", 2, True), ("CreateRepoSyncRule", 1, True)]
)
def test_a_request_whose_nonce_was_used_is_repeated_once_where_that_is_safe(
    action: str, calls: int, uncertain: bool
) -> None:
    made = []

    def refuse(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        made.append(action)
        raise api_error(action, "SignatureNonceUsed", "Used already.", status=400)

    with pytest.raises(ApiError, match="Something sends this machine's requests twice") as failed:
        Client(refuse, sleep=lambda _seconds: None).call("ram", action)
    assert len(made) == calls
    # What was repeated on its way may have been carried out the first time.
    assert failed.value.uncertain is uncertain


def test_a_role_that_refuses_the_caller_is_told_with_what_it_takes() -> None:
    arn = "acs:ram::1252879610640001:role/operator"
    said = remedy("AssumeRole", "NoPermission", {"RoleArn": arn}, status=403)
    assert said.startswith(
        f"The role's trust policy must name the user of these credentials, who needs sts:AssumeRole on {arn}."
    )
    assert "root account" in said


def everything_there_is() -> set[str]:
    """Return the modules, playbooks and connection variables that a remedy may name."""
    root = Path(__file__).parents[3]
    files = [*(root / "plugins/modules").glob("*.py"), *(root / "playbooks").glob("*.yml")]
    options = {f"acr_{option}" for option in {**COMMON_OPTIONS, **OSS_OPTIONS}}
    return {*(file.stem for file in files), *options, "acr_source_account_ids"}


# Where somebody can act: a command or variable of the collection, an option, or a place outside of it.
SOMEWHERE = re.compile(
    r"registryops\.alicloud\.|acr_[a-z]|_id\b|_bucket\b|_region\b|https_proxy|console|docs/policies|support"
    r"|[Rr]un it again|security_token|this machine's clock|the option that|the image or the rule|public region"
    r"|Push it again|the rule\b|another tag|the bucket's name"
)


@pytest.mark.parametrize("code", sorted(CALLS))
def test_a_remedy_leads_somewhere(code: str) -> None:
    sentence = remedy("CreateRepoSyncRule", code, PARAMETERS)
    assert SOMEWHERE.search(sentence), sentence
    named = set(re.findall(r"registryops\.alicloud\.(\w+)|\b(acr_\w+)", sentence))
    assert {first or second for first, second in named} - {"acr_instance_id", "acr_region"} <= everything_there_is()


@pytest.mark.parametrize("issue", sorted(TASKS))
def test_a_remedy_of_a_task_leads_somewhere(issue: str) -> None:
    sentence = task_remedy(issue, "cri-target", again="Then run it again.")
    assert SOMEWHERE.search(sentence), sentence
    names = set(re.findall(r"registryops\.alicloud\.(\w+)", sentence))
    assert names <= everything_there_is()
    # How to send it again is the end, where that helps at all.
    assert sentence.endswith("Then run it again.") is sending_helps(issue)
