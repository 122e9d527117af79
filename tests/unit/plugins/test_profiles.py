# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read every mode of profile that the CLI writes."""

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
    Source,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.profiles import Profiles

ARN = "acs:ram::1252879610640001:role/r"
ROLE = {"ram_role_arn": ARN, "ram_session_name": "me", "expired_seconds": 900, "external_id": "x"}
PROFILES: list[dict[str, Any]] = [
    {"name": "plain", "mode": "AK", "access_key_id": "LTAI3", "access_key_secret": "s", "region_id": "cn-beijing"},
    {"name": "old", "access_key_id": "LTAI4", "access_key_secret": "s", "sts_token": "", "region_id": ""},
    {"name": "token", "mode": "StsToken", "access_key_id": "STS.5", "access_key_secret": "s", "sts_token": "t"},
    {"name": "role", "mode": "RamRoleArn", "access_key_id": "LTAI6", "access_key_secret": "s", **ROLE},
    {"name": "vpc", "mode": "RamRoleArn", "access_key_id": "LTAI6", "access_key_secret": "s", "ram_role_arn": ARN,
     "sts_region": "cn-beijing", "enable_vpc": True, "policy": "{}"},
    {"name": "no-role", "mode": "RamRoleArn", "access_key_id": "LTAI7", "access_key_secret": "s"},
    {"name": "long", "mode": "RamRoleArn", "access_key_id": "LTAI7", "access_key_secret": "s", "ram_role_arn": ARN,
     "expired_seconds": "an hour"},
    {"name": "machine", "mode": "EcsRamRole", "ram_role_name": "r", "region_id": "cn-beijing"},
    {"name": "machines-role", "mode": "RamRoleArnWithRoleName", "ram_role_name": "r", **ROLE},
    {"name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "role", **ROLE, "ram_role_arn": ARN + "2"},
    {"name": "itself", "mode": "ChainableRamRoleArn", "source_profile": "itself", **ROLE},
    {"name": "circle", "mode": "ChainableRamRoleArn", "source_profile": "back", **ROLE},
    {"name": "back", "mode": "ChainableRamRoleArn", "source_profile": "circle", **ROLE},
    {"name": "orphan", "mode": "ChainableRamRoleArn", "source_profile": "gone", **ROLE},
    {"name": "no-source", "mode": "ChainableRamRoleArn", **ROLE},
    {"name": "oidc", "mode": "OIDC", "oidc_provider_arn": "p", "oidc_token_file": "f", "ram_role_arn": ARN,
     "role_session_name": "pod"},
    {"name": "half-oidc", "mode": "OIDC", "oidc_provider_arn": "p"},
    {"name": "sso", "mode": "CloudSSO"},
    {"name": "uri", "mode": "CredentialsURI", "credentials_uri": ""},
    {"name": "external", "mode": "External"},
    {"name": "rsa", "mode": "RsaKeyPair", "key_pair_name": "k", "private_key": "p"},
    {"name": "new", "mode": "Unheard"},
    {"name": "half", "mode": "AK", "access_key_id": "LTAI8"},
]  # fmt: skip
OWN = AssumeRole(ARN, "me", "x", duration=900)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"current": "plain", "profiles": PROFILES}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("plain", Source(Keys("LTAI3", "s"), region="cn-beijing")),
        ("old", Source(Keys("LTAI4", "s"))),
        ("token", Source(Keys("STS.5", "s", "t"))),
        ("role", Source(Keys("LTAI6", "s"), (OWN,))),
        (
            "vpc",
            Source(Keys("LTAI6", "s"), (AssumeRole(ARN, policy="{}"),), None, "sts-vpc.cn-beijing.aliyuncs.com"),
        ),
        ("chain", Source(Keys("LTAI6", "s"), (OWN, AssumeRole(ARN + "2", "me", "x", duration=900)))),
    ],
)
def test_a_profile_is_read_whole(name: str, source: Source, file: Path) -> None:
    assert Profiles(file).read(name) == source


