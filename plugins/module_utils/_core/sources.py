# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide whose keys are used; they come from one source as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import (
    SESSION,
    AssumeRole,
    ProfileProvider,
    Source,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.keys import KEY_OPTIONS, whole_keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.profiles import Profiles

VARIABLES = {
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
    "oss_endpoint": "ALIBABA_CLOUD_OSS_ENDPOINT",
}
# Options of the role that is assumed. Each is refused where no role is assumed.
_ROLE_OPTIONS = {
    "assume_role_session_name": "session_name",
    "assume_role_external_id": "external_id",
    "assume_role_policy": "policy",
    "assume_role_duration": "duration",
}


TASK = "the task's options"


def source_of(params: Mapping[str, Any], environ: Mapping[str, str], where: str = TASK) -> Source:
    """Return the source of the keys, with its roles.

    Args:
        params: the options.
        environ: the environment's variables.
        where: what messages call the options.

    Raises:
        AcrError: a half-given set of keys, two sources at once, none, or an option for a role where there is none.
    """
    return _with_role_options(params, _source(params, environ, where))


def _source(params: Mapping[str, Any], environ: Mapping[str, str], where: str) -> Source:
    in_task = {option: params.get(option) or None for option in KEY_OPTIONS}
    if any(in_task.values()):
        if params.get("profile"):
            raise AcrError("both keys and a profile are given", "Give one of them, so that it is certain who acts.")
        keys = whole_keys(in_task, where, {option: option for option in KEY_OPTIONS})
        # The action plugin has filled the options in where the host's variables hold the keys.
        return Source(replace(keys, origin=f"{where} or the variables of its host" if where == TASK else where))
    if params.get("profile"):
        return _profile(params["profile"], params, environ)
    in_environment = {option: environ.get(VARIABLES[option]) or None for option in KEY_OPTIONS}
    if any(in_environment.values()):
        return Source(whole_keys(in_environment, "the environment", VARIABLES), _role_variable(environ))
    if environ.get(VARIABLES["profile"]):
        return _profile(environ[VARIABLES["profile"]], params, environ)
    raise AcrError(
        "no credentials are given",
        "Give access_key_id and access_key_secret, or a profile, in the task, in module_defaults, as variables of the"
        " host (acr_access_key_id and acr_access_key_secret, or acr_profile), or in the environment"
        " (ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or ALIBABA_CLOUD_PROFILE). A default"
        " profile is used only if you name it, since it might belong to another account.",
    )


def _with_role_options(params: Mapping[str, Any], source: Source) -> Source:
    """Apply the role options to the last assumed role, wherever that role was named.

    Raises:
        AcrError: such an option is given and would have no effect.
    """
    given = {name: params[option] for option, name in _ROLE_OPTIONS.items() if params.get(option)}
    arn = params.get("assume_role_arn")
    if arn:
        return replace(source, roles=(*source.roles[:-1], AssumeRole(arn, **given)))
    if source.roles:
        return replace(source, roles=(*source.roles[:-1], replace(source.roles[-1], **given)))
    if not given:
        return source
    inner = source.keys
    if isinstance(inner, ProfileProvider) and inner.role and "external_id" not in given:
        return replace(source, keys=replace(inner, role=replace(inner.role, **given)))
    options = " and ".join(option for option in _ROLE_OPTIONS if params.get(option))
    named = f"profile {inner.name!r} of mode {inner.mode}" if isinstance(inner, ProfileProvider) else "these keys"
    raise AcrError(
        f"{options} would have no effect: with {named}, no role is assumed that takes it",
        "Name the role in assume_role_arn, or leave it out.",
    )


def _role_variable(environ: Mapping[str, str]) -> tuple[AssumeRole, ...]:
    arn = environ.get(VARIABLES["assume_role_arn"])
    name = environ.get(VARIABLES["assume_role_session_name"]) or SESSION
    return (AssumeRole(arn, name),) if arn else ()


def _profile(name: str, params: Mapping[str, Any], environ: Mapping[str, str]) -> Source:
    folder = Path(environ.get("HOME") or "~").expanduser() / ".aliyun"
    return Profiles(Path(params.get("profile_file") or folder / "config.json")).read(name)
