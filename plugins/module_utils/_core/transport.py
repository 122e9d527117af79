# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrap the SDK in one function; nothing else in the collection calls a service."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

from ansible_collections.registryops.alicloud.plugins.module_utils._core.endpoints import endpoint_of
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    ApiError,
    CredentialsError,
    UnreachableError,
    api_error,
    attempt,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.http import Exchange, Wire
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import AssumeRole, Keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import Connection
from ansible_collections.registryops.alicloud.plugins.module_utils._core.oss import OssCalls
from ansible_collections.registryops.alicloud.plugins.module_utils._core.packages import PACKAGES, load
from ansible_collections.registryops.alicloud.plugins.module_utils._core.providers import Provider
from ansible_collections.registryops.alicloud.plugins.module_utils._core.remedies import remedy
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk_calls import credential, generic, typed
from ansible_collections.registryops.alicloud.plugins.module_utils._core.unanswered import (
    NoAnswerError,
    expects_tls,
)

PRODUCTS = (*PACKAGES, "sts", "oss")
# Keys are renewed so many seconds before their end. A call that began with the old keys is over by then.
_RENEWAL_MARGIN = 300
# About two lines of a terminal.
_LONGEST_TEXT = 200


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
            return self._send(self._clients[product], product, action, parameters)
        except ApiError as error:
            # Not every code of a key is known as one, such as AccessKeyDisabled.
            if isinstance(error, CredentialsError) or "AccessKey" in error.code:
                error.key = self._keys.described()
            raise

    def endpoint(self, product: str) -> tuple[str, str]:
        """Return protocol and host, with the port if one is given."""
        return endpoint_of(product, self._connection.endpoints.get(product), self._connection.region)

    def _send(self, client: Any, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        call = generic(client, action) if product == "sts" else typed(client, product, action)
        with self._wire.exchange() as exchange:
            try:
                response = call(dict(parameters))
            except NoAnswerError as error:
                _unreachable(action, error)
            except load("Tea.exceptions").TeaException as error:
                self._translate(action, error, exchange)
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
                found = self._send(self._client("sts", keys), "sts", "AssumeRole", given)["Credentials"]
            except ApiError as error:
                error.hint = error.hint or remedy("AssumeRole", error.code, given, status=error.status)
                if isinstance(error, CredentialsError):
                    error.add(keys.described())
                raise
        origin = f"assumed role {role.arn}"
        taken = Keys(found["AccessKeyId"], found["AccessKeySecret"], found["SecurityToken"], origin)
        # By our own clock, which may differ from the service's. STS gives 3,600 seconds unless asked for others.
        return taken, time.time() + (role.duration or 3600)

    def _translate(self, action: str, error: Any, exchange: Exchange) -> NoReturn:
        inner = getattr(error, "inner_exception", None)
        if isinstance(inner, NoAnswerError):
            _unreachable(action, inner)
        data = error.data if isinstance(getattr(error, "data", None), dict) else {}
        code = str(data.get("Code") or getattr(error, "code", None) or "")
        self._check_exchange(action, code, error, exchange)
        retry_after = getattr(error, "retry_after", None)
        raise api_error(
            action,
            code,
            str(data.get("Message") or ""),
            request_id=str(data.get("RequestId") or ""),
            status=int(data.get("statusCode") or getattr(error, "status_code", None) or exchange.status),
            retry_after=(retry_after or 0) / 1000,  # the SDK counts in milliseconds
            denied=data.get("AccessDeniedDetail"),
        ) from error

    def _check_exchange(self, action: str, code: str, error: Any, exchange: Exchange) -> None:
        """Raise if the exchange did not get as far as an answer of the service."""
        inner = getattr(error, "inner_exception", None)
        if not exchange.host:
            raise AcrError(
                f"the SDK could not make the request {action}: {self._words(inner or error)}",
                "Nothing was sent. Check the task's options; if they are right, this is a bug worth reporting.",
            ) from error
        if not exchange.status:
            raise UnreachableError(
                action,
                "",
                f"{exchange.host} cannot be reached ({self._words(inner or error)})",
                uncertain=exchange.sent,
            ) from error
        if not code and inner is not None:
            raise UnreachableError(
                action,
                "",
                f"{exchange.host} answered with something else than JSON (HTTP {exchange.status})",
                hint=_who_answered(exchange),
                status=exchange.status,
                uncertain=True,
            ) from error

    def _words(self, cause: BaseException) -> str:
        """Return an exception's words, or a few of our own if it shows a secret."""
        text = re.sub(r"\s+", " ", str(cause))
        secrets = (self._keys.access_key_secret, self._keys.security_token or "", "Signature=")
        # The text may quote the header or the URL that could not be sent.
        if any(secret.strip() and secret.strip() in text for secret in secrets):
            text = "a header or the URL cannot be sent"
        return f"{type(cause).__name__}: {text[:_LONGEST_TEXT]}"


def _who_answered(exchange: Exchange) -> str:
    """Return what to do about an answer that is no JSON."""
    # Servers that expect TLS refuse a request without it by this status.
    tls = expects_tls(exchange.url) if exchange.status == 400 else ""
    return tls or "A proxy or a load balancer may have answered in its place; check the endpoint and try again."


def _unreachable(action: str, error: NoAnswerError) -> NoReturn:
    raise UnreachableError(action, "", error.reason, hint=error.hint, uncertain=error.uncertain) from error
