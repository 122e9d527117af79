"""Run one task in this process.

The action plugin does the same: validated options in, a result out.
"""

from __future__ import annotations

import importlib
import json
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import connect

MODULES = "ansible_collections.registryops.alicloud.plugins.modules"
# Clients that ask for more sleep than this get no more: an emulated task takes little longer.
LONGEST_SLEEP = 0.003
KEYS = {
    "a": {"access_key_id": "LTAIaaaa", "access_key_secret": "secretA", "region": "cn-hangzhou"},
    "b": {"access_key_id": "LTAIbbbb", "access_key_secret": "secretB", "region": "eu-central-1"},
}
# Called with the number of each call, from 1, before it is sent.
Hook = Callable[[int], None]


@dataclass(frozen=True)
class Task:
    """A module's task, and whose keys it has."""

    owner: str
    module: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """Hold a task's result, or a bug's traceback."""

    result: Mapping[str, Any]
    traceback: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.traceback or self.result.get("failed"))

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))

    @property
    def message(self) -> str:
        return self.traceback or str(self.result.get("msg", ""))


def run(
    task: Task, endpoint: str, *, check: bool = False, hook: Hook | None = None, longest_sleep: float = LONGEST_SLEEP
) -> Outcome:
    """Run a task against the emulator at `endpoint`.

    An exception is the outcome, too.
    """
    module = importlib.import_module(f"{MODULES}.{task.module}").MODULE
    url = endpoint if "://" in endpoint else f"http://{endpoint}"
    products = ("cr", "ram", "sts", *(("oss",) if "oss_endpoint" in module.argument_spec else ()))
    endpoints = {f"{product}_endpoint": url for product in products}
    given = {**KEYS[task.owner], **endpoints, "read_timeout": 1, **task.options}
    validator = ArgumentSpecValidator(module.argument_spec, **module.rules)
    try:
        validated = validator.validate(json.loads(json.dumps(given)))
    except TypeError as error:  # ansible-core stumbles over a number in the place of a dictionary by itself
        return Outcome({"failed": True, "msg": str(error), "refused": True})
    if validated.error_messages:
        return Outcome({"failed": True, "msg": "; ".join(validated.error_messages), "refused": True})
    try:
        result = module.result(validated.validated_parameters, check, _connecting(hook, longest_sleep))
        return Outcome(json.loads(json.dumps(result)))
    except Exception:  # noqa: BLE001 - whatever comes through is a bug, and is counted as one
        return Outcome({}, traceback.format_exc())


def _connecting(hook: Hook | None, longest_sleep: float) -> Callable[..., Client]:
    """Return what connects with short sleeps and an honest clock."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(min(seconds, longest_sleep))

    def clock() -> float:
        return time.monotonic() + sum(max(seconds - longest_sleep, 0) for seconds in slept)

    def connecting(*arguments: Any, **named: Any) -> Client:
        defaults = Client.__init__.__kwdefaults__ or {}
        ordinary = dict(defaults)
        defaults.update(sleep=sleep, clock=clock)
        try:
            client = connect(*arguments, **named)
        finally:
            defaults.update(ordinary)
        if hook:
            _count(client, hook)
        return client

    return connecting


def _count(client: Client, hook: Hook) -> None:
    """Call the hook before each call, with its number."""
    send, lock, number = client._send, threading.Lock(), 0

    def counted(*arguments: Any, **named: Any) -> dict[str, Any]:
        nonlocal number
        with lock:
            number += 1
            hook(number)
        return send(*arguments, **named)

    client._send = counted
