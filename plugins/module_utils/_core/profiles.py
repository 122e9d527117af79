# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a profile of the Alibaba Cloud CLI; a mode that cannot work is refused by its name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import (
    SESSION,
    AssumeRole,
    Keys,
    ProfileProvider,
    Source,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.keys import whole_keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.spelling import nearest

_KEYS = {"access_key_id": "access_key_id", "access_key_secret": "access_key_secret", "security_token": "sts_token"}
# The entries that the SDK needs of a profile whose keys it obtains, by mode.
_NEEDED = {
    "CloudSSO": ("cloud_sso_sign_in_url", "cloud_sso_account_id", "cloud_sso_access_config", "access_token"),
    "CredentialsURI": ("credentials_uri",),
    "EcsRamRole": (),
    "External": ("process_command",),
    "OAuth": (),
    "OIDC": ("oidc_provider_arn", "oidc_token_file", "ram_role_arn"),
}
_OTHER_FILE = "If another file is meant, name it in profile_file."
_REFUSED = {
    "RsaKeyPair": "the SDK signs such a request with the wrong algorithm, and the service refuses it",
}


class Profiles:
    """The profiles of one file.

    Raises:
        AcrError: the file cannot be read, or is no configuration file of the CLI.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._entries = _entries_of(file)

    def read(self, name: str, led_here: tuple[str, ...] = ()) -> Source:
        """Return what a profile says of keys and roles.

        Args:
            name: the profile's.
            led_here: profiles that name each other as their source, down to this one.

        Raises:
            AcrError: there is no such profile, it lacks something, or its mode cannot work here.
        """
        if name in led_here:
            chain = " -> ".join((*led_here, name))
            raise AcrError(
                f"profile {name!r} in {self._file} ends at itself by source_profile ({chain})",
                "Let the last source_profile name a profile with keys of its own.",
            )
        if name not in self._entries:
            known = ", ".join(sorted(self._entries)) or "none"
            of = f", which profile {led_here[-1]!r} names as its source" if led_here else ""
            near = nearest(name, self._entries)
            advice = f"Perhaps {near} is meant. " if near else ""
            raise AcrError(f"{self._file} has no profile {name!r}{of}", f"{advice}It has these: {known}.")
        entry = self._entries[name]
        mode = str(entry.get("mode") or "AK")
        read = _MODES.get(mode, Profiles._obtained if mode in _NEEDED else Profiles._refused)
        return read(self, name, mode, (*led_here, name))

    def _static(self, name: str, mode: str, led_here: tuple[str, ...]) -> Source:
        return self._source(self._keys(name), name)

    def _role_of_keys(self, name: str, mode: str, led_here: tuple[str, ...]) -> Source:
        return self._source(self._keys(name), name, (self._role(name, mode),))

    def _role_of_machine(self, name: str, mode: str, led_here: tuple[str, ...]) -> Source:
        machine = ProfileProvider(name, str(self._file), "EcsRamRole", self._entries[name])
        return self._source(machine, name, (self._role(name, mode),))

    def _role_of_profile(self, name: str, mode: str, led_here: tuple[str, ...]) -> Source:
        self._need(name, mode, ("source_profile",))
        source = self.read(str(self._entries[name]["source_profile"]), led_here)
        return self._source(source.keys, name, (*source.roles, self._role(name, mode)))

    def _obtained(self, name: str, mode: str, led_here: tuple[str, ...]) -> Source:
        self._need(name, mode, _NEEDED[mode])
        role = self._role(name, mode) if mode == "OIDC" else None
        return self._source(ProfileProvider(name, str(self._file), mode, self._entries[name], role), name)

    def _refused(self, name: str, mode: str, led_here: tuple[str, ...]) -> Source:
        reason = _REFUSED.get(mode, "which this collection does not know")
        joint = ": " if mode in _REFUSED else ", "
        raise AcrError(
            f"profile {name!r} in {self._file} is of mode {mode}{joint}{reason}",
            f"Use a profile of one of these modes: {', '.join(sorted({*_MODES, *_NEEDED}))}.",
        )

    def _source(self, keys: Keys | ProfileProvider, name: str, roles: tuple[AssumeRole, ...] = ()) -> Source:
        entry = self._entries[name]
        region, sts = entry.get("region_id") or None, entry.get("sts_region") or None
        product = "sts-vpc" if entry.get("enable_vpc") else "sts"
        return Source(keys, roles, region, f"{product}.{sts}.aliyuncs.com" if sts else None)

    def _keys(self, name: str) -> Keys:
        found = {option: self._entries[name].get(key) or None for option, key in _KEYS.items()}
        return whole_keys(found, f"the entries of profile {name!r} in {self._file}", _KEYS)

    def _role(self, name: str, mode: str) -> AssumeRole:
        self._need(name, mode, ("ram_role_arn",))
        entry = self._entries[name]
        try:
            duration = int(entry.get("expired_seconds") or 0) or None
        except ValueError as cause:
            raise AcrError(
                f"expired_seconds of profile {name!r} in {self._file} is no number", "Correct it there."
            ) from cause
        session = entry.get("ram_session_name") or entry.get("role_session_name") or SESSION
        return AssumeRole(
            entry["ram_role_arn"], session, entry.get("external_id") or None, entry.get("policy") or None, duration
        )

    def _need(self, name: str, mode: str, keys: tuple[str, ...]) -> None:
        missing = [key for key in keys if not self._entries[name].get(key)]
        if missing:
            raise AcrError(
                f"profile {name!r} in {self._file} is of mode {mode} but names no {' and no '.join(missing)}",
                "Correct it there, or with 'aliyun configure'.",
            )


def _entries_of(file: Path) -> dict[str, dict[str, Any]]:
    """Return a file's profiles by their names.

    Raises:
        AcrError: it is none of the CLI's; the message shows nothing of the file, which holds secrets.
    """
    no_file_of_cli = f"{file} is not a configuration file of the Alibaba Cloud CLI"
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))["profiles"]
        return {entry["name"]: dict(entry) for entry in entries}
    except OSError as cause:
        hint = "Make it with 'aliyun configure', or name another file in profile_file."
        raise AcrError(f"{file} cannot be read: {cause.strerror}", hint) from cause
    except json.JSONDecodeError as cause:
        where = f"line {cause.lineno}, column {cause.colno}"
        raise AcrError(
            f"{no_file_of_cli}: it is not JSON ({cause.msg}, {where})",
            f"Correct it there. {_OTHER_FILE}",
        ) from cause
    except UnicodeDecodeError as cause:
        raise AcrError(
            f"{no_file_of_cli}: it is not text in UTF-8 (byte {cause.start + 1})", f"Save it as UTF-8. {_OTHER_FILE}"
        ) from cause
    except (ValueError, KeyError, TypeError) as cause:
        raise AcrError(
            f'{no_file_of_cli}: it has no list "profiles" of objects, each with a name',
            f"Add a profile with 'aliyun configure'. {_OTHER_FILE}",
        ) from cause


_MODES: Mapping[str, Callable[[Profiles, str, str, tuple[str, ...]], Source]] = {
    "AK": Profiles._static,
    "StsToken": Profiles._static,
    "RamRoleArn": Profiles._role_of_keys,
    "RamRoleArnWithRoleName": Profiles._role_of_machine,
    "ChainableRamRoleArn": Profiles._role_of_profile,
}
