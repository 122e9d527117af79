# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options: whose keys, which endpoints. Keys come from one source, whole, or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError

_CREDENTIALS = (
    "access_key_id",
    "access_key_secret",
    "security_token",
    "profile",
    "profile_file",
    "assume_role_arn",
    "assume_role_session_name",
    "assume_role_external_id",
)
CONNECTION_OPTIONS: dict[str, dict[str, Any]] = {
    "access_key_id": {"type": "str", "no_log": False, "aliases": ["alicloud_access_key"]},
    "access_key_secret": {"type": "str", "no_log": True, "aliases": ["alicloud_secret_key"]},
    "security_token": {"type": "str", "no_log": True, "aliases": ["alicloud_security_token"]},
    "profile": {"type": "str"},
    "profile_file": {"type": "path"},
    "assume_role_arn": {"type": "str"},
    "assume_role_session_name": {"type": "str"},
    "assume_role_external_id": {"type": "str"},
    "assume_role_policy": {"type": "json"},
    "assume_role_duration": {"type": "int"},
    "region": {"type": "str", "aliases": ["alicloud_region"]},
    "account_id": {"type": "str"},
    "cr_endpoint": {"type": "str"},
    "ram_endpoint": {"type": "str"},
    "sts_endpoint": {"type": "str"},
    "connect_timeout": {"type": "int", "default": 5},
    "read_timeout": {"type": "int", "default": 20},
    "ca_bundle": {"type": "path", "aliases": ["ca"]},
    "rate_limit": {"type": "float"},
}

# Of another account's connection, which has the timeouts and the rest in common with the task's own.
OTHER_CONNECTION_OPTIONS: dict[str, dict[str, Any]] = {
    name: {key: value for key, value in option.items() if key != "aliases"}
    for name, option in CONNECTION_OPTIONS.items()
    if name in (*_CREDENTIALS, "region", "account_id", "cr_endpoint", "sts_endpoint")
}

_OPTION_KEYS = ("access_key_id", "access_key_secret", "security_token")
_VARIABLES = {
    "access_key_id": "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "access_key_secret": "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "security_token": "ALIBABA_CLOUD_SECURITY_TOKEN",
    "profile": "ALIBABA_CLOUD_PROFILE",
    "assume_role_arn": "ALIBABA_CLOUD_ROLE_ARN",
    "assume_role_session_name": "ALIBABA_CLOUD_ROLE_SESSION_NAME",
    "region": "ALIBABA_CLOUD_REGION_ID",
    "cr_endpoint": "ALIBABA_CLOUD_CR_ENDPOINT",
    "ram_endpoint": "ALIBABA_CLOUD_RAM_ENDPOINT",
    "sts_endpoint": "ALIBABA_CLOUD_STS_ENDPOINT",
}


@dataclass(frozen=True)
class Keys:
    """What signs a request; none of it may ever be shown but the id."""

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class AssumeRole:
    """The parameters of STS AssumeRole, and so the role that the keys are traded for."""

    arn: str
    session_name: str
    external_id: str | None = None
    policy: str | None = None
    duration: int | None = None


@dataclass(frozen=True)
class ProfileProvider:
    """A profile of a mode that the SDK's own credentials package must resolve, such as EcsRamRole or OIDC."""

    name: str
    file: str


@dataclass(frozen=True)
class Connection:
    """Everything that is needed to talk to one account in one region. Times are in seconds, the rate in calls each."""

    source: Keys | ProfileProvider
    role: AssumeRole | None
    region: str | None
    account_id: str | None
    endpoints: Mapping[str, str]
    proxies: Mapping[str, str]
    connect_timeout: int
    read_timeout: int
    ca_bundle: str | None
    rate_limit: float | None


def connection(params: Mapping[str, Any], environ: Mapping[str, str]) -> Connection:
    """Decides from the task's options, and then from its environment, who is calling whom.

    Raises:
        AcrError: a half-given set of keys, two sources at once, or none.
    """
    source, role, region = _source(params, environ)
    endpoints = {product: _said(params, environ, f"{product}_endpoint") for product in ("cr", "ram", "sts")}
    return Connection(
        source=source,
        role=_role_option(params) or role,
        region=_said(params, environ, "region") or region,
        account_id=params.get("account_id"),
        endpoints={product: endpoint for product, endpoint in endpoints.items() if endpoint},
        proxies=proxies_of(environ),
        connect_timeout=params["connect_timeout"],
        read_timeout=params["read_timeout"],
        ca_bundle=params.get("ca_bundle"),
        rate_limit=params.get("rate_limit"),
    )


def other_connection(params: Mapping[str, Any], other: Mapping[str, Any], environ: Mapping[str, str]) -> Connection:
    """Another account's connection: its credentials come from its own option alone, never from the environment."""
    own = {_VARIABLES[name] for name in (*_OPTION_KEYS, "profile", "assume_role_arn", "region")}
    common = {name: value for name, value in params.items() if name not in OTHER_CONNECTION_OPTIONS}
    given = {**common, "assume_role_policy": None, "assume_role_duration": None, **other}
    return connection(
        {**given, "region": other.get("region") or params.get("target_region")},
        {name: value for name, value in environ.items() if name not in own},
    )


