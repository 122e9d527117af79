# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose keys are used: one source, whole, or none at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    CONNECTION_OPTIONS,
    AssumeRole,
    Connection,
    Keys,
    ProfileProvider,
    connection,
)

TASK = {"access_key_id": "LTAI1", "access_key_secret": "task-secret"}
ENVIRONMENT = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI2", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "env-secret"}
TIMEOUTS = {"connect_timeout": 5, "read_timeout": 20}
ARN = "acs:ram::1252879610640001:role/r"
PROFILES: list[dict[str, Any]] = [
    {"name": "plain", "mode": "AK", "access_key_id": "LTAI3", "access_key_secret": "s", "region_id": "cn-beijing"},
    {"name": "old", "access_key_id": "LTAI4", "access_key_secret": "s", "sts_token": "", "region_id": ""},
    {"name": "token", "mode": "StsToken", "access_key_id": "STS.5", "access_key_secret": "s", "sts_token": "t"},
    {"name": "role", "mode": "RamRoleArn", "access_key_id": "LTAI6", "access_key_secret": "s", "ram_role_arn": ARN,
     "ram_session_name": "me", "expired_seconds": 900},
    {"name": "no-role", "mode": "RamRoleArn", "access_key_id": "LTAI7", "access_key_secret": "s"},
    {"name": "machine", "mode": "EcsRamRole", "ram_role_name": "r", "region_id": "cn-beijing"},
    {"name": "half", "mode": "AK", "access_key_id": "LTAI8"},
    {"name": "empty", "mode": "AK"},
]  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    file = tmp_path / ".aliyun" / "config.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"current": "plain", "profiles": PROFILES}), encoding="utf-8")
    return tmp_path


def decide(params: dict[str, Any], environ: dict[str, str] | None = None) -> Connection:
    return connection({**TIMEOUTS, **params}, environ or {})


def test_the_tasks_keys_win_over_the_environment_and_take_nothing_from_it() -> None:
    environ = {**ENVIRONMENT, "ALIBABA_CLOUD_SECURITY_TOKEN": "t", "ALIBABA_CLOUD_ROLE_ARN": ARN}
    decided = decide(TASK, environ)
    assert decided.source == Keys("LTAI1", "task-secret")
    assert decided.role is None


def test_the_tasks_profile_wins_over_the_environments_keys(home: Path) -> None:
    decided = decide({"profile": "plain"}, {**ENVIRONMENT, "HOME": str(home)})
    assert decided.source == Keys("LTAI3", "s")


def test_the_environments_keys_win_over_its_profile_and_bring_its_role() -> None:
    environ = {**ENVIRONMENT, "ALIBABA_CLOUD_PROFILE": "plain", "ALIBABA_CLOUD_ROLE_ARN": ARN}
    decided = decide({}, environ)
    assert decided.source == Keys("LTAI2", "env-secret")
    assert decided.role == AssumeRole(ARN, "registryops-alicloud")


def test_the_environments_role_may_name_its_session() -> None:
    environ = {**ENVIRONMENT, "ALIBABA_CLOUD_ROLE_ARN": ARN, "ALIBABA_CLOUD_ROLE_SESSION_NAME": "ci"}
    assert decide({}, environ).role == AssumeRole(ARN, "ci")


@pytest.mark.parametrize(
    ("profile", "source", "role", "region"),
    [
        ("plain", Keys("LTAI3", "s"), None, "cn-beijing"),
        ("old", Keys("LTAI4", "s"), None, None),
        ("token", Keys("STS.5", "s", "t"), None, None),
        ("role", Keys("LTAI6", "s"), AssumeRole(ARN, "me", duration=900), None),
    ],
)
def test_a_profile_is_read_whole(
    profile: str, source: Keys, role: AssumeRole | None, region: str | None, home: Path
) -> None:
    decided = decide({}, {"ALIBABA_CLOUD_PROFILE": profile, "HOME": str(home)})
    assert (decided.source, decided.role, decided.region) == (source, role, region)


