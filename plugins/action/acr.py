# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the modules of this collection in the controller's worker, which costs milliseconds instead of a process.

A task goes the ordinary way where it must: with `async`, `become` or a connection that is not local, where the
controller lacks the SDK, and where the variable `acr_in_process` is false. What it returns is the same.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as OrdinaryAction
from ansible.utils.display import Display

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, connect
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import Connection
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import Tell, silent
from ansible_collections.registryops.alicloud.plugins.module_utils._core.transport import sdk_installed

display = Display()

MODULES = "ansible_collections.registryops.alicloud.plugins.modules"

# The clients of this worker, for the further items of its task's loop.
_clients: list[tuple[Connection, bool, Client]] = []


class ActionModule(OrdinaryAction):  # type: ignore[misc]
    """The action of every module; which one it is, the task says."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        variables = task_vars or {}
        if not self._runs_here(variables):
            handed_over: dict[str, Any] = super().run(tmp, variables)
            return handed_over
        result: dict[str, Any] = ActionBase.run(self, tmp, variables)
        environment: dict[str, str] = {}
        self._compute_environment_string(environment)
        arguments = dict(self._task.args)
        self._update_module_args(self._task.action, arguments, variables)
        with _environment(environment):
            return {**result, **_run(self._task.action, _plain(arguments), self._teller(variables))}

    def _teller(self, variables: Mapping[str, Any]) -> Tell:
        """What shows a line on how far a long run is, unless the variable `acr_progress` is false."""
        if not self._is_true(variables, "acr_progress"):
            return silent
        host = variables.get("inventory_hostname", "localhost")
        return lambda line: display.display(f"{host}: {line}")

    def _is_true(self, variables: Mapping[str, Any], name: str) -> bool:
        return bool(boolean(self._templar.template(variables.get(name, True))))

    def _runs_here(self, variables: Mapping[str, Any]) -> bool:
        return (
            not self._task.async_val
            and not self._connection.become
            and self._connection.transport == "local"
            and self._is_true(variables, "acr_in_process")
            and sdk_installed()
        )


def _run(action: str, arguments: Mapping[str, Any], tell: Tell = silent) -> dict[str, Any]:
    """What AnsibleModule would have made of the arguments and the result, as far as a task shows it."""
    module: Module = importlib.import_module(f"{MODULES}.{action.rpartition('.')[2]}").MODULE
    given = {name: value for name, value in arguments.items() if not name.startswith("_ansible_")}
    validated = ArgumentSpecValidator(module.argument_spec, **module.rules).validate(given)
    params = validated.validated_parameters
    if validated.error_messages:
        message = validated.errors.msg
        if isinstance(validated.errors[0], UnsupportedError):
            message = f"Unsupported parameters for ({action}) module: {message}"
        result: dict[str, Any] = {"failed": True, "msg": message}
    else:
        result = module.result(params, arguments["_ansible_check_mode"], _kept_client, tell)
    if arguments.get("_ansible_inject_invocation", True):
        result["invocation"] = {"module_args": params}
    if validated._warnings:
        both = "Both option {option} and its alias {alias} are set."
        result["warnings"] = [*result.get("warnings", ()), *(both.format(**named) for named in validated._warnings)]
    certain = {name: value for name, value in result.items() if value is None or isinstance(value, bool)}
    return {**remove_values(result, validated._no_log_values), **certain}


def _kept_client(connection: Connection, read_only: bool) -> Client:
    for kept, reads, client in _clients:
        if kept == connection and reads == read_only:
            return client
    client = connect(connection, read_only)
    _clients.append((connection, read_only, client))
    return client


@contextmanager
def _environment(changes: Mapping[str, Any]) -> Iterator[None]:
    """The task's environment, in ours."""
    before = dict(os.environ)
    os.environ.update({name: str(value) for name, value in changes.items()})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _plain(value: Any) -> Any:
    """As JSON carries it to a module and back: no tuples, and none of the controller's own kinds of text."""
    return json.loads(json.dumps(value, default=_plainer))


def _plainer(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return value.isoformat() if isinstance(value, date) else str(value)
