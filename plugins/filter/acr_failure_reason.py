# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_failure_reason
short_description: Say in one sentence why a task failed
version_added: 1.0.0
description:
  - Returns the message of the task, or of the first item that failed if it had a loop.
options:
  _input:
    description: The result of the task, C(ansible_failed_result) in a rescue.
    type: dict
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Try, and say why it failed
  block:
    - name: Verify
      ansible.builtin.include_role:
        name: registryops.alicloud.verify_sync
  rescue:
    - name: Say why
      ansible.builtin.debug:
        msg: "{{ ansible_failed_result | registryops.alicloud.acr_failure_reason }}"
"""

RETURN = r"""
_value:
  description: The message.
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any


def failure_reason(result: Mapping[str, Any]) -> str:
    """Return why a task failed; see DOCUMENTATION."""
    # A failed loop says only that one item failed, so the item's own words come first.
    failed = [item["msg"] for item in result.get("results") or () if item.get("failed") and item.get("msg")]
    return str([*failed, result.get("msg") or "no reason was given"][0])


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_failure_reason": failure_reason}
