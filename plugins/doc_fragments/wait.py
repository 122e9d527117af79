# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what the service goes on doing after a call."""

from __future__ import annotations


class ModuleDocFragment:
    # For modules that can return before the work has ended.
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until everything has ended. If V(false), the task returns as soon as everything is started.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum number of seconds to wait. Sync tasks that have not ended by then go on, and a further run waits for
        them.
    type: int
    default: 600
"""

    # For modules whose deletions go on after the call.
    DELETION = r"""
options:
  wait_timeout:
    description:
      - Maximum number of seconds to wait for a deletion. The service goes on deleting after the call, and blocks the
        name until it has ended.
    type: int
    default: 600
"""

    # For a module that starts what OSS goes on with.
    REPLICATION = r"""
options:
  wait:
    description:
      - Whether to wait until the historical objects are replicated, or at the end of a replication, until OSS has
        closed it. If V(false), the task returns as soon as it is begun.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum number of seconds to wait. OSS goes on after that, and a further run waits for it.
    type: int
    default: 600
"""
