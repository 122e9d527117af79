# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import the SDK's packages, which may be missing."""

from __future__ import annotations

import importlib
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.sdk import missing_module

PACKAGES = {"cr": "alibabacloud_cr20181201", "ram": "alibabacloud_ram20150501"}
_SLOW_IMPORTS = (*(f"{package}.client" for package in PACKAGES.values()), "darabonba.runtime", "Tea.exceptions")
# Reentrant, since a package may load another one.
_ONE_IMPORT = threading.RLock()


# The SDK imports it for calls by asyncio, which nobody here makes. The import takes 0.2 s of CPU, a quarter of what a
# task computes that has nothing to do.
_LATER = "aiohttp"


class _Later(types.ModuleType):
    """Stand for a package until something of it is used.

    While the SDK is imported, placeholders stand for what its annotations and base classes name.
    """

    importing = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.importing:
            return type(name, (), {})
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _spared(name: str) -> Iterator[None]:
    """Keep a package from being imported within the block; other code can import it afterwards."""
    if name in sys.modules:
        yield
        return
    later = sys.modules[name] = _Later(name)
    try:
        yield
    finally:
        later.importing = False
        if sys.modules.get(name) is later:
            del sys.modules[name]


def load(name: str) -> Any:
    """Import a package when it is used, so that a task pays only for what it needs.

    Raises:
        SdkError: it is missing.
    """
    try:
        # What another thread is importing stands in sys.modules already, half made.
        with _ONE_IMPORT:
            found = sys.modules.get(name)
            if found:
                return found
            with _spared(_LATER):
                return importlib.import_module(name)
    except ImportError as cause:
        raise missing_module(name) from cause


def preload() -> None:
    """Import early what the first call needs; whoever needs a missing package reports it."""
    with suppress(ImportError), _spared(_LATER):
        for module in _SLOW_IMPORTS:
            importlib.import_module(module)
