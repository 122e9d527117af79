"""Kill the worker before and after each call's work."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from .breaking import Broken, broken, plain
from .case import Case, Judged
from .children import killed
from .cloud import READS, Cloud, eventually
from .flows import AMID, WRITING, Flow
from .tasks import KEYS, Outcome, run

KIND = "kills"
# The fault that holds a call back, and whether the service has done its work by then.
HELD_BACK = {"hang": "before", "slow": "after"}
# Longer than a kill takes, and shorter than a read_timeout.
HELD_MS = 800


def cases(cloud: Cloud) -> Iterator[Case]:
    for flow in WRITING:
        for nth, action in enumerate(plain(cloud, flow).actions, 1):
            for fault, when in HELD_BACK.items():
                how = f"killed {when} call {nth}, {action}"
                yield Case(KIND, flow.name, how, _case(flow, how, killing(fault, nth, _in_process)))


def ordinary_cases(cloud: Cloud) -> Iterator[Case]:
    """Yield the cases of modules in a process each."""
    for flow in WRITING:
        for nth, action in enumerate(plain(cloud, flow).actions, 1):
            if not action.startswith(READS):
                how = f"an ordinary module killed after call {nth}, {action}"
                yield Case(KIND, flow.name, how, _case(flow, how, killing("slow", nth, _ordinary)))


def _case(flow: Flow, how: str, breaking: Broken) -> Judged:
    return lambda cloud: broken(cloud, flow, KIND, how, breaking)


def killing(fault: str, nth: int, kill: Callable[[Cloud, Flow, Callable[[], bool]], Any]) -> Broken:
    """Return what kills a flow at its nth call."""

    def run_it(cloud: Cloud, flow: Flow) -> Outcome | None:
        hold(cloud, fault, nth)
        ended = kill(cloud, flow, lambda: reached(cloud, nth, fault == "slow"))
        if flow.carried:
            cloud.push(AMID)
        return Outcome(**ended) if ended else None

    return run_it


def hold(cloud: Cloud, fault: str, nth: int) -> None:
    cloud.emulator.post("/_emulator/faults", {"fault": fault, "match": {"nth": nth}, "retry_after_ms": HELD_MS})


def reached(cloud: Cloud, nth: int, done: bool) -> bool:
    """Return whether the nth call has come, or is `done`."""
    calls = cloud.emulator.calls()
    return len(calls) >= nth and (not done or bool(calls[nth - 1]["code"]) or calls[nth - 1]["product"] != "cr")


def _in_process(cloud: Cloud, flow: Flow, moment: Callable[[], bool]) -> Any:
    return killed(lambda: dataclasses.asdict(run(flow.task, cloud.endpoint)), moment)


def _ordinary(cloud: Cloud, flow: Flow, moment: Callable[[], bool]) -> Any:
    """Run the module as a process of its own."""
    endpoints = {f"{product}_endpoint": f"http://{cloud.endpoint}" for product in ("cr", "ram", "sts")}
    given = {**KEYS[flow.task.owner], **endpoints, "read_timeout": 1, **flow.task.options}
    name = f"ansible_collections.registryops.alicloud.plugins.modules.{flow.task.module}"
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": given})
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, "-m", name], **pipe, env=environment, text=True) as process:  # type: ignore[call-overload]
        process.stdin.write(arguments)
        process.stdin.close()
        eventually(lambda: moment() or process.poll() is not None)
        process.kill()
