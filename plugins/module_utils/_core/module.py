# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define a module, at the edge to Ansible.

Nothing else uses AnsibleModule, exit_json or fail_json.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from ansible.module_utils import basic

from ansible_collections.registryops.alicloud.plugins.module_utils._core.checks import check
from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError, attempt, complete
from ansible_collections.registryops.alicloud.plugins.module_utils._core.guard import noting
from ansible_collections.registryops.alicloud.plugins.module_utils._core.journal import Journal
from ansible_collections.registryops.alicloud.plugins.module_utils._core.keeping import Keeping
from ansible_collections.registryops.alicloud.plugins.module_utils._core.operation import Operation
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    COMMON_OPTIONS,
    Connection,
    connection,
    other_connection,
    without_empty_text,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import Tell, activity, silent, telling
from ansible_collections.registryops.alicloud.plugins.module_utils._core.resource import Resource
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk import check_sdk
from ansible_collections.registryops.alicloud.plugins.module_utils._core.state import State
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task import Task, Work
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import shown
from ansible_collections.registryops.alicloud.plugins.module_utils._core.transport import SdkTransport
from ansible_collections.registryops.alicloud.plugins.module_utils._core.uses import Connect, Uses

S = TypeVar("S", bound=State)

STATE_OPTION: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
DELETION_OPTIONS: dict[str, dict[str, Any]] = {
    # Off by default, since it deletes images.
    "force": {"type": "bool", "default": False},
    # Ten minutes, as for every wait; how long a deletion takes is not documented.
    "wait_timeout": {"type": "int", "default": 600},
}
WAIT_OPTIONS: dict[str, dict[str, Any]] = {
    "wait": {"type": "bool", "default": True},
    # Ten minutes, which a pipeline can wait; a backfill sets more.
    "wait_timeout": {"type": "int", "default": 600},
}


def connect(connection: Connection, read_only: bool) -> Client:
    # Before any import of the SDK, so that a missing package is told in a sentence and not as a traceback.
    check_sdk()
    return Client(
        SdkTransport(connection),
        account_id=connection.account_id,
        origin=connection.origin,
        read_only=read_only,
        rate_limit=connection.rate_limit,
        region=connection.region,
        any_region="cr" in connection.endpoints,
    )


def _edge() -> type[basic.AnsibleModule]:
    """Return an AnsibleModule whose messages fit on a screen.

    The class is looked up when it is used. ansible-lint replaces it by one that checks the options and runs nothing.
    """

    class Edge(basic.AnsibleModule):  # type: ignore[misc]
        def fail_json(self, msg: str, **result: Any) -> None:
            super().fail_json(msg=shown(str(msg)), **result)

        def log(self, msg: str, log_args: Any = None) -> None:
            # A NUL makes syslog fail the task. It is refused later, with the option's name.
            if "\0" not in f"{msg}{log_args}":
                super().log(msg, log_args)

    return Edge


@dataclass(frozen=True)
class Module:
    """A module's options, the rules between them, and its work."""

    options: Mapping[str, Mapping[str, Any]]
    work: Work
    rules: Mapping[str, Any] = field(default_factory=dict)
    # An option whose items the work checks one by one, so that a bad item does not stop the others.
    apart: str = ""
    # Options that hold a connection to another account, where nothing is written.
    connections: tuple[str, ...] = ()

    @property
    def argument_spec(self) -> dict[str, Any]:
        return {**COMMON_OPTIONS, **self.options}

    def run(self) -> None:
        """Run as an ordinary module."""
        module = _edge()(argument_spec=self.argument_spec, supports_check_mode=True, **self.rules)
        result = self.result(module.params, module.check_mode)
        # ansible-core warns of a module that returns its warnings itself.
        for warning in result.pop("warnings", ()):
            module.warn(warning)
        if result.get("failed"):
            module.fail_json(**result)
        module.exit_json(**result)

    def result(
        self,
        params: Mapping[str, Any],
        check_mode: bool,
        connect: Connect = connect,
        tell: Tell = silent,
    ) -> dict[str, Any]:
        """Return the task's result.

        Each AcrError becomes a failure with one clear message; a bug is raised.

        Args:
            params: the task's options, validated and with their defaults.
            check_mode: whether to write nothing.
            connect: makes the client, for a connection and whether it may only read.
            tell: takes a line on how far a long run is.
        """
        # Noting each call costs time, so it is only done on request.
        if not params.get("report_actions"):
            return self._result(params, check_mode, connect, tell)
        uses = Uses(connect)
        return {**self._result(params, check_mode, uses.connect, tell), "resource_actions": uses.to_result()}

    def _result(self, params: Mapping[str, Any], check_mode: bool, connect: Connect, tell: Tell) -> dict[str, Any]:
        try:
            params = without_empty_text(params, self.argument_spec)
            check({name: value for name, value in params.items() if name != self.apart})
            client = connect(connection(params, os.environ), check_mode)
            others = dict(self._others(params, connect))
            with telling(tell) as told, _leaving():
                return self.work(Task(client, params, check_mode, others, told, partial(_reach, params, connect)))
        except AcrError as error:
            return {"failed": True, "msg": str(complete(error)), **error.details()}

    def _others(self, params: Mapping[str, Any], connect: Connect) -> Iterator[tuple[str, Client]]:
        for option in self.connections:
            if params.get(option):
                with attempt(f"use {option}"):
                    yield option, _reach(params, connect, params[option])


@contextmanager
def _leaving() -> Iterator[None]:
    """Say what was written if the block is ended early, unless its work has better words for that."""
    with noting() as journal:

        def words() -> str:
            doing = activity.line().removeprefix("still at work: ")
            done = f"these calls were made: {journal}" if journal else "this task has changed nothing"
            return f"ended early{f' ({doing})' if doing else ''}: {done}; run it again to go on"

        with activity.leaving(words):
            yield


def _reach(params: Mapping[str, Any], connect: Connect, other: Mapping[str, Any]) -> Client:
    """Make the client of another account, for reading only."""
    return connect(other_connection(params, other, os.environ), True)


def manage(resource_type: Callable[[Client, Mapping[str, Any]], Resource[S]]) -> Work:
    """Return work that brings one thing to a state."""

    def work(task: Task) -> dict[str, Any]:
        return Keeping(task, resource_type(task.client, task.params)).run()

    return work


def inform(resource_type: type[Resource[S]], plural: str) -> Work:
    """Return work that lists things and changes nothing."""

    def work(task: Task) -> dict[str, Any]:
        where = task.params.get("instance_id")
        with attempt(f"list {plural.replace('_', ' ')}" + (f" of {where}" if where else "")):
            found = [state.to_result() for state in resource_type(task.client, task.params).find()]
        return {"changed": False, plural: found}

    return work


def perform(operation_type: Callable[[Task], Operation]) -> Work:
    """Return work that does a deed."""

    def work(task: Task) -> dict[str, Any]:
        operation = operation_type(task)
        operation.prepare()
        # A run without a write need not ask STS whose keys it has.
        if operation.needed():
            task.client.check_account()
        # The only fork for check mode: the plan before it is the same, so that it cannot differ.
        if not task.check_mode:
            with noting() as journal:
                _run(operation, journal)
        return operation.to_result()

    return work


def _run(operation: Operation, journal: Journal) -> None:
    try:
        operation.run()
    except AcrError as error:
        # A handler must run even though the task failed, since something was written.
        if journal.is_certain:
            error.results = {"changed": True, **error.results}
        raise
