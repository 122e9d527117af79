# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call OSS through the vendor's SDK, over our own connections.

The package is optional: it is imported by the first call, and a missing one is told in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from ansible_collections.registryops.alicloud.plugins.module_utils._core.endpoints import endpoint_of
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import (
    AcrError,
    UnreachableError,
    api_error,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.http import Answer, Wire
from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import Keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import Connection
from ansible_collections.registryops.alicloud.plugins.module_utils._core.oss_actions import ACTIONS
from ansible_collections.registryops.alicloud.plugins.module_utils._core.packages import load
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk import check_optional
from ansible_collections.registryops.alicloud.plugins.module_utils._core.unanswered import NoAnswerError

_SDK = "alibabacloud_oss_v2"
# The SDK's code for an answer that is no XML.
_NO_XML = "BadErrorResponse"


class OssCalls:
    """The OSS of one account, in any region.

    Each call names its bucket, and the region of the bucket where that is not the connection's.
    """

    def __init__(self, keys: Keys, connection: Connection, wire: Wire) -> None:
        check_optional("alibabacloud-oss-v2")
        self._keys = keys
        self._connection = connection
        self._sender = _Sender(wire, (connection.connect_timeout, connection.read_timeout))
        self._clients: dict[str, Any] = {}

    def __call__(self, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        region: str | None = parameters.get("Region") or self._connection.region
        protocol, host = endpoint_of("oss", self._connection.endpoints.get("oss"), region)
        where = region or ""
        if where not in self._clients:
            self._clients[where] = self._client(where, f"{protocol}://{host}")
        errors = load(f"{_SDK}.exceptions")
        try:
            return ACTIONS[action](load(_SDK), self._clients[where], parameters)
        except errors.OperationError as error:
            self._translate(action, host, error.unwrap())
        except (errors.BaseError, AttributeError, KeyError, TypeError, ValueError) as error:
            # The call was made; only its answer could not be read.
            raise _unreadable(action) from error

    def _client(self, region: str, endpoint: str) -> Any:
        sdk = load(_SDK)
        given = (self._keys.access_key_id, self._keys.access_key_secret, self._keys.security_token)
        config = sdk.config.load_default()
        config.credentials_provider = sdk.credentials.StaticCredentialsProvider(*given)
        config.region, config.endpoint = region, endpoint
        # A stand-in on this machine has no name for each bucket.
        config.use_path_style = not endpoint.endswith(".aliyuncs.com")
        config.http_client = self._sender
        # Whether a call may be repeated is decided in one place, for all services.
        config.retry_max_attempts = 1
        config.user_agent = "registryops.alicloud"
        return sdk.Client(config)

    def _translate(self, action: str, host: str, error: Any) -> NoReturn:
        if isinstance(error, NoAnswerError):
            raise UnreachableError(action, "", error.reason, hint=error.hint, uncertain=error.uncertain) from error
        if not isinstance(error, load(f"{_SDK}.exceptions").ServiceError):
            raise AcrError(
                f"the SDK could not make the request {action}: {type(error).__name__}: {error}",
                "Nothing was sent. Check the task's options; if they are right, this is a bug worth reporting.",
            ) from error
        if error.code == _NO_XML:
            raise UnreachableError(
                action,
                "",
                f"{host} answered with something else than XML (HTTP {error.status_code})",
                hint="A proxy or a load balancer may have answered in its place; check the endpoint and try again.",
                status=error.status_code,
                uncertain=True,
            ) from error
        raise api_error(
            action,
            error.code,
            error.message,
            request_id=error.request_id,
            status=error.status_code,
            denied=error.error_fileds,  # the SDK spells it so
            ec=error.ec or "",
        ) from error


def _unreadable(action: str) -> AcrError:
    return api_error(action, "", "the answer is not in the documented shape", status=200, uncertain=True)


class _Sender:
    """Stand in for the SDK's HTTP client, so that all services go through one transport."""

    def __init__(self, wire: Wire, timeout: tuple[float, float]) -> None:
        self._wire = wire
        self._timeout = timeout

    def send(self, request: Any, **_settings: Any) -> _Response:
        with self._wire.exchange() as exchange:
            return _Response(request, exchange.send(request, self._timeout))

    def open(self) -> None:
        """Do nothing; connections are opened as they are needed."""

    def close(self) -> None:
        """Do nothing; connections are kept for further calls."""


@dataclass
class _Response:
    """Stand in for the SDK's response, with the content read as a whole."""

    request: Any
    answer: Answer
    is_closed: bool = True
    is_stream_consumed: bool = True

    @property
    def status_code(self) -> int:
        return self.answer.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self.answer.headers

    @property
    def reason(self) -> str:
        return self.answer.reason

    @property
    def content(self) -> bytes:
        return self.answer.content

    def read(self) -> bytes:
        return self.answer.content

    def iter_bytes(self, **_settings: Any) -> Iterator[bytes]:
        yield self.answer.content

    def close(self) -> None:
        """Do nothing; the content was read as a whole."""

    def __enter__(self) -> _Response:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
