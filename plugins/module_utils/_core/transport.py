# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrap the SDK in one function; nothing else in the collection calls a service."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from typing import Any, Protocol

from ansible_collections.registryops.alicloud.plugins.module_utils._core.endpoints import endpoint_of
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    ApiError,
    CredentialsError,
    api_error,
    attempt,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.http import Wire
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import AssumeRole, Keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import Connection
from ansible_collections.registryops.alicloud.plugins.module_utils._core.oss import OssCalls
from ansible_collections.registryops.alicloud.plugins.module_utils._core.packages import PACKAGES, load
from ansible_collections.registryops.alicloud.plugins.module_utils._core.providers import Provider
from ansible_collections.registryops.alicloud.plugins.module_utils._core.remedies import remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk_calls import credential, generic, typed
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk_errors import translate, unanswered
from ansible_collections.registryops.alicloud.plugins.module_utils._core.unanswered import NoAnswerError

PRODUCTS = (*PACKAGES, "sts", "oss")
# Keys are renewed so many seconds before their end. A call that began with the old keys is over by then.
_RENEWAL_MARGIN = 300


class Transport(Protocol):
    def __call__(self, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Send one request and return the answer's body; the client decides whether it is a refusal."""


class SdkTransport:
    """Call the services through Alibaba Cloud's SDK."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._wire = Wire(connection.proxies, connection.ca_bundle)
        self._clients: dict[str, Any] = {}
        self._renewal = threading.Lock()
        self._provider: Provider | None = None
        self._keys, self._renew_at = self._obtain()

    def __call__(self, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        # Asked again under the lock, since another thread may have renewed them meanwhile.
        if time.time() > self._renew_at:
            with self._renewal:
                if time.time() > self._renew_at:
                    self._keys, self._renew_at = self._obtain()
                    self._clients = {}
        if product not in self._clients:
            self._clients[product] = self._client(product, self._keys)
        try:
            if product == "oss":
                answer: dict[str, Any] = self._clients[product](action, parameters)
                return answer
            return self._send(self._clients[product], self._keys, product, action, parameters)
        except ApiError as error:
            # Not every code of a key is known as one, such as AccessKeyDisabled.
            if isinstance(error, CredentialsError) or "AccessKey" in error.code:
                error.key = self._keys.described()
            raise

    def endpoint(self, product: str) -> tuple[str, str]:
        """Return protocol and host, with the port if one is given."""
        return endpoint_of(product, self._connection.endpoints.get(product), self._connection.region)

    def _send(
        self, client: Any, keys: Keys, product: str, action: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        call = generic(client, action) if product == "sts" else typed(client, product, action)
        with self._wire.exchange() as exchange:
            try:
                response = call(dict(parameters))
            except NoAnswerError as error:
                unanswered(action, error)
            except load("Tea.exceptions").TeaException as error:
                translate(action, error, exchange, keys)
        body = response.get("body") if isinstance(response, dict) else None
        if not isinstance(body, dict):
            raise api_error(action, "", "the answer is not in the documented shape", status=200, uncertain=True)
        return body

    def _client(self, product: str, keys: Keys) -> Any:
        if product == "oss":
            return OssCalls(keys, self._connection, self._wire)
        protocol, host = self.endpoint(product)
        config = load("alibabacloud_tea_openapi.utils_models").Config(
            credential=credential(keys),
            endpoint=host,
            protocol=protocol,
            # RAM and STS have no region, but the SDK refuses to go without one.
            region_id=self._connection.region or "cn-hangzhou",
            # The SDK counts in milliseconds.
            connect_timeout=self._connection.connect_timeout * 1000,
            read_timeout=self._connection.read_timeout * 1000,
            user_agent="registryops.alicloud",
        )
        return load(f"{PACKAGES.get(product, 'alibabacloud_tea_openapi')}.client").Client(config)

    def _obtain(self) -> tuple[Keys, float]:
        """Return the keys of the last role, and when to renew them, since a long wait may outlive them."""
        source = self._connection.source
        if isinstance(source, Keys):
            keys, ends = source, math.inf
        else:
            if self._provider is None:
                milliseconds = (self._connection.connect_timeout * 1000, self._connection.read_timeout * 1000)
                self._provider = Provider(source, "://".join(self.endpoint("sts")), milliseconds)
            with self._wire.exchange():
                keys, ends = self._provider.keys()
        for role in self._connection.roles:
            keys, ends = self._assume(role, keys)
        # At least half a minute from now: keys that end soon are not renewed before every call.
        return keys, max(ends - _RENEWAL_MARGIN, time.time() + _RENEWAL_MARGIN / 10)

    def _assume(self, role: AssumeRole, keys: Keys) -> tuple[Keys, float]:
        """Return the role's keys and when they end."""
        parameters = {
            "RoleArn": role.arn,
            "RoleSessionName": role.session_name,
            "ExternalId": role.external_id,
            "Policy": role.policy,
            "DurationSeconds": role.duration,
        }
        given = {name: value for name, value in parameters.items() if value is not None}
        with attempt(f"assume role {role.arn}"):
            try:
                found = self._send(self._client("sts", keys), keys, "sts", "AssumeRole", given)["Credentials"]
            except ApiError as error:
                error.hint = error.hint or remedy("AssumeRole", error.code, given, status=error.status)
                if isinstance(error, CredentialsError):
                    error.add(keys.described())
                raise
        origin = f"assumed role {role.arn}"
        taken = Keys(found["AccessKeyId"], found["AccessKeySecret"], found["SecurityToken"], origin)
        # By our own clock, which may differ from the service's. STS gives 3,600 seconds unless asked for others.
        return taken, time.time() + (role.duration or 3600)
