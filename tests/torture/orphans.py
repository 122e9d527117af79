"""Kill the controller and see whether its worker goes on."""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import Guard

from .breaking import plain
from .case import Case, Judged
from .children import fork
from .cloud import READS, Cloud, eventually
from .flows import UNIQUE_ROUTES, WRITING, Flow
from .kills import hold, reached
from .tasks import run
from .verdict import HELD, LOST, Verdict

KIND = "controllers killed"


def cases(cloud: Cloud) -> Iterator[Case]:
    for flow in WRITING:
        for nth, action in enumerate(plain(cloud, flow).actions, 1):
            if not action.startswith(READS):
                how = f"controller killed at call {nth}, {action}"
                yield Case(KIND, flow.name, how, _orphan(flow, how, nth))


def _orphan(flow: Flow, how: str, nth: int) -> Judged:
    """Judge whether a worker writes after its controller was killed."""

    def judge(cloud: Cloud) -> Verdict:
        cloud.reset(plain(cloud, flow).world)
        cloud.emulator.delete("/_emulator/calls")
        hold(cloud, "slow", nth)
        reader, writer = os.pipe()
        controller, result = fork(lambda: _controller(cloud, flow, writer))
        os.close(writer)
        eventually(lambda: reached(cloud, nth, True))
        os.kill(controller, signal.SIGKILL)
        os.waitpid(controller, 0)
        killed_at = time.monotonic()
        os.close(result)
        with os.fdopen(reader) as file:
            calls = [line.split() for line in file]  # until the worker, the last who has it open, is gone
        late = [action for looked_at, action in calls if float(looked_at) > killed_at and not action.startswith(READS)]
        if flow.behaviour == UNIQUE_ROUTES and late == ["CreateRepoSyncRule"]:
            late = []  # the old rule is deleted, and without the new one nothing would carry its images
        return Verdict(KIND, f"{flow.name}, {how}", LOST if late else HELD, f"wrote on: {', '.join(late)}" * bool(late))

    return judge


def _controller(cloud: Cloud, flow: Flow, calls: int) -> None:
    worker, reader = fork(lambda: _worker(cloud, flow, calls))
    os.close(reader)
    os.waitpid(worker, 0)


def _worker(cloud: Cloud, flow: Flow, calls: int) -> dict[str, Any]:
    """Run the flow, and write each call's action into `calls`.

    Beside it stands when it was last looked whether the run goes on.
    """
    check, once, look = Guard.check, Client._once, threading.local()

    def checking(guard: Guard) -> None:
        look.at = time.monotonic()
        check(guard)

    def calling(client: Client, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        # A call that nothing was looked at for counts as made now.
        looked_at = vars(look).pop("at", time.monotonic())
        os.write(calls, f"{looked_at} {action}\n".encode())
        return once(client, product, action, parameters)

    Guard.check, Client._once = checking, calling  # type: ignore[assignment, method-assign]
    return dataclasses.asdict(run(flow.task, cloud.endpoint))
