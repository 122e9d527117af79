# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call the emulator's RAM without its server.

Tests that make very many calls, or several at the same moment, need it.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from acr_emulator import errors, grants, ids, ram, sts
from acr_emulator.actions import ACTIONS, Call
from acr_emulator.identity import Caller
from acr_emulator.world import build_state, plain_state

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import ApiError, api_error
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module

from .conftest import ACCOUNT_B, PLUGINS

REGISTERED = (ram, sts)  # importing them registers their actions
ROLE = "aliyuncontainerregistrycrossaccoutsyncrole"


class LocalRam:
    """Account B's RAM.

    `before` is called ahead of each call and may raise what the call is to end with.

    `after` is called when a call's work is done, and may raise, too. `latency` is in seconds. Clients' clocks go
    `haste` times as fast as the real one, and they sleep as much less.
    """

    def __init__(self, *roles: Mapping[str, Any], policies: tuple[Mapping[str, Any], ...] = ()) -> None:
        root = {"name": "root", "type": "account", "access_key_id": "k", "access_key_secret": "s"}
        account = {"uid": ACCOUNT_B, "name": "b", "identities": [root], "roles": roles, "policies": policies}
        self.state = build_state({"accounts": [{name: _plain(value) for name, value in account.items()}]})
        self.account = self.state.accounts[ACCOUNT_B]
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.latency = 0.0
        self.haste = 100
        self.before: Callable[[str, Mapping[str, Any]], None] = lambda _action, _parameters: None
        self.after: Callable[[str, Mapping[str, Any]], None] = lambda _action, _parameters: None
        self._one_at_a_time = threading.Lock()

    def send(self, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one call."""
        if self.latency:
            time.sleep(self.latency)
        with self._one_at_a_time:
            self.calls.append((action, parameters))
            self.before(action, parameters)
            caller = Caller(ACCOUNT_B, "b", "k", "s", identity=self.account.identities["root"])
            cloud: Any = SimpleNamespace(state=self.state)
            given = {name: str(value) for name, value in parameters.items()}
            try:
                answer = ACTIONS[product, action].answer(Call(cloud, caller, self.account, given))
            except errors.ApiError as error:
                raise api_error(action, error.code, error.message, status=error.http) from error
            self.after(action, parameters)
            return answer

    def run(self, check: bool = False, module: str = "acr_cross_account_role", **options: Any) -> dict[str, Any]:
        """Return the result of one run of the module."""
        definition: Module = importlib.import_module(f"{PLUGINS}.modules.{module}").MODULE
        params = {name: spec.get("default") for name, spec in definition.argument_spec.items()}
        keys = {"access_key_id": "k", "access_key_secret": "s", "region": "eu-central-1"}
        return definition.result({**params, **keys, **options}, check, connect=self._connect)

    def lets_in(self, account: str, region: str, instance: str) -> bool:
        """Return whether the emulator lets an account replicate.

        It decides by code of its own.
        """
        return not grants.missing_grant(self.account, account, region, instance, ids.now_ms())

    def trusted(self) -> str:
        """Return the role's trust policy as text.

        Empty if there is no role.
        """
        return self.account.roles[ROLE].trust_policy if ROLE in self.account.roles else ""

    def world(self) -> Any:
        """Return all that RAM keeps, without its times, for comparing."""
        account = plain_state(self.state)["accounts"][0]
        entries = [*account.get("roles", []), *account.get("policies", [])]
        return [{**entry, "update_time": 0} for entry in entries]

    def _connect(self, _connection: Any, read_only: bool) -> Client:
        def clock() -> float:
            return time.monotonic() * self.haste

        return Client(
            self.send,
            read_only=read_only,
            sleep=lambda seconds: time.sleep(seconds / self.haste),
            clock=clock,
            rate_limit=None,
        )


def lost_answer(action: str) -> ApiError:
    """Return the error of a call that may have worked."""
    return api_error(action, "InternalError", "The request processing has failed.", status=500)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
