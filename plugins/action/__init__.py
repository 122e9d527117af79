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


# At most one task of a run uses these, so its worker may load them. All other runs then begin 0.1 s earlier.
_RARE = (
    "acr_gone_image_info",
    "acr_image_wait",
    "acr_rehearsal_world",
    "acr_report_",
    "acr_repository_settings",
    "acr_settings_lists",
    "acr_shares",
    "acr_switch_over_plan",
    "acr_sync_prune",
    "acr_sync_report",
    "acr_topology",
)


def _common(pattern: str) -> list[str]:
    """Return the names of the plugins that several tasks of a run use."""
    found = sorted(path.stem for path in Path(__file__).parents[1].glob(pattern))
    return [name for name in found if not name.startswith(_RARE)]


def _import_all() -> None:
    """Import the SDK and the modules, and have the garbage collector leave them alone.

    Looking through all of that takes the collector a fifth of a short run's time, here and in each worker. A worker's
    memory is shared with the controller until it is touched.
    """
    collects = gc.isenabled()
    gc.disable()
    preload()
    sdk_problem()
    for name in _common("modules/acr_*.py"):
        importlib.import_module(f"ansible_collections.registryops.alicloud.plugins.modules.{name}")
    for loader in (filter_loader, test_loader):
        list(loader.all())
    for name in _common("filter/acr_*.py"):
        with suppress(KeyError):  # in unit tests, where Ansible has not found the collection itself
            filter_loader.get(f"registryops.alicloud.{name}")
    known.names()
    gc.freeze()
    if collects:
        gc.enable()


_import_all()
