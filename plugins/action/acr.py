# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run our modules inside the controller's worker, which takes milliseconds instead of starting a process.

A task runs in the ordinary way if it must: with `async`, with `become`, with a connection that is not local, without an
SDK that is new enough, if the variable `acr_in_process` is false, and with arguments or an environment that only
Ansible itself can judge. The result is the same.

In either way, the variables `acr_<option>` of the host fill in what a task leaves out of its connection.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible import constants as C  # noqa: N812 - as everybody calls it
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
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
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.host_keys import check_host_keys
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.items import check_lists
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.needed import check_needed
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.peers import with_peers
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.spelling import misspelt
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory.variables import Hosts, read_variable
from ansible_collections.registryops.alicloud.plugins.plugin_utils._streams import last_line

display = Display()

_NO_MACHINE = (
    "A host that stands for an instance is no machine to log in to. Write connection: local in the play, or"
    " ansible_connection: local for the host in its inventory."
)

# Callbacks that write for people. Others write for programs, such as JSON, which an additional line would break.
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
            # Callbacks must see the task as it is written, without the secrets of its host.
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
            os._exit(1)  # nobody takes the result, and a queue that nobody reads would block
        return {**result, **found}

    def _run_apart(self, tmp: Any, variables: dict[str, Any]) -> dict[str, Any]:
        """Run in a separate process; on this machine, it is told who waits for it, and ends with them."""
        if self._connection.transport == "local" and not self._task.async_val:
            self._task.environment = [*(self._task.environment or []), {ASKERS_VARIABLE: askers()}]
        try:
            found: dict[str, Any] = super().run(tmp, variables)
        except AnsibleConnectionFailure as cause:
            if "acr_instance_id" not in variables:
                raise
            raise AnsibleConnectionFailure(
                f"{str(cause).rstrip('.')}. {_NO_MACHINE}"
            ) from None  # Ansible prints causes, too
        return found

    def _filled(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments, with what they leave out of connections taken from host variables."""
        module: Module = importlib.import_module(f"{MODULES}.{self._module()}").MODULE
        of_oss = {name: option for name, option in OSS_OPTIONS.items() if name in module.options}
        options = {**COMMON_OPTIONS, **of_oss}
        arguments = with_connection(self._task.args, lambda name: self._variable(variables, name), options)
        check_host_keys(arguments, self._task.args, str(variables.get("inventory_hostname", "localhost")))
        check_needed(module, arguments, variables, self._own_text)
        check_lists(module.options, arguments)
        hostvars = variables.get("hostvars")
        return with_peers(module.options, arguments, Hosts(self._templar, hostvars) if hostvars else {})

    def _own_text(self) -> str:
        """Return the text of the task's and the play's files, where the user may read variables."""
        block = self._task._parent
        while block is not None and not hasattr(block, "_play"):
            block = block._parent
        parts = [self._task, *([block._play] if block and block._play else [])]
        files = {Path(str(part.get_path()).rpartition(":")[0]) for part in parts}
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in sorted(files) if file.is_file())

    def _variable(self, variables: Mapping[str, Any], name: str) -> Any:
        return read_variable(self._templar, variables, name)

    def _module(self) -> str:
        """Return the module's name; the task may use another one that a collection redirects to it."""
        loader = self._shared_loader_obj.module_loader
        found = loader.find_plugin_with_context(self._task.action, collection_list=self._task.collections)
        return str(found.resolved_fqcn or self._task.action).rpartition(".")[2]

    def _teller(self, variables: Mapping[str, Any], asker: Asker) -> Tell:
        """Return a function that shows progress lines, unless the variable `acr_progress` turns them off.

        They go to standard error if standard output is for a program. Nothing is written to a closed terminal: that
        would end Ansible's thread that takes results, and the run would hang.
        """
        if self._task.no_log or not self._is_true(variables, "acr_progress"):
            return silent
        host = variables.get("inventory_hostname", "localhost")
        apart = str(C.DEFAULT_STDOUT_CALLBACK).rpartition(".")[2] not in _FOR_PEOPLE
        return lambda line: None if asker.is_gone() else display.display(f"{host}: {line}", stderr=apart)

    def _last_words(self, variables: Mapping[str, Any], tell: Tell) -> str:
        """Return what to say if the run ends early; nothing if no progress is shown either."""
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
