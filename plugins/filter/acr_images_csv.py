# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: acr_images_csv
short_description: Write compared images as CSV
version_added: 0.1.0
description:
  - Writes what the filter P(registryops.alicloud.acr_compare_images#filter) returned as comma-separated values
    (RFC 4180) with a header. Times are ISO 8601 in UTC, sizes are bytes, lags are seconds.
  - No cell is a formula, whatever the service says of a failure, so that a spreadsheet can open it safely.
options:
  _input:
    description: Compared images, also those of a report with their C(host).
    type: list
    elements: dict
    required: true
author:
  - The registryops.alicloud developers (@registryops)
"""

EXAMPLES = r"""
- name: Keep what was compared
  ansible.builtin.copy:
    content: "{{ verify_sync_result.images | registryops.alicloud.acr_images_csv }}"
    dest: /var/lib/reports/images.csv
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The text, with a header and one line for each image.
  type: str
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

COLUMNS = (
    "host",
    "rule",
    "state",
    "source",
    "target",
    "reason",
    "size",
    "digest",
    "target_digest",
    "pushed",
    "arrived",
    "lag",
)


def images_csv(images: Iterable[Mapping[str, Any]]) -> str:
    """The images as CSV; see DOCUMENTATION."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    rows.writerows([_cell(name, image.get(name)) for name in COLUMNS] for image in images)
    return text.getvalue()


def _cell(name: str, value: Any) -> Any:
    if value is not None and name in ("pushed", "arrived"):
        return datetime.fromtimestamp(value / 1000, timezone.utc).isoformat(timespec="milliseconds")
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"  # a spreadsheet takes it for text
    return value


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"acr_images_csv": images_csv}
