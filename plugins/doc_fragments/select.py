# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limiting what is looked at."""

from __future__ import annotations


class ModuleDocFragment:
    # For modules that look at images.
    DOCUMENTATION = r"""
options:
  select:
    description:
      - Limits what is looked at, by the names that it has on the instance O(instance_id). If unset, everything is.
      - An empty list is refused, since leaving the list out selects everything.
    type: dict
    suboptions:
      rules:
        description: Names of rules. If unset, all.
        type: list
        elements: str
      namespaces:
        description: Namespaces. If unset, all.
        type: list
        elements: str
      repositories:
        description: Repositories, without their namespace. If unset, all.
        type: list
        elements: str
      tags:
        description: Tags. If unset, all.
        type: list
        elements: str
"""

    # For modules that look at repositories. ansible-test reads an assignment without a type as a literal.
    REPOSITORIES: str = DOCUMENTATION[: DOCUMENTATION.index("      tags:")]
