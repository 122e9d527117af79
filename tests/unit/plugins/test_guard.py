# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expect no further call from a task that is over, except those that finish what has begun."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from typing import Any

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core import guard
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import ThrottledError, UnreachableError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import Guard, OverError, pool


class Interruption(BaseException):
    """As Ansible's own when a task's `timeout` is over."""


class Service:
    """Answers, and is killed at the call of a number, or answers with an error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, killed_at: int = 0, error: Exception | None = None) -> None:
        self.actions: list[str] = []
        self._killed_at = killed_at
        self._error = error
        self._monkeypatch = monkeypatch

    def __call__(self, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        self.actions.append(action)
        if len(self.actions) == self._killed_at:
            # A process whose parent is killed gets the parent 1.
            self._monkeypatch.setattr(os, "getppid", lambda: 1)
            if self._error:
                raise self._error
        return {"Code": "success"}


@pytest.mark.parametrize("action", ["GetInstance", "ListNamespace", "CreateNamespace", "AssumeRole"])
def test_nothing_is_called_after_a_kill(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(monkeypatch, killed_at=1)
    client = Client(service)
    client.call("cr", "GetInstance")
    with pytest.raises(
        OverError, match="^The run that asked for this was killed. Run it again; it takes up what is left.$"
    ):
        client.call("cr", action)
    assert service.actions == ["GetInstance"]


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError("UpdateRole", "", "no answer", uncertain=True),
        ThrottledError("UpdateRole", "Throttling", "later", retry_after=5.0),
    ],
)
def test_a_call_is_not_repeated_after_a_kill(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(monkeypatch, killed_at=1, error=error)
    with pytest.raises(OverError):
        Client(service).call("ram", "UpdateRole")
    assert service.actions == ["UpdateRole"]


def test_a_sleep_ends_after_a_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = Guard()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        monkeypatch.setattr(os, "getppid", lambda: 1)

    monkeypatch.setattr("time.sleep", sleep)
    with pytest.raises(OverError):
        sleeper.sleep(3600)
    # A long sleep is many short ones, so that a kill is seen after half a second.
    assert slept == [0.5]


def test_a_deed_that_has_begun_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(monkeypatch, killed_at=1)
    client = Client(service)
    # A rule that is replaced is deleted first. Ending in between would leave no rule.
    with client.finishing():
        client.call("cr", "DeleteRepoSyncRule")
        client.calls(lambda action: client.call("cr", action), ["ListRepoSyncRule"])
        client.call("cr", "CreateRepoSyncRule")
    with pytest.raises(OverError):
        client.call("cr", "GetInstance")
    assert service.actions == ["DeleteRepoSyncRule", "ListRepoSyncRule", "CreateRepoSyncRule"]


def test_a_deed_is_not_begun_after_a_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(Service(monkeypatch))
    monkeypatch.setattr(os, "getppid", lambda: 1)
    with pytest.raises(OverError), client.finishing():
        pytest.fail("it was begun")


def test_an_interruption_waits_for_no_thread_and_lets_none_go_on() -> None:
    begun, answered = threading.Event(), threading.Event()
    actions: list[str] = []

    def send(product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        actions.append(action)
        begun.set()
        assert answered.wait(30)
        return {"Code": "success"}

    client = Client(send)

    def work() -> None:
        client.call("cr", "GetRepository")
        client.calls(lambda action: client.call("cr", action), ["ListRepoTag"])

    futures: list[Future[None]] = []
    with pytest.raises(Interruption), pool() as threads:
        futures.append(threads.submit(work))
        assert begun.wait(30)
        raise Interruption
    assert not futures[0].done(), "its call is on its way"
    answered.set()
    wait(futures)
    assert isinstance(futures[0].exception(), OverError)
    assert actions == ["GetRepository"]
    # The client serves the next item of the task's loop.
    client.call("cr", "GetInstance")
    assert actions == ["GetRepository", "GetInstance"]


def test_an_error_waits_for_what_was_begun_and_begins_no_more() -> None:
    begun, answered = threading.Event(), threading.Event()
    done: list[int] = []

    def work(number: int) -> None:
        begun.set()
        assert answered.wait(30)
        done.append(number)

    with pytest.raises(ZeroDivisionError), pool() as threads:
        for number in range(guard.PARALLEL + 5):
            threads.submit(work, number)
        assert begun.wait(30)
        threading.Timer(0.05, answered.set).start()
        raise ZeroDivisionError
    # The pool runs PARALLEL pieces of work at a time, so the last five never began.
    assert set(range(guard.PARALLEL)) >= set(done)
    assert done


def test_threads_leave_ctrl_c_to_the_main_thread() -> None:
    # The kernel gives a signal to any thread that does not block it. The main thread would then go on waiting.
    with pool() as threads:
        blocked = threads.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result()
    assert blocked >= {signal.SIGINT, signal.SIGTERM}
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()) & {signal.SIGINT, signal.SIGTERM}
