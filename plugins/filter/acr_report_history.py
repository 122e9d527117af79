# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_report_history
short_description: Add a report to the history of earlier ones
version_added: 1.0.0
description:
  - Returns one entry for each run, first the entries of the text and last that of the report. A line of the text that
    is not an entry is left out.
positional: text, most
options:
  _input:
    description: A report, as P(registryops.alicloud.acr_sync_report#filter) returns it.
    type: dict
    required: true
  text:
    description: The entries of earlier runs, one line of JSON for each.
    type: str
    required: true
  most:
    description: Maximum number of entries to return. The newest are kept.
    type: int
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show the coverage of the last runs
  ansible.builtin.debug:
    msg: "{{ runs | map(attribute='arrived') }}"
  vars:
    runs: "{{ report_sync_result | registryops.alicloud.acr_report_history(lookup('file', 'history.jsonl'), 30) }}"
"""

RETURN = r"""
_value:
  description:
    - Entries with C(made_at), C(verdict), how many images were C(wanted), C(arrived) and are C(bad), their number by
      state in C(states), the C(lag) in seconds, and how many hosts were C(not_looked_at).
  type: list
  elements: dict
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.history import history


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_report_history": history}
