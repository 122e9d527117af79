# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell what a filter refuses, as Ansible takes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ansible.errors import AnsibleFilterError

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError


@contextmanager
def as_filter_errors() -> Iterator[None]:
    """Raise each AcrError as an AnsibleFilterError, since Ansible shows a traceback of any other."""
    try:
        yield
    except AcrError as error:
        raise AnsibleFilterError(str(error)) from error