def proxies_of(environ: Mapping[str, str]) -> dict[str, str]:
    """'http', 'https' and 'no' of the environment's proxies; the lower-case variables win, as everywhere."""
    named = {scheme: f"{scheme}_proxy" for scheme in ("http", "https", "no")}
    found = {scheme: environ.get(name) or environ.get(name.upper()) for scheme, name in named.items()}
    return {scheme: proxy for scheme, proxy in found.items() if proxy}


def _said(params: Mapping[str, Any], environ: Mapping[str, str], option: str) -> str | None:
    return params.get(option) or environ.get(_VARIABLES[option]) or None


def _source(
    params: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[Keys | ProfileProvider, AssumeRole | None, str | None]:
    in_task = {option: params.get(option) for option in _OPTION_KEYS}
    if any(in_task.values()):
        if params.get("profile"):
            raise AcrError("both keys and a profile are given", "Give one of them, so that it is certain who acts.")
        return _whole(in_task, "the task's options", {option: option for option in _OPTION_KEYS}), None, None
    if params.get("profile"):
        return _profile(params["profile"], params, environ)
    in_environment = {option: environ.get(_VARIABLES[option]) for option in _OPTION_KEYS}
    if any(in_environment.values()):
        return _whole(in_environment, "the environment", _VARIABLES), _role_variable(environ), None
    if environ.get(_VARIABLES["profile"]):
        return _profile(environ[_VARIABLES["profile"]], params, environ)
    raise AcrError(
        "no credentials are given",
        "Give access_key_id and access_key_secret, or a profile, in the task, in module_defaults or in the environment"
        " (ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or ALIBABA_CLOUD_PROFILE). No default"
        " profile is ever used unasked, since it might belong to another account.",
    )


def _whole(found: Mapping[str, str | None], where: str, names: Mapping[str, str]) -> Keys:
    missing = [option for option in ("access_key_id", "access_key_secret") if not found[option]]
    if missing:
        given = " and ".join(names[option] for option in _OPTION_KEYS if found[option])
        hold = "holds" if where == "the environment" else "hold"
        lacking = " and ".join(names[option] for option in missing)
        raise AcrError(
            f"{where} {hold} {given} but not {lacking}" if given else f"{where} {hold} no {lacking}",
            "Give the whole set in one place; keys are never put together from several.",
        )
    return Keys(str(found["access_key_id"]), str(found["access_key_secret"]), found["security_token"] or None)


def _role_option(params: Mapping[str, Any]) -> AssumeRole | None:
    if not params.get("assume_role_arn"):
        return None
    return AssumeRole(
        params["assume_role_arn"],
        params.get("assume_role_session_name") or "registryops-alicloud",
        params.get("assume_role_external_id"),
        params.get("assume_role_policy"),
        params.get("assume_role_duration"),
    )


def _role_variable(environ: Mapping[str, str]) -> AssumeRole | None:
    arn = environ.get(_VARIABLES["assume_role_arn"])
    name = environ.get(_VARIABLES["assume_role_session_name"]) or "registryops-alicloud"
    return AssumeRole(arn, name) if arn else None


def _profile(
    name: str, params: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[Keys | ProfileProvider, AssumeRole | None, str | None]:
    """A profile of the Alibaba Cloud CLI's configuration file."""
    file = Path(params.get("profile_file") or Path(environ.get("HOME") or "~").expanduser() / ".aliyun" / "config.json")
    profiles = _profiles(file)
    if name not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        raise AcrError(f"{file} has no profile {name!r}", f"It has these: {known}.")
    profile = profiles[name]
    mode = str(profile.get("mode") or "AK")
    region = profile.get("region_id") or None
    if mode not in ("AK", "StsToken", "RamRoleArn"):
        return ProfileProvider(name, str(file)), None, region
    written = {
        "access_key_id": "access_key_id",
        "access_key_secret": "access_key_secret",
        "security_token": "sts_token",
    }
    found = {option: profile.get(key) or None for option, key in written.items()}
    keys = _whole(found, f"the entries of profile {name!r} in {file}", written)
    if mode != "RamRoleArn":
        return keys, None, region
    if not profile.get("ram_role_arn"):
        raise AcrError(
            f"profile {name!r} in {file} is of mode RamRoleArn but names no ram_role_arn", "Correct it there."
        )
    session = profile.get("ram_session_name") or "registryops-alicloud"
    return keys, AssumeRole(profile["ram_role_arn"], session, duration=profile.get("expired_seconds") or None), region


def _profiles(file: Path) -> dict[str, dict[str, Any]]:
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))["profiles"]
        return {entry["name"]: entry for entry in entries}
    except OSError as cause:
        hint = "Make it with 'aliyun configure', or name another file in profile_file."
        raise AcrError(f"{file} cannot be read: {cause.strerror}", hint) from cause
    except (ValueError, KeyError, TypeError) as cause:
        raise AcrError(
            f"{file} is not a configuration file of the Alibaba Cloud CLI", "Correct or remove it."
        ) from cause
