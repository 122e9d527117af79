# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module's work in this process, as AnsibleModule would."""

from __future__ import annotations

import importlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module, connect
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    Connection,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import Tell, silent
from ansible_collections.registryops.alicloud.plugins.module_utils._core.text import shown

MODULES = "ansible_collections.registryops.alicloud.plugins.modules"
# The clients of this worker process; further items of its task's loop use them again.
_clients: list[tuple[Connection, bool, Client]] = []


def run_module(action: str, arguments: Mapping[str, Any], tell: Tell = silent, name: str = "") -> dict[str, Any]:
    """Run a module, and return its result as AnsibleModule would return it.

    Args:
        action: the module's name as the task says it; messages use it.
        arguments: the task's arguments, with those that Ansible adds.
        tell: takes a line on how far a long run is.
        name: the module's own name, if a redirect leads from the task's name to it.
    """
    module: Module = importlib.import_module(f"{MODULES}.{name or action.rpartition('.')[2]}").MODULE
    given = {name: value for name, value in arguments.items() if not name.startswith("_ansible_")}
    validated = ArgumentSpecValidator(module.argument_spec, **module.rules).validate(given)
    params = validated.validated_parameters
    if validated.error_messages:
        message = validated.errors.msg
        if isinstance(validated.errors[0], UnsupportedError):
            message = f"Unsupported parameters for ({action}) module: {message}"
        result: dict[str, Any] = {"failed": True, "msg": shown(message)}
    else:
        result = module.result(params, arguments["_ansible_check_mode"], _kept_client, tell)
    if arguments.get("_ansible_inject_invocation", True):
        result["invocation"] = {"module_args": params}
    if validated._warnings:
        both = "Both option {option} and its alias {alias} are set."
        result["warnings"] = [*result.get("warnings", ()), *(both.format(**named) for named in validated._warnings)]
    # A secret such as "true" would otherwise mask the result's own flags.
    certain = {name: value for name, value in result.items() if value is None or isinstance(value, bool)}
    return {**remove_values(result, validated._no_log_values), **certain}


def _kept_client(connection: Connection, read_only: bool) -> Client:
    """Return this worker's client of a connection; a new one logs in and connects again."""
    for kept, reads, client in _clients:
        # A client that may write must not serve a task in check mode.
        if kept == connection and reads == read_only:
            return client
    client = connect(connection, read_only)
    _clients.append((connection, read_only, client))
    return client


@contextmanager
def environment_of(changes: Mapping[str, Any]) -> Iterator[None]:
    """Add the task's environment during the block."""
    before = dict(os.environ)
    # The SDK and the profiles read the process's environment, so it has to be set for real.
    os.environ.update({name: str(value) for name, value in changes.items()})
    try:
        yield
    finally:
        # Everything is put back, since a variable that the task added must not reach the next item.
        os.environ.clear()
        os.environ.update(before)


def is_ordinary(variable: tuple[Any, Any]) -> bool:
    """Return whether the process's environment can hold the variable just as a shell would set it."""
    name, value = variable
    return bool(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", str(name))) and "\0" not in str(value)


def is_plain(arguments: Any) -> bool:
    """Return whether JSON can carry the arguments.

    Ansible has words of its own for what JSON cannot, such as `!!binary`.
    """
    try:
        plain(arguments)
    except TypeError:
        return False
    return True


def plain(value: Any) -> Any:
    """Return a value as JSON carries it: with lists for tuples, and plain texts for the controller's own types."""
    return json.loads(json.dumps(value, default=_plainer))


def _plainer(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray, set, frozenset)):
        raise TypeError(f"{type(value).__name__} is not plain")
    if isinstance(value, Mapping):
        return dict(value)
    return value.isoformat() if isinstance(value, date) else str(value)
