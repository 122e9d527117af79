# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import the SDK's packages, which may be missing."""

from __future__ import annotations

import importlib
from contextlib import suppress
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk import missing_module

PACKAGES = {"cr": "alibabacloud_cr20181201", "ram": "alibabacloud_ram20150501"}
_SLOW_IMPORTS = (*(f"{package}.client" for package in PACKAGES.values()), "darabonba.runtime", "Tea.exceptions")


def load(name: str) -> Any:
    """Import a package only when it is used.

    A missing one is then a sentence, and a task pays only for what it uses.
    """
    try:
        return importlib.import_module(name)
    except ImportError as cause:
        raise missing_module(name) from cause


def preload() -> None:
    """Import early what the first call needs.

    It takes longer than the call. Whoever needs a missing package reports it.
    """
    with suppress(ImportError):
        for module in _SLOW_IMPORTS:
            importlib.import_module(module)
