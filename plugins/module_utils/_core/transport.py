# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SDK behind one function. Nothing else in the collection knows it."""

from __future__ import annotations

import importlib
import logging
import math
import os
import re
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, NoReturn, Protocol

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    UnreachableError,
    api_error,
    attempt,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    AssumeRole,
    Connection,
    Keys,
    ProfileProvider,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk import missing_module

_PACKAGES = {"cr": "alibabacloud_cr20181201", "ram": "alibabacloud_ram20150501"}
PRODUCTS = (*_PACKAGES, "sts")
_SLOW_IMPORTS = (*(f"{package}.client" for package in _PACKAGES.values()), "darabonba.runtime", "Tea.exceptions")
_STS_VERSION = "2015-04-01"
_RENEWAL_MARGIN = 300  # seconds
# The RAM SDK invents a host for regions that its map lacks; the service has this one everywhere.
_GLOBAL_ENDPOINTS = {"ram": "ram.aliyuncs.com", "sts": "sts.aliyuncs.com"}


class Transport(Protocol):
    def __call__(self, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Sends one request and hands back the answer's body, undecided whether it is good news."""


class SdkTransport:
    """Calls the services through Alibaba Cloud's SDK packages and their own request models."""

    def __init__(self, connection: Connection) -> None:
        _silence_secrets()
        self._connection = connection
        self._clients: dict[str, Any] = {}
        self._renewal = threading.Lock()
        self._renew_at = math.inf
        if connection.role:
            self._assume(connection.role)
        else:
            self._credential = self._resolve(connection.source)

    def __call__(self, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        role = self._connection.role
        if role and time.time() > self._renew_at:
            with self._renewal:
                if time.time() > self._renew_at:
                    self._assume(role)
        method = self._generic(action) if product == "sts" else self._typed(product, action)
        try:
            response = method(dict(parameters))
        except _sdk_exceptions() as error:
            self._translate(product, action, error)
        body = response.get("body") if isinstance(response, dict) else None
        if not isinstance(body, dict):
            raise api_error(action, "", "the answer is not in the documented shape", status=200, uncertain=True)
        return body

    def _typed(self, product: str, action: str) -> Callable[[dict[str, Any]], Any]:
        models = _load(f"{_PACKAGES[product]}.models")
        request_type = getattr(models, f"{action}Request")
        client = self._client(product)
        runtime = _load("darabonba.runtime").RuntimeOptions()
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()
        call = getattr(client, f"{snake}_with_options")
        return lambda parameters: call(request_type().from_map(parameters), runtime).to_map()

    def _generic(self, action: str) -> Callable[[dict[str, Any]], Any]:
        """STS has no package of its own among the requirements; the generic call of the SDK's base serves it."""
        models = _load("alibabacloud_tea_openapi.utils_models")
        params = models.Params(
            action=action,
            version=_STS_VERSION,
            protocol="HTTPS",
            pathname="/",
            method="POST",
            auth_type="AK",
            style="RPC",
            req_body_type="formData",
            body_type="json",
        )
        client, runtime = self._client("sts"), _load("darabonba.runtime").RuntimeOptions()
        return lambda parameters: client.call_api(params, models.OpenApiRequest(query=parameters), runtime)

    def _client(self, product: str) -> Any:
        if product not in self._clients:
            package = _PACKAGES.get(product, "alibabacloud_tea_openapi")
            self._clients[product] = _load(f"{package}.client").Client(self._config(product))
        if not self._proxies(self.endpoint(product)[1]):
            _leave_proxies()
        return self._clients[product]

    def _config(self, product: str) -> Any:
        protocol, host = self.endpoint(product)
        proxies = self._proxies(host)
        return _load("alibabacloud_tea_openapi.utils_models").Config(
            credential=self._credential,
            endpoint=host,
            protocol=protocol,
            region_id=self._connection.region or "cn-hangzhou",
            connect_timeout=self._connection.connect_timeout * 1000,
            read_timeout=self._connection.read_timeout * 1000,
            ca=self._connection.ca_bundle,
            http_proxy=proxies.get("http"),
            https_proxy=proxies.get("https"),
            user_agent="registryops.alicloud",
        )

    def _proxies(self, host: str) -> Mapping[str, str]:
        """The proxies for a host; none if NO_PROXY exempts it."""
        proxies = dict(self._connection.proxies)
        name = host.rpartition(":")[0] or host
        exempt = urllib.request.proxy_bypass_environment(name, proxies)  # type: ignore[attr-defined]
        return {} if exempt else proxies

    def endpoint(self, product: str) -> tuple[str, str]:
        """Protocol and host, with the port where there is one."""
        given = self._connection.endpoints.get(product)
        if given:
            return split_endpoint(given, f"{product}_endpoint")
        if product in _GLOBAL_ENDPOINTS:
            return "https", _GLOBAL_ENDPOINTS[product]
        if not self._connection.region:
            raise AcrError(
                "no region is given",
                "Give region, or set ALIBABA_CLOUD_REGION_ID; Container Registry has an endpoint in each region.",
            )
        return "https", f"cr.{self._connection.region}.aliyuncs.com"

    def _resolve(self, source: Keys | ProfileProvider) -> Any:
        if isinstance(source, Keys):
            return _credential(source)
        provider = _load("alibabacloud_credentials.provider").CLIProfileCredentialsProvider
        client = _load("alibabacloud_credentials.client").Client
        return client(provider=provider(profile_name=source.name, profile_file=source.file))

    def _assume(self, role: AssumeRole) -> None:
        """Acts as the role from now on; its keys last for an hour or so, which a long wait may outlive."""
        parameters = {
            "RoleArn": role.arn,
            "RoleSessionName": role.session_name,
            "ExternalId": role.external_id,
            "Policy": role.policy,
            "DurationSeconds": role.duration,
        }
        given = {name: value for name, value in parameters.items() if value is not None}
        with attempt(f"assume role {role.arn}"):
            found = SdkTransport(replace(self._connection, role=None))("sts", "AssumeRole", given)["Credentials"]
        self._credential = _credential(Keys(found["AccessKeyId"], found["AccessKeySecret"], found["SecurityToken"]))
        self._clients = {}
        self._renew_at = time.time() + max((role.duration or 3600) - _RENEWAL_MARGIN, _RENEWAL_MARGIN)

    def _translate(self, product: str, action: str, error: Any) -> NoReturn:
        data = error.data if isinstance(getattr(error, "data", None), dict) else {}
        code = str(data.get("Code") or getattr(error, "code", None) or "")
        inner = getattr(error, "inner_exception", None)
        if not code and inner is not None and not self._is_profiles(inner):
            self._no_answer(product, action, inner)
        if not code and not data:
            # Its text may hold a signed URL, so it is not shown.
            raise AcrError(
                "the profile's credentials could not be obtained", "Try it with 'aliyun configure'."
            ) from error
        retry_after = getattr(error, "retry_after", None)
        raise api_error(
            action,
            code,
            str(data.get("Message") or ""),
            request_id=str(data.get("RequestId") or ""),
            status=int(data.get("statusCode") or getattr(error, "status_code", None) or 0),
            retry_after=(retry_after or 0) / 1000,
            denied=data.get("AccessDeniedDetail"),
        ) from error

    def _is_profiles(self, cause: BaseException) -> bool:
        """Whether a call failed before it was sent, since the SDK could not obtain the profile's credentials."""
        failed = _load("alibabacloud_credentials.exceptions").CredentialException
        return isinstance(cause, (failed, FileNotFoundError, PermissionError, ValueError)) and isinstance(
            self._connection.source, ProfileProvider
        )

    def _no_answer(self, product: str, action: str, cause: BaseException) -> NoReturn:
        host = self.endpoint(product)[1]
        text = str(cause)
        if "parse the value as json" in text:
            raise UnreachableError(
                action,
                "",
                f"{host} answered with something else than JSON",
                hint="A proxy or a load balancer may have answered in its place; check the endpoint and try again.",
                uncertain=True,
            ) from cause
        never_sent = re.search(r"refused|resolve|getaddrinfo|ConnectTimeout|SSL|[Cc]ertificate|ProxyError", text)
        raise UnreachableError(
            action,
            "",
            f"{host} cannot be reached ({_short(text)})",
            hint="Check the region, the endpoint, the proxy and the network.",
            uncertain=not never_sent,
        ) from cause


def split_endpoint(given: str, option: str) -> tuple[str, str]:
    """('http', 'host:port') of host, host:port or a URL; a scheme that is not said is https."""
    url = urllib.parse.urlsplit(given if "://" in given else f"https://{given}")
    if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/") or url.query or url.username:
        raise AcrError(f"{option} {given!r} is not an endpoint", "Write host, host:port, or http(s)://host:port.")
    return url.scheme, url.netloc


def _credential(keys: Keys) -> Any:
    models, client = _load("alibabacloud_credentials.models"), _load("alibabacloud_credentials.client")
    return client.Client(
        models.Config(
            type="sts" if keys.security_token else "access_key",
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            security_token=keys.security_token,
        )
    )


def preload() -> None:
    """Imports what the first call would, which takes longer than the call. What is missing is told by who needs it."""
    with suppress(ImportError):
        for module in _SLOW_IMPORTS:
            importlib.import_module(module)


def _load(name: str) -> Any:
    """Imports late, so that a missing package is a sentence and each task pays for what it uses."""
    try:
        return importlib.import_module(name)
    except ImportError as cause:
        raise missing_module(name) from cause


def _sdk_exceptions() -> tuple[type[BaseException], ...]:
    # TeaException is the base of all; a region or endpoint the SDK cannot use is a plain RuntimeError.
    credentials = _load("alibabacloud_credentials.exceptions")
    return (_load("Tea.exceptions").TeaException, credentials.CredentialException)


def _short(text: str) -> str:
    """The innermost reason of a network error, without the URL, which carries the request."""
    for known in ("Connection refused", "timed out", "Name or service not known", "certificate verify failed"):
        if known in text:
            return known.lower() if known[0] == "C" else known
    for known, words in (
        ("getaddrinfo", "the name cannot be resolved"),
        ("resolve", "the name cannot be resolved"),
        ("Connection aborted", "the connection was closed before an answer came"),
        ("reset by peer", "the connection was closed before an answer came"),
        ("SSL", "TLS failed"),
    ):
        if known in text:
            return words
    return "no answer"


def _silence_secrets() -> None:
    """DEBUG=sdk makes the SDK print tokens, and the credentials package logs signed URLs."""
    if os.environ.get("DEBUG", "").lower() == "sdk":
        del os.environ["DEBUG"]
    logging.getLogger("credentials").disabled = True


def _leave_proxies() -> None:
    """Takes the proxies from the environment, where the SDK finds them at every call and ignores NO_PROXY.

    Clients that want a proxy have been given theirs.
    """
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        os.environ.pop(name, None)
