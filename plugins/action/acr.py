# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run our modules inside the controller's worker.

That costs milliseconds instead of a process.

A task goes the ordinary way where it must: with `async`, `become` or a connection that is not local, where the
controller lacks the SDK or has too old a one, where the variable `acr_in_process` is false, and with arguments or an
environment that only the ordinary way can judge. What it returns is the same.

Either way, what a task leaves unsaid of its connection comes from the variables `acr_<option>` of its host.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible import constants as C  # noqa: N812 - as everybody calls it
from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as OrdinaryAction
from ansible.utils.display import Display

from ansible_collections.registryops.alicloud.plugins.module_utils._core.asker import ASKERS_VARIABLE, Asker, askers
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError
from ansible_collections.registryops.alicloud.plugins.module_utils._core.module import Module
from ansible_collections.registryops.alicloud.plugins.module_utils._core.options import (
    COMMON_OPTIONS,
    OSS_OPTIONS,
)
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import Tell, activity, silent
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk import sdk_problem
from ansible_collections.registryops.alicloud.plugins.plugin_utils._in_process import (
    MODULES,
    environment_of,
    is_ordinary,
    is_plain,
    plain,
    run_module,
)
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.connection import with_connection
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.items import check_lists
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.needed import check_needed
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.peers import with_peers
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.spelling import misspelt
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.variables import read_variable
from ansible_collections.registryops.alicloud.plugins.plugin_utils._streams import last_line

display = Display()


# Callbacks that write for people; a line among what others write, such as JSON, would break it.
_FOR_PEOPLE = ("default", "awx_display", "debug", "dense", "diy", "minimal", "oneline", "tree", "unixy", "yaml")


class ActionModule(OrdinaryAction):  # type: ignore[misc]
    """The action of every module; the task names it."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        variables = task_vars or {}
        environment: dict[str, str] = {}
        self._compute_environment_string(environment)
        for sentence in misspelt(variables, self._own_text):
            display.warning(sentence)
        said = self._task.args
        try:
            self._task.args = self._filled(variables)
        except AcrError as error:
            return {"failed": True, "msg": str(error)}
        try:
            return self._run_filled(tmp, variables, environment)
        finally:
            # What callbacks get to see is the task as it is written, without the secrets of its host.
            self._task.args = said

    def _run_filled(self, tmp: Any, variables: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
        if not self._runs_here(variables, environment):
            return self._run_apart(tmp, variables)
        result: dict[str, Any] = ActionBase.run(self, tmp, variables)
        arguments = dict(self._task.args)
        self._update_module_args(self._task.action, arguments, variables)
        asker = Asker()
        tell = self._teller(variables, asker)
        with environment_of(environment), last_line(lambda: self._last_words(variables, tell)):
            found = run_module(self._task.action, plain(arguments), tell, self._module())
        if asker.is_gone():
            os._exit(1)  # nobody takes the result, and a queue that nobody reads blocks once it is full
        return {**result, **found}

    def _run_apart(self, tmp: Any, variables: dict[str, Any]) -> dict[str, Any]:
        """Run in a process of its own.

        On this machine, it is told who waits for it, and ends with them.
        """
        if self._connection.transport == "local" and not self._task.async_val:
            self._task.environment = [*(self._task.environment or []), {ASKERS_VARIABLE: askers()}]
        found: dict[str, Any] = super().run(tmp, variables)
        return found

    def _filled(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments with connections from host variables.

        Only what the task leaves unset is filled in.
        """
        module: Module = importlib.import_module(f"{MODULES}.{self._module()}").MODULE
        of_oss = {name: option for name, option in OSS_OPTIONS.items() if name in module.options}
        options = {**COMMON_OPTIONS, **of_oss}
        arguments = with_connection(self._task.args, lambda name: self._variable(variables, name), options)
        check_needed(module, arguments, variables, self._own_text)
        check_lists(module.options, arguments)
        return with_peers(module.options, arguments, variables.get("hostvars") or {})

    def _own_text(self) -> str:
        """Return the files of the task and its play.

        The user may read variables there.
        """
        block = self._task._parent
        while block is not None and not hasattr(block, "_play"):
            block = block._parent
        parts = [self._task, *([block._play] if block and block._play else [])]
        files = {Path(str(part.get_path()).rpartition(":")[0]) for part in parts}
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in sorted(files) if file.is_file())

    def _variable(self, variables: Mapping[str, Any], name: str) -> Any:
        return read_variable(self._templar, variables, name)

    def _module(self) -> str:
        """Return the module's own name.

        The task may use a name that another collection redirects to it.
        """
        loader = self._shared_loader_obj.module_loader
        found = loader.find_plugin_with_context(self._task.action, collection_list=self._task.collections)
        return str(found.resolved_fqcn or self._task.action).rpartition(".")[2]

    def _teller(self, variables: Mapping[str, Any], asker: Asker) -> Tell:
        """Return what shows progress lines.

        The variable `acr_progress` can turn them off.

        It goes to standard error where standard output is for a machine.
        A line on a terminal that was closed ends the thread of Ansible's that takes results, which then never ends.
        """
        if self._task.no_log or not self._is_true(variables, "acr_progress"):
            return silent
        host = variables.get("inventory_hostname", "localhost")
        apart = str(C.DEFAULT_STDOUT_CALLBACK).rpartition(".")[2] not in _FOR_PEOPLE
        return lambda line: None if asker.is_gone() else display.display(f"{host}: {line}", stderr=apart)

    def _last_words(self, variables: Mapping[str, Any], tell: Tell) -> str:
        """Return what to say where the run is ended.

        It is nothing where no progress is shown either.
        """
        line = "" if tell is silent else activity.last_line()
        return line and f"{variables.get('inventory_hostname', 'localhost')}: {line}"

    def _is_true(self, variables: Mapping[str, Any], name: str) -> bool:
        value = self._templar.template(variables.get(name))
        # Both switches are on unless somebody turns them off.
        if value is None or value == "":
            return True
        try:
            return bool(boolean(value))
        except TypeError as cause:
            raise AnsibleActionFail(f"The variable {name} is {value!r}, which is neither true nor false.") from cause

    def _runs_here(self, variables: Mapping[str, Any], environment: Mapping[Any, Any]) -> bool:
        return (
            not self._task.async_val
            and not self._connection.become
            and self._connection.transport == "local"
            and self._is_true(variables, "acr_in_process")
            and not sdk_problem()
            and is_plain(self._task.args)
            and all(map(is_ordinary, environment.items()))
        )