@pytest.mark.parametrize(
    ("name", "mode", "roles", "role"),
    [
        ("machine", "EcsRamRole", (), None),
        ("machines-role", "EcsRamRole", (OWN,), None),
        ("oidc", "OIDC", (), AssumeRole(ARN, "pod")),
    ],
)
def test_a_mode_that_has_no_keys_of_its_own_is_left_to_the_sdk(
    name: str, mode: str, roles: tuple[AssumeRole, ...], role: AssumeRole | None, file: Path
) -> None:
    read = Profiles(file).read(name)
    entry = next(profile for profile in PROFILES if profile["name"] == name)
    assert read.keys == ProfileProvider(name, str(file), mode, entry, role)
    assert read.roles == roles


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("half", "hold access_key_id but not access_key_secret."),
        ("no-role", "is of mode RamRoleArn but names no ram_role_arn. Correct it there"),
        ("long", "expired_seconds of profile 'long'"),
        ("half-oidc", "is of mode OIDC but names no oidc_token_file and no ram_role_arn."),
        ("sso", "is of mode CloudSSO but names no cloud_sso_sign_in_url and no cloud_sso_account_id and no"),
        ("uri", "is of mode CredentialsURI but names no credentials_uri."),
        ("external", "is of mode External but names no process_command."),
        ("no-source", "is of mode ChainableRamRoleArn but names no source_profile."),
        ("itself", "ends at itself by source_profile (itself -> itself). Let the last source_profile name"),
        ("circle", "ends at itself by source_profile (circle -> back -> circle)."),
        ("orphan", "has no profile 'gone', which profile 'orphan' names as its source. It has these: back, chain,"),
        ("other", "has no profile 'other'. It has these: back, chain, circle,"),
        ("external-", "has no profile 'external-'. Perhaps external is meant. It has these: back, chain, circle,"),
        ("rsa", "is of mode RsaKeyPair: the SDK signs such a request with the wrong algorithm, and the service"),
        ("new", "is of mode Unheard, which this collection does not know. Use a profile of one of these modes: AK,"),
    ],
)
def test_what_cannot_work_is_a_sentence(name: str, said: str, file: Path) -> None:
    with pytest.raises(AcrError) as refused:
        Profiles(file).read(name)
    assert said in str(refused.value)
    assert repr(name) in str(refused.value)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (
            b'{"profiles": [\n  {"name": "hush"}\n  {"name": "b"}\n]}',
            "is not a configuration file of the Alibaba Cloud CLI: it is not JSON (Expecting ',' delimiter, line 3,"
            " column 3). Correct it there. If another file is meant, name it in profile_file.",
        ),
        (b"", "it is not JSON (Expecting value, line 1, column 1). Correct it there."),
        (b"\xff\xfe", "it is not text in UTF-8 (byte 1). Save it as UTF-8."),
        (b"[]", "it has no list \"profiles\" of objects, each with a name. Add a profile with 'aliyun configure'."),
        (b'{"profiles": null}', "is not a configuration file"),
        (b'{"profiles": ["a"]}', "is not a configuration file"),
        (b'{"profiles": [{"mode": "AK"}]}', "is not a configuration file"),
        (b'{"profiles": []}', "It has these: none."),
    ],
)
def test_a_file_that_is_no_configuration_is_named(content: bytes | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AcrError) as refused:
        Profiles(file).read("plain")
    assert said in str(refused.value)
    assert str(file) in str(refused.value)
    # It holds keys of other accounts, too.
    assert "emove" not in str(refused.value)
    assert "hush" not in str(refused.value)


def test_no_secret_of_a_profile_is_shown_by_accident(file: Path) -> None:
    provider = ProfileProvider("p", str(file), "CloudSSO", {"access_token": "hush"})
    assert "hush" not in repr(Source(provider))
    assert "hush" not in repr(AssumeRole(ARN, external_id="hush"))
