# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Obtain keys by the SDK's credentials package, and say why if that fails."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import (
    AssumeRole,
    Keys,
    ProfileProvider,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.packages import load
from ansible_collections.registryops.alicloud.plugins.module_utils._core.unanswered import NoAnswerError

_HINTS = {
    "CloudSSO": "Log in again with 'aliyun configure --mode CloudSSO', or check the entries of the profile.",
    "EcsRamRole": "Such a profile works on a machine of Alibaba Cloud alone, to which a RAM role is attached.",
    "External": "Run the profile's process_command by hand; it must print the keys as JSON.",
    "OAuth": "Log in again with 'aliyun configure --mode OAuth'.",
    "OIDC": "Check the profile's token file, provider and role, and that the role trusts the provider.",
    "CredentialsURI": "Check the profile's credentials_uri.",
}
# Seconds after which temporary keys are asked for again that do not tell their end. No service gives them for less.
_UNTOLD_LIFE = 15 * 60
# About two lines of a terminal.
_LONGEST_TEXT = 200


class Provider:
    """The keys of one profile.

    Args:
        profile: which one.
        sts_endpoint: URL of STS, for the mode that calls it.
        milliseconds: the longest that a connection and an answer may take.
    """

    def __init__(self, profile: ProfileProvider, sts_endpoint: str, milliseconds: tuple[int, int]) -> None:
        self._profile = profile
        self._sts_endpoint = sts_endpoint
        self._milliseconds = milliseconds
        self._provider: Any = None

    def keys(self) -> tuple[Keys, float]:
        """Return the keys and their end, in epoch seconds.

        Raises:
            AcrError: there are none; it says why.
        """
        failed = load("alibabacloud_credentials.exceptions").CredentialException
        try:
            self._provider = self._provider or _MAKERS[self._profile.mode](self)
            found = self._provider.get_credentials()
        except (failed, NoAnswerError, OSError, ValueError, TypeError, KeyError, AttributeError) as cause:
            profile = self._profile
            mode = profile.entry.get("mode")  # of RamRoleArnWithRoleName, the machine's keys come first
            raise AcrError(
                f"profile {profile.name!r} of mode {mode} in {profile.file} gives no keys: {_why(cause)}",
                _HINTS[profile.mode],
            ) from cause
        token = found.get_security_token() or None
        ends = float(found.get_expiration() or 0)
        if not ends:
            ends = time.time() + _UNTOLD_LIFE if token else math.inf
        origin = f"profile {self._profile.name!r} in {self._profile.file}"
        return Keys(str(found.get_access_key_id()), str(found.get_access_key_secret()), token, origin), ends

    def _http_options(self) -> Any:
        connect, read = self._milliseconds
        return load("alibabacloud_credentials.http").HttpOptions(connect_timeout=connect, read_timeout=read)

    def _cloud_sso(self) -> Any:
        entry = self._profile.entry
        return load("alibabacloud_credentials.provider").CloudSSOCredentialsProvider(
            sign_in_url=entry["cloud_sso_sign_in_url"],
            account_id=entry["cloud_sso_account_id"],
            access_config=entry["cloud_sso_access_config"],
            access_token=entry["access_token"],
            access_token_expire=int(entry.get("cloud_sso_access_token_expire") or 0),
            http_options=self._http_options(),
        )

    def _uri(self) -> Any:
        return load("alibabacloud_credentials.provider").URLCredentialsProvider(
            uri=self._profile.entry["credentials_uri"], http_options=self._http_options()
        )

    def _machine(self) -> Any:
        # The SDK's own bound of a second is kept: the metadata service is on the same machine.
        # Without its thread in the background, which nothing would end.
        return load("alibabacloud_credentials.provider").EcsRamRoleCredentialsProvider(
            role_name=self._profile.entry.get("ram_role_name") or "", async_update_enabled=False
        )

    def _external(self) -> Any:
        # Made without what writes the keys that were printed into the user's file.
        return load("alibabacloud_credentials.provider").ExternalCredentialsProvider(
            process_command=self._profile.entry["process_command"]
        )

    def _oauth(self) -> Any:
        # Its refresh token is good for one use, so the new token must be written into the file, as the CLI does.
        return load("alibabacloud_credentials.provider").CLIProfileCredentialsProvider(
            profile_name=self._profile.name, profile_file=self._profile.file
        )

    def _oidc(self) -> Any:
        entry = self._profile.entry
        role = self._profile.role or AssumeRole(entry["ram_role_arn"])
        return load("alibabacloud_credentials.provider").OIDCRoleArnCredentialsProvider(
            role_arn=role.arn,
            oidc_provider_arn=entry["oidc_provider_arn"],
            oidc_token_file_path=entry["oidc_token_file"],
            role_session_name=role.session_name,
            duration_seconds=role.duration,
            policy=role.policy,
            sts_endpoint=self._sts_endpoint,
            http_options=self._http_options(),
        )


_MAKERS: dict[str, Callable[[Provider], Any]] = {
    "CloudSSO": Provider._cloud_sso,
    "CredentialsURI": Provider._uri,
    "EcsRamRole": Provider._machine,
    "External": Provider._external,
    "OAuth": Provider._oauth,
    "OIDC": Provider._oidc,
}


def _why(cause: BaseException) -> str:
    """Return the reason without an answer's body, which may hold keys."""
    if isinstance(cause, NoAnswerError):
        return cause.reason
    if isinstance(cause, json.JSONDecodeError):
        return "the answer is not JSON"
    if isinstance(cause, OSError):
        return f"{cause.filename} cannot be read: {cause.strerror}" if cause.filename else str(cause.strerror)
    if isinstance(cause, (TypeError, KeyError, AttributeError)):
        return "the answer or the profile is not of the documented shape"
    text = re.sub(r"\s+", " ", str(cause))
    # The package puts a body behind one of these words, or begins it with a brace.
    mark = re.search(r"result: |response: (?!access_key)|(?=\{)", text)
    text, body = (text[: mark.start()], text[mark.end() :]) if mark else (text, "")
    words = (text.strip(" ,:"), *_told(body))
    return ": ".join(word for word in words if word)[:_LONGEST_TEXT]


def _told(body: str) -> list[str]:
    """Return the code and message of a refusal."""
    try:
        answer = json.loads(body)
    except ValueError:
        return []
    if not isinstance(answer, dict):
        return []
    told = (answer.get(key) for key in ("Code", "Message", "error", "error_description"))
    return [str(word) for word in told if word and word != "Success"]
