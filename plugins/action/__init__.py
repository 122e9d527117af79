# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load early what is slow to load.

The controller imports this when it reads a playbook with one of our modules.

Each task runs in a worker that is forked from the controller, and finds imported what the controller has imported.
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

# A worker is cut off from the standard streams, and a run that is ended prints no more of what its workers tell.
with suppress(OSError):  # it may be closed
    streams.standard_error = os.dup(2)


def _import_all() -> None:
    """Import the SDK and the modules, and have the garbage collector leave them alone.

    What is imported stays. A collector that looks through it over and over takes a fifth of a short run's time, here
    and in each worker, whose memory is a copy as soon as it is touched.
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
        with suppress(KeyError):  # of a collection that Ansible's own finder has not read, as in unit tests
            filter_loader.get(f"registryops.alicloud.{plugin.stem}")
    known.names()
    gc.freeze()
    if collects:
        gc.enable()


_import_all()
