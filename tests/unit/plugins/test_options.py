# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take keys whole from one source, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import (
    AssumeRole,
    Keys,
    ProfileProvider,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    CONNECTION_OPTIONS,
    Connection,
    connection,
    other_connection,
    without_empty_text,
)

TASK = {"access_key_id": "LTAI1", "access_key_secret": "task-secret"}
ENVIRONMENT = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI2", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "env-secret"}
TIMEOUTS = {"connect_timeout": 5, "read_timeout": 20}
ARN = "acs:ram::1252879610640001:role/r"
PROFILES: list[dict[str, Any]] = [
    {"name": "plain", "mode": "AK", "access_key_id": "LTAI3", "access_key_secret": "s", "region_id": "cn-beijing"},
    {"name": "role", "mode": "RamRoleArn", "access_key_id": "LTAI6", "access_key_secret": "s", "ram_role_arn": ARN,
     "ram_session_name": "me", "expired_seconds": 900, "external_id": "theirs"},
    {"name": "oidc", "mode": "OIDC", "oidc_provider_arn": "p", "oidc_token_file": "t", "ram_role_arn": ARN},
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
    assert decided.roles == ()


def test_the_tasks_profile_wins_over_the_environments_keys(home: Path) -> None:
    decided = decide({"profile": "plain"}, {**ENVIRONMENT, "HOME": str(home)})
    assert decided.source == Keys("LTAI3", "s")


def test_the_environments_keys_win_over_its_profile_and_bring_its_role() -> None:
    environ = {**ENVIRONMENT, "ALIBABA_CLOUD_PROFILE": "plain", "ALIBABA_CLOUD_ROLE_ARN": ARN}
    decided = decide({}, environ)
    assert decided.source == Keys("LTAI2", "env-secret")
    assert decided.roles == (AssumeRole(ARN, "registryops-alicloud"),)


def test_the_environments_role_may_name_its_session() -> None:
    environ = {**ENVIRONMENT, "ALIBABA_CLOUD_ROLE_ARN": ARN, "ALIBABA_CLOUD_ROLE_SESSION_NAME": "ci"}
    assert decide({}, environ).roles == (AssumeRole(ARN, "ci"),)


def test_the_tasks_role_wins_and_has_all_its_parameters(home: Path) -> None:
    role = {
        "assume_role_arn": ARN + "2",
        "assume_role_session_name": "deploy",
        "assume_role_external_id": "x",
        "assume_role_policy": "{}",
        "assume_role_duration": 1800,
    }
    decided = decide({"profile": "role", **role}, {"HOME": str(home)})
    assert decided.roles == (AssumeRole(ARN + "2", "deploy", "x", "{}", 1800),)
    assert decide({**TASK, "assume_role_arn": ARN}).roles == (AssumeRole(ARN, "registryops-alicloud"),)


@pytest.mark.parametrize(
    ("params", "environ", "said"),
    [
        ({}, {}, "No credentials are given"),
        ({}, {"ALIBABA_CLOUD_REGION_ID": "cn-beijing"}, "A default profile is used only if you name it"),
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
    ],
)
def test_anything_but_one_whole_source_is_refused(
    params: dict[str, Any], environ: dict[str, str], said: str, home: Path
) -> None:
    with pytest.raises(AcrError) as refused:
        decide(params, {"HOME": str(home), **environ})
    assert said in str(refused.value)
    assert "secret" not in str(refused.value).replace("access_key_secret", "")


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
    assert hidden == {"assume_role_external_id", "access_key_secret", "security_token"}


ROLE_OPTIONS = {
    "assume_role_session_name": "deploy",
    "assume_role_external_id": "ours",
    "assume_role_policy": "{}",
    "assume_role_duration": 1800,
}


def test_what_narrows_a_role_applies_wherever_the_role_was_named(home: Path) -> None:
    from_environment = decide(ROLE_OPTIONS, {**ENVIRONMENT, "ALIBABA_CLOUD_ROLE_ARN": ARN})
    assert from_environment.roles == (AssumeRole(ARN, "deploy", "ours", "{}", 1800),)
    from_profile = decide({"profile": "role", **ROLE_OPTIONS}, {"HOME": str(home)})
    assert from_profile.roles == (AssumeRole(ARN, "deploy", "ours", "{}", 1800),)
    # What is not given stays as the profile has it.
    narrowed = decide({"profile": "role", "assume_role_policy": "{}"}, {"HOME": str(home)})
    assert narrowed.roles == (AssumeRole(ARN, "me", "theirs", "{}", 900),)


def test_a_role_that_the_profiles_mode_assumes_is_narrowed_too(home: Path) -> None:
    decided = decide({"profile": "oidc", "assume_role_policy": "{}", "assume_role_duration": 900}, {"HOME": str(home)})
    assert isinstance(decided.source, ProfileProvider)
    assert decided.source.role == AssumeRole(ARN, policy="{}", duration=900)
    assert decided.roles == ()


@pytest.mark.parametrize(
    ("params", "who"),
    [
        (TASK, "with these keys"),
        ({"profile": "plain"}, "with these keys"),
        ({"profile": "machine"}, "with profile 'machine' of mode EcsRamRole"),
    ],
)
@pytest.mark.parametrize("option", ROLE_OPTIONS)
def test_what_narrows_no_role_is_refused(option: str, params: dict[str, Any], who: str, home: Path) -> None:
    with pytest.raises(AcrError) as refused:
        decide({**params, option: ROLE_OPTIONS[option]}, {"HOME": str(home)})
    assert refused.value.reason == f"{option} would have no effect: {who}, no role is assumed that takes it"


def test_oidc_knows_no_external_id(home: Path) -> None:
    with pytest.raises(AcrError, match="with profile 'oidc' of mode OIDC, no role is assumed that takes it"):
        decide({"profile": "oidc", "assume_role_external_id": "ours"}, {"HOME": str(home)})


def test_another_account_gets_none_of_the_tasks_role() -> None:
    params = {**TIMEOUTS, **TASK, "assume_role_arn": ARN, **ROLE_OPTIONS}
    other = {"access_key_id": "LTAI9", "access_key_secret": "s", "assume_role_arn": None}
    assert other_connection(params, other, {}).roles == ()


def test_another_accounts_role_is_as_narrow_as_its_own_options_say() -> None:
    params = {**TIMEOUTS, **TASK, "assume_role_arn": ARN, **ROLE_OPTIONS}
    own = {"assume_role_policy": '{"Version": "1", "Statement": []}', "assume_role_duration": 900}
    other = {"access_key_id": "LTAI9", "access_key_secret": "s", "assume_role_arn": ARN, **own}
    [role] = other_connection(params, other, {}).roles
    assert (role.policy, role.duration) == (own["assume_role_policy"], 900)
    assert role.external_id is None


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_empty_text_is_unset(empty: str) -> None:
    spec = {
        **CONNECTION_OPTIONS,
        "rules": {"type": "list", "options": {"tag": {"type": "str"}, "name": {"required": True}}},
    }
    spec |= {"auth": {"type": "dict", "options": {"profile": {"type": "str"}}}, "kind": {"default": "one"}}
    given = dict.fromkeys(CONNECTION_OPTIONS, empty)
    found = without_empty_text(
        {**given, "rules": [{"tag": empty, "name": empty}], "auth": {"profile": empty}, "kind": empty, "names": ["a"]},
        spec,
    )
    assert {found[option] for option in CONNECTION_OPTIONS} == {None, 5, 20}
    assert (found["rules"], found["auth"]) == ([{"tag": None, "name": empty}], {"profile": None})
    assert (found["kind"], found["names"]) == ("one", ["a"])


def test_an_empty_option_that_is_required_is_named() -> None:
    with pytest.raises(AcrError, match="^instance_id is empty. Give instance_id"):
        without_empty_text({"instance_id": ""}, {"instance_id": {"type": "str", "required": True}})


@pytest.mark.parametrize("option", ["access_key_id", "access_key_secret", "security_token"])
@pytest.mark.parametrize("bad", ["hush\n", "hush\0", "hu sh", "h\u00fcsh"])
def test_a_key_with_characters_that_no_key_has_is_refused_by_its_options_name(option: str, bad: str) -> None:
    with pytest.raises(AcrError) as refused:
        decide({**TASK, option: bad})
    assert str(refused.value).startswith(f"{option} of the task's options holds a blank, a line break or another")
    assert bad.strip() not in str(refused.value)


@pytest.mark.parametrize("product", ["cr", "ram", "sts"])
def test_an_endpoint_that_is_none_is_refused_where_it_was_given(product: str) -> None:
    with pytest.raises(AcrError, match=f"^{product}_endpoint 'host#f' is not an endpoint"):
        decide({**TASK, f"{product}_endpoint": "host#f"})
    variable = f"ALIBABA_CLOUD_{product.upper()}_ENDPOINT"
    with pytest.raises(AcrError, match=f"^{variable} 'host#f' is not an endpoint"):
        decide(TASK, {variable: "host#f"})


def test_a_connection_says_which_profile_its_keys_are_from(home: Path) -> None:
    assert "profile 'plain' in " in decide({"profile": "plain"}, {"HOME": str(home)}).origin
    assert decide({}, ENVIRONMENT).origin == "the environment"
