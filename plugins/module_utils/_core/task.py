# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define one run of a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.registryops.alicloud.plugins.module_utils._core.client import Client
from ansible_collections.registryops.alicloud.plugins.module_utils._core.progress import Tell, silent

Reach = Callable[[Mapping[str, Any]], Client]


def nowhere(_other: Mapping[str, Any]) -> Client:
    """Reach no account, where a task has no others."""
    raise RuntimeError("this task has no way to another account")


@dataclass(frozen=True)
class Task:
    """One run of a module.

    Attributes:
        client: the services of the account that the task is about.
        params: the task's options, validated and with their defaults.
        check_mode: whether to write nothing.
        others: clients of other accounts, by the option that holds their connection.
        tell: takes a line on how far a long run is.
        reach: makes the client of one more account, which is only read, from an option that holds its connection.
    """

    client: Client
    params: Mapping[str, Any]
    check_mode: bool = False
    others: Mapping[str, Client] = field(default_factory=dict)
    tell: Tell = silent
    reach: Reach = nowhere


Work = Callable[[Task], dict[str, Any]]
