# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules promise: check mode, diff and idempotence."""

from __future__ import annotations


class ModuleDocFragment:
    # For modules that bring something to a state, or do a deed.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and tell what would change without changing anything.
  diff_mode:
    support: full
    description: Returns what has changed, or in C(check_mode) would change, when in diff mode.
  idempotent:
    support: full
    description: When run twice in a row with the same arguments, the second run reports no change.
  action:
    support: full
    description:
      - Has an action plugin that runs it in the controller's own process, which takes milliseconds.
      - It runs as an ordinary module, with the same result, in four cases. These are C(async) or C(become), a
        connection that is not local, a controller whose Python lacks the SDK or has one that is too old, and the
        variable C(acr_in_process) being V(false).
  action_group:
    description: Use C(group/registryops.alicloud.acr) in C(module_defaults) to set the connection options once.
    support: full
    membership:
      - registryops.alicloud.acr
"""

    # For modules that only read.
    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode), since it only reads.
  diff_mode:
    support: N/A
    description: Nothing is changed, so there is nothing to compare.
  idempotent:
    support: full
    description: It only reads and never reports a change.
  action:
    support: full
    description:
      - Has an action plugin that runs it in the controller's own process, which takes milliseconds.
      - It runs as an ordinary module, with the same result, in four cases. These are C(async) or C(become), a
        connection that is not local, a controller whose Python lacks the SDK or has one that is too old, and the
        variable C(acr_in_process) being V(false).
  action_group:
    description: Use C(group/registryops.alicloud.acr) in C(module_defaults) to set the connection options once.
    support: full
    membership:
      - registryops.alicloud.acr
"""
