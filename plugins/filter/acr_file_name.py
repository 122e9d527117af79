# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_file_name
short_description: Name a file after a host, a rule and a share, so that no two have the same
version_added: 1.0.0
description:
  - Joins the names with C(+). It replaces each C(/), and shortens a name that is too long for a file system.
positional: host, rule
options:
  _input:
    description: The share of the images, or an empty text.
    type: raw
    required: true
  host:
    description: Name of the host.
    type: str
    required: true
  rule:
    description: Name of the rule.
    type: str
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Show what the file of a rule is called
  ansible.builtin.debug:
    msg: "{{ '' | registryops.alicloud.acr_file_name(inventory_hostname, 'releases/eu') }}.json"
"""

RETURN = r"""
_value:
  description: The name of the file, without an extension.
  type: str
"""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

# Characters of a name. File systems take 255 bytes, of which an ending and the name of a temporary copy need some.
MOST = 200


def file_name(share: Any, host: str, rule: str) -> str:
    """Return the name of a file; see DOCUMENTATION."""
    names = [host, rule, *([str(share)] if str(share) else [])]
    name = "+".join(quote(part, safe="") for part in names)
    if len(name) <= MOST:
        return name
    # A digest tells names apart that begin alike. Of its 64 digits, 31 are enough for any number of files.
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"{name[: MOST - 32]}+{digest[:31]}"


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_file_name": file_name}
