# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load early what is slow to load.

The controller imports this file when it reads a playbook with one of our modules. Each task runs in a worker that is
forked from the controller, so it has whatever the controller has imported.
"""

from __future__ import annotations

import gc
import importlib
import os
from contextlib import suppress
from pathlib import Path

from ansible.plugins.loader import filter_loader, test_loader

from ansible_collections.registryops.alicloud.plugins.module_utils._core.packages import preload
from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk import sdk_problem
from ansible_collections.registryops.alicloud.plugins.plugin_utils import _streams as streams
from ansible_collections.registryops.alicloud.plugins.plugin_utils._inventory import known

# Workers have no standard streams, and after Ctrl-C the controller prints nothing more that they say. Hence a copy.
with suppress(OSError):  # it may be closed
    streams.standard_error = os.dup(2)


def _import_all() -> None:
    """Import the SDK and the modules, and have the garbage collector leave them alone.

    Looking through all of that takes the collector a fifth of a short run's time, here and in each worker. A worker's
    memory is shared with the controller until it is touched.
    """
    collects = gc.isenabled()
    gc.disable()
    preload()
    sdk_problem()
    for module in sorted(Path(__file__).parents[1].glob("modules/acr_*.py")):
        importlib.import_module(f"ansible_collections.registryops.alicloud.plugins.modules.{module.stem}")
    for loader in (filter_loader, test_loader):
        list(loader.all())
    for plugin in sorted(Path(__file__).parents[1].glob("filter/acr_*.py")):
        with suppress(KeyError):  # in unit tests, where Ansible has not found the collection itself
            filter_loader.get(f"registryops.alicloud.{plugin.stem}")
    known.names()
    gc.freeze()
    if collects:
        gc.enable()


_import_all()
