# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module of awx.awx within Ansible's worker, as an action plugin that `add_to` puts beside the module.

A process for each module takes 0.4 s of CPU, and one story of the role needs a hundred of them.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):  # type: ignore[misc]
    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        self._update_module_args(self._task.action, arguments, task_vars or {})
        namespace, collection, module = str(self._task.action).split(".")
        for kept in (warnings._global_warnings, warnings._global_deprecations):
            kept.clear()  # of the loop's items before this one
        output = io.StringIO()
        with _arguments(arguments), contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
            importlib.import_module(f"ansible_collections.{namespace}.{collection}.plugins.modules.{module}").main()
        result.update(json.loads(output.getvalue().splitlines()[-1]))
        return result


@contextlib.contextmanager
def _arguments(arguments: dict[str, Any]) -> Iterator[None]:
    try:
        testing = importlib.import_module("ansible.module_utils.testing")
    except ImportError:  # ansible-core 2.18
        basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
        yield
        basic._ANSIBLE_ARGS = None
        return
    with testing.patch_module_args(arguments):
        yield


def add_to(collection: Path) -> None:
    """Let all modules of a collection's copy run so."""
    actions = collection / "plugins/action"
    actions.mkdir()
    # Ansible reads it in the controller's process. What a worker imports first is lost with the worker.
    names = ".".join(collection.parts[-2:])
    (actions / "__init__.py").write_text(
        f"import ansible_collections.{names}.plugins.module_utils.controller_api\n", encoding="utf-8"
    )
    for module in collection.glob("plugins/modules/[a-z]*.py"):
        (actions / module.name).write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")
