# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_report_page
short_description: Render a sync report as a page
version_added: 0.1.0
description:
  - Renders a template of Jinja with a report that the filter P(registryops.alicloud.acr_sync_report#filter) made. What
    comes from the report is escaped for HTML, which Ansible's own templates do not do. The role
    P(registryops.alicloud.report_sync#role) has such a template.
positional: template
options:
  _input:
    description: The report.
    type: dict
    required: true
  template:
    description: Path of the template on the controller. It may include others of its folder.
    type: path
    required: true
  title:
    description: The title of the page.
    type: str
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Write a page of our own
  ansible.builtin.copy:
    content: "{{ report_sync_result | registryops.alicloud.acr_report_page('templates/ours.html', title='Images') }}"
    dest: /var/lib/reports/ours.html
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The page.
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.registryops.alicloud.plugins.plugin_utils._report.page import page


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_report_page": page}
