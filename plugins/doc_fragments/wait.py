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
      - Whether to wait until everything has ended. If V(false), the task returns once everything is started.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait at most. What has not ended by then goes on, and a further run takes up waiting for it.
    type: int
    default: 600
"""

    # For modules whose deletions go on after the call.
    DELETION = r"""
options:
  wait_timeout:
    description:
      - Seconds to wait at most for a deletion to end. It goes on after the call, and blocks the name meanwhile.
    type: int
    default: 600
"""
