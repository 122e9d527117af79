"""Use the Python SDK of 2018, which signs the older way."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from acr_emulator.testing import Emulator
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from .kit import push, seen
from .story import EXPECTED, KEYS, REGIONS, VERSIONS, RefusedError, tell

PACKAGES = {"cr": "aliyunsdkcr.request.v20181201", "ram": "aliyunsdkram.request.v20150501"}


class Sdk2018:
    """With request classes, or with the CommonRequest that serves any product."""

    def __init__(self, emulator: Emulator, *, common: bool) -> None:
        self._host, port = emulator.endpoint.split(":")
        self._port = int(port)
        self._common = common

    async def __call__(self, who: str, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        client = AcsClient(*KEYS[who], REGIONS[who], port=self._port)
        request = (self._common_request if self._common else self._request)(product, action, parameters)
        request.set_accept_format("json")
        request.set_protocol_type("http")
        try:
            answer: dict[str, Any] = json.loads(client.do_action_with_exception(request))
        except ServerException as error:
            raise RefusedError(error.get_error_code(), error.get_request_id(), error.get_http_status()) from error
        if answer.get("IsSuccess") is False:
            raise RefusedError(answer["Code"], answer["RequestId"], 200)
        return answer

    def _request(self, product: str, action: str, parameters: Mapping[str, Any]) -> Any:
        module = importlib.import_module(f"{PACKAGES[product]}.{action}Request")
        request = getattr(module, f"{action}Request")()
        for name, value in parameters.items():
            if setter := getattr(request, f"set_{name}", None):
                setter(value)
            else:  # it is newer than the package
                request.add_query_param(name, value)
        request.set_endpoint(self._host)
        return request

    def _common_request(self, product: str, action: str, parameters: Mapping[str, Any]) -> Any:
        request = CommonRequest(domain=self._host, version=VERSIONS[product], action_name=action, product=product)
        request.set_method("POST")
        for name, value in parameters.items():
            request.add_body_params(name, value)
        return request


async def pause() -> None:
    await asyncio.sleep(0.02)


@pytest.mark.parametrize("common", [False, True], ids=["request classes", "CommonRequest"])
def test_the_whole_story(emulator: Emulator, common: bool) -> None:
    sdk = Sdk2018(emulator, common=common)
    told = asyncio.run(tell(sdk, lambda tag: push(emulator, tag), pause))
    if not common:
        # With these the client finds out what is wrong, from the string that the service says it has signed.
        assert told["refusals"]["forged"] == ["InvalidAccessKeySecret", 400]
        told["refusals"]["forged"] = EXPECTED["refusals"]["forged"]
    assert told == EXPECTED
    seen(emulator)
