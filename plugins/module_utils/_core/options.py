# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options, and the connection that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.endpoints import split_endpoint
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import (
    AssumeRole,
    Keys,
    ProfileProvider,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.keys import KEY_OPTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._core.proxies import proxies_of
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sources import TASK, VARIABLES, source_of

_CREDENTIALS = (
    "access_key_id",
    "access_key_secret",
    "security_token",
    "profile",
    "profile_file",
    "assume_role_arn",
    "assume_role_session_name",
    "assume_role_external_id",
    "assume_role_policy",
    "assume_role_duration",
)
CONNECTION_OPTIONS: dict[str, dict[str, Any]] = {
    "access_key_id": {"type": "str", "no_log": False, "aliases": ["alicloud_access_key"]},
    "access_key_secret": {"type": "str", "no_log": True, "aliases": ["alicloud_secret_key"]},
    "security_token": {"type": "str", "no_log": True, "aliases": ["alicloud_security_token"]},
    "profile": {"type": "str"},
    "profile_file": {"type": "path"},
    "assume_role_arn": {"type": "str"},
    "assume_role_session_name": {"type": "str"},
    "assume_role_external_id": {"type": "str", "no_log": True},
    "assume_role_policy": {"type": "json"},
    "assume_role_duration": {"type": "int"},
    "region": {"type": "str", "aliases": ["alicloud_region"]},
    "account_id": {"type": "str"},
    "cr_endpoint": {"type": "str"},
    "ram_endpoint": {"type": "str"},
    "sts_endpoint": {"type": "str"},
    # Seconds to connect: enough for a slow network, and a firewall that drops packets is told soon.
    "connect_timeout": {"type": "int", "default": 5},
    # Seconds for a whole answer. The largest is a page of 100 records, which has less than 1 MiB.
    "read_timeout": {"type": "int", "default": 20},
    "ca_bundle": {"type": "path", "aliases": ["ca"]},
    "rate_limit": {"type": "float"},
}

# What every module takes.
COMMON_OPTIONS: dict[str, dict[str, Any]] = {
    **CONNECTION_OPTIONS,
    "report_actions": {"type": "bool", "default": False},
}

# Modules of OSS take these as well; no other module calls OSS.
OSS_OPTIONS: dict[str, dict[str, Any]] = {"oss_endpoint": {"type": "str"}}

# What a connection to another account may set: all but the endpoint of RAM, which is only called in the task's own
# account. There are no defaults, so that the task's own timeouts, CA and rate hold where nothing is said.
OTHER_CONNECTION_OPTIONS: dict[str, dict[str, Any]] = {
    name: {key: value for key, value in option.items() if key not in ("aliases", "default")}
    for name, option in CONNECTION_OPTIONS.items()
    if name != "ram_endpoint"
}
# What belongs to the task's own account, and never to a connection to another one.
_OF_ACCOUNT = (*_CREDENTIALS, "region", "account_id", "cr_endpoint", "sts_endpoint")


@dataclass(frozen=True)
class Connection:
    """All that calls to one account's region need; times are in seconds, the rate in calls a second."""

    source: Keys | ProfileProvider
    roles: tuple[AssumeRole, ...]
    region: str | None
    account_id: str | None
    endpoints: Mapping[str, str]
    proxies: Mapping[str, str]
    connect_timeout: int
    read_timeout: int
    ca_bundle: str | None
    rate_limit: float | None

    @property
    def origin(self) -> str:
        """Return where the credentials are from, in words; empty if nobody knows."""
        if isinstance(self.source, ProfileProvider):
            return f"profile {self.source.name!r} in {self.source.file}"
        return self.source.origin or ""


def connection(params: Mapping[str, Any], environ: Mapping[str, str], where: str = TASK) -> Connection:
    """Decide who calls whom, by options and then environment; messages call the options by `where`.

    Raises:
        AcrError: a half-given set of keys, two sources at once or none, or an endpoint that is none.
    """
    source = source_of(params, environ, where)
    endpoints = {"sts": source.sts_endpoint} if source.sts_endpoint else {}
    return Connection(
        source=source.keys,
        roles=source.roles,
        region=_said(params, environ, "region") or source.region,
        account_id=params.get("account_id"),
        endpoints={**endpoints, **_endpoints(params, environ)},
        proxies=proxies_of(environ),
        connect_timeout=params["connect_timeout"],
        read_timeout=params["read_timeout"],
        ca_bundle=params.get("ca_bundle") or None,
        rate_limit=params.get("rate_limit"),
    )


def connection_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return only the connection options of a list's item."""
    return {name: value for name, value in given.items() if name in OTHER_CONNECTION_OPTIONS}


def has_keys(given: Mapping[str, Any]) -> bool:
    """Return whether a list's item says whose keys its connection has; without any, it only names something."""
    return any(given.get(name) for name in (*KEY_OPTIONS, "profile"))


def other_connection(params: Mapping[str, Any], other: Mapping[str, Any], environ: Mapping[str, str]) -> Connection:
    """Return another account's connection, with credentials from its own option and never from the environment."""
    # The environment belongs to the task's own account. Its keys would read the wrong account, or give one account's
    # rights to a task about the other.
    own = {VARIABLES[name] for name in (*KEY_OPTIONS, "profile", "assume_role_arn", "region")}
    common = {name: value for name, value in params.items() if name not in _OF_ACCOUNT}
    given = {**common, **{name: value for name, value in other.items() if value is not None}}
    return connection(
        {**given, "region": other.get("region") or params.get("target_region")},
        {name: value for name, value in environ.items() if name not in own},
        f"the entries of the connection to {other.get('name') or 'the other account'}",
    )


def without_empty_text(params: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the options with empty texts unset, since a variable that nobody set often arrives as an empty text.

    Args:
        params: the options as they were given.
        options: their specification.

    Raises:
        AcrError: an option that is required is an empty text.
    """
    for name, value in params.items():
        if options.get(name, {}).get("required") and _is_empty(value):
            raise AcrError(f"{name} is empty", f"Give {name}; perhaps a variable that it is made of is not set.")
    return _unset_where_empty(params, options)


def _unset_where_empty(params: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found = {}
    for name, value in params.items():
        option = options.get(name, {})
        inner = option.get("options")
        if _is_empty(value) and not option.get("required"):
            found[name] = option.get("default")
        elif inner and isinstance(value, Mapping):
            found[name] = _unset_where_empty(value, inner)
        elif inner and isinstance(value, list):
            found[name] = [_unset_where_empty(item, inner) if isinstance(item, Mapping) else item for item in value]
        else:
            found[name] = value
    return found


def _is_empty(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _said(params: Mapping[str, Any], environ: Mapping[str, str], option: str) -> str | None:
    return params.get(option) or environ.get(VARIABLES[option]) or None


def _endpoints(params: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for product in ("cr", "ram", "sts", "oss"):
        option = f"{product}_endpoint"
        given = _said(params, environ, option)
        if given:
            split_endpoint(given, option if params.get(option) else VARIABLES[option])
            found[product] = given
    return found
