# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make single calls through Alibaba Cloud's SDK."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.identity import Keys
from ansible_collections.registryops.alicloud.plugins.module_utils._core.packages import PACKAGES, load

_STS_VERSION = "2015-04-01"


def typed(client: Any, product: str, action: str) -> Callable[[dict[str, Any]], Any]:
    """Return a call by the product's own SDK package, which has a method and a request type for each action."""
    request_type = getattr(load(f"{PACKAGES[product]}.models"), f"{action}Request")
    runtime = load("darabonba.runtime").RuntimeOptions()
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()
    method = getattr(type(client), f"{snake}_with_options")

    def call(parameters: dict[str, Any]) -> Any:
        raw = _Raw(client)
        response = method(raw, request_type().from_map(parameters), runtime)
        return response.to_map() if raw.refused else raw.answer

    return call


class _Raw:
    """Stand in for the SDK's client, to keep an answer as it came.

    The SDK makes an object of each item of an answer. With 100 images in a page, that takes longer than the call.
    A refusal is short, and is left to the SDK.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self.answer: Any = None
        self.refused = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def call_api(self, *request: Any) -> Any:
        self.answer = self._client.call_api(*request)
        body = self.answer.get("body") if isinstance(self.answer, dict) else None
        self.refused = isinstance(body, dict) and body.get("IsSuccess") is False
        return self.answer if self.refused else {}


def generic(client: Any, action: str) -> Callable[[dict[str, Any]], Any]:
    """Return a call of STS by the SDK's generic call; there is no package for STS."""
    models = load("alibabacloud_tea_openapi.utils_models")
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
    runtime = load("darabonba.runtime").RuntimeOptions()

    def call(parameters: dict[str, Any]) -> Any:
        # The SDK can only put text into a query.
        query = {name: str(value) for name, value in parameters.items()}
        return client.call_api(params, models.OpenApiRequest(query=query), runtime)

    return call


def credential(keys: Keys) -> Any:
    models, client = load("alibabacloud_credentials.models"), load("alibabacloud_credentials.client")
    return client.Client(
        models.Config(
            type="sts" if keys.security_token else "access_key",
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            security_token=keys.security_token,
        )
    )
