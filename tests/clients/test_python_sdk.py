"""Use today's Python SDKs in every combination.

Calls are plain or asynchronous, with the new or the older signature.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest
from acr_emulator.testing import Emulator
from alibabacloud_cr20181201 import models as cr_models
from alibabacloud_cr20181201.client import Client as CrClient
from alibabacloud_ram20150501 import models as ram_models
from alibabacloud_ram20150501.client import Client as RamClient
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.runtime import RuntimeOptions

from .kit import push, seen
from .story import EXPECTED, KEYS, REGIONS, RefusedError, tell

PRODUCTS = {"cr": (CrClient, cr_models), "ram": (RamClient, ram_models)}


class Sdk:
    """Typed requests and typed answers, as an application would use them."""

    def __init__(self, emulator: Emulator, *, asynchronous: bool, **config: Any) -> None:
        self._endpoint = emulator.endpoint
        self._suffix = "_async" if asynchronous else ""
        self._config = config

    async def __call__(self, who: str, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        client_type, models = PRODUCTS[product]
        identifier, secret = KEYS[who]
        keys = {"access_key_id": identifier, "access_key_secret": secret, "region_id": REGIONS[who]}
        client = client_type(Config(**keys, endpoint=self._endpoint, protocol="http", **self._config))
        request = getattr(models, f"{action}Request")(**{_snake(name): value for name, value in parameters.items()})
        method = getattr(client, f"{_snake(action)}_with_options{self._suffix}")
        try:
            answer = method(request, RuntimeOptions())
            answer = await answer if self._suffix else answer
        except ClientException as error:
            raise RefusedError(error.code, error.request_id, error.status_code) from error
        body: dict[str, Any] = answer.body.to_map()
        if body.get("IsSuccess") is False:
            raise RefusedError(answer.body.code, answer.body.request_id, answer.status_code)
        return body


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


async def pause() -> None:
    await asyncio.sleep(0.02)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("config", [{}, {"signature_algorithm": "v2"}], ids=["ACS3", "V1"])
def test_the_whole_story(emulator: Emulator, config: dict[str, str], asynchronous: bool) -> None:
    sdk = Sdk(emulator, asynchronous=asynchronous, **config)
    assert asyncio.run(tell(sdk, lambda tag: push(emulator, tag), pause)) == EXPECTED
    seen(emulator)