def test_a_profile_of_another_mode_is_left_to_the_sdk(home: Path) -> None:
    file = str(home / ".aliyun" / "config.json")
    decided = decide({"profile": "machine", "profile_file": file})
    assert decided.source == ProfileProvider("machine", file)
    assert decided.region == "cn-beijing"


def test_the_tasks_role_wins_and_has_all_its_parameters(home: Path) -> None:
    role = {
        "assume_role_arn": ARN + "2",
        "assume_role_session_name": "deploy",
        "assume_role_external_id": "x",
        "assume_role_policy": "{}",
        "assume_role_duration": 1800,
    }
    decided = decide({"profile": "role", **role}, {"HOME": str(home)})
    assert decided.role == AssumeRole(ARN + "2", "deploy", "x", "{}", 1800)
    assert decide({**TASK, "assume_role_arn": ARN}).role == AssumeRole(ARN, "registryops-alicloud")


@pytest.mark.parametrize(
    ("params", "environ", "said"),
    [
        ({}, {}, "No credentials are given"),
        ({}, {"ALIBABA_CLOUD_REGION_ID": "cn-beijing"}, "No default profile is ever used unasked"),
        ({**TASK, "profile": "plain"}, {}, "Both keys and a profile are given"),
        ({"access_key_id": "LTAI1"}, ENVIRONMENT, "The task's options hold access_key_id but not access_key_secret."),
        ({"security_token": "t"}, {}, "hold security_token but not access_key_id and access_key_secret."),
        (
            {},
            {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI2"},
            "The environment holds ALIBABA_CLOUD_ACCESS_KEY_ID but not ALIBABA_CLOUD_ACCESS_KEY_SECRET.",
        ),
        ({"profile": "half"}, {}, "hold access_key_id but not access_key_secret."),
        ({"profile": "empty"}, {}, "hold no access_key_id and access_key_secret."),
        ({"profile": "no-role"}, {}, "names no ram_role_arn"),
        ({"profile": "other"}, {}, "has no profile 'other'. It has these: empty, half, machine"),
    ],
)
def test_anything_but_one_whole_source_is_refused(
    params: dict[str, Any], environ: dict[str, str], said: str, home: Path
) -> None:
    with pytest.raises(AcrError) as refused:
        decide(params, {"HOME": str(home), **environ})
    assert said in str(refused.value)
    assert "secret" not in str(refused.value).replace("access_key_secret", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"not json", "is not a configuration file"),
        (b"\xff\xfe", "is not a configuration file"),
        (b"[]", "is not a configuration file"),
        (b'{"profiles": null}', "is not a configuration file"),
        (b'{"profiles": [{"mode": "AK"}]}', "is not a configuration file"),
        (b'{"profiles": []}', "It has these: none."),
    ],
)
def test_a_file_that_is_no_configuration_is_named(content: bytes | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AcrError) as refused:
        decide({"profile": "plain", "profile_file": str(file)})
    assert said in str(refused.value)
    assert str(file) in str(refused.value)


def test_regions_and_endpoints_come_from_the_task_then_the_environment_then_the_profile(home: Path) -> None:
    environ = {"HOME": str(home), "ALIBABA_CLOUD_CR_ENDPOINT": "cr.env", "ALIBABA_CLOUD_RAM_ENDPOINT": "ram.env"}
    decided = decide({"profile": "plain", "cr_endpoint": "cr.task", "ca_bundle": "/ca", "account_id": "1"}, environ)
    assert decided.endpoints == {"cr": "cr.task", "ram": "ram.env"}
    assert (decided.region, decided.account_id, decided.ca_bundle) == ("cn-beijing", "1", "/ca")
    environ["ALIBABA_CLOUD_REGION_ID"] = "eu-central-1"
    assert decide({"profile": "plain"}, environ).region == "eu-central-1"
    assert decide({"profile": "plain", "region": "cn-hangzhou"}, environ).region == "cn-hangzhou"


def test_secrets_are_not_shown_by_accident() -> None:
    assert "hush" not in repr(Keys("LTAI1", "hush", "hush"))
    hidden = {name for name, option in CONNECTION_OPTIONS.items() if option.get("no_log")}
    assert hidden == {"access_key_secret", "security_token"}
