# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raise what a filter refuses as Ansible expects it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ansible.errors import AnsibleFilterError

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError


@contextmanager
def as_filter_errors() -> Iterator[None]:
    """Raise each AcrError as an AnsibleFilterError; Ansible shows a traceback for any other error."""
    try:
        yield
    except AcrError as error:
        raise AnsibleFilterError(str(error)) from error
